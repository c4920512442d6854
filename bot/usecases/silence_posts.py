"""What inboxes' posts say of silences: kept true in place, from the beginning of a silence to its end."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from bot.domain import silence_telling
from bot.domain.case import Case
from bot.domain.silence import Silence
from bot.storage.database import Database, Work
from bot.usecases.searching import found_by
from bot.usecases.silencing import covers
from bot.usecases.verb import once

BATCH = 200


def name_silences(db: Database, case_id: int, now: datetime) -> None:
    """Called after every change of a case: it may have come under a silence, or out from under one."""
    with db.read() as work:
        lasting = work.silences.lasting(now)
        case = work.cases.by_id(case_id) if lasting else None
        if case is None:
            return
        wanted = concerning(work, case, lasting, now)
        named = {one.id for one in work.silences.named(case_id, now)}
    if wanted != named:
        once(db, lambda work: rename(work, case_id, wanted, named - wanted, now))


def concerning(work: Work, case: Case, lasting: Sequence[Silence], now: datetime) -> set[int]:
    """The silences that posts of the case have to name. Of a case that is closed nobody expects to be told."""
    posting = work.inboxes.posting(case.id) if is_at_work(case) else set()
    if not posting:
        return set()
    return {one.id for one in lasting if (one.inbox_id in posting if one.inbox_id else covers(work, one, case, now))}


def is_at_work(case: Case) -> bool:
    return case.is_open and not case.is_archived


def rename(work: Work, case_id: int, wanted: Collection[int], left: Collection[int], now: datetime) -> None:
    for silence_id in sorted(wanted):
        work.silences.name(silence_id, [case_id])
    work.silences.unname(left, [case_id])
    occasion = f"{now.isoformat()}/{len(wanted)}"
    work.enqueue(silence_telling.redrawn(work.inboxes.posted([case_id]), occasion, now))


def keep_posts(db: Database, silence_id: int, now: datetime) -> None:
    """Have the posts of all its cases say that it lasts, or that it does no more."""
    with db.read() as work:
        silence = work.silences.by_id(silence_id)
    if silence is None:
        return
    if silence.ends_at <= now:
        lift(db, silence_id, now)
        return
    for cases in beneath(db, silence, now):
        with db.write() as work:
            fresh = work.silences.name(silence_id, cases)
            work.enqueue(silence_telling.redrawn(work.inboxes.posted(fresh), f"{silence_id}/begun", now, many=True))


def lift(db: Database, silence_id: int, now: datetime) -> None:
    while True:
        with db.write() as work:
            cases = work.silences.cases(silence_id, BATCH)
            if not cases:
                return
            work.silences.unname([silence_id], cases)
            work.enqueue(silence_telling.redrawn(work.inboxes.posted(cases), f"{silence_id}/over", now, many=True))


def beneath(db: Database, silence: Silence, now: datetime) -> Iterator[list[int]]:
    """The ids of the cases at work that inboxes have posted and that the silence concerns, a batch at a time."""
    if silence.inbox_id is None:
        for found in found_by(db, silence.made_by, silence.query, now, BATCH):
            with db.read() as work:
                posted = work.inboxes.posted(case.id for case in found if is_at_work(case))
            yield sorted({case_id for case_id, _ in posted})
        return
    after = 0
    while True:
        with db.read() as work:
            ids = work.inboxes.posted_by(silence.inbox_id, after, BATCH)
        if not ids:
            return
        yield list(ids)
        after = ids[-1]
