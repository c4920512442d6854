"""Who may see and touch what."""

from tests.flows.conftest import create_project


def test_guests_see_and_touch_nothing_unless_the_project_lets_them(town, project, card, slack):
    town.ann.command("/case quick secret plan in OPS", channel=town.ops)
    case = card("secret plan")
    for command in ("/case show OPS-1", "/case take OPS-1", "/case quick mine now in OPS"):
        answer = town.gus.command(command, channel=town.general)
        assert "secret plan" not in answer.shown
        assert "Dana" in answer.shown or "@dana" in answer.shown
    assert "secret plan" not in town.gus.command("/case list", channel=town.general).shown
    assert "secret plan" not in town.gus.open_home().text

    town.ops.invite(town.gus)
    town.gus.post(town.ops, "me too", thread=case)
    slack.wait_for(
        lambda: any("not kept" in m.shown for m in town.gus.thread(case) + town.gus.dm()), what="Gus to be told"
    )
    assert "me too" not in town.ann.command("/case timeline OPS-1", channel=town.ops).shown

    town.dana.command("/case project OPS", channel=town.ops)
    town.dana.modal.fill({"guests": ["guests"]})
    town.dana.modal.submit()
    assert "secret plan" in town.gus.command("/case show OPS-1", channel=town.general).shown


def test_a_private_home_channel_makes_its_project_private(town, casebook, slack):
    vault = slack.add_channel("vault", members=[town.ann, town.dana], private=True, bot=True)
    create_project(town, casebook, "SEC", "Security", vault)
    slack.wait_for(
        lambda: "SEC-1" in town.ann.command("/case quick odd login in SEC", channel=vault).shown,
        what="Ann to be let in, once Slack has said who is in the channel",
    )
    refused = town.carol.command("/case show SEC-1", channel=town.general)
    assert "odd login" not in refused.shown
    assert "private channel" in refused.shown
    assert "SEC" not in town.carol.command("/case list", channel=town.general).shown

    vault.invite(town.carol)
    slack.wait_for(
        lambda: "odd login" in town.carol.command("/case show SEC-1", channel=town.general).shown,
        what="Carol to be let in",
    )
    vault.kick(town.carol)
    slack.wait_for(
        lambda: "odd login" not in town.carol.command("/case show SEC-1", channel=town.general).shown,
        what="Carol to be shut out",
    )


def test_somebody_new_is_known_after_a_moment(town, project, slack):
    eve = slack.add_person("eve", "Eve")
    slack.wait_for(
        lambda: (
            "case" in eve.command("/case list", channel="").shown.lower()
            and "know you" not in eve.command("/case list", channel="").shown
        ),
        what="Eve to be known",
    )


def test_a_stranger_from_another_workspace_is_refused(town, project, slack):
    sam = slack.add_person("sam", "Sam", stranger=True)
    town.general.invite(sam)
    answer = sam.command("/case list", channel=town.general)
    assert "OPS" not in answer.shown


def test_a_case_is_not_given_to_somebody_without_access(town, project, card):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    card("checkout")
    assert "no access" in town.ann.command("/case assign OPS-1 @gus", channel=town.ops).shown
