"""Keeping posts as evidence, and thread replies as notes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.evidence import Evidence, EvidenceKind, Note, Post, PostRole
from bot.domain.reading import PostRef, Workspace
from bot.domain.rights import Right
from bot.storage.database import Database, Work
from bot.usecases.access import case_for
from bot.usecases.verb import Outcome, earlier, once, record, verb
from bot.usecases.working import new_note


def again(post: PostRef) -> PostRef:
    """The same post, to be made into another case on purpose."""
    return replace(post, again=True)


def said_at(ts: str) -> datetime:
    """When a Slack message was written: its ``ts`` is Unix seconds."""
    return datetime.fromtimestamp(float(ts), UTC)


def evidence_of(act: Act, case: Case, post: PostRef, workspace: Workspace) -> list[Evidence]:
    """The post itself, then its links, then its files."""
    link = workspace.link(post.channel, post.ts, post.thread_ts)
    own = piece(case, act, EvidenceKind.MESSAGE, post.title or "Message", link)
    own.text, own.author, own.said_at = post.text, post.author, said_at(post.ts)
    links = [piece(case, act, EvidenceKind.LINK, label or url, url) for url, label in post.links]
    return [own, *links, *files_of(act, case, post.files)]


def files_of(act: Act, case: Case, files: Sequence[tuple[str, str]]) -> list[Evidence]:
    return [piece(case, act, EvidenceKind.FILE, name, url) for name, url in files]


def piece(case: Case, act: Act, kind: EvidenceKind, title: str, url: str) -> Evidence:
    return Evidence(
        case_id=case.id, kind=kind.value, title=title[:300], url=url, text="", author="", added_by=act.actor,
        added_at=act.at,
    )  # fmt: skip


@verb()
def add_to_case(work: Work, case: Case, act: Act, post: PostRef, text: str, workspace: Workspace) -> Entry | None:
    """The post as evidence with an optional note; ``None`` if the case has it already and nothing was noted."""
    pieces = [p for p in evidence_of(act, case, post, workspace) if not work.cases.has_evidence(case, p.url)]
    note = new_note(case, act, text) if text.strip() else None
    if note:
        work.add(note)
    if not pieces:
        return case.add_note(act, note) if note else None
    work.add(*pieces)
    return case.add_evidence(act, pieces, note)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in a thread: new, edited or deleted. ``files``: (name, permalink)."""

    channel: str
    ts: str
    thread_ts: str
    author: str
    text: str
    files: tuple[tuple[str, str], ...] = ()


def keep_reply(db: Database, act: Act, reply: Reply) -> Outcome | None:
    """A reply below a card or an escalated post becomes a note; ``None`` for any other thread."""
    with db.read() as work:
        if work.cases.post_of_thread(reply.channel, reply.thread_ts) is None:
            return None

    def attempt(work: Work) -> Outcome:
        post = thread_post(work, reply)
        case = case_for(work, act, post.case_id, Right.CONTRIBUTE, lock=True)
        if repeated := earlier(work, act):
            return repeated
        note = Note(
            case_id=case.id, author=act.actor, text=reply.text, created_at=said_at(reply.ts), channel=reply.channel,
            ts=reply.ts,
        )  # fmt: skip
        files = files_of(act, case, reply.files)
        work.add(note, *files)
        return record(work, case, case.add_note(act, note, files, written_in(post)))

    return once(db, attempt)


def thread_post(work: Work, reply: Reply) -> Post:
    post = work.cases.post_of_thread(reply.channel, reply.thread_ts)
    if post is None:
        raise LookupError(f"the post of thread {reply.thread_ts} went while its reply came")
    return post


def written_in(post: Post | None) -> str | None:
    """The channel whose card thread holds the reply already, so that it is not said there again."""
    return post.channel if post and post.role == PostRole.CARD else None


def change_reply(db: Database, act: Act, reply: Reply, *, deleted: bool) -> Outcome | None:
    """An edited or deleted reply changes its note; ``None`` if it never was one."""

    with db.read() as work:
        if work.cases.note_from(reply.channel, reply.ts) is None:
            return None

    def attempt(work: Work) -> Outcome:
        note = work.cases.note_from(reply.channel, reply.ts)
        if note is None:
            raise LookupError(f"the note of message {reply.ts} went while it was being changed")
        case = case_for(work, act, note.case_id, Right.CONTRIBUTE, lock=True)
        if repeated := earlier(work, act):
            return repeated
        thread = written_in(work.cases.post_of_thread(reply.channel, reply.thread_ts))
        change = case.delete_note(act, note, thread) if deleted else case.edit_note(act, note, reply.text, thread)
        return record(work, case, change)

    return once(db, attempt)


def whisper(db: Database, act: Act, *, channel: str, thread_ts: str | None, sentence: str, key: str) -> None:
    """Tell one person something where they are, when there is no click to answer."""
    delivery = telling.whisper(key, act.at, person=act.actor, channel=channel, thread_ts=thread_ts, sentence=sentence)
    with db.write() as work:
        if not work.deliveries.has_key(delivery.key):
            work.enqueue([delivery])
