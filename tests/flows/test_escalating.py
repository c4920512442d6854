"""A post becomes a case, once."""

DATADOG = {
    "text": "",
    "attachments": [
        {
            "title": "Triggered: CPU usage is high on host:web-1",
            "title_link": "https://app.datadoghq.eu/monitors/12345678?group=host%3Aweb-1&link_monitor_id=12345678",
            "text": "High CPU for 10 minutes",
            "fallback": "CPU usage is high",
        }
    ],
}


def escalate(person, message):
    answer = person.message_shortcut("case.escalate", message)
    assert not answer.error
    return person.modal


def test_an_alert_becomes_a_case_with_its_facts(town, project, card, slack):
    post = slack.add_bot("Datadog").post(town.ops, **DATADOG)
    modal = escalate(town.ann, post)
    assert "CPU usage is high on host:web-1" in modal.value("Title")
    assert "High CPU for 10 minutes" in modal.value("Description")
    assert not modal.submit().errors

    posted = card("OPS-1")
    assert "monitor" in posted.shown.lower()
    reply = slack.wait_for(lambda: post.replies and post.replies[0], what="the answer in the post's thread")
    assert "OPS-1" in reply.shown

    town.ann.click(posted, "Details")
    details = town.ann.modal.text
    assert "app.datadoghq.eu/monitors/12345678" in str(town.ann.modal.blocks)
    assert slack.permalink(post) in str(town.ann.modal.blocks)
    assert "CPU usage is high" in details


def test_a_security_signal_gets_the_security_type(town, project, card, slack):
    post = slack.add_bot("Datadog").post(
        town.ops,
        attachments=[
            {
                "title": "Brute force login",
                "title_link": "https://app.datadoghq.com/security?event=AQAAAX&panels=signal",
                "text": "12 failed logins",
                "fallback": "Brute force",
            }
        ],
    )
    modal = escalate(town.ann, post)
    modal.submit()
    assert "Security" in card("Brute force").shown


def test_the_second_time_the_shortcut_shows_the_case(town, project, card, slack):
    post = town.ann.post(town.ops, "The checkout page is blank\nsince this morning")
    escalate(town.ann, post).submit()
    card("The checkout page is blank")
    again = escalate(town.bob, post)
    assert "OPS-1" in again.text
    town.bob.click(again, "post.note")
    town.bob.modal.fill({"text": "seen too"})
    town.bob.modal.submit()
    slack.wait_for(lambda: "seen too" in thread_text(card("checkout page")), what="the note in the thread")

    again = escalate(town.bob, post)
    town.bob.click(again, "post.new")
    assert not town.bob.modal.submit().errors
    assert "OPS-2" in town.bob.modal.text


def thread_text(message):
    return "\n".join(reply.shown for reply in message.replies)


def test_two_people_escalate_one_post_at_once_and_one_case_comes_of_it(town, project, card):
    post = town.ann.post(town.ops, "login broken")
    first, second = escalate(town.ann, post), escalate(town.bob, post)
    assert not first.submit().errors
    assert not second.submit().errors
    assert "OPS-1" in town.bob.modal.text
    assert "already" in town.bob.modal.text
    assert "1 case" in town.ann.command("/case list login", channel=town.ops).shown


def test_a_post_in_a_public_channel_that_casebook_is_not_in(town, project, slack):
    post = town.carol.post(town.general, "wifi is down in the office")
    escalate(town.carol, post).submit()
    reply = slack.wait_for(lambda: post.replies and post.replies[0], what="the answer in the post's thread")
    assert "OPS-1" in reply.shown
    town.carol.post(town.general, "back again", thread=reply.parent if hasattr(reply, "parent") else post)
    slack.wait_for(
        lambda: "back again" in town.carol.command("/case timeline OPS-1", channel=town.general).shown,
        what="the reply as a note",
    )


def test_a_post_in_a_private_channel_that_casebook_cannot_enter(town, project, slack):
    cellar = slack.add_channel("cellar", members=[town.ann, town.bob], private=True)
    post = town.ann.post(cellar, "the vault is open")
    escalate(town.ann, post).submit()
    told = slack.wait_for(lambda: next((m for m in town.ann.dm() if "/invite" in m.shown), None), what="a DM to Ann")
    assert "OPS-1" in told.shown
    assert not post.replies


def test_a_post_in_a_thread_and_in_a_direct_message(town, project, card, slack):
    root = town.ann.post(town.ops, "talk")
    reply = town.bob.post(town.ops, "the queue is stuck", thread=root)
    escalate(town.bob, reply).submit()
    card("the queue is stuck")
    slack.wait_for(lambda: any("OPS-1" in r.shown for r in root.replies), what="the answer in the same thread")

    note = town.ann.post("", "my laptop smokes")
    escalate(town.ann, note).submit()
    card("my laptop smokes")


def test_an_empty_alert_still_gets_a_title_from_the_person(town, project, slack):
    post = slack.add_bot("Beeper").post(town.ops, blocks=[{"type": "divider"}])
    modal = escalate(town.ann, post)
    modal.fill({"Title": "beep"})
    assert not modal.submit().errors


def test_a_post_is_added_to_a_case_that_is_found_by_typing(town, project, card, slack):
    town.ann.command("/case quick database is slow in OPS", channel=town.ops)
    posted = card("database is slow")
    graph = town.bob.post(town.general, "look at <https://graphs.example/d/1|this graph>")
    town.bob.message_shortcut("case.add", graph)
    modal = town.bob.modal
    assert any("OPS-1" in option for option in modal.suggest("Case", "data"))
    modal.choose("Case", "OPS-1 database is slow")
    modal.fill({"Note": "the graph says so"})
    assert not modal.submit().errors
    slack.wait_for(lambda: "the graph says so" in thread_text(posted), what="the line in the thread")
    town.bob.click(posted, "Details")
    assert slack.permalink(graph) in str(town.bob.modal.blocks)
    assert "https://graphs.example/d/1" in str(town.bob.modal.blocks)
