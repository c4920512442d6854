"""An export is asked for, written in the background, and comes as a file in a direct message."""

import base64
import csv
import io
import json

import pytest


def content(slack, file) -> bytes:
    return base64.b64decode(slack.ask(lambda: slack.platform.workspace.files[file["id"]].content))


def exported(person, slack, number: int = 1):
    """The file that came as the person's ``number``-th export, and what is said beside it."""
    found = slack.wait_for(
        lambda: [message for message in person.dm() if message.files][number - 1 :], what=f"export {number}"
    )
    (file,) = found[0].files
    return file, content(slack, file), found[0].shown


def table(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture
def cases(town, project, card, casebook):
    town.ann.command("/case quick checkout is down p1 @bob in OPS", channel=town.ops)
    card("checkout is down")
    town.ann.command("/case new =HYPERLINK(evil)", channel=town.ops)
    town.ann.modal.fill({"description": 'first line\nsecond, "quoted"', "service": "+payments", "env": "prod"})
    town.ann.modal.choose("teams", ["@sre"])
    assert not town.ann.modal.submit().errors
    card("HYPERLINK")
    town.bob.command("/case note OPS-1 the disk was full", channel=town.ops)
    town.bob.command("/case close OPS-1 resolved", channel=town.ops)
    assert casebook.worker.wait_until_idle(10)


def test_a_spreadsheet(town, cases, slack):
    answer = town.ann.command("/case export", channel=town.ops)
    assert "2 cases is being prepared" in answer.shown
    file, data, said = exported(town.ann, slack)
    assert file["name"].startswith("casebook-")
    assert file["name"].endswith(".csv")
    assert "2 cases" in said
    first, second = table(data)
    assert (first["key"], first["status"], first["assignee"], first["reason"]) == ("OPS-1", "Closed", "bob", "Resolved")
    assert first["created"].endswith("Z")
    assert (second["title"], second["service"], second["env"]) == ("'=HYPERLINK(evil)", "'+payments", "prod")
    assert (second["description"], second["teams"]) == ('first line\nsecond, "quoted"', "sre")
    assert first["service"] == ""


def test_json_with_what_happened(town, cases, slack):
    town.ann.command("/case export is:closed JSON", channel=town.ops)
    _, data, said = exported(town.ann, slack)
    assert "“is:closed”" in said
    (only,) = json.loads(data)
    assert (only["key"], only["priority"], only["assignee"]) == ("OPS-1", "P1", {"id": town.bob.id, "name": "bob"})
    assert [note["text"] for note in only["notes"]] == ["the disk was full"]
    assert [entry["says"] for entry in only["timeline"]] == [
        "ann opened this case", "bob added a note", "bob closed this case as Resolved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("banana:3 csv", "banana"),
        ("status:blue", "blue"),
        ("nothing-of-the-kind json", "No case matches"),
        ('"csv', "never closed"),
    ],
)
def test_what_cannot_be_exported_is_said_at_once(town, cases, casebook, query, words):
    assert words in town.ann.command(f"/case export {query}", channel=town.ops).shown
    assert casebook.worker.wait_until_idle(10)
    assert not [message for message in town.ann.dm() if message.files]


def test_the_format_in_quotes_is_a_word_to_look_for(town, cases):
    assert "No case matches" in town.ann.command('/case export "csv"', channel=town.ops).shown


def test_by_the_button_under_a_list(town, cases, slack):
    listed = town.bob.command("/case list is:closed", channel=town.ops).message
    town.bob.click(listed, "Export")
    assert town.bob.modal.value("query") == "is:closed"
    town.bob.modal.fill({"query": "is:closd"})
    assert "is:" in town.bob.modal.submit().errors["query"]
    town.bob.modal.fill({"query": "is:open", "format": "json"})
    town.bob.modal.submit()
    assert "1 case is being prepared" in town.bob.modal.text
    _, data, _ = exported(town.bob, slack)
    assert [one["key"] for one in json.loads(data)] == ["OPS-2"]


def test_only_what_the_person_may_see_and_archived_only_when_asked_for(town, cases, slack):
    town.ann.command("/case archive OPS-1", channel=town.ops)
    town.ann.command("/case export csv", channel=town.ops)
    assert [row["key"] for row in table(exported(town.ann, slack)[1])] == ["OPS-2"]
    town.ann.command("/case export is:archived", channel=town.ops)
    assert [row["key"] for row in table(exported(town.ann, slack, 2)[1])] == ["OPS-1"]
    assert "No case matches" in town.gus.command("/case export", channel=town.general).shown


def test_a_command_that_slack_repeats_makes_one_file(town, cases, casebook, slack):
    slack.faults.add(delivery="slash_commands", kind="duplicate", times=1)
    town.ann.command("/case export", channel=town.ops)
    exported(town.ann, slack)
    assert casebook.worker.wait_until_idle(10)
    assert len([message for message in town.ann.dm() if message.files]) == 1
