"""Keeping posts as evidence, and thread replies as notes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Refusal
from bot.domain.evidence import Evidence, EvidenceKind, Note, PostRole
from bot.domain.reading import PostRef, Workspace
from bot.domain.rights import Right
from bot.domain.text import is_blank
from bot.storage.database import Database, Work
from bot.usecases.access import authorize, case_for, person_of
from bot.usecases.people import ask
from bot.usecases.verb import Outcome, earlier, loaded, once, record, verb
from bot.usecases.working import new_note


def again(post: PostRef) -> PostRef:
    """The same post, to be made into another case on purpose."""
    return replace(post, again=True)


def said_at(ts: str) -> datetime:
    """When a Slack message was written: its ``ts`` is Unix seconds."""
    return datetime.fromtimestamp(float(ts), UTC)


def evidence_of(act: Act, case: Case, post: PostRef, workspace: Workspace) -> list[Evidence]:
    """The post itself, then its links, then its files; each address once."""
    link = workspace.link(post.channel, post.ts, post.thread_ts)
    own = piece(case, act, EvidenceKind.MESSAGE, post.title or "Message", link)
    own.text, own.author, own.said_at = post.text, post.author, said_at(post.ts)
    links = [piece(case, act, EvidenceKind.LINK, label or url, url) for url, label in post.links]
    found: dict[str, Evidence] = {}
    for one in (own, *links, *files_of(act, case, post.files)):
        found.setdefault(one.url, one)
    return list(found.values())


def files_of(act: Act, case: Case, files: Sequence[tuple[str, str]]) -> list[Evidence]:
    return [piece(case, act, EvidenceKind.FILE, name, url) for url, name in files]


def piece(case: Case, act: Act, kind: EvidenceKind, title: str, url: str) -> Evidence:
    return Evidence(
        case_id=case.id, kind=kind.value, title=title, url=url, text="", author="", added_by=act.actor, added_at=act.at
    )


@verb()
def add_to_case(work: Work, case: Case, act: Act, post: PostRef, text: str, workspace: Workspace) -> Entry | None:
    """The post as evidence with an optional note; ``None`` if the case has it already and nothing was noted."""
    pieces = [one for one in evidence_of(act, case, post, workspace) if not work.cases.has_evidence(case, one.url)]
    note = None if is_blank(text) else new_note(case, act, text)
    if note:
        work.add(note)
    if not pieces:
        return case.add_note(act, note) if note else None
    work.add(*pieces)
    return case.add_evidence(act, pieces, note)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in a thread: new, edited or deleted. ``files``: (permalink, name)."""

    channel: str
    ts: str
    thread_ts: str
    author: str
    text: str
    files: tuple[tuple[str, str], ...] = ()


def keep_reply(db: Database, act: Act, reply: Reply) -> Outcome | None:
    """A reply below a card or an escalated post becomes a note; ``None`` for any other thread."""
    with db.read() as work:  # most replies are none of ours, and must not wait for those who write
        case_id = case_of_reply(work, reply)
    if case_id is None:
        return None

    def attempt(work: Work) -> Outcome:
        case = case_for(work, act, case_id, Right.CONTRIBUTE, lock=True)
        if repeated := earlier(work, act):
            return repeated
        if work.cases.note_from(reply.channel, reply.ts):
            return Outcome(loaded(case), None, repeated=True)
        return record(work, case, add_reply(work, case, act, reply))

    return once(db, attempt)


def change_reply(db: Database, act: Act, reply: Reply, *, deleted: bool) -> Outcome | None:
    """An edited or deleted reply changes its note; ``None`` if it is none of ours.

    Slack may tell of a change before it tells of the reply: then the change leaves a note for the reply to find.
    """
    with db.read() as work:
        case_id = case_of_reply(work, reply)
    if case_id is None:
        return None

    def attempt(work: Work) -> Outcome | None:
        case = work.cases.by_id(case_id, lock=True)
        note = work.cases.note_from(reply.channel, reply.ts)
        if case is None or (note is None and said_at(reply.ts) < case.created_at):
            return None
        if repeated := earlier(work, act):
            return repeated
        if deleted:
            # What somebody takes back in Slack is taken back here, whatever has become of their rights.
            return record(work, case, take_back(work, case, act, reply, note))
        authorize(work, Right.CONTRIBUTE, person_of(work, act.actor), case.project)
        if note is None:
            return record(work, case, add_reply(work, case, act, reply, edited_at=act.at))
        return record(work, case, case.edit_note(act, note, reply.text, written_in(work, reply)))

    return once(db, attempt)


def case_of_reply(work: Work, reply: Reply) -> int | None:
    """The case that its note is of, else the one whose thread it is in."""
    found = work.cases.note_from(reply.channel, reply.ts) or work.cases.post_of_thread(reply.channel, reply.thread_ts)
    return found.case_id if found else None


def add_reply(work: Work, case: Case, act: Act, reply: Reply, edited_at: datetime | None = None) -> Entry:
    note = note_of(case, reply)
    note.edited_at = edited_at
    files = files_of(act, case, reply.files)
    work.add(note, *files)
    return case.add_note(act, note, files, written_in(work, reply))


def take_back(work: Work, case: Case, act: Act, reply: Reply, note: Note | None) -> Entry | None:
    """Of a reply that is still to come, only that it was deleted is kept."""
    if note:
        return case.delete_note(act, note, written_in(work, reply))
    note = note_of(case, reply)
    note.text, note.deleted_at = "", act.at
    work.add(note)
    return None


def note_of(case: Case, reply: Reply) -> Note:
    return Note(
        case_id=case.id, author=reply.author, text=reply.text, created_at=said_at(reply.ts), channel=reply.channel,
        ts=reply.ts,
    )  # fmt: skip


def written_in(work: Work, reply: Reply) -> str | None:
    """The channel whose card's thread holds the reply already, so that it is not said there again."""
    post = work.cases.post_of_thread(reply.channel, reply.thread_ts)
    return post.channel if post and post.role == PostRole.CARD else None


def hear_again(db: Database, act: Act, reply: Reply) -> None:
    """For a reply below a post of ours that no case claims yet: the card was posted, but that is not recorded yet."""
    ask(db, [telling.reply_again(reply.channel, reply.ts, act.at, {**asdict(reply), "origin": act.origin})])


def keep_late_reply(db: Database, data: Mapping[str, Any]) -> Outcome | None:
    """The reply that ``hear_again`` set aside; ``None`` if it is still below a post that no case claims."""
    origin, files = data["origin"], tuple((url, name) for url, name in data["files"])
    reply = Reply(**{key: value for key, value in data.items() if key != "origin"} | {"files": files})
    act = Act(actor=reply.author, at=said_at(reply.ts), via="thread", origin=origin)
    try:
        return keep_reply(db, act, reply)
    except Refusal as refusal:
        refuse_reply(db, act, reply.channel, reply.ts, reply.thread_ts, refusal)
        raise


def refuse_reply(db: Database, act: Act, channel: str, ts: str, thread_ts: str | None, refusal: Refusal) -> None:
    """Tell somebody, where they wrote it, that their reply is no note."""
    sentence = f"Your reply was not kept as a note. {refusal.sentence}"
    key = f"{channel}/{ts}/{act.actor}"
    ask(db, [telling.whisper(key, act.at, person=act.actor, channel=channel, thread_ts=thread_ts, sentence=sentence)])
