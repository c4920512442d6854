"""The one place where an error becomes words for the person."""

import logging
from secrets import token_hex
from typing import Any

from slack_bolt import App, BoltResponse

from bot.domain.delivery import Tell
from bot.domain.errors import Invalid, Refusal
from bot.surfaces.desk import Body, Desk, actor_of, is_in_modal
from bot.usecases.access import Stranger
from bot.usecases.evidence import whisper
from bot.usecases.people import ask_for
from bot.views import answers
from bot.views.forms import field_errors, notice

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
        answer(desk, error, body, message, sentence, respond, client)
        return BoltResponse(status=200, body="")


def message_for(error: Exception) -> tuple[dict[str, Any], str]:
    """A refusal's own sentence; for a fault of ours a reference that leads to its traceback in the log."""
    if isinstance(error, Refusal):
        return answers.refused(error), error.sentence
    reference = token_hex(2)
    log.error("reference %s", reference, exc_info=error)
    message = answers.broken(reference)
    return message, str(message["text"])


def answer(
    desk: Desk, error: Exception, body: Body, message: dict[str, Any], sentence: str, respond: Any, client: Any
) -> None:
    """Where the person is looking: beside the message, or in a modal on top of the one they are in."""
    if body.get("event"):
        answer_event(desk, error, body, sentence)
    elif body.get("response_url"):
        desk.replies.send(respond, **message, response_type="ephemeral", replace_original=False)
    elif body.get("trigger_id"):
        call = client.views_push if is_in_modal(body) else client.views_open
        desk.replies.send(call, trigger_id=body["trigger_id"], view=notice(sentence))


def answer_event(desk: Desk, error: Exception, body: Body, sentence: str) -> None:
    """Somebody's reply could not be kept as a note: they are told where they wrote it."""
    event = body["event"]
    channel = event.get("channel")
    if event.get("type") != "message" or not isinstance(error, Refusal) or not channel:
        return
    desk_act = desk.act(body, "thread")
    whisper(
        desk.db,
        desk_act,
        channel=str(channel),
        thread_ts=event.get("thread_ts"),
        sentence=f"Your reply was not kept as a note. {sentence}",
        key=f"{channel}/{event.get('ts')}/{actor_of(body)}",
    )
