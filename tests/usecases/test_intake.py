"""Alerts and their cases: opened once, counted, ended, begun again; in any order and at once, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from bot.domain.alert import Alert, is_late, tags_in
from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.facts import Source
from bot.domain.intake import MOST_MOVES, AlertState, KnownAlert, System
from bot.storage.database import Database
from bot.usecases import intake_clock, working
from bot.usecases.intake import Did, Terms, take_alert, take_alerts
from tests.usecases.world import START, Acts, at_once, card

MINUTE = timedelta(minutes=1)
TERMS = Terms(project=1, resolves=True, reopens=timedelta(hours=1))


def alert(state: AlertState = AlertState.TRIGGERED, minute: float = 0, key: str = "cpu", **more: object) -> Alert:
    facts = {"title": f"{key} is high", "kind": Source.MONITOR, "link": "https://example.com/1"} | more
    return Alert(System.DATADOG, key, state, at=START + minute * MINUTE, **facts)  # type: ignore[arg-type]


def take(db: Database, minute: float = 0, state: AlertState = AlertState.TRIGGERED, **more: object) -> Did:
    terms = more.pop("terms", TERMS)
    return take_alert(db, terms, alert(state, minute, **more), START + minute * MINUTE).did  # type: ignore[arg-type]


def known(db: Database) -> KnownAlert:
    with db.read() as work:
        return work.session.scalars(select(KnownAlert).where(KnownAlert.is_current)).one()


def cases(db: Database) -> list[Case]:
    with db.read() as work:
        return list(work.session.scalars(select(Case).order_by(Case.id)))


def kinds(db: Database) -> list[str]:
    with db.read() as work:
        return list(work.session.scalars(select(Entry.kind).order_by(Entry.id)))


def due(db: Database) -> int:
    with db.read() as work:
        return work.session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_repeats_are_counted_without_an_entry_or_a_delivery(db: Database) -> None:
    assert take(db) == Did.OPENED
    before = due(db)
    assert {take(db, minute) for minute in range(1, 50)} == {Did.COUNTED}
    assert (known(db).repeats, due(db), kinds(db)) == (49, before, [Kind.OPENED])
    assert known(db).last_at == START + 49 * MINUTE


def test_the_end_closes_once_and_the_next_beginning_reopens(db: Database) -> None:
    take(db)
    assert take(db, 5, AlertState.RECOVERED) == Did.RESOLVED
    assert take(db, 6, AlertState.RECOVERED) == Did.NOTHING
    assert take(db, 30) == Did.REOPENED
    assert kinds(db) == [Kind.OPENED, Kind.CLOSED, Kind.REOPENED]


def test_later_than_the_window_another_case_is_opened(db: Database) -> None:
    take(db)
    take(db, 5, AlertState.RECOVERED)
    assert take(db, 66) == Did.OPENED
    old, new = cases(db)
    assert (old.is_open, new.is_open, known(db).case_id, known(db).repeats) == (False, True, new.id, 0)
    with db.read() as work:
        assert work.cases.by_id(old.id).alert.state == AlertState.RECOVERED  # type: ignore[union-attr]


def test_without_resolving_both_are_noted(db: Database) -> None:
    terms = replace(TERMS, resolves=False)
    take(db, terms=terms)
    assert take(db, 5, AlertState.RECOVERED, terms=terms) == Did.RECOVERED
    assert take(db, 6, terms=terms) == Did.TRIGGERED
    assert kinds(db) == [Kind.OPENED, Kind.RECOVERED, Kind.ALERTED]


def test_a_case_that_a_person_closes_is_left_alone_for_a_while(db: Database, act: Acts) -> None:
    take(db)
    case = cases(db)[0]
    closed = working.close_case(db, act("ann"), case.id, "Resolved").case.closed_at
    assert closed is not None
    minute = (closed - START) / MINUTE
    assert take(db, minute + 5) == Did.COUNTED
    assert take(db, minute + 15) == Did.REOPENED


def test_an_archived_case_is_not_touched_any_more(db: Database, act: Acts) -> None:
    take(db)
    working.archive_case(db, act("ann"), cases(db)[0].id)
    assert take(db, 5) == Did.COUNTED
    assert take(db, 6, AlertState.RECOVERED) == Did.RECOVERED
    assert take(db, 7) == Did.OPENED


def test_one_that_goes_up_and_down_is_only_counted_in_the_end_and_stays_open(db: Database) -> None:
    take(db)
    for number in range(200):
        take(db, number / 10, AlertState.RECOVERED if number % 2 else AlertState.TRIGGERED, key="cpu")
    assert len(kinds(db)) <= MOST_MOVES + 2
    assert cases(db)[0].is_open
    assert take(db, 300) == Did.TRIGGERED
    assert take(db, 301, AlertState.RECOVERED) == Did.RESOLVED


def test_the_end_that_comes_before_its_beginning(db: Database) -> None:
    assert take(db, 5, AlertState.RECOVERED) == Did.NOTHING
    assert take(db, 4) == Did.NOTHING
    assert take(db, 6) == Did.OPENED


def test_the_end_of_an_earlier_cycle_ends_nothing(db: Database) -> None:
    take(db, cycle="1")
    take(db, 1, AlertState.RECOVERED, cycle="1")
    assert take(db, 2, cycle="2") == Did.REOPENED
    assert take(db, 3, AlertState.RECOVERED, cycle="1") == Did.NOTHING
    assert take(db, 4, AlertState.RECOVERED, cycle="2") == Did.RESOLVED
    assert take(db, 5, cycle="2") == Did.NOTHING


def test_the_same_delivery_again_changes_nothing(db: Database) -> None:
    assert take(db, delivery="d1") == Did.OPENED
    assert take(db, 9, delivery="d1") == Did.NOTHING
    assert take(db, 9, delivery="d2") == Did.COUNTED
    assert known(db).repeats == 1


def test_a_type_without_a_fitting_reason_is_not_closed(db: Database) -> None:
    take(db, kind=Source.SIGNAL)
    with db.write() as work:
        security = work.cases.type_named("Security")
        assert security is not None
        security.reasons = ["Testing"]
    assert take(db, 5, AlertState.RECOVERED) == Did.RECOVERED


def test_many_at_once_make_one_case_each(db: Database) -> None:
    def send(number: int) -> Did:
        return take(db, key=f"kind {number % 4}", delivery=f"d{number // 2}")

    did = at_once(32, send)
    assert len(cases(db)) == 4
    assert (did.count(Did.OPENED), did.count(Did.NOTHING)) == (4, 16)


def test_what_one_request_brings_is_taken_together_or_not_at_all(db: Database) -> None:
    alerts = [alert(key="a"), alert(key="b"), alert(key="a")]
    assert [one.did for one in take_alerts(db, TERMS, alerts, START)] == [Did.OPENED, Did.OPENED, Did.COUNTED]


def test_cards_follow_once_a_minute_and_wait_but_once(db: Database) -> None:
    take(db)
    case = cases(db)[0]
    card(db, case, "COPS", "1.1")
    for minute in range(1, 4):
        take(db, minute)
        intake_clock.refresh_cards(db, START + minute * MINUTE)
    with db.read() as work:
        drawn = work.session.scalars(select(Delivery.key).where(Delivery.kind == Tell.CARD.value)).all()
    assert len(drawn) == 1, "the card that waits to be drawn tells all of it"
    assert known(db).is_stale


def test_what_was_remembered_long_enough_is_forgotten(db: Database) -> None:
    take(db, state=AlertState.RECOVERED, delivery="d1")
    intake_clock.forget(db, START + timedelta(days=8))
    with db.read() as work:
        assert work.session.scalars(select(KnownAlert)).all() == []
    assert take(db, 12_000, delivery="d1") == Did.OPENED


def test_tags_become_attributes() -> None:
    assert tags_in("Environment:prod, env:dev,service:web,monitor, team: sre,bad name!:x,empty:") == {
        "env": "prod, dev", "service": "web", "team": "sre",
    }  # fmt: skip


def test_what_can_be_kept_of_an_alert() -> None:
    big = alert(key="k" * 500, title="t" * 500, text="x" * 9000, link="javascript:alert(1)", minute=60)
    kept = big.fitting(START)
    assert (len(kept.title), len(kept.text), kept.link, kept.at) == (200, 3000, "", START)
    assert kept.key.startswith("sha256:")
    assert alert(title="\u200b\x00", key="").fitting(START).title == "Alert by Datadog"


def test_lateness_is_told_by_the_cycle_and_else_by_the_time() -> None:
    over = KnownAlert(state=AlertState.RECOVERED.value, moved_at=START, cycle="")
    assert is_late(alert(), over)
    assert not is_late(alert(minute=1), over)
