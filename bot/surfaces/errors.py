"""The one place where an error becomes words for the person."""

import logging
from secrets import token_hex
from typing import Any

from slack_bolt import App, BoltResponse

from bot.domain.delivery import Tell
from bot.domain.errors import Busy, Invalid, Refusal
from bot.surfaces.desk import Body, Desk, actor_of, is_in_modal, is_on_top_of_two
from bot.usecases.access import Stranger
from bot.usecases.evidence import refuse_reply
from bot.usecases.people import ask_for
from bot.views import answers
from bot.views.forms import field_errors, notice, with_notice

log = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    @app.error
    def explain(error: Exception, body: dict[str, Any], respond: Any, client: Any) -> BoltResponse:
        message, sentence = message_for(error)
        if isinstance(error, Stranger):
            ask_for(desk.db, Tell.PERSON, desk.now(), desk.now().isoformat(timespec="seconds"), error.person_id)
        if body.get("type") == "view_submission":
            invalid = error if isinstance(error, Invalid) else Invalid(sentence)
            errors = field_errors(body["view"], invalid)
            if errors:
                return BoltResponse(status=200, body={"response_action": "errors", "errors": errors})
            return BoltResponse(status=200, body={"response_action": "push", "view": notice(sentence)})
        if body.get("command"):
            return BoltResponse(status=200, body={"response_type": "ephemeral", **message})
        if body.get("type") == "block_suggestion":
            return BoltResponse(status=200, body={"options": []})
        if body.get("event"):
            return answer_event(desk, error, body)
        answer(desk, body, message, sentence, respond, client)
        return BoltResponse(status=200, body="")


def message_for(error: Exception) -> tuple[dict[str, Any], str]:
    """A refusal's own sentence; for a fault of ours a reference that leads to its traceback in the log."""
    if isinstance(error, Refusal):
        return answers.refused(error), error.sentence
    reference = token_hex(2)
    log.error("reference %s", reference, exc_info=error)
    message = answers.broken(reference)
    return message, str(message["text"])


def answer(desk: Desk, body: Body, message: dict[str, Any], sentence: str, respond: Any, client: Any) -> None:
    """Where the person is looking: beside the message, or in a modal on top of the one they are in, or in that one."""
    if body.get("response_url"):
        desk.replies.send(respond, **message, response_type="ephemeral", replace_original=False)
    elif is_on_top_of_two(body):
        view = with_notice(body["view"], sentence)
        desk.replies.send(client.views_update, view_id=body["view"]["id"], view=view)
    elif body.get("trigger_id"):
        call = client.views_push if is_in_modal(body) else client.views_open
        desk.replies.send(call, trigger_id=body["trigger_id"], view=notice(sentence))


def answer_event(desk: Desk, error: Exception, body: Body) -> BoltResponse:
    """Whoever wrote a reply that may not be a note is told so there; what broke, Slack delivers again."""
    if not isinstance(error, Refusal) or isinstance(error, Busy | Stranger):
        return BoltResponse(status=503, body="")
    event = body["event"]
    if event.get("type") == "message" and actor_of(body):
        act = desk.act(body, "thread")
        refuse_reply(desk.db, act, event["channel"], event["ts"], event.get("thread_ts"), error)
    return BoltResponse(status=200, body="")
