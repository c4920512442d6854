"""Silences: the command, the form on an inbox, and the button that ends one."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.domain.errors import Invalid
from bot.domain.moments import is_clock, is_span
from bot.surfaces.desk import Desk, is_in_home, is_in_modal
from bot.surfaces.inboxes import number
from bot.surfaces.opening import open_modal, page_below
from bot.surfaces.words import TOKEN, Words
from bot.usecases import inboxes, shelves, silence_ends, silencing
from bot.views import forms, lists, silences
from bot.views import inboxes as views
from bot.views.clicks import read_value
from bot.views.help import example


def register(app: App, desk: Desk) -> None:
    @app.action("inbox.silence")
    def press_silence(ack: Ack, body: dict[str, Any], client: Any) -> None:
        inbox = inboxes.find_inbox(desk.db, desk.act(body, "inbox"), number(read_value(body)))
        open_modal(client, body, forms.silence_form(inbox))
        ack()

    @app.view("inbox.silence")
    def submit_silence(ack: Ack, body: dict[str, Any]) -> None:
        form, act = forms.read_silence(body["view"]), desk.act(body, "inbox")
        silence = silencing.silence_inbox(desk.db, act, form.inbox, form.until, form.reason)
        name = inboxes.find_inbox(desk.db, act, form.inbox).name
        ack(response_action="update", view=views.told_view(silences.silenced(silence, name)))

    @app.action(silences.END)
    def press_end(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        act = desk.act(body, "inbox")
        silencing.end_silence(desk.db, act, number(read_value(body)))
        done = silences.silences_message(silencing.list_silences(desk.db, act))
        if page := page_below(body):
            view = views.inboxes_view(shelves.list_shelves(desk.db, act, page=page))
            desk.replies.redraw(client.views_update, body, view)
        elif is_in_modal(body):
            desk.replies.redraw(client.views_update, body, views.told_view(done))
        elif is_in_home(body):
            open_modal(client, body, views.told_view(done))
        else:
            desk.replies.send(respond, **done, response_type="ephemeral", replace_original=True)
        ack()

    @app.action(silences.HELD)
    def press_show(ack: Ack, body: dict[str, Any], client: Any) -> None:
        silence, channel = silences.read_held(read_value(body))
        found = silence_ends.list_held_back(desk.db, desk.act(body, "inbox"), silence, channel)
        open_modal(client, body, lists.listing_view(found, desk.workspace))
        ack()


@dataclass(frozen=True, slots=True)
class SilenceWords:
    query: str
    until: str
    reason: str


def read_silence(words: Words) -> SilenceWords:
    """``<query> 2h [reason]`` or ``<query> until <time> [reason]``: the first length of time ends the query."""
    found = list(TOKEN.finditer(words.rest))
    for at, match in enumerate(found):
        word = match[0].lower()
        if at and word == "until" and at + 1 < len(found):
            end = at + 2 if at + 2 < len(found) and is_clock(found[at + 2][0]) else at + 1
            return cut(words.rest, match.start(), found[end].end())
        if at and is_span(word):
            return cut(words.rest, match.start(), match.end())
    raise Invalid(f"Say for how long, behind the query. {example('silence')}")


def cut(text: str, start: int, end: int) -> SilenceWords:
    return SilenceWords(text[:start].strip(), text[start:end], text[end:].strip())
