"""Tickets as people see them: Ann links one, looks how it fares, and goes on whatever the other side does."""

import pytest

from bot.domain.link import Terms
from bot.domain.ticket import Part
from tests.flows.conftest import create_project, running, settings_for
from tests.flows.office import WRONG, Office
from tests.ticketing import BOB


@pytest.fixture
def office():
    found = Office()
    yield found
    found.open.set()


@pytest.fixture
def casebook(town, sqlite_url, office):
    """With that Jira connected."""
    settings = settings_for(town.slack, sqlite_url)
    with running(settings, ticketing={"jira": office.partner}) as casebook:
        casebook.desk.questions.patience = 0.3
        yield casebook


@pytest.fixture
def case(town, project, card):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    return card("checkout is down")


def until(slack, condition, what):
    return slack.wait_for(condition, 20, what)


def create(slack, person, modal, kind="Payments (PAY)", subtype="Bug"):
    until(slack, lambda: kind in offered(modal, "kind"), "the projects")
    modal.choose("kind", kind)
    until(slack, lambda: subtype in offered(modal, "subtype"), "the types")
    modal.choose("subtype", subtype)


def offered(modal, name):
    """The options of a menu, as far as it is there."""
    blocks = [block for block in modal.blocks if block.get("block_id") == name]
    return [one["text"]["text"] for block in blocks for one in block["element"]["options"]]


def field(slack, modal, name):
    until(slack, lambda: name in modal.text, f"the field {name}")


def test_ann_creates_a_ticket_from_the_card_and_follows_it_there(town, case, slack, office, casebook):
    office.open.clear()
    assert town.ann.click(case, "Link ticket").ms < 2500
    modal = town.ann.modal
    assert "Asking Jira …" in modal.text
    assert "OPS-1 checkout is down" in modal.text
    until(slack, lambda: "Jira takes its time" in modal.text, "word that Jira is late")
    office.open.set()
    create(slack, town.ann, modal)
    field(slack, modal, "Root cause")
    assert "come from the case" in modal.text
    modal.fill({"Root cause": "Config", "Labels": "shop, urgent"})
    assert not modal.submit().errors
    assert "You asked for a Jira ticket." in town.ann.modal.text
    until(slack, lambda: "Jira PAY-100 checkout is down · To Do · nobody has it · in step" in case.shown, "the ticket")
    assert office.extra == [("PAY", "1", {"cause": "10", "labels": ["shop", "urgent"]})]
    assert "ticket PAY-100 (To Do)" in case.text
    until(slack, lambda: len(case.replies) == 2, "two lines in the thread")
    assert "ann asked for a Jira ticket" in case.replies[0].shown
    assert "created Jira PAY-100" in case.replies[1].shown
    assert "· 1 ticket" in town.bob.command("/case list has:ticket", channel=town.ops).shown


def test_a_dead_partner_costs_nobody_a_click(town, case, slack, office, casebook):
    office.is_down = True
    issue = office.desk.make("Cart is slow", "PAY-7")
    town.ann.command("/case link OPS-1 jira", channel=town.ops)
    modal = town.ann.modal
    until(slack, lambda: WRONG in modal.text, "why Jira says nothing")
    assert "can be linked at any time, by its key" in modal.text
    assert "Jira has not said yet" in modal.submit().errors["how"]
    modal.choose("how", "Link one that exists")
    field(slack, modal, "Key, number or address")
    assert list(modal.submit().errors) == ["words"]
    modal.fill({"words": "PAY-7"})
    assert not modal.submit().errors
    until(slack, lambda: "PAY-7 · failing" in case.shown, "what went wrong on the card")
    assert WRONG in case.shown
    assert "OPS-1" in town.bob.command("/case show OPS-1", channel=town.ops).shown

    office.is_down = False
    town.bob.click(case, "Details")
    assert {"Retry", "Unlink"} <= set(town.bob.modal.buttons)
    town.bob.modal.click("Retry")
    until(slack, lambda: "Jira PAY-7 Cart is slow · To Do · nobody has it · in step" in case.shown, "the ticket")
    assert office.desk.issues[issue.id].mark


def test_it_is_asked_again_by_a_button(town, case, slack, office):
    office.is_down = True
    town.ann.click(case, "Link ticket")
    modal = town.ann.modal
    until(slack, lambda: "Ask again" in modal.buttons, "the problem")
    office.is_down = False
    modal.click("Ask again")
    until(slack, lambda: "Payments (PAY)" in offered(modal, "kind"), "the projects")


def test_while_the_partner_hangs_everything_else_goes_on(town, case, slack, office):
    office.open.clear()
    for _ in range(9):
        assert town.ann.command("/case link OPS-1 jira", channel=town.ops).ms < 2500
        town.ann.modal.close()
    town.bob.click(case, "Take")
    until(slack, lambda: "In progress" in case.shown, "the card")
    assert town.bob.command("/case show OPS-1", channel=town.ops).ms < 2500


def test_the_same_form_sent_twice_makes_one_ticket(town, case, slack, office, casebook):
    town.ann.click(case, "Link ticket")
    create(slack, town.ann, town.ann.modal, "Web (WEB)", "Story")
    field(slack, town.ann.modal, "come from the case")
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    assert not town.ann.modal.submit().errors
    until(slack, lambda: "WEB-100" in case.shown, "the ticket")
    assert casebook.worker.wait_until_idle(20)
    assert len(office.desk.issues) == 1


def test_a_list_of_one_needs_no_choice(town, case, slack, office):
    town.ann.click(case, "Link ticket")
    modal = town.ann.modal
    until(slack, lambda: offered(modal, "kind"), "the projects")
    modal.choose("kind", "Web (WEB)")
    until(slack, lambda: offered(modal, "subtype") == ["Story"], "the only type")
    assert modal.value("subtype") == "3"


def test_tickets_by_command(town, case, slack, office):
    office.desk.make("Cart is slow", "PAY-7")
    said = town.ann.command("/case link OPS-1 jira https://jira.test/browse/PAY-7", channel=town.ops).shown
    assert "You linked" in said
    until(slack, lambda: "Jira PAY-7 Cart is slow" in case.shown, "the ticket")
    assert "PAY-7 already" in town.ann.command("/case link OPS-1 jira PAY-7", channel=town.ops).shown
    assert "It has PAY-7." in town.ann.command("/case unlink OPS-1 PAY-8", channel=town.ops).shown
    assert "You unlinked Jira PAY-7." in town.bob.command("/case unlink OPS-1 pay-7", channel=town.ops).shown
    until(slack, lambda: "PAY-7" not in case.shown, "the card without it")
    assert office.desk.issues, "it stays as it is"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/case link", "needs a case's key"),
        ("/case link OPS-1 jirra", "Did you mean jira?"),
        ("/case link OPS-1 servicenow", "ServiceNow is not connected."),
        ("/case link OPS-1 bugzilla BUG-1", "not a ticketing system that Casebook knows. Say jira."),
        ("/case link OPS-99 jira", "There is no case OPS-99"),
        ("/case unlink OPS-1", "needs the ticket's key"),
        ("/case unlink OPS-1 nothing", "OPS-1 has no ticket nothing."),
        ("/case lnk OPS-1 jira", "Did you mean /case link?"),
    ],
)
def test_wrong_words_get_a_sentence_that_says_what_to_do(town, case, command, said):
    answer = town.ann.command(command, channel=town.ops)
    assert said in answer.shown.replace("`", "")
    assert not town.ann.has_modal


def test_a_stranger_is_refused(town, case, casebook, slack):
    vault = slack.add_channel("vault", members=[town.ann, town.dana], private=True, bot=True)
    create_project(town, casebook, "SEC", "Security", vault)
    town.ann.command("/case quick the key is stolen in SEC", channel=town.ops)
    for command in ("/case link SEC-1 jira", "/case link SEC-1 jira PAY-7", "/case unlink SEC-1 PAY-7"):
        assert (
            "belongs to the members of its private channel" in town.carol.command(command, channel=town.general).shown
        )
    assert not town.carol.has_modal


def test_what_the_partner_says_pings_nobody(town, case, slack, office):
    office.desk.make("<!channel> *down* <@U0ANN>", "PAY-7", status="To Do")
    office.desk.by_hand(office.desk.only().id, Part.ASSIGNEE, BOB)
    town.ann.command("/case link OPS-1 jira PAY-7", channel=town.ops)
    until(slack, lambda: "in step" in case.shown, "the title as it was written")
    block = next(block for block in case.blocks if len(block.get("elements", ())) == 2)
    said = [element["text"] for element in block["elements"][1]["elements"][0]["elements"]]
    assert " <!channel> *down* <@U0ANN>" in said, "as it was written, in text that Slack does not read"
    assert case.pings == []
    assert "<!channel>" not in case.text


def test_two_cases_share_a_ticket_only_if_somebody_says_so(town, case, slack, office, card):
    office.desk.make("Cart is slow", "PAY-7")
    town.ann.command("/case link OPS-1 jira PAY-7", channel=town.ops)
    until(slack, lambda: "in step" in case.shown, "the first")
    town.ann.command("/case quick cart is slow in OPS", channel=town.ops)
    other = card("cart is slow")
    town.ann.command("/case link OPS-2 jira PAY-7", channel=town.ops)
    until(slack, lambda: "OPS-1 is linked to PAY-7." in other.shown, "why not")
    town.ann.click(other, "Details")
    town.ann.modal.click("Link anyway")
    until(slack, lambda: "in step" in other.shown, "both to have it")


def test_a_closed_case_takes_a_ticket_and_an_archived_one_offers_none(town, case, slack, office):
    town.ann.command("/case close OPS-1 resolved", channel=town.ops)
    until(slack, lambda: "Reopen" in case.buttons, "the card to be closed")
    assert "Link ticket" in case.buttons
    town.ann.command("/case archive OPS-1", channel=town.ops)
    until(slack, lambda: "Unarchive" in case.buttons, "the card to be archived")
    assert "Link ticket" not in case.buttons


def test_where_both_sides_changed_one_chooses(town, case, slack, office, casebook):
    issue = office.desk.make("Cart is slow", "PAY-7")
    town.ann.command("/case link OPS-1 jira PAY-7", channel=town.ops)
    until(slack, lambda: "in step" in case.shown, "the ticket")
    with casebook.db.write() as work:
        (ticket,) = work.cases.by_key("OPS-1").tickets
        kept = {"ours": "P1", "theirs": "P3", "by": "Mia", "at": casebook.desk.now().isoformat(), "won": "ours"}
        ticket.conflicts = {"priority": kept}
    town.ann.click(case, "Details")
    assert "Both sides changed the priority. In OPS-1: P1 Critical. In Jira PAY-7: P3 Medium, by Mia." in (
        town.ann.modal.text.replace("*", "")
    )
    town.ann.modal.click("Take theirs")
    until(slack, lambda: "P3 Medium" in case.shown, "theirs")
    until(slack, lambda: "Take theirs" not in town.ann.modal.buttons, "the choice to be over")
    assert issue.id in office.desk.issues


# -- terms ------------------------------------------------------------------------------------------------------------
def test_an_admin_sets_the_terms_of_a_project(town, case, slack, office, casebook):
    town.dana.command("/case project OPS", channel=town.ops)
    town.dana.modal.click("Tickets in Jira")
    modal = town.dana.modal
    assert modal.stack_depth == 2
    until(slack, lambda: offered(modal, "kind"), "the projects")
    modal.choose("kind", "Web (WEB)")
    field(slack, modal, "Statuses in Jira: To Do, In Progress, In Review, Done.")
    modal.fill({"way.title": "Both ways", "way.notes": "Off", "statuses": "Clsed = Done", "priorities": "P1 = Highest"})
    assert "Line 1: “Clsed” is no status of a case." in modal.submit().errors["statuses"]
    modal.fill({"statuses": "Closed = Done via In Review\nOpen = To Do"})
    assert not modal.submit().errors
    assert town.dana.modal.title == "Project OPS"
    town.dana.modal.close(everything=True)
    with casebook.db.read() as work:
        terms = work.session.get(Terms, (1, "jira"))
        assert (terms.kind, terms.ways["title"], terms.ways["notes"]) == ("WEB", "both", "off")
        assert terms.statuses[0] == {"case": "Closed", "ticket": "Done", "via": ["In Review"]}

    town.dana.command("/case project OPS tickets", channel=town.ops)
    assert "Closed = Done via In Review" in town.dana.modal.text
    town.ann.click(case, "Link ticket")
    until(slack, lambda: "come from the case" in town.ann.modal.text, "the form")
    assert town.ann.modal.value("kind") == "WEB"


@pytest.mark.parametrize("command", ["/case project OPS tickets", "/case project OPS tickets jira"])
def test_terms_are_for_admins(town, case, command):
    assert "Only Casebook's admins" in town.ann.command(command, channel=town.ops).shown
    assert not town.ann.has_modal


# -- many at once -----------------------------------------------------------------------------------------------------
def test_many_cases_get_a_ticket_each_and_undo_unlinks_them(town, project, slack, office, casebook):
    for number in range(3):
        town.ann.command(f"/case quick printer {number} jams in OPS", channel=town.ops)
    assert casebook.worker.wait_until_idle(20)
    office.desk.make("Printer 0", "PAY-7")
    town.ann.command("/case link OPS-1 jira PAY-7", channel=town.ops)
    assert casebook.worker.wait_until_idle(20)
    town.ann.command("/case bulk printer", channel=town.ops)
    modal = town.ann.modal
    modal.click("Select all 3")
    until(slack, lambda: "3 ticked" in modal.text, "the ticks")
    modal.choose("deed", "Create a ticket for each")
    create(slack, town.ann, modal)
    field(slack, modal, "Root cause")
    modal.fill({"Root cause": "Code"})
    assert not modal.submit().errors
    assert "create a Jira ticket in PAY for each that has none there" in modal.text.replace("*", "")
    assert "Will change: 2" in modal.text
    modal.click("Back")
    until(slack, lambda: "Root cause" in modal.text, "the form again")
    assert modal.value("Root cause") == "11"
    assert not modal.submit().errors
    assert not modal.submit().errors
    said = until(slack, lambda: next((m for m in town.ann.dm() if "Done: 2 changed" in m.shown), None), "the summary")
    assert casebook.worker.wait_until_idle(20)
    assert len(office.desk.issues) == 3
    assert {one[2]["cause"] for one in office.extra} == {"11"}
    town.ann.click(said, "Undo")
    until(slack, lambda: "Undone: 2 brought back" in said.shown, "the undo")
    assert len(office.desk.issues) == 3, "they stay there"
    assert "0 cases" not in town.ann.command("/case list has:ticket", channel=town.ops).shown
    assert "1 case" in town.ann.command("/case list has:ticket", channel=town.ops).shown
