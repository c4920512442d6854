"""The forms about tickets, filled in and read back: empty while nobody has answered, full, and at their largest."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.domain.errors import Invalid
from bot.domain.ticket import Asked, Choice, Part, System, Way
from bot.sandbox.blockkit import suggestion_problems
from bot.views.forms import project_form, read_project, read_target
from bot.views.forms.new_ticket import Lists, NewTicket, checked_new, choice_options, read_asked, read_new
from bot.views.forms.terms import TermsForm, read_of_terms, read_terms, terms_form
from bot.views.forms.tickets import EXISTING, TicketForm, checked_words, link_form, read_ticket
from tests.views.filling import sent
from tests.views.samples import JIRA, SERVICENOW, WORDS, case, fits_modal, huge_case, project, shown

PROJECTS = (Choice("PAY", "Payments (PAY)"), Choice("OPS", "Operations (OPS)"))
TYPES = (Choice("10001", "Bug"), Choice("10002", "Task"))
ASKED = (
    Asked("labels", "Labels", many=True, required=False),
    Asked("components", "Components", (Choice("7", "Checkout"), Choice("8", "Cart")), many=True, required=False),
    Asked("customfield_1", "Root cause"),
    Asked("customfield_2", "Impact", (Choice("1", "Big"), Choice("2", "Small"))),
)


def form(new=None, **over):
    values = {"case": case(), "systems": [JIRA], "new": new or NewTicket(JIRA)}
    return TicketForm(**(values | over))


def told(kind="PAY", subtype="10001", asked=ASKED, **over):
    return NewTicket(JIRA, kind, subtype, Lists(PROJECTS, TYPES, asked), **over)


def ids(view):
    return [block["block_id"] for block in view["blocks"] if "block_id" in block]


# -- linking ----------------------------------------------------------------------------------------------------------
def test_the_form_opens_before_anything_is_known():
    view = link_form(form())
    fits_modal(view)
    assert ids(view) == ["how"]
    assert "Asking Jira …" in shown(view)
    assert "Create a new Jira issue" in shown(view)
    assert read_target(sent(view)).case_id == 12
    with pytest.raises(Invalid) as refused:
        checked_new(sent(view), JIRA, "how")
    assert "Jira has not said yet" in refused.value.fields["how"]


def test_a_late_partner_is_said_to_be_late():
    said = shown(link_form(form(NewTicket(JIRA, is_late=True))))
    assert "Jira takes its time." in said
    assert "a ticket that exists can be linked at any time" in said


def test_a_dead_partner_leaves_what_can_be_done():
    problem = "Its password is refused: `JIRA_API_TOKEN` has to be renewed."
    view = link_form(form(NewTicket(JIRA, lists=Lists(problem=problem))))
    fits_modal(view)
    assert "*Jira does not say what it needs.* Its password is refused" in shown(view)
    assert "ticket.again" in str(view)
    assert ids(link_form(form(NewTicket(JIRA), how=EXISTING))) == ["how", "words"]


def test_lists_come_one_after_the_other():
    first = link_form(form(NewTicket(JIRA, lists=Lists(PROJECTS))))
    assert ids(first) == ["how", "kind"]
    assert "Asking" not in shown(first), "the person has to choose"
    second = link_form(form(NewTicket(JIRA, "PAY", lists=Lists(PROJECTS))))
    assert "Asking Jira" in shown(second)
    third = link_form(form(NewTicket(JIRA, "PAY", lists=Lists(PROJECTS, TYPES))))
    assert ids(third) == ["how", "kind", "subtype"]
    for view in (first, second, third):
        fits_modal(view)
    assert read_new(sent(first), JIRA).lists == Lists(PROJECTS)
    chosen = read_new(sent(third, subtype="10002"), JIRA)
    assert (chosen.kind, chosen.subtype, chosen.lists) == ("PAY", "10002", Lists(PROJECTS, TYPES))


def test_what_was_asked_comes_back_by_the_partners_names():
    view = link_form(form(told()))
    fits_modal(view)
    assert ids(view)[3:] == ["asked.customfield_1", "asked.customfield_2", "asked.labels", "asked.components"]
    filled = {
        "asked.customfield_1": "A *bug*, <!channel>", "asked.customfield_2": "2", "asked.components": ["7", "8"],
        "asked.labels": " urgent, shop ,, ",
    }  # fmt: skip
    answer = sent(view, **filled)
    assert read_asked(answer) == {
        "customfield_1": "A *bug*, <!channel>", "customfield_2": "2", "components": ["7", "8"],
        "labels": ["urgent", "shop"],
    }  # fmt: skip
    new = checked_new(answer, JIRA, "how")
    assert (new.kind, new.subtype) == ("PAY", "10001")
    assert read_asked(sent(view)) == {}


def test_what_was_answered_before_is_there_again():
    extra = {"labels": ["a", "b"], "customfield_1": "why", "customfield_2": "2", "components": ["8"]}
    assert read_asked(sent(link_form(form(told(extra=extra))))) == extra


def test_ids_change_with_what_their_lists_depend_on():
    """Or Slack would keep a choice that is not in the list any more."""
    pay, ops = link_form(form(told("PAY"))), link_form(form(told("OPS")))
    same, other = ({block["element"]["action_id"] for block in v["blocks"] if "element" in block} for v in (pay, ops))
    assert same & other == {"ticket.how", "ticket.kind.jira"}


def test_a_system_without_types_is_asked_at_once():
    new = NewTicket(SERVICENOW, "incident", "", Lists((Choice("incident", "Incident"),), None, ()))
    view = link_form(form(new, systems=[JIRA, SERVICENOW]))
    fits_modal(view)
    assert ids(view) == ["partner", "how", "kind"]
    assert read_ticket(sent(view)).partner == "servicenow"
    assert read_ticket(sent(view, partner="jira")).partner == "jira"
    assert checked_new(sent(view), SERVICENOW).kind == "incident"


def test_an_existing_one():
    view = link_form(form(how=EXISTING))
    fits_modal(view)
    assert view["submit"]["text"] == "Link"
    fields = read_ticket(sent(view, words=" https://jira.example/browse/PAY-7 "))
    assert (fields.how, fields.partner, checked_words(fields)) == (
        EXISTING,
        "jira",
        "https://jira.example/browse/PAY-7",
    )
    with pytest.raises(Invalid) as refused:
        checked_words(read_ticket(sent(view)))
    assert list(refused.value.fields) == ["words"]


def test_more_than_a_menu_holds_is_searched_by_typing():
    many = tuple(Choice(f"P{n}", f"Project {n}") for n in range(100))
    asked = (Asked("a", "One", many + many), Asked("b", "Some", many + many, many=True))
    view = link_form(form(NewTicket(JIRA, "X", "1", Lists(many, TYPES, asked))))
    fits_modal(view)
    kinds = [block["element"]["type"] for block in view["blocks"] if "element" in block]
    assert kinds == ["radio_buttons", "external_select", "static_select", "external_select", "multi_external_select"]
    answer = sent(view, **{"asked.a": "P3", "asked.b": ["P4"]})
    assert read_new(answer, JIRA).kind == "X", "what was chosen stays, though it is not on the first page"
    assert read_asked(answer) == {"a": "P3", "b": ["P4"]}


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_whatever_the_partner_calls_things_the_form_fits(text):
    system = System("jira", "Jira", "issue", "Project", "Issue type", {}, has_internal=True)
    text = text[:200]
    choices = (*(Choice(f"{n}{text[:70]}", text) for n in range(120)), Choice("", "nothing"))
    asked = tuple(Asked(f"{n}{text[:90]}", text, choices if n % 3 else (), many=bool(n % 2)) for n in range(70))
    new = NewTicket(system, text[:80], text[:80], Lists(choices, choices, asked))
    for one in (new, replace(new, lists=Lists(problem=text)), replace(new, lists=Lists(choices[:50]))):
        fits_modal(link_form(form(one, case=huge_case(text), systems=[JIRA, SERVICENOW])))
    assert suggestion_problems({"options": choice_options(choices[:100])}) == []


# -- terms ------------------------------------------------------------------------------------------------------------
WAYS = dict.fromkeys(Part, Way.BOTH) | {Part.TITLE: Way.ONCE, Part.DESCRIPTION: Way.OFF}
STATUSES = [
    {"case": "Closed", "ticket": "Done", "via": ["In Progress", "Review"], "reason": "Resolved"},
    {"case": "In progress", "ticket": "In Progress", "via": []},
]
PRIORITIES = [{"case": "P1", "ticket": "Highest"}, {"case": "P2", "ticket": "Highest"}]


def terms(new=None, **over):
    values = {"project": "OPS", "new": new or NewTicket(JIRA, "PAY", "10001"), "ways": WAYS, "statuses": STATUSES,
              "priorities": PRIORITIES, "internal": None}  # fmt: skip
    return TermsForm(**(values | over))


def test_terms_come_back_as_they_were():
    view = terms_form(terms())
    fits_modal(view)
    read = read_terms(sent(view))
    assert (read.project, read.partner, read.kind, read.subtype) == ("OPS", "jira", "PAY", "10001")
    assert read_of_terms(view) == ("OPS", "jira")
    assert (read.ways, read.internal) == (WAYS, None)
    assert read.statuses == [
        {"case": "Closed", "ticket": "Done", "via": ["In Progress", "Review"], "reason": "Resolved"},
        {"case": "In progress", "ticket": "In Progress", "via": []},
    ]
    assert read.priorities == PRIORITIES
    assert "Closed as Resolved = Done via In Progress, Review\nIn progress = In Progress" in str(
        [block["element"].get("initial_value") for block in view["blocks"] if "element" in block]
    ).replace("\\n", "\n")


def test_terms_as_an_admin_types_them():
    new = NewTicket(JIRA, "PAY", "10001", Lists(PROJECTS, TYPES))
    view = terms_form(terms(new, statuses=[], priorities=[], theirs=["To Do", "Done"]))
    fits_modal(view)
    assert "Statuses in Jira: To Do, Done." in shown(view)
    lines = "closed = Done\n\n  Open=To Do  via  Backlog ,  Ready \n"
    filled = sent(view, statuses=lines, priorities="critical = Highest", subtype=None, **{"way.notes": "off"})
    read = read_terms(filled)
    assert read.statuses == [
        {"case": "closed", "ticket": "Done", "via": []},
        {"case": "Open", "ticket": "To Do", "via": ["Backlog", "Ready"]},
    ]
    assert read.priorities == [{"case": "critical", "ticket": "Highest"}]
    assert read.ways[Part.NOTES] == Way.OFF
    assert (read.kind, read.subtype) == ("PAY", "")
    assert "once" not in [one["value"] for one in element(view, "way.notes")["options"]]


def element(view, block_id):
    return next(block["element"] for block in view["blocks"] if block.get("block_id") == block_id)


@pytest.mark.parametrize(
    ("field", "lines", "said"),
    [
        ("statuses", "Open = To Do\nClosed", "Line 2: “Closed” should look like: Closed = Done"),
        ("statuses", "= Done", "Line 1"),
        ("priorities", "P1 = Highest\nP2 =", "Line 2: “P2 =” should look like: P1 = Highest"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(field, lines, said):
    with pytest.raises(Invalid) as refused:
        read_terms(sent(terms_form(terms()), **{field: lines}))
    assert said in refused.value.fields[field]


def test_terms_of_a_partner_that_does_not_answer_can_be_changed_all_the_same():
    view = terms_form(terms(NewTicket(JIRA, "PAY", "10001", Lists(problem="It did not answer."))))
    fits_modal(view)
    assert "stays as it is; the rest can be changed and saved" in shown(view)
    read = read_terms(sent(view))
    assert (read.kind, read.subtype) == ("PAY", "10001")


def test_whether_notes_are_internal_is_asked_where_there_is_a_difference():
    view = terms_form(terms(NewTicket(SERVICENOW, "incident"), internal=True))
    fits_modal(view)
    assert read_terms(sent(view)).internal is True
    assert read_terms(sent(view, internal="public")).internal is False
    assert read_terms(sent(view, internal="asis")).internal is None
    assert "internal" not in ids(terms_form(terms()))


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_the_largest_terms_fit(text):
    rows = [{"case": text[:40], "ticket": text[:80], "via": [text[:80]] * 20} for _ in range(50)]
    choices = tuple(Choice(f"{n}{text[:100]}", text[:200]) for n in range(99))
    new = NewTicket(SERVICENOW, text[:80], text[:80], Lists(choices, choices))
    fits_modal(terms_form(terms(new, statuses=rows, priorities=rows, theirs=[text[:80]] * 200)))


def test_the_projects_form_leads_to_its_terms():
    view = project_form(project(), systems=[JIRA, SERVICENOW])
    fits_modal(view)
    row = next(block for block in view["blocks"] if block.get("block_id") == "project/terms")
    assert [one["text"]["text"] for one in row["elements"]] == ["Tickets in Jira", "Tickets in ServiceNow"]
    assert row["elements"][1]["value"] == "OPS/servicenow"
    assert read_project(sent(view)).key == "OPS"
