"""Incidents and notebooks: forms filled in and read back, and words that fit and ping nobody, at any size."""

import pytest
from hypothesis import given, settings

from bot.domain.errors import Invalid
from bot.domain.incident import CHANNEL_NAME, NAME_LIMIT, Incident, Severity, checked_name, suggested_name
from bot.domain.reading import Details, TimelinePage
from bot.views import forms, incidents, notebooks
from tests.views.filling import sent
from tests.views.samples import (
    NAMES,
    NOW,
    WORDS,
    WORKSPACE,
    case,
    closed_case,
    entries,
    evidence,
    fits_message,
    fits_modal,
    huge_case,
    project,
    shown,
    small_case,
)


def incident(**over):
    values = {"severity": "SEV1", "commander": "U0BOB", "name": "inc-one", "archives": True, "done": []}
    return Incident(**(values | over))


@pytest.mark.parametrize("how", [[], ["private"], ["private", "archive"]])
def test_the_form_is_read_back_as_it_was_filled_in(how):
    view = forms.incident_form(case(), "U0ANN", {7: "Shop (Urgent)"})
    fits_modal(view)
    read = forms.read_incident(sent(view, severity="SEV2", commander="U0BOB", name="inc-two", how=how, pager="7"))
    assert read.pager == 7
    assert (read.severity, read.commander, read.name) == (Severity.SEV2, "U0BOB", "inc-two")
    assert (read.is_private, read.archives) == ("private" in how, "archive" in how)


def test_a_private_projects_incident_is_not_asked_whether_it_is_private():
    assert "Private channel" in shown(forms.incident_form(case(), "U0ANN", {}))
    assert "Private channel" not in shown(forms.incident_form(case(project=project(is_private=True)), "U0ANN", {}))


def test_what_is_missing_is_named():
    view = forms.incident_form(case(), "U0ANN", {})
    with pytest.raises(Invalid) as missing:
        forms.read_incident(sent(view, commander="U0BOB", name="x"))
    assert "severity" in missing.value.fields


@given(WORDS)
@settings(max_examples=60)
def test_a_suggested_name_is_one_that_slack_takes(title):
    name = suggested_name("OPS-12", title)
    assert checked_name(name) == name
    assert CHANNEL_NAME.fullmatch(name)
    assert len(name) <= NAME_LIMIT


@given(WORDS)
@settings(max_examples=30)
def test_everything_fits_and_pings_nobody(text):
    huge = huge_case(text)
    fits_modal(forms.incident_form(huge, "U0ANN", dict.fromkeys(range(120), text)))
    topic = incidents.topic(huge, incident(), text)
    assert len(topic) <= 250
    assert "<!" not in topic
    huge.reason = "Resolved"
    fits_message(incidents.farewell(huge, incident()))


def test_the_goodbye_says_whether_the_channel_stays():
    assert "is archived now" in shown(incidents.farewell(closed_case(), incident()))
    assert "archived" not in shown(incidents.farewell(closed_case(), incident(archives=False)))


def details(of, text="x"):
    page = TimelinePage(case=of, entries=entries(text), notes={}, evidence={}, page=1, has_next=True)
    return Details(case=of, evidence=[evidence(text)] * 3, relations=(), timeline=page, is_watching=False)


@given(WORDS)
@settings(max_examples=30)
def test_a_notebook_shows_what_people_wrote_as_they_wrote_it(text):
    words = notebooks.notebook(details(huge_case(text), text), NAMES, WORKSPACE, NOW)
    assert len(words.encode()) < 1024 * 1024
    assert "<!channel>" not in words
    assert "\n#" not in words.replace("\n## ", "")


def test_the_paragraph_that_is_kept_is_one_section():
    for drawn in (small_case(), case(severity="SEV1"), closed_case(), huge_case("a\n\nb " * 200)):
        paragraph = notebooks.kept_paragraph(drawn, NAMES, WORKSPACE, NOW)
        assert "\n" not in paragraph
        assert notebooks.KEPT in paragraph
