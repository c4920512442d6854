"""Details: everything about one case, in a modal; and its timeline, in a modal or an ephemeral message."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Evidence, EvidenceKind, Relation
from bot.domain.facts import ATTRIBUTES
from bot.domain.intake import KnownAlert
from bot.domain.reading import Details, TimelinePage, Workspace
from bot.domain.wording import relation_words
from bot.views.blocks import Block, Message, View, actions, context, divider, fields, header, message, modal
from bot.views.cards import alert_line, archived_note, case_actions, facts, origin, snoozed_note, title_line
from bot.views.clicks import case_block, page_value
from bot.views.elements import button, option
from bot.views.forms.metadata import case_metadata
from bot.views.limits import clip, one_line
from bot.views.rich import Piece, anchor, bullets, line, moment, quote, rich_text, someone, words
from bot.views.storms import storm_blocks
from bot.views.text import NOBODY, Names, joined, mrkdwn, person, told
from bot.views.tickets import ticket_blocks
from bot.views.words import case_link, case_name, clock, plural

EVIDENCE_SHOWN = 20
RELATIONS_SHOWN = 20
WATCHERS_SHOWN = 40
OTHER_ATTRIBUTES = 10
TAGS_SHOWN = 1000
TITLES_IN_LIST = 120
WITH_NOTE = {Kind.NOTE_ADDED, Kind.EVIDENCE_ADDED, Kind.CLOSED}
DELETED = "This note was deleted."


@dataclass(frozen=True, slots=True)
class Room:
    """Characters for ``notes``, shared by all of a page, for one ``deed`` and for one ``title`` of its ``pieces``."""

    notes: int
    deed: int
    pieces: int
    title: int

    def for_note(self, count: int) -> int:
        return max(100, self.notes // max(1, count))


IN_VIEW = Room(notes=12_000, deed=1000, pieces=5, title=TITLES_IN_LIST)
IN_MESSAGE = Room(notes=3000, deed=240, pieces=2, title=80)


def details_view(found: Details, workspace: Workspace, *, names: Names = NOBODY, now: datetime | None = None) -> View:
    case = found.case
    blocks = [
        title_line(case, workspace),
        actions(_actions(found, workspace), block_id=case_block(case.id, case.version)),
    ]
    if case.is_archived:
        blocks.append(archived_note(case))
    if case.snoozed_until:
        blocks.append(snoozed_note(case.snoozed_until, case.snoozed_by, names))
    blocks += [fields(facts(case, clock(now), names)), *_more_facts(case, names, workspace)]
    if case.comes_from_alert and case.alert:
        blocks += _alert_blocks(case, case.alert)
    if found.storm:
        blocks += storm_blocks(found.storm)
    if case.description.strip():
        blocks += [header("Description"), rich_text(line(case.description))]
    blocks += ticket_blocks(case, names)
    blocks += _evidence_blocks(found, names) + _relation_blocks(found, workspace)
    blocks += [divider(), header("Timeline"), *timeline_blocks(found.timeline, names, IN_VIEW, "details.page")]
    metadata = case_metadata(case, page=found.timeline.page)
    return modal("case.details", case.key, blocks, close="Close", metadata=metadata)


def timeline_view(page: TimelinePage, workspace: Workspace, *, names: Names = NOBODY) -> View:
    blocks = [title_line(page.case, workspace), *timeline_blocks(page, names, IN_VIEW, "timeline.page")]
    return modal("case.timeline", "Timeline", blocks, close="Close", metadata=case_metadata(page.case, page=page.page))


def timeline_message(page: TimelinePage, workspace: Workspace, *, names: Names = NOBODY) -> Message:
    blocks = [title_line(page.case, workspace), *timeline_blocks(page, names, IN_MESSAGE, "timeline.page")]
    return message(f"Timeline of {case_name(page.case)}, newest first", blocks)


def _actions(found: Details, workspace: Workspace) -> list[Block]:
    """The card's, but for the button that brought us here; watching is known here, so More says what it will do."""
    *row, last = case_actions(found.case, workspace, details=False)
    row += [*_rest(found.case), last]
    watch = option("Unwatch", "case.unwatch") if found.is_watching else option("Watch", "case.watch")
    return [_with_watch(element, watch) for element in row]


def _rest(case: Case) -> list[Block]:
    if case.is_snoozed:
        return [button("End snooze", "case.wake", label=f"End the snooze of {case.key}")]
    if case.is_open and not case.is_archived:
        return [button("Snooze", "case.snooze", label=f"Snooze {case.key}")]
    return []


def _with_watch(element: Block, watch: Block) -> Block:
    if element["action_id"] != "case.more":
        return element
    return {**element, "options": [watch if o["value"] == "case.watching" else o for o in element["options"]]}


def _more_facts(case: Case, names: Names, workspace: Workspace) -> list[Block]:
    others = [(name, value) for name, value in case.attributes.items() if name not in ATTRIBUTES and value]
    blocks = []
    if others:
        blocks.append(fields([mrkdwn("*{}*\n{}", name, value) for name, value in others[:OTHER_ATTRIBUTES]]))
    blocks.append(context(joined(origin(case, names, workspace))))
    watchers = [watcher.person_id for watcher in case.watchers]
    if watchers:
        shown = joined([person(id_, names) for id_ in watchers[:WATCHERS_SHOWN]], ", ")
        more = len(watchers) - WATCHERS_SHOWN
        rest = f" and {more} more" if more > 0 else ""
        blocks.append(context(mrkdwn("Watched by {}{}", shown, rest)))
    return blocks


def _alert_blocks(case: Case, alert: KnownAlert) -> list[Block]:
    """With the tags that are no attributes, since a field has their name or there are too many."""
    first = line("First seen ", moment(alert.first_at))
    others = [f"{name}: {value}" for name, value in alert.tags.items() if name not in case.attributes]
    tags = [line("Tags: ", clip(one_line(", ".join(others)), TAGS_SHOWN))] if others else []
    return [header("What raised it"), rich_text(bullets([alert_line(case, alert), first, *tags]))]


def _evidence_blocks(found: Details, names: Names) -> list[Block]:
    total = max(found.case.evidence_count, len(found.evidence))
    if not found.evidence:
        return []
    newest = sorted(found.evidence, key=lambda piece: (piece.added_at, piece.id or 0), reverse=True)[:EVIDENCE_SHOWN]
    blocks = [header(f"Evidence ({total})"), rich_text(bullets([evidence_line(piece, names) for piece in newest]))]
    if total > len(newest):
        blocks.append(context(f"The newest {len(newest)} of {plural(total, 'piece')} of evidence."))
    return blocks


KINDS = {EvidenceKind.MESSAGE: "Message", EvidenceKind.LINK: "Link", EvidenceKind.FILE: "File"}


def evidence_line(piece: Evidence, names: Names) -> Block:
    kind = KINDS.get(EvidenceKind(piece.kind), "Evidence")
    title = clip(one_line(piece.title) or kind, TITLES_IN_LIST)
    pieces: list[Piece] = [words(f"{kind}: "), anchor(piece.url, title)]
    if piece.author:
        pieces.append(f" by {clip(one_line(piece.author), 80)}")
    pieces += [", ", moment(piece.said_at or piece.added_at), ", added by ", someone(piece.added_by, names)]
    return line(*pieces)


def _relation_blocks(found: Details, workspace: Workspace) -> list[Block]:
    if not found.relations:
        return []
    shown = [_relation_line(found.case, *pair, workspace) for pair in found.relations[:RELATIONS_SHOWN]]
    blocks = [header("Related cases"), rich_text(bullets(shown))]
    if len(found.relations) > len(shown):
        blocks.append(context(f"And {len(found.relations) - len(shown)} more."))
    return blocks


def _relation_line(case: Case, relation: Relation, other: Case, workspace: Workspace) -> Block:
    """Read from this case: one that was entered on the other side is read backwards."""
    said = relation_words(relation.kind, backwards=relation.case_id != case.id)
    link = anchor(case_link(other, workspace), other.key, strong=True)
    title = clip(one_line(other.title), TITLES_IN_LIST)
    return line(f"{said.capitalize()} ", link, f" {title} ({other.status})")


def timeline_blocks(page: TimelinePage, names: Names, room: Room, action_id: str) -> list[Block]:
    if not page.entries:
        return [context("Nothing on this page.")]
    blocks = [entry_block(entry, page, names, room) for entry in page.entries]
    row = []
    if page.page > 1:
        row.append(button("Newer", f"{action_id}.back", value=_page(page, -1)))
    if page.has_next:
        row.append(button("Older", action_id, value=_page(page, +1)))
    return [*blocks, actions(row)] if row else blocks


def _page(page: TimelinePage, step: int) -> str:
    return page_value(page.page + step, case_id=page.case.id) or ""


def entry_block(entry: Entry, page: TimelinePage, names: Names, room: Room) -> Block:
    """When, who, what; below it the note or the evidence that the entry speaks of."""
    pieces: list[Piece] = [moment(entry.at), "  "]
    for index, (text, who) in enumerate(told(entry)):
        pieces.append(someone(who, names, strong=index == 0) if who else clip(text, room.deed))
    note = page.notes.get(entry.data.get("note") or 0) if entry.kind in WITH_NOTE else None
    if note and note.edited_at and not note.deleted_at:
        pieces.append(" (edited since)")
    below: list[Block] = []
    if note and (words_ := DELETED if note.deleted_at else note.text.strip()):
        below.append(quote(clip(words_, room.for_note(len(page.notes)))))
    found = [page.evidence[id_] for id_ in entry.data.get("evidence") or () if id_ in page.evidence]
    if found:
        below.append(bullets([_short_evidence(piece, room.title) for piece in found[: room.pieces]]))
    return rich_text(line(*pieces), *below)


def _short_evidence(piece: Evidence, limit: int) -> Block:
    return line(anchor(piece.url, clip(one_line(piece.title) or "Evidence", limit)))
