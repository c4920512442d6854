"""The inbox form, with what its query finds below it, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import digest
from bot.domain.errors import Invalid
from bot.domain.inbox import NAME_LIMIT, RECIPIENT_LIMIT, STAYS, Event, Inbox, Medium
from bot.domain.reading import InboxForm, Preview
from bot.views.blocks import Block, View, actions, context, divider, field_input, modal, section
from bot.views.elements import (
    button,
    checkboxes,
    confirm,
    external_select,
    grouped_select,
    multi_channel_select,
    multi_users_select,
    option,
    select,
    text_input,
)
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.forms.plain import with_blocks
from bot.views.forms.query_field import query_field
from bot.views.inbox_posts import stay_words
from bot.views.limits import OPTIONS
from bot.views.pickers import shelf_groups
from bot.views.queries import PREVIEW, preview_blocks, typed_query, without_preview
from bot.views.text import mrkdwn

ME = "me"
NEVER = "none"
EVENTS = [
    option("A case is opened and matches", Event.CREATED.value),
    option("A case comes to match later", Event.ENTERED.value, "For example when its priority is raised"),
    option("A case stops matching", Event.LEFT.value, "For example when it is closed"),
]
DIGESTS = [
    option("No digest", NEVER),
    option("Every day", digest.DAILY),
    *(option(f"Every {name}", day) for day, name in digest.DAY_NAMES.items()),
]
HALF_HOURS = range(0, 24 * 60, 30)
QUERY_HINT = "What is found is shown below while you type. For example is:open priority:>=P2"
CHANNEL_HINT = (
    "Cases of private projects are posted only in their project's own channel. Invite Casebook to private channels: "
    "/invite @casebook"
)
PEOPLE_HINT = f"By direct message, of cases that they may see. Channels and people together: up to {RECIPIENT_LIMIT}."


@dataclass(frozen=True, slots=True)
class InboxFormFields:
    """As ``usecases.inboxes.InboxFields`` has them. ``inbox``: the id of the one that is edited, else 0."""

    inbox: int
    name: str
    query: str
    team: int | None
    project: int | None
    events: tuple[str, ...]
    stay_minutes: int | None
    channels: tuple[str, ...]
    people: tuple[str, ...]
    digest: str | None
    digest_minute: int


def inbox_form(form: InboxForm, *, below: int = 0, token: str = "") -> View:
    """``below``: the page of the list of inboxes that the form lies upon; 0 if it lies on something else.

    ``token``: see ``query_field``.
    """
    inbox = form.inbox
    metadata = pack(inbox=inbox.id or 0 if inbox else 0, below=below)
    name = text_input("name", value=inbox.name if inbox else "", placeholder="Urgent checkouts", limit=NAME_LIMIT)
    blocks = [
        field_input("name", "Name", name),
        *query_field(typed_query(form.preview.query), token=token, hint=QUERY_HINT),
        *preview_blocks(form.preview),
        field_input("shelf", "Whose inbox", _shelf_menu(form)),
        *_recipients(inbox),
        *_occasions(inbox),
        *_digest(form),
    ]
    if inbox is None or not inbox.id:
        return modal("inbox.new", "New inbox", blocks, submit="Create", metadata=metadata)
    blocks += [divider(), actions(_more(inbox), block_id="inbox/more")]
    return modal("inbox.edit", "Edit inbox", blocks, submit="Save", metadata=metadata)


def _shelf_menu(form: InboxForm) -> Block:
    groups = shelf_groups(form)
    options = [choice for group in groups.values() for choice in group]
    chosen = _shelf_of(form.inbox)
    if len(options) <= OPTIONS:
        return grouped_select("shelf", "Choose", groups, chosen=chosen)
    start = next(choice for choice in options if choice["value"] == chosen)
    return external_select("form.shelf", "Type a team's or a project's name", chosen=start)


def _shelf_of(inbox: Inbox | None) -> str:
    if inbox and inbox.team_id:
        return f"team/{inbox.team_id}"
    return f"project/{inbox.project_id}" if inbox and inbox.project_id else ME


def _recipients(inbox: Inbox | None) -> list[Block]:
    told = inbox.recipients if inbox else []
    channels = [one.target for one in told if one.medium == Medium.CHANNEL]
    people = [one.target for one in told if one.medium == Medium.PERSON]
    return [
        field_input(
            "channels", "Tell channels", multi_channel_select("channels", "No channel", chosen=channels), optional=True,
            hint=CHANNEL_HINT,
        ),
        field_input(
            "people", "Tell people", multi_users_select("people", "Nobody", chosen=people), optional=True,
            hint=PEOPLE_HINT,
        ),
    ]  # fmt: skip


def _occasions(inbox: Inbox | None) -> list[Block]:
    events = inbox.events if inbox else [Event.CREATED.value]
    stay = inbox.stay_minutes if inbox else None
    return [
        field_input("events", "Tell them when", checkboxes("events", EVENTS, chosen=events), optional=True),
        field_input("stay", "Tell them of cases still there after", _stay_menu(stay)),
    ]


def _stay_menu(stay: int | None) -> Block:
    stays = STAYS if stay is None else sorted({*STAYS, stay})
    options = [option("Do not tell", NEVER), *(option(stay_words(minutes), str(minutes)) for minutes in stays)]
    return select("stay", "Choose", options, chosen=str(stay) if stay else NEVER)


def _digest(form: InboxForm) -> list[Block]:
    inbox = form.inbox
    every, minute = (inbox.digest or NEVER, inbox.digest_minute) if inbox else (NEVER, 540)
    times = [option(f"{at // 60:02}:{at % 60:02}", str(at)) for at in sorted({*HALF_HOURS, minute})]
    whose = f"By the clocks of {form.owner}, whose inbox it is: {form.tz}." if form.owner else f"By yours: {form.tz}."
    return [
        field_input("digest", "Digest of what is in it", select("digest", "Choose", DIGESTS, chosen=every)),
        field_input("time", "Digest's time", select("time", "Choose", times, chosen=str(minute)), hint=whose),
    ]


def _more(inbox: Inbox) -> list[Block]:
    sure = confirm(
        "Delete this inbox?",
        mrkdwn("Nobody is told by *{}* any more. Its cases, and the posts that it has made, stay.", inbox.name),
        "Delete", "Keep it", danger=True,
    )  # fmt: skip
    outside = button("PagerDuty and webhooks", "inbox.outside", value=str(inbox.id))
    return [outside, button("Delete inbox", "inbox.delete", value=str(inbox.id), style="danger", sure=sure)]


def with_preview(view: Mapping[str, Any], found: Preview) -> View:
    """The form as somebody has filled it in so far, with what its query finds now."""
    blocks: list[Block] = []
    for block in view["blocks"]:
        if block.get("block_id") == PREVIEW:
            blocks += preview_blocks(found)
        elif without_preview(block):
            blocks.append(block)
    return with_blocks(view, blocks)


def read_below(view: Mapping[str, Any]) -> int:
    """The page of the list of inboxes that the form lies upon; 0 if it lies on something else."""
    return int(unpack(view).get("below", 0))


def read_inbox(view: Mapping[str, Any]) -> InboxFormFields:
    """Raises ``Invalid`` for what the form does not offer."""
    kind, _, shelf = (state.choice(view, "shelf") or ME).partition("/")
    stay, every, time = (state.choice(view, name) for name in ("stay", "digest", "time"))
    if every not in (None, NEVER, *digest.CHOICES):
        raise Invalid.field("digest", "Choose every day, a day of the week, or no digest.")
    return InboxFormFields(
        inbox=int(unpack(view).get("inbox", 0)),
        name=state.text(view, "name"),
        query=state.text(view, "query"),
        team=int(shelf) if kind == "team" and shelf.isdecimal() else None,
        project=int(shelf) if kind == "project" and shelf.isdecimal() else None,
        events=tuple(state.choices(view, "events")),
        stay_minutes=int(stay) if stay and stay.isdecimal() else None,
        channels=state.channels(view, "channels"),
        people=state.people(view, "people"),
        digest=None if every in (None, NEVER) else every,
        digest_minute=int(time) % 1440 if time and time.isdecimal() else 540,
    )


def inbox_saved(inbox: Inbox, told: Sequence[str], *, created: bool) -> View:
    """What came of the form. ``told``: what the inbox does from now on, a sentence each."""
    done = "is created" if created else "is saved"
    row = [button("Show its cases", "inbox.open", value=f"inbox/{inbox.id}", label=f"Show the cases of {inbox.name}")]
    row.append(button("PagerDuty and webhooks", "inbox.outside", value=str(inbox.id)))
    blocks = [section(mrkdwn("Inbox *{}* {}.", inbox.name, done)), *(context(words) for words in told), actions(row)]
    return modal("inbox.done", "Inbox", blocks, close="Close")
