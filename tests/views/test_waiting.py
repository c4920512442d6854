"""What retention, auto-close, snoozes and silences say, at the smallest and the largest."""

from datetime import timedelta

import pytest

from bot.domain.errors import Invalid
from bot.domain.inbox import Inbox
from bot.domain.reading import LeavingPage, SilenceEnd, SilenceList
from bot.domain.retention import Departure, State
from bot.domain.silence import Silence
from bot.views import forms, idle, retention, silences
from tests.views.filling import sent
from tests.views.samples import NOW, WORKSPACE, case, closed_case, fits_message, fits_modal, huge_case, project, shown

WIDE = "<!channel> *ä* 🦄 &lt;" * 20


def leaving(state: State, left: int = 3, total: int = 5, gone: int = 0, **more) -> LeavingPage:
    departure = Departure(
        id=7, project_id=1, slot_at=NOW, months=15, state=state.value, total=total, gone=gone, leaves_at=NOW,
        ended_at=NOW, **more,
    )  # fmt: skip
    cases = [huge_case(WIDE) for _ in range(min(left, 10))]
    for number, one in enumerate(cases):
        one.id, one.closed_at = number + 1, NOW
    return LeavingPage(departure, project(), cases, left, "Ann")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize(("left", "total", "gone"), [(0, 1, 0), (1, 1, 0), (10, 10, 0), (12_345, 20_000, 0), (0, 5, 5)])
def test_the_message_of_a_departure_fits_and_pings_nobody(state, left, total, gone):
    message = retention.leaving_message(leaving(state, left, total, gone), WORKSPACE, NOW)
    fits_message(message)
    assert "<!channel>" not in str(message)


def test_what_is_left_of_a_card_says_nothing_of_the_case():
    message = retention.deleted_card("OPS-12", "OPS", 15, NOW)
    fits_message(message)
    assert "OPS-12 was deleted on" in shown(message)


@pytest.mark.parametrize("value", ["", "7", "7:12", "7:12:2", "x:12:3", "7:x:3", "7:12:ever:1"])
def test_a_button_that_was_not_drawn_is_refused(value):
    with pytest.raises(Invalid):
        retention.read_keeping({"actions": [{"value": value}]})
    assert retention.read_keeping({"actions": [{"value": "7:12:6"}]}) == (7, 12, 6)
    assert retention.read_keeping({"actions": [{"value": "7:0:ever"}]}) == (7, 0, None)


@pytest.mark.parametrize("count", [1, 20, 300])
def test_what_closes_by_itself_fits(count):
    cases = [case(id=number, key=f"OPS-{number}", closing_at=NOW, touched_at=NOW) for number in range(1, count + 1)]
    fits_message(idle.closing_message(cases, WORKSPACE))
    fits_message(idle.closed_message(cases, WORKSPACE))
    assert "Keep open" in shown(idle.closing_message(cases, WORKSPACE))


def test_the_forms_are_filled_and_read():
    for view in (forms.snooze_form(case()), forms.silence_form(Inbox(id=7, name=WIDE[:80]))):
        fits_modal(view)
        assert forms.read_until(sent(view, until=" tomorrow 9:00 ", length="1h")) == "tomorrow 9:00"
        assert forms.read_until(sent(view, length="1h")) == "1h"
        with pytest.raises(Invalid):
            forms.read_until(sent(view))
    assert forms.read_silence(sent(view, length="2h", reason="upgrade")) == forms.Silencing(7, "2h", "upgrade")
    assert forms.read_target(forms.snooze_form(closed_case())).case_id == 12


def test_very_many_silences_fit():
    one = Silence(
        id=1, inbox_id=None, query=WIDE * 4, reason=WIDE[:200], made_by="U0ANN", ends_at=NOW + timedelta(hours=2),
        withheld=1234,
    )  # fmt: skip
    fits_message(silences.silenced(one))
    many = [
        Silence(id=n, query=one.query, reason=one.reason, made_by="U0ANN", ends_at=NOW, withheld=n) for n in range(100)
    ]
    fits_message(silences.silences_message(SilenceList(many, {})))
    fits_message(silences.silences_message(SilenceList([], {})))
    assert "<!channel>" not in str(silences.silences_message(SilenceList(many, {})))


@pytest.mark.parametrize("held", [0, 1, 12_345])
def test_the_end_of_a_silence_is_told_however_wide_it_is(held):
    one = Silence(
        id=1, query=WIDE * 4, reason=WIDE[:200], made_by="U0ANN", made_at=NOW, ends_at=NOW, ended_by="U0BOB"
    )  # fmt: skip
    for end in (SilenceEnd(one, None, held, ""), SilenceEnd(one, Inbox(id=7, name=WIDE[:80]), held, "C0OPS")):
        drawn = silences.over_message(end, {"U0BOB": WIDE})
        fits_message(drawn)
        assert "<!channel>" not in str(drawn)
    assert silences.read_held("1/C0OPS") == (1, "C0OPS")
    with pytest.raises(Invalid):
        silences.read_held("one")
