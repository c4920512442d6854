"""What is new in Jira, by polling: all of it, with when and by whom, and no more requests than changes ask for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.ticket import Became, Part, Standing, Step, TicketChange
from bot.integrations import jira_news
from bot.sandbox import LocalJira
from bot.sandbox.jira_acts import Site
from bot.sandbox.jira_page import create
from tests.integrations.jiras import NOW, Clock, draft
from tests.integrations.samples import unasked

MANY = [str(900_000 + number) for number in range(10_000)]


def opened(local: LocalJira, count: int, project: str = "WEB") -> list[str]:
    """Ids."""

    def act(site: Site) -> list[str]:
        place, mia = site.project(project), site.people["mia"]
        return [create(site, mia, place, f"n{number}").id for number in range(count)]

    return local.ask(act, local.site)


def told(changes: Any) -> list[tuple[str, Any, Any]]:
    return [(one.what, one.comment.text if one.comment else one.value, one.by and one.by.name) for one in changes]


def test_the_first_time_nothing_is_asked(both: LocalJira, made: Any) -> None:
    opened(both, 1)
    news = made(both).news("", MANY, NOW)
    assert (list(news.changes), news.mark, news.more) == ([], NOW.isoformat(), False)
    assert not both.asked


def test_every_change_is_told_once_with_when_and_by_whom(both: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(both, 1, "OPS")
    clock.add(minutes=10)
    mark, start = made(both).news("", [id_], clock()).mark, clock()
    both.set_status("OPS-1", "In Progress", by="mia")
    clock.add(seconds=10)
    note = both.comment("OPS-1", "hello", by="bob")
    clock.add(seconds=10)
    both.edit_comment("OPS-1", note, "hello!", by="mia")
    both.assign("OPS-1", "bob", by="mia")
    clock.add(seconds=10)
    both.set_status("OPS-1", "In Review", by="bob")
    news = made(both).news(mark, [id_, *MANY], clock())
    assert [(what, by) for what, _, by in told(news.changes)] == [
        (Part.ASSIGNEE, "Mia"), (Part.NOTES, "Mia"), (Part.STATUS, "Bob")
    ]  # fmt: skip
    status = news.changes[-1]
    assert (status.value, status.at) == (Standing("In Review", Group.IN_PROGRESS), start + timedelta(seconds=30))
    assert (news.mark, news.more) == (clock().isoformat(), False)


def test_what_was_changed_long_ago_is_not_new_because_of_a_comment(both: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(both, 1, "OPS")
    both.set_status("OPS-1", "In Progress", by="mia")
    clock.add(hours=1)
    mark = made(both).news("", [id_], clock()).mark
    both.comment("OPS-1", "hello", by="bob")
    assert told(made(both).news(mark, [id_], clock()).changes) == [(Part.NOTES, "hello", "Bob")]


def test_a_new_issue_tells_what_it_was_created_with(both: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(both, 1, "OPS")
    clock.add(seconds=10)
    both.set_status("OPS-1", "In Progress", by="bob")
    news = made(both).news(NOW.isoformat(), [id_], clock())
    said = {one.what: (one.value, one.by and one.by.name, one.is_first) for one in news.changes}
    assert said == {
        Part.TITLE: ("n0", "Mia", True), Part.DESCRIPTION: ("", "Mia", True), Part.ASSIGNEE: (None, "Mia", True),
        Part.PRIORITY: ("Medium", "Mia", True),
        Part.STATUS: (Standing("In Progress", Group.IN_PROGRESS), "Bob", False),
    }  # fmt: skip
    clock.add(minutes=10)
    assert not made(both).news(clock().isoformat(), [id_], clock()).changes


def test_a_moved_issue_has_another_key(both: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(both, 1)
    clock.add(minutes=10)
    both.move("WEB-1", "OPS", by="mia")
    changes = made(both).news(clock().isoformat(), [id_], clock()).changes
    assert told(changes) == [(Became.RENAMED, "OPS-1", "Mia")]


def test_only_what_is_known_is_told(both: LocalJira, made: Any, clock: Clock) -> None:
    ids = opened(both, 3)
    clock.add(minutes=10)
    for key in ("WEB-1", "WEB-2", "WEB-3"):
        both.comment(key, "hello", by="mia")
    changes = made(both).news(clock().isoformat(), [ids[1], *MANY], clock()).changes
    assert [one.ticket for one in changes] == [ids[1]]


@pytest.mark.parametrize(("changed", "requests"), [(0, 1), (1, 1), (100, 1), (250, 3)])
def test_requests_grow_with_what_changed(
    cloud: LocalJira, made: Any, clock: Clock, changed: int, requests: int
) -> None:
    ids = opened(cloud, 300)
    clock.add(hours=1)
    mark = clock().isoformat()
    clock.add(minutes=4)
    for number in range(changed):
        cloud.comment(f"WEB-{number + 1}", "hello", by="mia")
    cloud.calls.clear()
    changes = made(cloud).news(mark, [*ids, *MANY], clock()).changes
    assert (len(changes), len(cloud.asked)) == (changed, requests)


def test_what_search_learns_late_is_not_missed(cloud: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(cloud, 1)
    cloud.lag = 90
    clock.add(hours=1)
    mark, found = clock().isoformat(), []
    cloud.set_status("WEB-1", "Done", by="mia")
    for _ in range(3):
        clock.add(minutes=1)
        news = made(cloud).news(mark, [id_], clock())
        mark = news.mark
        found += told(news.changes)
    assert set(found) == {(Part.STATUS, Standing("Done", Group.CLOSED), "Mia")}


def test_a_page_tells_not_all_of_an_issue_on_which_much_happened(cloud: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(cloud, 1)
    clock.add(hours=1)
    mark = clock().isoformat()
    cloud.set_priority("WEB-1", "Low", by="mia")
    for number in range(25):
        cloud.comment("WEB-1", f"c{number}", by="bob")
        cloud.set_status("WEB-1", "Done", by="mia")
        cloud.set_status("WEB-1", "To Do", by="mia")
    cloud.calls.clear()
    changes = made(cloud).news(mark, [id_], clock()).changes
    assert {what: value for what, value, _ in told(changes) if what != Part.NOTES} == {
        Part.TITLE: "n0", Part.DESCRIPTION: "", Part.STATUS: Standing("To Do", Group.OPEN), Part.PRIORITY: "Low",
        Part.ASSIGNEE: None,
    }  # fmt: skip
    assert {value for what, value, _ in told(changes) if what == Part.NOTES} == {f"c{number}" for number in range(25)}
    assert len(cloud.asked) == 2


def test_much_news_comes_in_several_goes(both: LocalJira, made: Any, clock: Clock) -> None:
    count = jira_news.PAGE * jira_news.MOST_PAGES + 20
    ids = opened(both, count)

    def act(site: Site) -> None:
        for issue in site.issues:
            site.comment(site.people["mia"], issue, "hello")

    both.ask(act, both.site)
    mark, found, goes = NOW.isoformat(), set[TicketChange](), 0
    while True:
        news = made(both).news(mark, ids, clock())
        mark, goes = news.mark, goes + 1
        found |= set(news.changes)
        clock.add(seconds=20)
        if not news.more:
            break
    assert (goes, {one.ticket for one in found}) == (2, set(ids))
    assert datetime.fromisoformat(mark) == NOW, "it goes on from when it began"


def test_our_own_doings_are_told_as_ours(both: LocalJira, made: Any, clock: Clock) -> None:
    jira = made(both)
    seen = jira.create(draft(NOW, kind="WEB"))
    jira.change(seen.id, "WEB", {Part.TITLE: "Up"})
    jira.comment(seen.id, "WEB", "hello", internal=None)
    changes = made(both).news(NOW.isoformat(), [seen.id], clock()).changes
    assert {one.by for one in changes} == {jira.me()}


def test_what_we_wrote_over_is_told_with_who_had_changed_it(both: LocalJira, made: Any, clock: Clock) -> None:
    jira = made(both)
    seen = jira.create(draft(NOW, kind="WEB"))
    clock.add(minutes=10)
    mark = clock().isoformat()
    both.set_status("WEB-1", "Done", by="mia")
    both.set_priority("WEB-1", "Low", by="mia")
    both.assign("WEB-1", "bob", by="mia")
    clock.add(seconds=10)
    jira.move(seen.id, "WEB", Step(["In Progress"], Group.IN_PROGRESS), unasked)
    mia = jira.account("mia@example.com")
    jira.change(seen.id, "WEB", {Part.PRIORITY: "Highest", Part.ASSIGNEE: mia})
    both.calls.clear()
    changes = jira.news(mark, [seen.id], clock()).changes
    assert [one.value for one in changes if one.by and one.by.name == "Mia"] == [
        Standing("Done", Group.CLOSED), "Low", jira.account("bob@example.com")
    ]  # fmt: skip
    assert [one.value for one in changes if one.by == jira.me()] == [
        Standing("In Progress", Group.IN_PROGRESS), "Highest", mia
    ]  # fmt: skip
    clock.add(minutes=10)
    both.calls.clear()
    assert not [one for one in jira.news(clock().isoformat(), [seen.id], clock()).changes if one.by != jira.me()]


def test_what_others_wrote_over_is_asked_no_further(both: LocalJira, made: Any, clock: Clock) -> None:
    (id_,) = opened(both, 1)
    clock.add(minutes=10)
    both.set_status("WEB-1", "Done", by="mia")
    both.set_status("WEB-1", "In Progress", by="bob")
    both.calls.clear()
    jira = made(both)
    changes = jira.news(clock().isoformat(), [id_], clock()).changes
    assert told(changes) == [(Part.STATUS, Standing("In Progress", Group.IN_PROGRESS), "Bob")]
    assert not [call for call in both.asked if "status/" in str(call)]
