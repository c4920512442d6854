"""Every form survives being filled in and read back, at its smallest and its largest."""

from datetime import date

import pytest
from hypothesis import given, settings

from bot.domain.errors import Invalid
from bot.domain.evidence import RelationKind
from bot.domain.person import Team
from bot.domain.priority import Priority
from bot.domain.reading import CaseForm
from bot.views import forms, pickers
from bot.views.forms.metadata import pack, post_metadata, read_post_metadata, unpack
from bot.views.incoming import tidy
from tests.views.filling import sent
from tests.views.samples import (
    WORDS,
    WORKSPACE,
    case,
    closed_case,
    fits_message,
    fits_modal,
    huge_case,
    post,
    project,
    shown,
    small_case,
    types,
    wide_type,
)


def case_form(**over):
    return CaseForm(**({"projects": [project()], "types": types()} | over))


def full_form(**over):
    teams = [Team(id=3, handle="sre", name="Site reliability"), Team(id=4, handle="web", name="")]
    filled = {
        "title": "Checkout is down", "description": "500s", "priority": "P1", "assignee": "U0BOB", "teams": teams,
        "due": "2026-12-24", "attributes": {"service": "checkout", "env": "prod"},
    }  # fmt: skip
    return case_form(**(filled | over))


# -- New case and Edit --------------------------------------------------------------------------------------------
def test_an_empty_form_is_filled_in_and_read_back():
    view = forms.new_case_form(case_form(), channel="C0GEN")
    fits_modal(view)
    read = forms.read_new_case(
        sent(
            view, type="2", title="  down  ", description="since 3", priority="P2", assignee="U0BOB", teams=["3", "4"],
            due="2026-12-24", service="checkout", env="",
        )
    )  # fmt: skip
    assert (read.project, read.type, read.title, read.description) == (1, 2, "down", "since 3")
    assert (read.priority, read.assignee, read.teams) == (Priority.P2, "U0BOB", (3, 4))
    assert (read.due, read.attributes) == (date(2026, 12, 24), {"service": "checkout", "env": ""})
    assert (read.post, read.channel) == (None, "C0GEN")


def test_a_prefilled_form_comes_back_as_it_was():
    read = forms.read_new_case(sent(forms.new_case_form(full_form(project=project(), type=types()[1]))))
    assert (read.title, read.description, read.priority) == ("Checkout is down", "500s", Priority.P1)
    assert (read.type, read.assignee, read.teams, read.due) == (2, "U0BOB", (3, 4), date(2026, 12, 24))
    assert read.attributes == {"service": "checkout", "env": "prod"}


def test_what_is_left_out_is_none():
    read = forms.read_new_case(sent(forms.new_case_form(case_form(projects=[project(id=n) for n in range(2)]))))
    assert (read.project, read.assignee, read.teams, read.due) == (None, None, (), None)
    assert read.priority == Priority.NOT_SET


def test_more_projects_than_a_menu_holds_are_found_by_typing():
    many = [project(id=n, key=f"P{n}") for n in range(101)]
    view = forms.new_case_form(case_form(projects=many, project=many[7]))
    fits_modal(view)
    assert view["blocks"][0]["element"]["action_id"] == "form.project"
    assert forms.read_new_case(sent(view)).project == 7
    assert forms.read_new_case(sent(view, project="99")).project == 99


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_the_largest_forms_fit_and_keep_every_word(text):
    title, description = text[:200].strip() or "x", text[:3000].strip() or "x"
    teams = [Team(id=n, handle=text[:80], name=text[:120]) for n in range(100)]
    attributes = {"service": text[:200].strip(), "env": text[:200].strip()}
    form = full_form(
        projects=[project(id=n, name=text[:80]) for n in range(100)], teams=teams, title=title,
        description=description, attributes=attributes, case=huge_case(text), post=post(text[:3000]),
    )  # fmt: skip
    view = forms.new_case_form(form)
    fits_modal(view)
    fits_modal(forms.edit_case_form(form))
    read = forms.read_edit(sent(forms.edit_case_form(form)))
    assert read.title == title.replace("\x00", "").strip()
    assert read.description == description.replace("\x00", "").strip()
    assert len(read.teams) == 100


def test_edit_carries_the_case_and_the_version_seen():
    view = forms.edit_case_form(full_form(case=case()))
    assert forms.read_target(sent(view)) == forms.Target(12, 7)
    assert "project" not in [block["block_id"] for block in view["blocks"]]
    read = forms.read_edit(sent(view, title="New", service=None))
    assert read.title == "New"
    assert read.attributes == {"service": "", "env": "prod"}
    with pytest.raises(ValueError, match="no case"):
        forms.edit_case_form(case_form())


# -- escalating ---------------------------------------------------------------------------------------------------
def test_a_post_goes_through_the_form_unharmed():
    escalated = post(
        "500s since 3", thread_ts="1699999999.000001", source="monitor", again=True,
        links=(("https://dd.example/monitors/1", "Monitor"), ("https://x.example", "https://x.example")),
        files=(("df.txt", "https://acme.slack.com/files/1"),),
    )  # fmt: skip
    view = forms.new_case_form(case_form(post=escalated))
    fits_modal(view)
    assert view["callback_id"] == "case.escalate"
    assert "Kept as evidence: this post, 2 links and 1 file." in shown(view)
    read = forms.read_new_case(sent(view, title="Shop is down", description="my own words"))
    assert read.post == escalated
    assert (read.title, read.description) == ("Shop is down", "my own words")


@given(WORDS)
@settings(max_examples=40, deadline=None)
def test_of_a_huge_post_the_form_keeps_what_fits(text):
    text = tidy(text) or "x"
    links = tuple((f"https://example.com/{n}/" + "x" * 150, text[:60]) for n in range(60))
    escalated = post(text[:3000], links=links, files=tuple((text[:50], f"https://f.example/{n}") for n in range(3)))
    view = forms.new_case_form(case_form(post=escalated))
    fits_modal(view)
    read = forms.read_new_case(sent(view)).post
    assert (read.channel, read.ts, read.title) == (escalated.channel, escalated.ts, escalated.title)
    assert read.text == escalated.text
    assert read.files == escalated.files
    assert 0 < len(read.links) < 60
    assert read.links == links[: len(read.links)]
    assert f"(of {len(links)})" in shown(view)
    added = read_post_metadata({"private_metadata": post_metadata(escalated)})
    assert added.text[:-1] == escalated.text[: len(added.text) - 1].rstrip() or added.text == escalated.text


def test_add_to_a_case():
    view = forms.add_form(post("look at this", links=(("https://g.example/1", "graph"),)))
    fits_modal(view)
    read = forms.read_add(sent(view, case="12", note="the graph says so"))
    assert (read.case, read.note, read.post.text) == (12, "the graph says so", "look at this")
    assert read.post.links == (("https://g.example/1", "graph"),)
    with pytest.raises(Invalid):
        forms.read_add(sent(view, note="x"))


@pytest.mark.parametrize("drawn", [case(), closed_case(), small_case()])
def test_a_post_that_is_a_case_already(drawn):
    view = forms.already_view(drawn, post("x"), WORKSPACE)
    fits_modal(view)
    case_id, kept = forms.read_again(view)
    assert (case_id, kept.text) == (12, "x")
    offered = [element["action_id"] for element in view["blocks"][3]["elements"]]
    assert offered == ["post.note", *([] if drawn.is_open else ["post.reopen"]), "post.new"]
    without = forms.already_view(drawn, None, WORKSPACE)
    fits_modal(without)
    assert "already" in shown(without)


# -- working ------------------------------------------------------------------------------------------------------
FORMS = [
    forms.assign_form, forms.close_form, forms.status_form, forms.note_form, forms.due_form, forms.relate_form,
    forms.archive_form,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("drawn", [case(), small_case(), closed_case(), case(type=wide_type(100, "<&>"))])
def test_every_small_form_fits_and_knows_its_case(form, drawn):
    view = form(drawn)
    fits_modal(view)
    assert forms.read_target(sent(view)) == forms.Target(12, drawn.version)


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_small_forms_fit_whatever_the_case(text):
    for form in FORMS:
        fits_modal(form(huge_case(text)))


def test_assign_to_a_person_a_team_or_nobody():
    view = forms.assign_form(case())
    assert forms.read_assign(sent(view, assignee="U0ANN", teams="3")) == forms.Assignment("U0ANN", 3, False)
    assert forms.read_assign(sent(view, nobody=["nobody"])) == forms.Assignment(None, None, True)
    for filled, field in (({}, "assignee"), ({"assignee": "U0ANN", "nobody": ["nobody"]}, "nobody")):
        with pytest.raises(Invalid) as refused:
            forms.read_assign(sent(view, **filled))
        assert list(refused.value.fields) == [field]


def test_close_with_a_reason_and_a_note():
    view = forms.close_form(case(type=types()[1]), status="Closed")
    assert view["blocks"][1]["optional"] is False
    read = forms.read_close(sent(view, reason="False positive", note=" scanner "))
    assert read == forms.Closing("False positive", "Closed", "scanner")
    assert forms.read_close(sent(forms.close_form(case()))) == forms.Closing(None, None, "")


def test_status_offers_what_does_not_close():
    view = forms.status_form(case())
    values = [o["value"] for group in view["blocks"][1]["element"]["option_groups"] for o in group["options"]]
    assert values == ["Open", "In progress"]
    assert forms.read_status(sent(view, status="In progress")) == "In progress"
    with pytest.raises(Invalid):
        forms.read_status(sent(forms.status_form(closed_case())))


def test_note_due_relate_find():
    assert forms.read_note(sent(forms.note_form(case()), text=" found\x00 it ")) == "found it"
    due = forms.due_form(case(due=date(2026, 12, 24)))
    assert forms.read_due(sent(due)) == date(2026, 12, 24)
    assert forms.read_due(sent(due, due=None)) is None
    related = forms.read_relate(sent(forms.relate_form(case()), relation="blocks", other="13"))
    assert related == forms.Relating(RelationKind.BLOCKS, 13)
    with pytest.raises(Invalid):
        forms.read_relate(sent(forms.relate_form(case())))
    fits_modal(forms.find_form())
    assert forms.read_find(sent(forms.find_form(), case="13")) == 13


# -- projects, menu, notices --------------------------------------------------------------------------------------
def test_a_new_project():
    view = forms.project_form(channel="C0OPS", first=True)
    fits_modal(view)
    read = forms.read_project(sent(view, key="ops", name="Operations", retention="none", guests=["guests"]))
    assert read == forms.ProjectFields("OPS", "Operations", "C0OPS", None, True)
    with pytest.raises(Invalid) as refused:
        forms.read_project(sent(forms.project_form(channel="D0ANN"), key="OPS", name="x"))
    assert list(refused.value.fields) == ["home_channel"]


def test_an_old_project_keeps_its_key():
    view = forms.project_form(project(guests_allowed=True, retention_months=None))
    fits_modal(view)
    assert forms.read_project(sent(view)) == forms.ProjectFields("OPS", "Operations", "C0OPS", None, True)
    changed = forms.read_project(sent(view, name="Ops", home_channel="C0NEW", retention="3", guests=[]))
    assert changed == forms.ProjectFields("OPS", "Ops", "C0NEW", 3, False)


def test_a_retention_that_is_no_choice_stays():
    view = forms.project_form(project(retention_months=7))
    fits_modal(view)
    assert forms.read_project(sent(view)).retention_months == 7


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_projects_are_listed(text):
    from bot.views.answers import projects

    many = [project(id=n, key=f"P{n}", name=text[:80]) for n in range(120)]
    for found, is_admin in ((many, True), (many, False), ([], True), ([], False)):
        fits_modal(forms.projects_view(found, is_admin))
        fits_message(projects(found, is_admin))
        fits_modal(forms.menu(found, is_admin))
    for created in (True, False):
        fits_modal(forms.project_view(many[0], created=created))
    fits_modal(forms.notice(text))
    fits_modal(forms.no_project(text))


def test_the_menu_searches():
    view = forms.menu([project()], True)
    ids = [element["action_id"] for element in view["blocks"][0]["elements"]]
    assert ids == ["case.new", "menu.mine", "inbox.list", "project.list", "rule.list", "team.list", "menu.help"]
    assert forms.read_search(sent(view, search="checkout")) == "checkout"
    assert forms.read_search(sent(view)) == "is:open"
    fits_modal(forms.opened_view(case(), WORKSPACE))
    fits_modal(forms.help_view())


def test_a_notice_above_a_form_keeps_its_fields():
    view = sent(forms.edit_case_form(full_form(case=case())), title="mine")
    again = forms.with_notice(view, "Bob changed the title. Send again?", metadata=pack(case=12, version=8))
    fits_modal(again)
    assert [block.get("block_id") for block in again["blocks"]][:2] == ["notice", "title"]
    assert forms.read_target(again) == forms.Target(12, 8)
    twice = forms.with_notice(again, "Once more.")
    assert len(twice["blocks"]) == len(again["blocks"])
    assert unpack(twice) == {"case": 12, "version": 8}


# -- errors -------------------------------------------------------------------------------------------------------
def test_errors_stand_under_their_fields():
    view = sent(forms.new_case_form(case_form()), title="x")
    found = forms.field_errors(view, Invalid("No.", {"title": "Too short.", "service": "Too long."}))
    assert found == {"title": "Too short.", "service": "Too long."}


def test_what_belongs_to_no_field_stands_under_the_first():
    view = sent(forms.close_form(case()))
    assert forms.field_errors(view, Invalid("Gone.")) == {"reason": "Gone."}
    found = forms.field_errors(view, Invalid("No.", {"reason": "A.", "title": "B."}))
    assert found == {"reason": "A. B."}
    assert forms.field_errors(sent(forms.archive_form(case())), Invalid("No.")) == {}
    assert forms.field_errors(view, Invalid("")) != {"reason": ""}


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_pickers_offer_what_slack_takes(text):
    from bot.sandbox.blockkit import suggestion_problems

    cases = [case(id=n, title=text[:200]) for n in range(120)]
    teams = [Team(id=n, handle=text[:80], name=text[:120]) for n in range(120)]
    nameless = [Team(id=1, handle="a", name="")]
    for options in (
        pickers.case_options(cases), pickers.team_options(teams), pickers.team_options(nameless),
        pickers.project_options([project(id=n, name=text[:80]) for n in range(120)]), pickers.case_options([]),
    ):  # fmt: skip
        assert len(options) <= 100
        assert suggestion_problems({"options": options}) == []
