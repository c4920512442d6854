"""What Slack tells of by itself. Events are acknowledged by Bolt; a repeated one finds what the first one did."""

from datetime import UTC, datetime
from typing import Any

from slack_bolt import App

from bot.domain.act import Act
from bot.domain.delivery import Tell
from bot.surfaces.alerts import hear_alert
from bot.surfaces.desk import Desk
from bot.usecases import evidence, looking, people, recipients
from bot.views.posts import people_in, read_thread_reply


def register(app: App, desk: Desk) -> None:
    register_replies(app, desk)
    register_directory(app, desk)


def register_replies(app: App, desk: Desk) -> None:
    @app.event("message")
    def hear_message(event: dict[str, Any]) -> None:
        if hear_alert(desk, event):
            return
        if event.get("subtype") != "message_changed" and "thread_ts" not in (event.get("previous_message") or event):
            return
        said_of = people_in(event.get("message") or event)
        reply = read_thread_reply(event, looking.names_of(desk.db, said_of))
        if reply is None:
            return
        kept = evidence.Reply(
            channel=reply.channel,
            ts=reply.ts,
            thread_ts=reply.thread_ts,
            author=reply.author,
            text=reply.text,
            files=reply.files,
        )
        origin = f"{reply.change}/{reply.channel}/{reply.ts}/{event['event_ts']}"
        act = Act(actor=reply.author, at=said(event["event_ts"]), via="thread", origin=origin)
        if reply.change == "new":
            outcome = evidence.keep_reply(desk.db, act, kept)
            if outcome is None and event.get("parent_user_id") == desk.workspace.bot_user_id:
                evidence.hear_again(desk.db, act, kept)
        else:
            evidence.change_reply(desk.db, act, kept, deleted=reply.change == "deleted")


def said(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def register_directory(app: App, desk: Desk) -> None:
    def hear_person(event: dict[str, Any]) -> None:
        person = event["user"]["id"] if isinstance(event["user"], dict) else event["user"]
        people.ask_for(desk.db, Tell.PERSON, desk.now(), event["event_ts"], person)

    def hear_groups(event: dict[str, Any]) -> None:
        people.ask_for(desk.db, Tell.TEAMS, desk.now(), event["event_ts"])

    def hear_channel(event: dict[str, Any]) -> None:
        channel = event["channel"]["id"] if isinstance(event["channel"], dict) else event["channel"]
        recipients.try_again(desk.db, channel, desk.now())
        if people.is_home_channel(desk.db, channel):
            people.ask_for(desk.db, Tell.CHANNEL, desk.now(), event["event_ts"], channel)

    for name in ("user_change", "team_join"):
        app.event(name)(hear_person)
    for name in ("subteam_created", "subteam_updated", "subteam_members_changed"):
        app.event(name)(hear_groups)
    for name in CHANNEL_EVENTS:
        app.event(name)(hear_channel)

    @app.event("tokens_revoked")
    @app.event("app_uninstalled")
    def hear_removal(logger: Any, event: dict[str, Any]) -> None:
        logger.error("Slack says: %s. Nothing can be sent until the app is installed again.", event["type"])


CHANNEL_EVENTS = (
    "member_joined_channel",
    "member_left_channel",
    "channel_archive",
    "channel_unarchive",
    "channel_rename",
    "group_archive",
    "group_unarchive",
    "group_rename",
)
