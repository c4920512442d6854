"""Mirroring Slack's directory, so that no click has to wait for a look-up."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from bot.domain.delivery import Delivery, Tell
from bot.domain.reading import Workspace
from bot.domain.telling import tell
from bot.outbox import errors
from bot.outbox.errors import ask
from bot.outbox.sender import Refused, Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import siblings
from bot.usecases import people
from bot.usecases.people import Group, Profile

PEOPLE_PAGE = 500
MEMBERS_PAGE = 1000
SLACKBOT = "USLACKBOT"

Shape = dict[str, Any]


class Mirror:
    def __init__(
        self,
        client: WebClient,
        workspace: Workspace,
        db: Database,
        admins: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self.client = client
        self.team_id = workspace.team_id
        self.db = db
        self.admins = admins
        self.clock = clock

    def people(self, held: Held) -> Sent:
        """One page a delivery: a large workspace takes longer than a lease, and a crash loses a page at most."""
        covered = [] if held.delivery.data.get("cursor") else self.siblings(held)
        answer = self.people_page(held.delivery.data.get("cursor"))
        self.keep(answer["members"])
        if cursor := answer.get("response_metadata", {}).get("next_cursor"):
            people.ask(self.db, [next_page(held.delivery, cursor, self.clock())])
        return Sent(covered)

    def people_page(self, cursor: str | None) -> Shape:
        try:
            return ask(self.client.users_list, limit=PEOPLE_PAGE, cursor=cursor)
        except Refused as refused:
            if refused.problem != "invalid_cursor":
                raise
            return ask(self.client.users_list, limit=PEOPLE_PAGE)

    def keep(self, shapes: Iterable[Shape]) -> None:
        people.keep_people(self.db, [profile(shape, self.team_id) for shape in shapes], self.admins)

    def person(self, held: Held) -> Sent:
        person_id = held.delivery.target
        covered = self.siblings(held)
        try:
            answer = ask(self.client.users_info, person_id, user=person_id)
        except Refused as refused:
            if refused.problem not in errors.NO_PERSON:
                raise
            people.keep_people(self.db, [self.stranger(person_id)], self.admins)
        else:
            self.keep([answer["user"]])
        return Sent(covered)

    def stranger(self, person_id: str) -> Profile:
        """Somebody whom Slack does not show us, under the name last known."""
        with self.db.read() as work:
            known = work.people.by_id(person_id)
        return Profile(person_id, known.name if known else "Someone outside", is_outside=True)

    def teams(self, held: Held) -> Sent:
        covered = self.siblings(held)
        try:
            answer = ask(self.client.usergroups_list, include_users=True, include_disabled=True)
        except Refused as refused:
            if refused.problem != "plan_upgrade_required":
                raise
            answer = {"usergroups": []}
        people.keep_groups(self.db, [group(shape) for shape in answer["usergroups"]], self.clock())
        return Sent(covered)

    def channel(self, held: Held) -> Sent:
        """Joins a public one, so that replies below cards are heard; a private one must invite Casebook."""
        channel_id = held.delivery.target
        covered = self.siblings(held)
        try:
            shape = ask(self.client.conversations_info, channel_id, channel=channel_id)["channel"]
            self.keep_channel(shape, self.members(shape))
        except Refused as refused:
            if refused.problem in errors.OUTSIDE:
                people.lose_channel(self.db, channel_id, self.clock())
            raise
        if not (is_private(shape) or shape.get("is_member") or shape.get("is_archived")):
            ask(self.client.conversations_join, channel_id, channel=channel_id)
            self.keep_channel({**shape, "is_member": True}, [])
        return Sent(covered)

    def keep_channel(self, shape: Shape, members: Sequence[str]) -> None:
        people.keep_channel(
            self.db,
            shape["id"],
            self.clock(),
            name=shape.get("name", ""),
            is_private=is_private(shape),
            is_archived=bool(shape.get("is_archived")),
            is_member=bool(shape.get("is_member")),
            members=members,
        )

    def members(self, shape: Shape) -> list[str]:
        if not is_private(shape):
            return []
        found: list[str] = []
        cursor = None
        while True:
            answer = ask(
                self.client.conversations_members, shape["id"], channel=shape["id"], limit=MEMBERS_PAGE, cursor=cursor
            )
            found += answer["members"]
            cursor = answer.get("response_metadata", {}).get("next_cursor")
            if not cursor:
                return found

    def siblings(self, held: Held) -> list[int]:
        """Asked before Slack is: whatever is wanted later may be about something newer."""
        with self.db.read() as work:
            return list(siblings(work, held))


def next_page(delivery: Delivery, cursor: str, now: datetime) -> Delivery:
    page = int(delivery.data.get("page", 1)) + 1
    first = str(delivery.data.get("first", delivery.key))
    return tell(
        Tell.PEOPLE,
        f"{first}/page/{page}",
        now,
        stream=delivery.stream,
        lane=delivery.lane,
        data={"cursor": cursor, "page": page, "first": first},
    )


def profile(shape: Shape, team_id: str) -> Profile:
    """docs.slack.dev, "User object"."""
    shown = shape.get("profile", {})
    return Profile(
        id=shape["id"],
        name=shown.get("display_name") or shown.get("real_name") or shape.get("real_name") or shape.get("name", ""),
        tz=shape.get("tz") or "UTC",
        email=shown.get("email") or "",
        is_admin=any(shape.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner")),
        is_guest=any(shape.get(flag) for flag in ("is_restricted", "is_ultra_restricted")),
        is_outside=is_outside(shape, team_id),
        is_bot=bool(shape.get("is_bot")) or shape["id"] == SLACKBOT,
        is_gone=bool(shape.get("deleted")),
    )


def is_outside(shape: Shape, team_id: str) -> bool:
    """On Enterprise Grid a person's own team may be another workspace of the organisation that they are in as well."""
    teams = {shape.get("team_id", team_id), *shape.get("enterprise_user", {}).get("teams", [])}
    return bool(shape.get("is_stranger")) or team_id not in teams


def group(shape: Shape) -> Group:
    return Group(
        id=shape["id"],
        handle=shape["handle"],
        name=shape.get("name") or shape["handle"],
        members=tuple(shape.get("users", [])),
        is_gone=bool(shape.get("date_delete")),
    )


def is_private(shape: Shape) -> bool:
    """What Slack does not call public is private: direct messages say nothing about it."""
    return bool(shape.get("is_private", True))
