"""Teams: mirrored from Slack, kept here, given cases, at home in a channel, gone."""

from typing import Any

import pytest


@pytest.fixture
def databases(slack, town):
    return slack.add_channel("databases", members=[town.bob, town.carol])


def keep_team(town, handle: str, members: list[Any], channel: Any = None, name: str = "Database admins") -> None:
    town.dana.command("/case team new", channel=town.general)
    modal = town.dana.modal
    modal.fill({"handle": handle, "name": name, "members": members, "home_channel": channel})
    answer = modal.submit()
    assert not answer.errors, answer.errors
    assert "is created" in town.dana.modal.text
    town.dana.modal.close()


def cards(slack, channel):
    return [message for message in slack.messages(channel) if message.user == slack.bot_user and message.buttons]


def the_card(slack, channel):
    return slack.wait_for(lambda: next(iter(cards(slack, channel)), None), what=f"a card in #{channel.name}")


def lines(card):
    return [reply.shown for reply in card.replies]


def test_a_team_kept_here_works_its_case_in_its_own_channel(town, project, card, casebook, slack, databases):
    keep_team(town, "dba", [town.bob, town.carol], databases)
    slack.wait_for(lambda: slack.bot_user in databases.members, what="Casebook to join #databases")
    town.ann.command("/case quick replica lags in OPS", channel=town.ops)
    home = card("replica lags")
    assert cards(slack, databases) == []

    said = town.ann.command("/case assign OPS-1 @dba", channel=town.ops).shown
    assert "assigned this case to @dba" in said
    away = the_card(slack, databases)
    slack.wait_for(lambda: any("to @dba" in line for line in lines(away)), what="why the card is here")
    town.bob.click(away, "Take")
    slack.wait_for(lambda: "In progress" in home.shown and "In progress" in away.shown, what="both cards to say so")
    town.carol.post(databases, "the disk was full", thread=away)
    slack.wait_for(lambda: any("the disk was full" in line for line in lines(home)), what="the note at home")

    assert "OPS-1" in town.carol.command("/case list team:@me", channel=town.general).shown
    assert "OPS-1" not in town.ann.command("/case list team:@me", channel=town.general).shown
    assert "OPS-1" in town.ann.command("/case list team:@dba", channel=town.general).shown

    town.bob.command("/case assign OPS-1 none", channel=town.ops)
    slack.wait_for(lambda: any("unassigned" in line for line in lines(away)), what="the goodbye")
    town.bob.command("/case priority OPS-1 p1", channel=town.ops)
    slack.wait_for(lambda: "P1" in away.shown and "P1" in home.shown, what="both cards to stay true")
    slack.wait_for(lambda: any("P1" in line for line in lines(home)), what="the line at home")
    assert casebook.worker.wait_until_idle(10)
    assert not any("P1" in line for line in lines(away))


def test_a_team_in_the_forms(town, project, card, slack, databases):
    keep_team(town, "dba", [town.bob], databases)
    town.ann.command("/case new replica lags", channel=town.ops)
    town.ann.modal.choose("teams", ["@dba"])
    assert not town.ann.modal.submit().errors
    assert "@dba" in card("replica lags").shown
    assert "@dba" in the_card(slack, databases).shown

    town.ann.command("/case quick backup failed in OPS", channel=town.ops)
    second = card("backup failed")
    town.bob.click(second, "Assign")
    town.bob.modal.choose("teams", "@dba")
    assert not town.bob.modal.submit().errors
    slack.wait_for(lambda: "@dba" in second.shown, what="the team on the card")
    slack.wait_for(lambda: len(cards(slack, databases)) == 2, what="its card in #databases")


def test_a_private_projects_case_stays_in_its_own_channel(town, casebook, slack, databases, card):
    vault = slack.add_channel("vault", members=[town.ann, town.dana], private=True, bot=True)
    town.dana.command("/case project new", channel=town.general)
    town.dana.modal.fill({"key": "SEC", "name": "Security", "home_channel": vault})
    assert not town.dana.modal.submit().errors
    assert casebook.worker.wait_until_idle(10)
    keep_team(town, "dba", [town.bob], databases)
    town.dana.command("/case quick odd login in SEC", channel=vault)
    home = card("odd login", vault)
    town.dana.command("/case assign SEC-1 @dba", channel=vault)
    slack.wait_for(lambda: "@dba" in home.shown, what="the team on the card")
    assert casebook.worker.wait_until_idle(10)
    assert not any("SEC-1" in message.shown for message in slack.messages(databases))


def test_a_group_that_is_gone_keeps_its_cases_and_says_so(town, project, card, slack):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    case = card("checkout is down")
    town.ann.command("/case assign OPS-1 @sre", channel=town.ops)
    slack.wait_for(lambda: "@sre" in case.shown, what="the team on the card")
    town.sre.disable()
    slack.wait_for(lambda: "@sre (gone in Slack)" in case.shown, what="the card to say that the team is gone")
    town.ann.click(case, "Details")
    assert "@sre (gone in Slack)" in town.ann.modal.text
    town.ann.modal.close()
    assert "@sre (gone in Slack)" in town.ann.command("/case team", channel=town.ops).shown
    assert "OPS-1" in town.ann.command("/case list team:@sre", channel=town.ops).shown
    town.ann.command("/case quick another one in OPS", channel=town.ops)
    card("another one")
    refused = town.ann.command("/case assign OPS-2 @sre", channel=town.ops).shown
    assert "@sre (gone in Slack)" in refused
    assert "gets no new ones" in refused
    town.sre.enable()
    slack.wait_for(lambda: "gone" not in case.shown, what="the team to be back on the card")


def test_slacks_changes_arrive_by_themselves(town, project, slack):
    def shown(what: str) -> bool:
        return what in town.ann.command("/case team", channel=town.ops).shown

    slack.add_group("web", "Web shop", members=[town.carol])
    slack.wait_for(lambda: shown("@web"), what="a new group")
    town.sre.set_members([town.ann, town.bob, town.carol])
    slack.wait_for(lambda: shown("3 people"), what="its new member")
    town.sre.rename(handle="reliability")
    slack.wait_for(lambda: shown("@reliability"), what="its new handle")


def test_handles_do_not_clash_and_a_later_group_wins(town, project, slack):
    town.dana.command("/case team new", channel=town.general)
    town.dana.modal.fill({"handle": "@SRE", "members": [town.bob]})
    assert "is a user group in Slack" in town.dana.modal.submit().errors["handle"]
    town.dana.modal.fill({"handle": "two words"})
    assert "one word" in town.dana.modal.submit().errors["handle"]
    town.dana.modal.close()
    keep_team(town, "dba", [town.bob])
    town.dana.command("/case team new", channel=town.general)
    town.dana.modal.fill({"handle": "dba", "members": [town.carol]})
    assert "is taken" in town.dana.modal.submit().errors["handle"]
    town.dana.modal.close()
    slack.add_group("dba", "Slack's own", members=[town.carol])
    slack.wait_for(
        lambda: "Rename this team" in town.ann.command("/case team", channel=town.ops).shown,
        what="the clash to be said",
    )
    town.ann.command("/case team dba", channel=town.ops)
    assert "Slack's own" in town.ann.modal.text


def test_who_may_change_what(town, project, slack, databases):
    keep_team(town, "dba", [town.bob])
    for command in ("/case team", "/case team dba", "/case team new"):
        assert "@dana" in town.gus.command(command, channel=town.general).shown.lower()
    assert "Only Casebook's admins" in town.ann.command("/case team new", channel=town.general).shown

    town.ann.command("/case team @dba", channel=town.general)
    assert town.ann.modal.callback_id == "team.show"
    assert "bob" in town.ann.modal.text
    town.ann.modal.close()

    town.bob.command("/case team dba", channel=town.general)
    town.bob.modal.fill({"members": [town.bob, town.carol]})
    town.bob.modal.submit()
    assert "is saved" in town.bob.modal.text
    town.bob.modal.close()
    town.carol.command("/case team dba", channel=town.general)
    assert town.carol.modal.callback_id == "team.members"

    town.dana.command("/case team @sre", channel=town.general)
    town.dana.modal.fill({"home_channel": databases})
    town.dana.modal.submit()
    assert "#databases" in town.dana.modal.text
    town.dana.modal.close()
    slack.wait_for(lambda: slack.bot_user in databases.members, what="Casebook to join the group's home channel")
    assert "#databases" in town.ann.command("/case team", channel=town.general).shown


def test_two_forms_of_one_team(town, project):
    keep_team(town, "dba", [town.bob])
    for person in (town.dana, town.bob):
        person.command("/case team dba", channel=town.general)
    town.bob.modal.fill({"members": [town.bob, town.carol]})
    assert not town.bob.modal.submit().errors
    town.dana.modal.fill({"name": "Data people"})
    refused = town.dana.modal.submit().errors
    assert "Somebody has changed @dba" in " ".join(refused.values())


def test_a_team_is_deleted_by_a_button_and_its_cases_say_so(town, project, card, slack):
    keep_team(town, "dba", [town.bob])
    town.ann.command("/case quick replica lags in OPS", channel=town.ops)
    case = card("replica lags")
    town.ann.command("/case assign OPS-1 @dba", channel=town.ops)
    town.dana.command("/case", channel=town.general)
    town.dana.click(town.dana.modal, "Teams")
    town.dana.click(town.dana.modal, "Open", within="@dba")
    town.dana.click(town.dana.modal, "Delete team")
    slack.wait_for(lambda: "is deleted" in town.dana.modal.text, what="the form to say what came of it")
    slack.wait_for(lambda: "@dba (deleted)" in case.shown, what="the card to say so")
    assert "OPS-1" in town.ann.command("/case list team:@dba", channel=town.ops).shown
    town.dana.modal.close(everything=True)
    keep_team(town, "dba", [town.carol])
    slack.wait_for(lambda: "deleted" not in case.shown, what="the team to be back with its case")
    assert "OPS-1" in town.carol.command("/case list team:@me", channel=town.general).shown


def test_many_teams_are_turned_page_by_page(town, project, slack):
    for number in range(20):
        slack.add_group(f"group-{number:02}", f"Group {number}", members=[town.ann])
    last = "/case list team:@group-19"
    slack.wait_for(lambda: "no team" not in town.ann.command(last, channel=town.ops).shown, what="all of them")
    listed = town.ann.command("/case team", channel=town.ops).message
    assert "group-19" not in listed.shown
    town.ann.click(listed, "Next")
    slack.wait_for(lambda: "group-19" in listed.shown, what="the second page")
    home = town.ann.open_home()
    town.ann.click(home, "Teams")
    town.ann.click(town.ann.modal, "Next")
    slack.wait_for(lambda: "group-19" in town.ann.modal.text, what="the second page in the modal")
    assert "Teams" not in town.gus.open_home().buttons


def test_what_is_no_team_is_said(town, project):
    assert "`/case team`" in town.ann.command("/case team nobody", channel=town.ops).text
