"""Shortcuts: on a message, and from anywhere."""

from typing import Any

from slack_bolt import Ack, App

from bot.domain.reading import PostRef
from bot.surfaces.desk import Body, Desk
from bot.surfaces.opening import open_modal, open_new_form
from bot.usecases import evidence, looking, opening, working
from bot.views import details, forms
from bot.views.posts import people_in, read_post


def register(app: App, desk: Desk) -> None:
    register_messages(app, desk)
    register_global(app, desk)
    register_again(app, desk)


def register_messages(app: App, desk: Desk) -> None:
    @app.message_shortcut("case.escalate")
    def escalate_post(ack: Ack, body: dict[str, Any], client: Any) -> None:
        post, act = post_in(desk, body), desk.act(body, "shortcut")
        case = opening.case_of_post(desk.db, act, post.channel, post.ts)
        if case:
            client.views_open(trigger_id=body["trigger_id"], view=forms.already_view(case, post, desk.workspace))
        else:
            open_new_form(desk, body, client, act=act, channel=post.channel, post=post)
        ack()

    @app.message_shortcut("case.add")
    def add_post(ack: Ack, body: dict[str, Any], client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=forms.add_form(post_in(desk, body)))
        ack()


def post_in(desk: Desk, body: Body) -> PostRef:
    return read_post(body, looking.names_of(desk.db, people_in(body["message"])))


def register_global(app: App, desk: Desk) -> None:
    @app.global_shortcut("case.new")
    def start_new_case(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_new_form(desk, body, client, act=desk.act(body, "shortcut"))
        ack()

    @app.global_shortcut("case.find")
    def start_finding(ack: Ack, body: dict[str, Any], client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=forms.find_form())
        ack()

    @app.view("case.find")
    def submit_find(ack: Ack, body: dict[str, Any]) -> None:
        case_id = forms.read_find(body["view"])
        page = looking.show_details(desk.db, desk.act(body, "form"), case_id)
        ack(response_action="update", view=details.details_view(page, desk.workspace, now=desk.now()))


def register_again(app: App, desk: Desk) -> None:
    """What can be done with a post that is a case already."""

    @app.action("post.note")
    def press_note_again(ack: Ack, body: dict[str, Any], client: Any) -> None:
        case_id, _ = forms.read_again(body["view"])
        case = looking.show_case(desk.db, desk.act(body, "shortcut"), case_id)
        open_modal(client, body, forms.note_form(case))
        ack()

    @app.action("post.reopen")
    def press_reopen_again(ack: Ack, body: dict[str, Any], client: Any) -> None:
        case_id, post = forms.read_again(body["view"])
        outcome = working.reopen_case(desk.db, desk.act(body, "shortcut"), case_id)
        view = forms.already_view(outcome.case, post, desk.workspace)
        desk.replies.redraw(client.views_update, body, view)
        ack()

    @app.action("post.new")
    def press_new_again(ack: Ack, body: dict[str, Any], client: Any) -> None:
        _, post = forms.read_again(body["view"])
        act = desk.act(body, "shortcut")
        open_new_form(desk, body, client, act=act, channel=post.channel, post=evidence.again(post))
        ack()
