"""People look: lists, search, timeline, the App Home."""

import pytest


@pytest.fixture
def cases(town, project, card):
    for number in range(12):
        town.ann.command(f"/case quick printer {number} jams p3 in OPS", channel=town.ops)
    town.bob.command("/case take OPS-3", channel=town.ops)


def test_lists_are_paged(town, cases, slack):
    answer = town.ann.command("/case list printer", channel=town.general)
    assert "12 cases" in answer.shown
    town.ann.click(answer, "Next")
    slack.wait_for(lambda: "OPS-1 " in town.ann.last(town.general).shown + " ", what="the second page")


def test_mine_and_search(town, cases):
    mine = town.bob.command("/case mine", channel=town.general)
    assert "OPS-3" in mine.shown
    assert "OPS-4" not in mine.shown
    assert "OPS-3" in town.ann.command("/case search assignee:@bob", channel=town.general).shown
    assert "11 cases" in town.ann.command("/case search status:open priority:P3", channel=town.general).shown
    nothing = town.ann.command("/case search unicorn", channel=town.general)
    assert "no case" in nothing.shown.lower()


def test_a_row_of_a_list_can_be_acted_on(town, cases, slack):
    answer = town.bob.command("/case list printer 4", channel=town.ops)
    town.bob.choose(answer, "case.row", "Take", within="OPS-5")
    slack.wait_for(lambda: "OPS-5" in town.bob.command("/case mine", channel=town.ops).shown, what="OPS-5 to be Bob's")


def test_the_home_shows_inboxes_with_counts_and_acts(town, cases, slack):
    home = town.bob.open_home()
    assert "Assigned to me" in home.text
    assert "OPS-3" in home.text
    home.choose("home.inbox", "open")
    slack.wait_for(lambda: "OPS-12" in town.bob.home.text, what="the open cases")
    town.bob.click(town.bob.home, "Take", within="OPS-12")
    town.bob.home.choose("home.inbox", "mine")
    slack.wait_for(
        lambda: "OPS-12" in town.bob.home.text and "OPS-3" in town.bob.home.text, what="both cases under mine"
    )


def test_an_empty_home_says_what_to_do(town, project):
    home = town.carol.open_home()
    assert "New case" in home.text
    assert "Assigned to me (0)" in home.options("home.inbox")
    assert "Cases that you take or are given appear here" in home.text


def test_the_timeline_pages_through_everything(town, project, card, slack):
    town.ann.command("/case quick long story in OPS", channel=town.ops)
    for number in range(20):
        town.ann.command(f"/case note OPS-1 chapter {number}.", channel=town.ops)
    answer = town.ann.command("/case timeline OPS-1", channel=town.ops)
    assert "chapter 19." in answer.shown
    assert "chapter 0." not in answer.shown
    town.ann.click(answer, "Older")
    slack.wait_for(lambda: "chapter 0." in town.ann.last(town.ops).shown, what="the oldest page")


def test_the_menu_and_help(town, project):
    town.ann.command("/case", channel=town.ops)
    assert "Search" in town.ann.modal.text
    town.ann.modal.close()
    answer = town.ann.command("/case help", channel=town.ops)
    for word in ("new", "take", "close", "timeline"):
        assert f"/case {word}" in answer.shown
    assert "p1" in town.ann.command("/case help priority", channel=town.ops).shown


def test_find_a_case(town, cases):
    town.bob.shortcut("case.find")
    modal = town.bob.modal
    modal.choose("Case", "OPS-7 printer 6 jams")
    modal.submit()
    assert "printer 6 jams" in town.bob.modal.text
