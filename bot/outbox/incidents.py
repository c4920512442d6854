"""An incident in Slack: its channel, the people in it, and its end. Each step is noted once it is done."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.delivery import Tell
from bot.domain.incident import Incident, Step
from bot.domain.reading import Workspace
from bot.outbox.errors import ask
from bot.outbox.posting import CLOCKS_DIFFER, Poster
from bot.outbox.sender import Refused, Sent, TooFast
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.usecases import incidents
from bot.usecases.verb import loaded
from bot.views import incidents as views
from bot.views.words import case_link

PAGE = 1000
# Seconds until it is looked again whether all has been said that the channel is to hear before it is archived.
LINES_FIRST = 2.0
GOODBYE_WITHIN = timedelta(minutes=10)
TAKEN = (
    "No channel could be opened for the incident of {key}: {name} and all names like it are taken. Declare it again "
    "under another name once this one is ended by closing the case, or go on in the case's own thread."
)
FORBIDDEN = (
    "Casebook may not create channels in this workspace. Allow it under *Settings* → *Permissions* → *Channel "
    "management*; `python -m bot outbox retry` then opens the channel."
)
NOT_ALLOWED = {"restricted_action", "user_is_restricted", "no_permission"}
INVITED_BEFORE = {"already_in_channel", "cant_invite_self", "user_not_found", "cant_invite", "ura_max_channels"}
OVER_ALREADY = {"already_archived", "channel_not_found", "not_in_channel", "is_archived"}


class Incidents:
    def __init__(
        self, client: WebClient, workspace: Workspace, db: Database, clock: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self.client, self.workspace, self.db, self.clock = client, workspace, db, clock
        self.poster = Poster(client)
        self.tell: Mapping[Tell, Callable[[Held], Sent]] = {Tell.INCIDENT: self.begin, Tell.INCIDENT_OVER: self.end}

    def begin(self, held: Held) -> Sent:
        """Goes on where an earlier attempt left off."""
        found = self.running(held)
        if found is None:
            return Sent()
        case, incident = found
        if incident.channel is None:
            channel, name = self.open(held, case, incident)
            incidents.keep_channel(self.db, self.act(held), case.id, channel, name)
            incident.channel = channel
        for step, take in ((Step.TOPIC, self.topic), (Step.PEOPLE, self.invite), (Step.BOOKMARK, self.bookmark)):
            if not incident.has_done(step):
                take(case, incident, incident.channel)
                incidents.keep_step(self.db, case.id, step)
        return Sent()

    def running(self, held: Held) -> tuple[Case, Incident] | None:
        with self.db.read() as work:
            incident = work.incidents.running(held.delivery.case_id or 0)
            case = work.cases.by_id(held.delivery.case_id or 0) if incident else None
            return (loaded(case), incident) if case and incident else None

    def act(self, held: Held) -> Act:
        return Act(CASEBOOK, self.clock(), "incident", origin=f"{held.delivery.key}/{held.delivery.kind}")

    def open(self, held: Held, case: Case, incident: Incident) -> tuple[str, str]:
        """The channel's id and name. Who was here before may have created it without saying so."""
        for name in incident.names():
            try:
                made = ask(self.client.conversations_create, name=name, is_private=incident.is_private)
            except Refused as refused:
                if refused.problem in NOT_ALLOWED:
                    raise Refused(refused.problem, FORBIDDEN) from None
                if refused.problem != "name_taken":
                    raise
                if held.was_taken_over and (ours := self.ours(name, incident)):
                    return ours, name
            else:
                return str(made["channel"]["id"]), name
        raise Refused("name_taken", TAKEN.format(key=case.key, name=incident.name))

    def ours(self, name: str, incident: Incident) -> str | None:
        """The channel of that name, if we created it for this incident."""
        since = (incident.declared_at - CLOCKS_DIFFER).timestamp()
        kind, cursor = ("private_channel" if incident.is_private else "public_channel"), ""
        while True:
            answer = ask(
                self.client.conversations_list, types=kind, exclude_archived=True, limit=PAGE, cursor=cursor
            )  # fmt: skip
            for shape in answer["channels"]:
                mine = shape.get("creator") == self.workspace.bot_user_id
                if shape["name"] == name and mine and float(shape["created"]) >= since:
                    return str(shape["id"])
            cursor = answer.get("response_metadata", {}).get("next_cursor") or ""
            if not cursor:
                return None

    def topic(self, case: Case, incident: Incident, channel: str) -> None:
        with self.db.read() as work:
            commander = work.people.by_id(incident.commander)
        topic = views.topic(case, incident, commander.name if commander else incident.commander)
        ask(self.client.conversations_setTopic, channel, channel=channel, topic=topic)

    def invite(self, case: Case, incident: Incident, channel: str) -> None:
        """Somebody who cannot come does not keep the others out."""
        with self.db.read() as work:
            people = self.concerned(work, case, incident)
        if people:
            quietly(
                INVITED_BEFORE, self.client.conversations_invite, channel, channel=channel, users=people, force=True
            )

    def concerned(self, work: Work, case: Case, incident: Incident) -> list[str]:
        fresh = work.cases.by_id(case.id)
        return [person.id for person in incidents.concerned(work, fresh, incident)] if fresh else []

    def bookmark(self, case: Case, incident: Incident, channel: str) -> None:
        """Where the case is at home. A bookmark too many is no reason to stop."""
        link = case_link(case, self.workspace)
        if link:
            quietly(
                {"too_many_bookmarks"}, self.client.bookmarks_add, channel,
                channel_id=channel, title=views.bookmark(case), type="link", link=link,
            )  # fmt: skip

    def end(self, held: Held) -> Sent:
        """After all that the channel has to hear of it. A case that is open again by now goes on."""
        found = self.running(held)
        if found is None or found[0].is_open:
            return Sent()
        case, incident = found
        if incident.channel:
            self.say_goodbye(held, case, incident, incident.channel)
        incidents.end(self.db, self.act(held), case.id, archived=bool(incident.channel and incident.archives))
        return Sent()

    def say_goodbye(self, held: Held, case: Case, incident: Incident, channel: str) -> None:
        with self.db.read() as work:
            is_late = self.clock() - held.delivery.created_at > GOODBYE_WITHIN
            if not is_late and work.incidents.still_tells(case.id, channel):
                raise TooFast("the last lines first", LINES_FIRST)
        try:
            if not incident.has_done(Step.FAREWELL):
                self.poster.post(held, channel, views.farewell(case, incident))
                incidents.keep_step(self.db, case.id, Step.FAREWELL)
            if incident.archives:
                ask(self.client.conversations_archive, channel, channel=channel)
        except Refused as refused:
            if refused.problem not in OVER_ALREADY:
                raise


def quietly(fine: set[str], method: Callable[..., Any], target: str, /, **arguments: Any) -> None:
    """What these problems mean is done already, or of no account."""
    try:
        ask(method, target, **arguments)
    except Refused as refused:
        if refused.problem not in fine:
            raise
