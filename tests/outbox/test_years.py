"""Three years of retention and digests, week by week, in seconds."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.case import Case
from bot.domain.retention import Departure, State, Tombstone, months_before
from bot.jobs import JOBS, Clockwork
from bot.usecases import retention, working
from bot.usecases.inboxes import InboxFields, create_inbox
from tests.outbox.conftest import Town

WEEKS = 156
OURS = {"inboxes", "departures", "retention", "purge"}


@pytest.mark.slow
def test_three_years_go_by(sqlite_town: Town) -> None:
    town = sqlite_town
    jobs = tuple(job for job in JOBS if job.name in OURS)
    fields = InboxFields("Weekly", "is:closed", digest="mon", events=(), channels=[town.general.id])
    create_inbox(town.db, town.act(town.ann), fields)
    kept, closed = set(), {}
    for week in range(WEEKS):
        if week % 3 == 0:
            case = town.open(f"of week {week}")
            working.close_case(town.db, town.act(town.bob), case.key, "resolved")
            closed[case.key] = town.clock()
            if week % 30 == 0:
                retention.keep_for(town.db, town.act(town.ann), case.id, None)
                kept.add(case.key)
        if week == 80:
            town.clock.move(days=2)  # nobody looked for two days
        town.clock.move(days=7)
        clockwork = Clockwork(town.db, town.clock, jobs)
        for job in jobs:
            clockwork.tick(job)
        town.tell()
    now = town.clock()
    with town.db.read() as work:
        left = set(work.session.scalars(select(Case.key)))
        stones = {row.key: row.deleted_at for row in work.session.scalars(select(Tombstone))}
        departures = work.session.scalars(select(Departure)).all()
    assert left | stones.keys() == closed.keys()
    assert not left & stones.keys()
    assert kept <= left
    over = {key for key, at in closed.items() if at <= months_before(now, 15) - timedelta(weeks=3)}
    assert over - kept <= stones.keys(), "kept for too long"
    assert all(months_before(gone, 15) >= closed[key] for key, gone in stones.items()), "gone too early"
    assert sum(one.gone for one in departures) == len(stones) > 20
    for one in departures:
        if one.state == State.OVER and one.gone:
            assert one.leaves_at
            assert one.ended_at
            assert one.ended_at >= one.leaves_at
    assert not town.dead()
    digests = [message for message in town.slack.messages(town.general) if "Digest of" in message.shown]
    assert len(digests) == WEEKS
