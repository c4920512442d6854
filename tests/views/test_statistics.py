"""Figures in words and as a picture, at their smallest and their largest."""

from datetime import date, timedelta

import pytest

from bot.domain.reading import WEEKLIES, WeeklyForm, WeeklyList
from bot.domain.statistics import Figures, Spread, Statistics, Week
from bot.domain.weekly import Weekly
from bot.views import chart, statistics
from bot.views.clicks import page_value
from bot.views.forms import weekly as forms
from tests.views.filling import sent
from tests.views.samples import NASTY, NOW, fits_message, fits_modal, shown

GROUPS = ("open", "in progress", "closed")
MONDAY = date(2026, 11, 23)


def weeks(opened=0, closed=0):
    return [Week(MONDAY - timedelta(weeks=11 - number), opened, closed) for number in range(12)]


def told(**over):
    values = {
        "total": 0, "statuses": {}, "priorities": {}, "assignees": {}, "teams": {}, "sources": {}, "weeks": weeks(),
        "to_take": None, "to_close": None,
    }  # fmt: skip
    return Statistics(**(values | over))


def figures(found, query="", **over):
    return Figures(**({"query": query, "statistics": found, "names": {}, "handles": {}, "tz": "UTC"} | over))


def huge(text):
    people = {f"U{number}": 10**9 + number for number in range(100)} | {None: 10**9}
    return figures(
        told(
            total=10**12,
            statuses={
                (group, f"{text[:39]}{n}"): 10**9 for group in ("open", "in progress", "closed") for n in "abcdef"
            },
            priorities=dict.fromkeys(("P1", "P2", "P3", "P4", "P5", "none"), 10**9),
            assignees=people,
            teams=dict.fromkeys([None, *range(1, 100)], 10**9),
            sources=dict.fromkeys(
                ("person", "monitor", "security signal", "error tracking issue", "other alert"), 10**9
            ),
            weeks=weeks(10**9, 10**9),
            to_take=Spread(10**9, timedelta(days=9999), timedelta(days=99999, hours=5)),
            to_close=Spread(10**9, timedelta(seconds=59), timedelta(minutes=61)),
        ),
        text[:2000],
        names={id_: text[:80] for id_ in people if id_},
        handles=dict.fromkeys(range(1, 100), text[:80]),
        tz="America/Argentina/ComodRivadavia",
    )


def weekly(**over):
    values = {
        "id": 3, "query": "is:open", "channel": "C0OPS", "owner": "U0ANN", "day": "mon", "minute": 540,
        "tz": "Europe/Berlin", "due_at": NOW, "created_at": NOW, "problem": None,
    }  # fmt: skip
    return Weekly(**(values | over))


def test_no_case_is_said_in_a_sentence():
    message = statistics.statistics_message(figures(told(), "is:open"))
    fits_message(message)
    assert "no case matches" in message["text"]


@pytest.mark.parametrize("text", NASTY)
def test_the_largest_ones_fit(text):
    found = huge(text)
    message = statistics.statistics_message(found)
    fits_message(message)
    assert "<!channel>" not in shown(message)
    fits_message(statistics.weekly_message(found, weekly(query=text[:2000]), text[:80]))
    assert len(statistics.chart_words(found.statistics)) <= 1000


def test_who_has_many_is_named_and_the_others_are_counted():
    counts = {f"U{number}": 20 - number for number in range(12)} | {None: 100}
    found = figures(told(total=300, assignees=counts), names={f"U{n}": f"Person {n}" for n in range(12)})
    said = shown(statistics.statistics_message(found))
    assert "Person 0: 20\n" in said
    assert "4 others: 42\nNobody: 100" in said
    assert "Person 8" not in said


def test_a_status_says_its_group_unless_its_name_does():
    found = told(total=3, statuses={("closed", "Closed"): 1, ("in progress", "Working"): 1, ("open", "Open"): 1})
    assert "Open: 1\nWorking (in progress): 1\nClosed: 1" in shown(statistics.statistics_message(figures(found)))


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(), "less than a minute"),
        (timedelta(seconds=61), "1 minute"),
        (timedelta(hours=2, minutes=30, seconds=9), "2 hours 30 minutes"),
        (timedelta(days=1, minutes=1), "1 day 1 minute"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_how_long_something_took(time, words):
    assert statistics.length(time) == words


@pytest.mark.parametrize("found", [told(total=1), huge("x").statistics])
def test_the_chart_is_a_picture_without_a_warning(found):
    picture = chart.chart(found)
    assert picture
    assert picture.startswith(b"\x89PNG")


def test_without_matplotlib_there_is_none(monkeypatch):
    monkeypatch.setattr(chart, "IS_INSTALLED", False)
    assert chart.chart(told(total=1)) is None


# -- every week -------------------------------------------------------------------------------------------------------
def test_the_form_is_filled_in_and_read_back():
    view = forms.weekly_form(WeeklyForm("is:open", "Europe/Berlin"))
    fits_modal(view)
    filled = sent(view, channel="C0OPS", day="fri", time="1410", tz="America/New_York")
    assert forms.read_weekly(filled) == forms.WeeklyFormFields("is:open", "C0OPS", "fri", 1410, "America/New_York")
    assert forms.read_weekly(sent(view)) == forms.WeeklyFormFields("is:open", "", "mon", 540, "Europe/Berlin")


@pytest.mark.parametrize("query", ["", *(text[:limit] for text in NASTY for limit in (2000, 900))])
def test_the_form_fits_whatever_query_a_button_can_carry(query):
    if page_value(1, query=query):
        fits_modal(forms.weekly_form(WeeklyForm(query, "America/Argentina/ComodRivadavia")))


def test_the_list_says_whose_they_are_to_admins_only():
    mine = WeeklyList([weekly()], {"U0ANN": "Ann"}, has_more=False, of_all=False)
    assert "for Ann" not in shown(statistics.weeklies_message(mine))
    everybodys = WeeklyList([weekly(problem="It is archived.")], {"U0ANN": "Ann"}, has_more=True, of_all=True)
    said = shown(statistics.weeklies_message(everybodys))
    assert "every Monday at 09:00 (Europe/Berlin) · for Ann" in said
    assert "*Problem:* It is archived." in said
    assert "There are none" in shown(statistics.weeklies_message(WeeklyList([], {}, has_more=False, of_all=False)))


@pytest.mark.parametrize("text", NASTY)
def test_the_longest_list_fits(text):
    rows = [weekly(id=number, query=text[:2000], problem=text[:900]) for number in range(WEEKLIES)]
    found = WeeklyList(rows, {"U0ANN": text[:80]}, has_more=True, of_all=True)
    fits_message(statistics.weeklies_message(found))
    fits_modal(statistics.weeklies_view(found))


def test_zones_by_a_part_of_their_name():
    names = ["America/New_York", "Europe/Berlin", *(f"Far/Away{number}" for number in range(200))]
    assert [one["value"] for one in forms.zone_options(names, "NEW y")] == ["America/New_York"]
    assert len(forms.zone_options(names, "")) == 100


def test_weeks_before_anything_happened_are_counted_together():
    busy = [*weeks()[:9], Week(MONDAY, 2, 1), *weeks()[10:]]
    said = shown(statistics.statistics_message(figures(told(total=2, weeks=busy))))
    assert "(UTC)\nWeek of 23 Nov: 2 opened, 1 closed\nWeek of" in said
    assert "In the 9 weeks before nothing was opened or closed." in said
    assert "Nothing was opened or closed in the last 12 weeks." in shown(
        statistics.statistics_message(figures(told(total=2)))
    )
