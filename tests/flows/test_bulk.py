"""Bulk edits: Ann ticks cases, looks at what would come of it, confirms, follows the progress, and undoes it."""

import pytest

from bot.domain.case import Case
from tests.flows.conftest import create_project


@pytest.fixture
def cases(town, project, casebook):
    for number in range(14):
        town.ann.command(f"/case quick printer {number} jams in OPS", channel=town.ops)
    assert casebook.worker.wait_until_idle(30)


def boxes(modal):
    return next(block["block_id"] for block in modal.blocks if block.get("block_id", "").startswith("cases/"))


def updated(slack, modal, act):
    """The modal after a click that changes it."""
    before = modal.version
    act()
    slack.wait_for(lambda: modal.version > before, what="the modal to change")


def tick(modal, *keys):
    block = next(block for block in modal.blocks if block.get("block_id") == boxes(modal))
    options = {choice["text"]["text"].split()[0]: choice["value"] for choice in block["element"]["options"]}
    modal.fill({boxes(modal): [options[key] for key in keys]})


def choose(slack, modal, what, **fields):
    updated(slack, modal, lambda: modal.choose("deed", what))
    if fields:
        modal.fill(fields)


def confirm(person):
    modal = person.modal
    assert "Confirm" in modal.text, modal.text
    assert not modal.submit().errors
    assert "has begun" in person.modal.text
    person.modal.close()


def summary(slack, person, words):
    def found():
        return next((m for m in person.dm() if "Bulk edit of" in m.shown and words in m.shown), None)

    return slack.wait_for(found, 30, what=f"a direct message with “{words}”")


def statuses(casebook, *keys):
    with casebook.db.read() as work:
        return [work.cases.by_key(key).status for key in keys]


def test_ann_closes_twelve_cases_sees_the_summary_and_undoes_it(town, cases, slack, casebook):
    town.ann.command("/case bulk printer", channel=town.ops)
    modal = town.ann.modal
    assert "14 cases found" in modal.text
    tick(modal, *(f"OPS-{number}" for number in range(5, 15)))
    updated(slack, modal, lambda: modal.click("Next page"))
    assert "10 ticked" in modal.text
    tick(modal, "OPS-3", "OPS-4")
    choose(slack, modal, "Set the status", status="Closed", reason="Resolved")
    assert not modal.submit().errors
    assert "Will change: 12" in modal.text
    assert "OPS-14" in modal.text
    confirm(town.ann)

    said = summary(slack, town.ann, "Done: 12 changed")
    assert "OPS-3, OPS-4, OPS-5" in said.shown
    assert statuses(casebook, "OPS-2", "OPS-3", "OPS-14") == ["Open", "Closed", "Closed"]
    timeline = town.bob.command("/case timeline OPS-3", channel=town.ops).shown
    assert "closed this case as Resolved (bulk edit of 12 cases)" in timeline
    card = next(m for m in slack.messages(town.ops) if "OPS-3 " in m.shown)
    slack.wait_for(
        lambda: any("(bulk edit of 12 cases)" in line.shown for line in card.replies), 30, what="the line in its thread"
    )

    town.bob.command("/case reopen OPS-4", channel=town.ops)
    town.ann.click(said, "Undo")
    slack.wait_for(lambda: "Undone: 11 brought back, 1 left alone" in said.shown, 30, what="the undo's summary")
    assert "bob reopened this case" in said.shown
    assert "Undo" not in said.buttons
    assert statuses(casebook, "OPS-3", "OPS-4", "OPS-14") == ["Open", "Open", "Open"]
    timeline = town.bob.command("/case timeline OPS-3", channel=town.ops).shown
    assert "reopened this case as Open (undo of a bulk edit of 12 cases)" in timeline


def test_a_case_that_may_not_be_changed_is_refused_and_named(town, cases, slack, casebook):
    vault = slack.add_channel("vault", members=[town.ann, town.dana], private=True, bot=True)
    create_project(town, casebook, "SEC", "Security", vault)
    town.ann.command("/case quick the printer was stolen in SEC", channel=town.ops)
    town.ann.command("/case bulk printer", channel=town.ops)
    modal = town.ann.modal
    updated(slack, modal, lambda: modal.click("Select all 15"))
    choose(slack, modal, "Set the priority", priority="P1")
    vault.kick(town.ann)
    slack.wait_for(lambda: not sees(casebook, town.ann, "SEC-1"), what="Casebook to know that Ann has left")
    assert not modal.submit().errors
    assert "Will change: 14" in modal.text
    assert "Cannot be changed: 1" in modal.text
    confirm(town.ann)
    said = summary(slack, town.ann, "Done: 14 changed, 1 refused")
    assert "SEC belongs to the members of its private channel" in said.shown
    assert "SEC-1" in said.shown


def sees(casebook, person, key):
    with casebook.db.read() as work:
        case = work.cases.by_key(key)
        return bool(work.people.in_channel(case.project.home_channel, [person.id]))


def test_bulk_edit_stands_under_lists_and_on_the_home(town, cases, slack):
    answer = town.ann.command("/case list printer", channel=town.ops)
    town.ann.click(answer, "Bulk edit")
    assert "14 cases found" in town.ann.modal.text
    town.ann.modal.close()
    town.ann.choose(town.ann.open_home(), "home.inbox", "Open (14)")
    slack.wait_for(lambda: "OPS-14" in town.ann.home.text, what="the open cases")
    town.ann.click(town.ann.home, "Bulk edit")
    assert "14 cases found" in town.ann.modal.text
    town.ann.modal.close()
    town.ann.command("/case", channel=town.ops)
    town.ann.modal.fill({"search": "printer"})
    town.ann.modal.submit()
    town.ann.modal.click("Bulk edit")
    assert "What to do" in town.ann.modal.text


def test_back_brings_the_form_as_it_was_left(town, cases, slack):
    town.ann.command("/case bulk printer", channel=town.ops)
    modal = town.ann.modal
    assert modal.submit().errors, "nothing is chosen"
    choose(slack, modal, "Add a note", text="seen in the whole building")
    assert "Tick at least one" in " ".join(modal.submit().errors.values())
    tick(modal, "OPS-14")
    assert not modal.submit().errors
    assert "add the note “seen in the whole building”" in modal.text
    updated(slack, modal, lambda: modal.click("Back"))
    assert modal.value("text") == "seen in the whole building"
    assert len(modal.value(boxes(modal))) == 1
    updated(slack, modal, lambda: modal.click("Untick all"))
    assert modal.value(boxes(modal)) == []


def test_cases_are_moved_and_found_by_their_old_keys(town, cases, slack, casebook, card):
    old = card("printer 7 jams")
    net = slack.add_channel("net", members=[town.ann, town.bob], bot=True)
    create_project(town, casebook, "NET", "Network", net)
    town.ann.command("/case bulk key:OPS-8", channel=town.ops)
    modal = town.ann.modal
    updated(slack, modal, lambda: modal.click("Select all 1"))
    choose(slack, modal, "Move to another project", project="NET · Network")
    assert not modal.submit().errors
    confirm(town.ann)
    said = summary(slack, town.ann, "Done: 1 changed")
    assert "NET-1" in town.bob.command("/case show OPS-8", channel=town.ops).shown
    new = card("printer 7 jams", net)
    slack.wait_for(lambda: new.replies, what="the line of the move")
    assert "from OPS to NET: OPS-8 is NET-1 now (bulk edit of 1 case)" in new.replies[0].shown
    slack.wait_for(lambda: "Moved to NET" in old.shown, 20, what="the old card to say where the case is")
    town.ann.click(said, "Undo")
    slack.wait_for(lambda: "1 brought back" in said.shown, 20, what="the undo")
    assert "OPS-8" in town.bob.command("/case show NET-1", channel=town.ops).shown


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("", "Say which cases"),
        ("unicorn", "No case matches"),
        ("colour:blue", "colour"),
        ("(" * 200 + "x", "parentheses"),
    ],
)
def test_bad_input_gets_a_sentence_that_says_what_to_do(town, cases, query, hint):
    assert hint in town.ann.command(f"/case bulk {query}", channel=town.ops).shown
    assert not town.ann.has_modal


def test_the_same_confirmation_and_the_same_undo_twice_act_once(town, cases, slack, casebook):
    town.ann.command("/case bulk key:OPS-2", channel=town.ops)
    modal = town.ann.modal
    updated(slack, modal, lambda: modal.click("bulk.all"))
    choose(slack, modal, "Add a note", text="only once")
    slack.faults.add(delivery="interactive", kind="duplicate", times=2)
    assert not modal.submit().errors
    confirm(town.ann)
    said = summary(slack, town.ann, "Done: 1 changed")
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    town.ann.click(said, "Undo")
    slack.wait_for(lambda: "1 brought back" in said.shown, 20, what="the undo")
    assert casebook.worker.wait_until_idle(20)
    timeline = town.ann.command("/case timeline OPS-2", channel=town.ops).shown
    assert timeline.count("added a note") == 1
    assert timeline.count("deleted a note") == 1


def test_everything_that_a_query_finds_a_thousand_cases(town, project, slack, casebook):
    with casebook.db.write() as work:
        home = work.projects.by_key("OPS", lock=True)
        (type_, _) = work.cases.types()
        seeded = [seed(home, type_, number, town.bob.id) for number in range(1, 1001)]
        home.last_number = 1000
        work.add(*seeded)
    town.ann.command("/case bulk ancient", channel=town.ops)
    modal = town.ann.modal
    updated(slack, modal, lambda: modal.click("Select all 1,000"))
    assert "1,000 ticked" in modal.text
    choose(slack, modal, "Archive")
    assert not modal.submit().errors
    assert "Will change: 1,000" in modal.text
    confirm(town.ann)
    said = summary(slack, town.ann, "At work")
    slack.wait_for(lambda: "Done: 1,000 changed" in said.shown, 60, what="the summary")
    assert "and 8" in said.shown
    assert [m for m in town.bob.dm() if "of them concern you" in m.shown], "Bob reported them"
    assert len(town.bob.dm()) == 1
    with casebook.db.read() as work:
        assert all(case.is_archived for case in work.cases.by_ids(case.id for case in seeded).values())


def seed(project, type_, number, reporter):
    at = project.created_at
    return Case(
        key=f"OPS-{number}", number=number, project_id=project.id, type_id=type_.id, title=f"ancient {number}",
        description="", status="Open", group="open", reporter=reporter, attributes={}, created_at=at,
        updated_at=at, version=0,
    )  # fmt: skip
