"""Exported cells and objects: complete, in UTC, by name, and harmless in a spreadsheet."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.evidence import Watcher
from bot.domain.person import Team
from bot.domain.reading import WholeCase
from bot.views import export
from bot.views.export import COLUMNS, attribute_cells, cells, harmless, head, utc, whole_case
from tests.views.filling import sent
from tests.views.samples import (
    NAMES,
    NOW,
    WORDS,
    WORKSPACE,
    archived_case,
    case,
    closed_case,
    entries,
    evidence,
    fits_modal,
    huge_case,
    note,
    small_case,
)


def row(one, names=NAMES):
    return dict(zip(COLUMNS, cells(one, names, WORKSPACE), strict=True))


def test_a_case_in_cells():
    teams = [Team(id=1, handle="sre", name="SRE", slack_id="S1"), Team(id=2, handle="was", name="", gone_at=NOW)]
    one = row(closed_case(teams=teams, due=date(2026, 12, 24)))
    assert (one["key"], one["project"], one["type"], one["status"], one["group"]) == (
        "OPS-12", "OPS", "Standard", "Closed", "closed",
    )  # fmt: skip
    assert (one["priority"], one["assignee"], one["reporter"], one["teams"]) == (
        "P2",
        "Bob",
        "Ann",
        "sre, was (deleted)",
    )
    assert (one["due"], one["reason"], one["evidence"]) == ("2026-12-24", "Resolved", "2")
    assert one["closed"] == utc(NOW)
    assert one["link"].startswith("https://")


def test_what_a_case_lacks_is_an_empty_cell():
    one = row(small_case(), {})
    assert [one[name] for name in ("description", "priority", "assignee", "teams", "due", "closed", "link")] == [""] * 7
    assert one["reporter"] == "U0ANN", "by id where the name is not known"
    assert row(archived_case())["archived"] == utc(NOW)


def test_times_are_utc():
    there = timezone(timedelta(hours=5, minutes=30))
    assert utc(datetime(2026, 3, 1, 2, 0, 7, 999, tzinfo=there)) == "2026-02-28T20:30:07Z"
    assert (utc(None), utc(datetime(2026, 3, 1, tzinfo=UTC))) == ("", "2026-03-01T00:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", '"=1+1', "'=1+1", "“=1+1”",
        "\ufeff=1+1", "\u200b=1+1", "\u00a0@x", "\u202e=1", "＝1+1", "＋1+1", "－1+1", "＠x", "﹦1", "⁺1+1", "−1+2",
        "=", "-", "+49 30 1234", "-5 degrees", "--1", "+1,000,000", "-1e5", "- a list", "\t", "-1\n",
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "x", "a=b", "1-2", "-1", "+1", "-1.5", "+3,5", "5", "'", "É", "#1", "(-1)", "…"])
def test_other_text_and_plain_numbers_stay_as_they_are(text):
    assert harmless(text) == text


@given(st.text())
def test_nothing_is_lost_by_it(text):
    assert harmless(text) in {text, f"'{text}"}
    assert harmless(text)[:1] not in set("=@\t\r")


def test_attributes_are_columns_of_their_own():
    one = case(attributes={"service": "=x", "status": "odd", "region": "eu"})
    names = ["service", "status", "region", "=evil"]
    assert attribute_cells(one, names) == ["'=x", "odd", "eu", ""]
    assert head(names)[len(COLUMNS) :] == ["service", "attribute status", "region", "'=evil"]


@settings(max_examples=40)
@given(WORDS)
def test_whatever_people_wrote_survives_the_file(text):
    written = cells(huge_case(text), {"U0ANN": text}, WORKSPACE)
    file = io.StringIO(newline="")
    csv.writer(file).writerow(written)
    file.seek(0)
    assert list(csv.reader(file)) == [written]
    json.dumps(whole_case(WholeCase(huge_case(text)), {}, WORKSPACE), allow_nan=False)


def test_everything_about_a_case_in_an_object():
    notes = [note(), note("", id=2, deleted_at=NOW)]
    found = WholeCase(
        case(), entries=entries(), notes=notes, evidence=[evidence()], watchers=[Watcher(person_id="U0CAROL")]
    )
    one = json.loads(json.dumps(whole_case(found, NAMES, WORKSPACE)))
    assert (one["key"], one["project"], one["priority"]) == ("OPS-12", {"key": "OPS", "name": "Operations"}, "P2")
    assert (one["assignee"], one["watchers"]) == ({"id": "U0BOB", "name": "Bob"}, [{"id": "U0CAROL", "name": "Carol"}])
    assert [each["text"] for each in one["notes"]] == ["The cache was full", None]
    assert one["notes"][1]["deleted_at"] == utc(NOW)
    assert one["evidence"][0]["added_by"] == {"id": "U0ANN", "name": "Ann"}
    assert len(one["timeline"]) == len(entries())
    assert one["timeline"][0]["says"] == "Ann opened this case"
    assert one["timeline"][0]["at"] == utc(NOW)
    assert one["closed_at"] is None
    bare = whole_case(WholeCase(small_case()), {}, WORKSPACE)
    assert (bare["assignee"], bare["priority"], bare["reporter"]) == (None, None, {"id": "U0ANN", "name": None})


def test_the_form_comes_back():
    view = export.export_form("is:open")
    fits_modal(view)
    assert export.read_export(sent(view)) == ("is:open", "csv")
    assert export.read_export(sent(view, query="", format="json")) == ("", "json")
    fits_modal(export.export_form("x" * 5000))


def test_what_is_said_beside_the_file_formats_and_pings_nobody():
    said = export.beside_file("assignee:<@U1|ann> <!channel> *x* `y`", 1, "csv")
    assert said.startswith("Your export: 1 case matching “")
    assert "<" not in said
    assert "*x" not in said
    assert "matching" not in export.beside_file("", 2000, "json")
    assert "2,000 cases" in export.being_prepared(2000, "json")
