"""Blocks and elements of any app: drawn, worked, and what the app hears of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.sink import MESSAGE, running_sink


@pytest.fixture
def sink(town):
    with running_sink(town.slack) as sink:
        yield sink


@pytest.fixture
def everything(window, town, sink):
    """Ann before a message of all blocks."""
    ann = window(town.ann, town.ops)
    sink.client.chat_postMessage(channel=town.ops.id, text="fallback", blocks=MESSAGE)
    expect(ann.message("A header")).to_be_visible()
    return ann


def heard(town, sink, action_id):
    return town.slack.wait_for(lambda: sink.last(action_id), what=f"the app to hear of {action_id}")


def test_every_block_is_drawn_and_others_are_labelled(everything):
    message = everything.message("A header")
    expect(message.get_by_role("heading", name="A header 🎉")).to_be_visible()
    expect(message.locator("strong", has_text="section")).to_be_visible()
    expect(message).to_contain_text("plain *stars*")
    expect(message.locator("em", has_text="print")).to_be_visible()
    expect(message).to_contain_text("<!channel> *literal*")
    expect(message.get_by_role("link", name="rich link")).to_have_attribute("href", "https://example.com/rich")
    expect(message.get_by_role("link", name="rich link")).to_have_attribute("rel", "noopener noreferrer")
    expect(message.locator("li")).to_have_text("an item")
    expect(message.locator("pre.fence")).to_have_text("a  log   line")
    expect(message.get_by_role("img", name="A graph of load")).to_be_visible()
    expect(message.locator(".unknown")).to_contain_text("table block, not drawn here")
    assert "fallback" not in message.inner_text()


def test_buttons_are_pressed_and_dangerous_ones_ask_first(everything, town, sink):
    ann = everything
    message = ann.message("A header")
    message.get_by_role("button", name="Go 🚀").click()
    heard(town, sink, "go")
    message.get_by_role("button", name="Erase").click()
    ask = ann.page.get_by_role("alertdialog", name="Are you sure?")
    expect(ask).to_contain_text("This cannot be undone")
    ask.get_by_role("button", name="Stop").click()
    expect(ask).to_have_count(0)
    assert not sink.last("erase")
    message.get_by_role("button", name="Erase").click()
    ask.get_by_role("button", name="Do it").click()
    heard(town, sink, "erase")
    message.get_by_role("button", name="More actions").first.click()
    ann.page.get_by_role("menuitem", name="Two").click()
    assert heard(town, sink, "more")["selected_option"]["value"] == "2"


def test_menus_and_pickers_tell_what_was_chosen(everything, town, sink):
    ann = everything
    message = ann.message("A header")

    def control(name):
        return message.get_by_role("button", name=re.compile(f"^{name}"))

    ann.choose(control("Static"), "Option 13", search="13")
    assert heard(town, sink, "static_select.0")["selected_option"]["value"] == "option 13"
    expect(control("Static")).to_contain_text("Option 13")
    expect(control("Grouped")).to_contain_text("Pear")
    ann.choose(control("Grouped"), "Stone")
    assert heard(town, sink, "static_select.1")["selected_option"]["value"] == "stone"
    ann.choose(control("External"), "que 2", search="que")
    assert heard(town, sink, "external_select.2")["selected_option"] == {
        "text": {"type": "plain_text", "text": "que 2", "emoji": True}, "value": "found-2"
    }  # fmt: skip
    ann.choose(control("Person"), "Bob", search="bo")
    assert heard(town, sink, "users_select.3")["selected_user"] == town.bob.id
    ann.choose(control("Channel"), "general")
    assert heard(town, sink, "conversations_select.4")["selected_conversation"] == town.general.id
    ann.choose(control("Several"), "Blue")
    assert [o["value"] for o in heard(town, sink, "multi_static_select.5")["selected_options"]] == ["red", "blue"]
    message.get_by_role("checkbox", name=re.compile("Check me")).check()
    assert [o["value"] for o in heard(town, sink, "checkboxes.7")["selected_options"]] == ["a"]
    message.get_by_role("radio", name="Left").check()
    assert heard(town, sink, "radio_buttons.8")["selected_option"]["value"] == "left"
    message.get_by_label("Say something").fill("typed in a message")
    assert not sink.last("said")
    message.get_by_label("Say something").press("Enter")
    assert heard(town, sink, "said")["value"] == "typed in a message"
    control("Day").click()
    ann.page.get_by_role("button", name="31 December 2026").click()
    assert heard(town, sink, "datepicker.9")["selected_date"] == "2026-12-31"


def test_a_form_keeps_what_was_typed_through_errors_and_sends_all_of_it(window, town, sink):
    ann = window(town.ann, town.ops)
    ann.say("/case")
    form = ann.wait_for_modal("Everything")
    form.get_by_label("Line", exact=True).fill("first")
    form.get_by_label("Lines").fill("one\ntwo")
    form.get_by_label("Number").fill("12")
    form.get_by_label("Address").fill("https://example.com/?a=1&b=2")
    ann.choose(ann.field("External").get_by_role("button").first, "ext 1", search="ext")
    ann.choose(ann.field("People").get_by_role("button").first, "Bob")
    ann.choose(ann.field("People").get_by_role("button", name=re.compile("^People")), "Carol")
    ann.field("Day").get_by_role("button", name="Clear").click()
    sink.hold.clear()
    send = form.get_by_role("button", name="Send")
    send.click()
    expect(send).to_be_disabled()
    expect(send).to_have_attribute("aria-busy", "true")
    sink.hold.set()
    expect(ann.field("Line").first.locator(".field-error")).to_have_text("Not *this* <b>one</b>")
    expect(ann.field("Files").locator(".field-error")).to_have_text("One is needed")
    expect(form.get_by_label("Lines")).to_have_value("one\ntwo")

    with ann.page.expect_file_chooser() as chooser:
        ann.field("Files").get_by_role("button", name="Add a file").click()
    chooser.value.set_files({"name": "df.txt", "mimeType": "text/plain", "buffer": b"100%"})
    expect(ann.field("Files").locator(".chip")).to_contain_text("df.txt")
    form.get_by_label("Line", exact=True).fill("second")
    send.click()
    expect(ann.modal).to_have_count(0)
    values = sink.values()
    assert values["line"]["value"] == "second"
    assert values["lines"]["value"] == "one\ntwo"
    assert values["number"]["value"] == "12"
    assert values["address"]["value"] == "https://example.com/?a=1&b=2"
    assert values["external_select.2"]["selected_option"]["value"] == "found-1"
    assert values["multi_users_select.6"]["selected_users"] == [town.bob.id, town.carol.id]
    assert values["datepicker.9"]["selected_date"] is None
    assert [file["name"] for file in values["files"]["files"]] == ["df.txt"]


def test_slacks_own_checks_come_before_the_apps(window, town, sink):
    ann = window(town.ann, town.ops)
    ann.say("/case")
    form = ann.wait_for_modal("Everything")
    form.get_by_label("Email").fill("not an address")
    form.get_by_role("button", name="Send").click()
    expect(ann.field("Line").first.locator(".field-error")).to_contain_text("required field")
    expect(ann.field("Email").locator(".field-error")).to_contain_text("valid email")
    assert not sink.submitted


def test_modals_lie_on_each_other_and_the_cross_closes_them_all(window, town, sink):
    ann = window(town.ann, town.ops)
    ann.say("/case small")
    ann.wait_for_modal("Small").get_by_label("Name").fill("kept")
    ann.modal.get_by_role("button", name="One more").click()
    ann.wait_for_modal("Level 2")
    ann.modal.get_by_role("button", name="One more").click()
    ann.wait_for_modal("Level 3")
    expect(ann.modal.get_by_label("Name")).to_be_focused()
    ann.page.keyboard.press("Escape")
    ann.wait_for_modal("Level 2")
    ann.modal.get_by_role("button", name="Back").click()
    expect(ann.wait_for_modal("Small").get_by_label("Name")).to_have_value("kept")
    ann.modal.get_by_role("button", name="One more").click()
    ann.wait_for_modal("Level 2").get_by_role("banner").get_by_role("button", name="Close").click()
    expect(ann.modal).to_have_count(0)
    expect(ann.composer).to_be_focused()


def test_the_focus_stays_in_a_modal_of_a_hundred_blocks(window, town, sink):
    ann = window(town.ann, town.ops, viewport={"width": 900, "height": 600})
    ann.say("/case long")
    form = ann.wait_for_modal("A hundred")
    expect(form.get_by_text("Block number 99")).to_be_attached()
    for _ in range(6):
        ann.page.keyboard.press("Tab")
        assert ann.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    box = form.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 600


def test_a_modal_is_still_there_after_the_page_was_loaded_again(window, town, sink):
    ann = window(town.ann, town.ops)
    ann.say("/case small")
    ann.wait_for_modal("Small").get_by_label("Name").fill("half typed")
    town.slack.wait_for(lambda: town.ann.modal.value("Name") == "half typed", what="what was typed to be kept")
    ann.page.reload()
    expect(ann.wait_for_modal("Small").get_by_label("Name")).to_have_value("half typed")


MARKUP = [
    ("a *bold* _it_ ~st~ `co*de*`", "a <strong>bold</strong> <em>it</em> <s>st</s> <code>co*de*</code>"),
    ("2*3*4 snake_case_word", "2*3*4 snake_case_word"),
    ("*not bold\nover lines*", "*not bold\nover lines*"),
    ("* no * _ no _", "* no * _ no _"),
    ("*a _b_ c*", "<strong>a <em>b</em> c</strong>"),
    ("*one* and *two*.", "<strong>one</strong> and <strong>two</strong>."),
    ("&lt;b&gt; &amp;amp; & <", "&lt;b&gt; &amp;amp; &amp; &lt;"),
    ("&gt; one\n&gt; two\nthree", "<blockquote>one\ntwo</blockquote>three"),
    ("&gt;&gt;&gt;one\ntwo", "<blockquote>one\ntwo</blockquote>"),
    ("```\na *b* &lt;c&gt;\n```", "<pre>a *b* &lt;c&gt;</pre>"),
    ("half ``` open", "half ``` open"),
    ("<javascript:alert(1)|click>", "<span>click</span>"),
    ("<data:text/html,x|y>", "<span>y</span>"),
    ("<https://a.example/?q=1&amp;r=2|*x* [y>]", '<a href="https://a.example/?q=1&amp;r=2"><strong>x</strong> [y</a>]'),
    ("*<https://a.example/a_b_c|x>*", '<strong><a href="https://a.example/a_b_c">x</a></strong>'),
    ("<mailto:a@b.example>", '<a href="mailto:a@b.example">a@b.example</a>'),
    ("<!date^1700000000^{date_num} {time}|then>", "<time>2023-11-14 11:13 PM</time>"),
    ("<!date^1700000000^{unknown}|then>", "<time>then</time>"),
    ("<!date^x^{time}|then>", "<time>then</time>"),
    ("<@UNOBODY|zed> <!here>", "<span>@zed</span> <span>@here</span>"),
    (":fire: :no_such_emoji: 10:30:00", "<span>🔥</span> :no_such_emoji: 10:30:00"),
    ("https://a.example/ and @here", "https://a.example/ and @here"),
    ("<>", "&lt;&gt;"),
]
BESIDE_THE_POINT = re.compile(r' (?:class|target|rel|datetime|title|role|aria-label|dir|data-user)="[^"]*"')


def test_mrkdwn_is_shown_as_slack_shows_it(window, town):
    ann = window(town.ann, town.ops)
    drawn = ann.page.evaluate(
        "texts => import('/page/js/mrkdwn.js').then(m => texts.map(text => m.mrkdwn(text).innerHTML))",
        [text for text, _ in MARKUP],
    )
    for (text, wanted), html in zip(MARKUP, drawn, strict=True):
        assert BESIDE_THE_POINT.sub("", html) == wanted, text


def test_dates_say_today_in_the_persons_own_zone(window, town):
    town.ann.change(tz="Pacific/Auckland")
    ann = window(town.ann, town.ops)
    fill = "([words, at]) => import('/page/js/dates.js').then(m => m.fill(words, at ?? Date.now() / 1000 | 0))"
    assert ann.page.evaluate(fill, ["{date_short_pretty} at {time}", None]).startswith("Today at")
    said = ann.page.evaluate(fill, ["{date_long} {date_slash} {time_secs}", 1700000000])
    assert said == "Wednesday, November 15th, 2023 11/15/2023 11:13:20 AM"
