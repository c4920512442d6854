"""Alert storms: many new kinds of one source become one case, once, whoever takes them; on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.facts import Source
from bot.domain.intake import AlertState, KnownAlert
from bot.domain.priority import Priority
from bot.domain.storm import Storm
from bot.domain.wording import sentence
from bot.storage.database import Database
from bot.usecases import looking, working
from bot.usecases.intake import Did, take_alerts
from bot.usecases.storm_clock import see_to_storms
from tests.usecases.test_cost import cost
from tests.usecases.test_intake import MINUTE, TERMS, alert, cases, take
from tests.usecases.world import START, Acts, at_once, card, rows

STORMY = replace(TERMS, intake="hook/1", most=3)
RECOVERED = AlertState.RECOVERED


def came(
    db: Database, minute: float, *numbers: int, state: AlertState = AlertState.TRIGGERED, **more: object
) -> list[Did]:
    return [take(db, minute, state, key=f"kind {number}", terms=STORMY, **more) for number in numbers]


def storm(db: Database) -> Storm:
    return rows(db, Storm)[-1]  # type: ignore[no-any-return]


def storm_case(db: Database) -> Case:
    return next(case for case in cases(db) if case.id == storm(db).case_id)


def look(db: Database, minute: float) -> None:
    see_to_storms(db, START + minute * MINUTE)


def kinds_of(db: Database, case: Case) -> list[str]:
    return [entry.kind for entry in rows(db, Entry, Entry.case_id == case.id)]


def test_what_is_too_many_is_collected_on_one_case_and_told_once(db: Database) -> None:
    assert came(db, 0, 1, 2, 3) == [Did.OPENED] * 3
    assert came(db, 1, *range(4, 24)) == [Did.COLLECTED] * 20
    found = cases(db)
    assert [case.source for case in found] == [Source.MONITOR] * 3 + [Source.STORM]
    assert found[3].title == "Alert storm from Datadog"
    assert kinds_of(db, found[3]) == [Kind.OPENED]
    posted = [one for one in rows(db, Delivery, Delivery.case_id == found[3].id) if one.kind == Tell.CARD]
    assert len(posted) == 1
    alerts = rows(db, KnownAlert, KnownAlert.case_id == found[3].id)
    assert [one.key for one in alerts] == [f"kind {number}" for number in range(4, 24)]
    look(db, 2)
    assert (storm(db).kinds, storm(db).recovered) == (20, 0)
    assert storm(db).last_at == START + MINUTE


def test_repeats_are_counted_and_late_ones_change_nothing(db: Database) -> None:
    came(db, 0, *range(1, 6))
    assert came(db, 1, 4, 5, 5) == [Did.COUNTED] * 3
    assert came(db, 2, 6, delivery="d1") == [Did.COLLECTED]
    assert came(db, 3, 6, delivery="d1") == [Did.NOTHING]
    assert came(db, 3, 4, state=RECOVERED) == [Did.RECOVERED]
    assert came(db, 3, 4, state=RECOVERED) == [Did.NOTHING]
    assert take(db, 2, key="kind 4", terms=STORMY) == Did.NOTHING  # it began before it ended
    look(db, 4)
    assert (storm(db).kinds, storm(db).recovered, storm(db).repeats) == (3, 1, 3)
    assert kinds_of(db, storm_case(db)) == [Kind.OPENED]


def test_it_is_over_when_fewer_come_and_closed_when_all_has_recovered(db: Database) -> None:
    came(db, 0, *range(1, 8))
    look(db, 9)
    assert storm(db).is_raging
    look(db, 10)
    ended = storm_case(db)
    assert not storm(db).is_raging
    assert ended.title == "Alert storm: 4 more kinds from Datadog"
    assert "• kind 7 is high" in ended.description
    assert came(db, 11, 8, 9) == [Did.OPENED] * 2
    came(db, 12, 4, 5, 6, 7, state=RECOVERED)
    look(db, 13)
    closed = storm_case(db)
    assert not closed.is_open
    said = [sentence(entry, {}) for entry in rows(db, Entry, Entry.case_id == closed.id)]
    assert said == [
        "Casebook opened this case for an alert storm from Datadog",
        "Casebook noted that the alert storm is over: 4 more kinds of alerts came from Datadog",
        "Casebook closed this case as Resolved, since Datadog says that all its alerts have recovered",
    ]
    look(db, 14)
    assert len(kinds_of(db, closed)) == 3
    assert came(db, 20, 4) == [Did.REOPENED]
    look(db, 21)
    assert storm(db).recovered == 3
    assert came(db, 22, 4, state=RECOVERED) == [Did.RECOVERED]
    look(db, 23)
    assert storm_case(db).is_open, "not closed before it has been quiet for a while"
    look(db, 30)
    assert not storm_case(db).is_open


def test_without_resolving_the_end_of_all_is_noted_once(db: Database) -> None:
    terms = replace(STORMY, resolves=False)
    for number in range(5):
        take(db, key=f"kind {number}", terms=terms)
    for number in range(5):
        take(db, 1, RECOVERED, key=f"kind {number}", terms=terms)
    for minute in (10, 11, 12):
        look(db, minute)
    assert kinds_of(db, storm_case(db)) == [Kind.OPENED, Kind.STORM_OVER, Kind.RECOVERED]
    assert storm_case(db).is_open


def test_what_people_have_written_on_it_stays(db: Database, act: Acts) -> None:
    came(db, 0, *range(1, 6))
    edits = working.Edits("The whole rack is down", "Power", Priority.NOT_SET, None, None)
    working.edit_case(db, act("ann"), storm_case(db).id, edits)
    look(db, 10)
    assert (storm_case(db).title, storm_case(db).description) == ("The whole rack is down", "Power")


def test_it_is_as_urgent_as_its_most_urgent_alert_unless_people_say_otherwise(db: Database, act: Acts) -> None:
    came(db, 0, 1, 2, 3, 4)
    came(db, 0, 5, 6, priority=Priority.P3)
    came(db, 0, 7, priority=Priority.P2)
    assert storm_case(db).priority == Priority.P2
    assert kinds_of(db, storm_case(db)) == [Kind.OPENED, Kind.PRIORITY, Kind.PRIORITY]
    working.prioritize_case(db, act("ann"), storm_case(db).id, Priority.P4)
    came(db, 0, 8, priority=Priority.P2)
    assert storm_case(db).priority == Priority.P4
    came(db, 0, 9, priority=Priority.P1)
    assert storm_case(db).priority == Priority.P1


def test_one_that_a_person_closes_is_left_alone_and_comes_back_if_it_goes_on(db: Database, act: Acts) -> None:
    came(db, 0, *range(1, 6))
    closed = working.close_case(db, act("ann"), storm_case(db).id, "Resolved").case.closed_at
    assert closed is not None
    minute = (closed - START) / MINUTE
    assert came(db, minute + 5, 6) == [Did.COLLECTED]
    assert not storm_case(db).is_open
    assert came(db, minute + 11, 7) == [Did.COLLECTED]
    assert storm_case(db).is_open


def test_one_that_is_archived_is_over(db: Database, act: Acts) -> None:
    came(db, 0, *range(1, 6))
    first = storm_case(db)
    working.archive_case(db, act("ann"), first.id)
    assert came(db, 1, 6, 7) == [Did.COLLECTED] * 2
    assert storm_case(db).id != first.id
    look(db, 2)
    assert [one.is_raging for one in rows(db, Storm)] == [None, True]


def test_each_source_has_a_ceiling_of_its_own_and_time_passes(db: Database) -> None:
    came(db, 0, 1, 2, 3)
    assert take(db, 1, key="other", terms=replace(STORMY, intake="watch/1")) == Did.OPENED
    assert came(db, 10, 4, 5, 6) == [Did.OPENED] * 3
    assert came(db, 10, 7) == [Did.COLLECTED]


def test_kinds_that_ended_before_they_were_heard_of_are_new_when_they_begin(db: Database) -> None:
    assert came(db, 0, *range(1, 8), state=RECOVERED) == [Did.NOTHING] * 7
    assert came(db, 60, *range(1, 8)) == [Did.OPENED] * 3 + [Did.COLLECTED] * 4


def test_one_request_may_bring_a_storm(db: Database) -> None:
    alerts = [alert(key=f"kind {number}") for number in range(30)]
    did = [one.did for one in take_alerts(db, STORMY, alerts, START)]
    assert did == [Did.OPENED] * 3 + [Did.COLLECTED] * 27


def test_requests_with_the_same_alerts_in_another_order_do_not_wait_for_each_other_for_ever(db: Database) -> None:
    keys = [f"kind {number}" for number in range(8)]

    def send(number: int) -> list[Did]:
        ordered = keys if number % 2 else keys[::-1]
        return [one.did for one in take_alerts(db, STORMY, [alert(key=key) for key in ordered], START)]

    did = at_once(8, send)
    assert all(isinstance(one, list) for one in did), did
    assert len(cases(db)) == 4


def test_many_at_once_make_one_storm(db: Database) -> None:
    def send(number: int) -> Did:
        return take(db, key=f"kind {number}", terms=STORMY, priority=Priority.P2 if number % 2 else Priority.P3)

    did = at_once(24, send)
    assert sorted(did) == sorted([Did.OPENED] * 3 + [Did.COLLECTED] * 21), did
    assert len(cases(db)) == 4
    look(db, 1)
    assert storm(db).kinds == 21


def test_the_end_and_those_who_join_wait_for_each_other(db: Database) -> None:
    """Whoever comes while it ends is on its case, and counted, or has a case of their own."""
    came(db, 0, *range(1, 6))

    def do(number: int) -> object:
        if number % 4 == 0:
            return look(db, 10)
        return take(db, 10, key=f"late {number}", terms=STORMY)

    at_once(12, do)
    look(db, 10.1)
    look(db, 10.2)
    collected = rows(db, KnownAlert, KnownAlert.case_id == rows(db, Storm)[0].case_id)
    assert rows(db, Storm)[0].kinds == len(collected)
    assert all(one.case_id for one in rows(db, KnownAlert))


def test_its_card_follows_once_a_minute_and_waits_but_once(db: Database) -> None:
    came(db, 0, *range(1, 6))
    card(db, storm_case(db), "COPS", "1.1")
    for minute in (1, 2, 3):
        came(db, minute, 100 + minute)
        look(db, minute)
    with db.read() as work:
        drawn = work.session.scalars(
            select(Delivery.key).where(Delivery.kind == Tell.CARD.value, Delivery.case_id == storm_case(db).id)
        ).all()
    assert len(drawn) == 1, "the card that waits to be drawn tells all of it"


def test_its_alerts_are_shown_page_by_page_those_that_go_on_first(db: Database, act: Acts) -> None:
    came(db, 0, *range(1, 40))
    came(db, 1, 4, state=RECOVERED)
    look(db, 2)
    first = looking.show_alerts(db, act("ann"), storm_case(db).id)
    second = looking.show_alerts(db, act("ann"), storm_case(db).id, page=2)
    assert (len(first.alerts), first.has_next, len(second.alerts), second.has_next) == (25, True, 11, False)
    assert second.alerts[-1].key == "kind 4"
    details = looking.show_details(db, act("ann"), storm_case(db).id)
    assert details.storm is not None
    assert details.case.storm is not None
    assert details.case.storm.kinds == 36


def test_storms_can_be_searched_for(db: Database, act: Acts) -> None:
    came(db, 0, *range(1, 6))
    look(db, 10)
    for query in ("source:storm", '"kind 5 is high"'):
        assert [case.id for case in looking.list_cases(db, act("ann"), query).cases] == [storm_case(db).id], query


def test_what_is_collected_costs_little(db: Database) -> None:
    came(db, 0, *range(1, 6))
    assert cost(db, lambda: came(db, 1, 6)) <= 9
    assert cost(db, lambda: came(db, 1, 6)) <= 7, "a repeat"


def test_a_month_later_nothing_is_left_to_do(db: Database) -> None:
    came(db, 0, *range(1, 6))
    came(db, 1, *range(1, 6), state=RECOVERED)
    look(db, timedelta(days=30) / MINUTE)
    assert kinds_of(db, storm_case(db)) == [Kind.OPENED, Kind.STORM_OVER, Kind.CLOSED]
    with db.read() as work:
        assert work.storms.at_work() == []
