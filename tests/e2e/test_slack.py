"""What the page does by itself, without any app: people, channels, messages, threads, and what it survives."""

import re
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from bot.sandbox.page import FOLDER

HOSTILE = [
    "<img src=x onerror=window.hacked=1>",
    "<script>window.hacked=1</script>",
    "</div><style>*{display:none}</style>",
    '"><svg/onload=window.hacked=1>',
    "${window.hacked=1} {{7*7}}",
]
LINKS = "<javascript:window.hacked=1|press me> <JaVaScRiPt:window.hacked=1> <data:text/html,x|data> <https://good.example|good>"


def test_people_write_answer_edit_and_delete_and_others_see_it_at_once(window, town):
    ann, bob = window(town.ann, town.ops), window(town.bob, town.ops)
    ann.say("hello *Bob*")
    seen = bob.message("hello Bob")
    expect(seen.locator("strong", has_text="Bob").last).to_be_visible()
    seen.hover()
    seen.get_by_role("button", name="Reply in thread").click()
    bob.reply("hi there")
    mine = ann.message("hello Bob")
    expect(mine.get_by_role("button", name="1 reply")).to_be_visible()
    ann.act_on(mine, "Edit message")
    box = ann.page.get_by_role("textbox", name="Edit message")
    expect(box).to_have_value("hello *Bob*")
    box.fill("hello everybody")
    box.press("Enter")
    expect(bob.message("hello everybody")).to_contain_text("(edited)")
    ann.say("to be forgotten")
    ann.act_on(ann.message("to be forgotten"), "Delete message")
    ann.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(bob.messages.filter(has_text="to be forgotten")).to_have_count(0)


def test_a_reply_can_be_sent_to_the_channel_too(window, town):
    root = town.ann.post(town.ops, "the root")
    bob = window(town.bob, f"{town.ops.id}/{root.ts}")
    bob.thread.get_by_role("checkbox", name="Also send to #ops").check()
    bob.reply("for all to see")
    expect(bob.message("for all to see")).to_contain_text("replied to a thread")


def test_unread_channels_are_bold_and_mentions_are_counted(window, town):
    ann = window(town.ann, town.general)
    row = ann.page.get_by_role("navigation").locator(".side-row", has_text="ops")
    expect(row).to_be_visible()
    town.bob.post(town.ops, "psst")
    expect(row).to_have_class(re.compile("unread"))
    expect(row.locator(".side-badge")).to_have_count(0)
    town.bob.post(town.ops, "@ann look")
    expect(row.locator(".side-badge")).to_have_text("1")
    assert ann.page.title().startswith("(1)")
    row.click()
    expect(ann.page.get_by_role("separator", name="New", exact=True)).to_be_visible()
    ann.go("channel general")
    expect(row).not_to_have_class(re.compile("unread"))


def test_one_page_acts_as_one_person_after_another(window, town):
    page = window(town.ann, town.ops)
    page.say("I am Ann")
    page.become(town.bob)
    page.say("I am Bob")
    expect(page.message("I am Bob").locator(".message-author")).to_have_text("Bob")
    expect(page.message("I am Ann").locator(".message-author")).to_have_text("Ann")


def test_a_stranger_to_a_channel_joins_before_writing(window, town):
    carol = window(town.carol, town.ops)
    carol.page.get_by_role("button", name="Join channel").click()
    carol.say("here I am")
    expect(carol.message("here I am")).to_be_visible()
    carol.composer.fill("/leave")
    carol.composer.press("Enter")
    expect(carol.page.get_by_role("button", name="Join channel")).to_be_visible()


def test_a_direct_message_is_begun_and_counted(window, town):
    ann, bob = window(town.ann, town.ops), window(town.bob, town.ops)
    ann.page.get_by_role("button", name="New direct message").click()
    ann.page.get_by_role("dialog").locator(".person-row", has_text="Bob").get_by_role("button").click()
    expect(ann.composer).to_have_attribute("placeholder", "Message Bob")
    ann.say("just us two")
    badge = bob.page.get_by_role("navigation").locator(".side-row", has_text="Ann").locator(".side-badge")
    expect(badge).to_have_text("1")


def test_commands_do_not_work_in_threads_and_unknown_ones_are_given_back(window, town):
    root = town.ann.post(town.ops, "the root")
    ann = window(town.ann, f"{town.ops.id}/{root.ts}")
    box = ann.thread.get_by_role("combobox")
    box.fill("/case help")
    box.press("Enter")
    expect(ann.thread.get_by_role("alert")).to_contain_text("/case is not supported in threads")
    ann.composer.fill("/nonsense")
    ann.composer.press("Enter")
    expect(ann.page.get_by_role("main").get_by_role("alert")).to_contain_text("not a valid command")
    expect(ann.composer).to_have_value("/nonsense")


def test_people_channels_and_emoji_are_completed(window, town):
    ann = window(town.ann, town.ops)
    for typed, taken in (("see @bo", "@bob "), (" in #gen", "#general "), (" :tad", "🎉 ")):
        ann.composer.press_sequentially(typed)
        expect(ann.page.get_by_role("listbox", name="Suggestions")).to_be_visible()
        ann.composer.press("Enter")
        expect(ann.composer).to_have_value(re.compile(re.escape(taken) + "$"))
        ann.composer.press("Backspace")
    ann.composer.press("Enter")
    sent = ann.message("see @Bob")
    expect(sent.locator(".mention").first).to_have_text("@Bob")
    expect(sent.get_by_role("link", name="#general")).to_be_visible()


def test_files_are_attached_and_downloaded(window, town):
    ann = window(town.ann, town.ops)
    with ann.page.expect_file_chooser() as chooser:
        ann.page.get_by_role("main").get_by_role("button", name="Attach a file").click()
    chooser.value.set_files({"name": "evil.html", "mimeType": "text/html", "buffer": b"<script>1</script>"})
    ann.composer.press("Enter")
    card = ann.message("evil.html").get_by_role("link", name="evil.html")
    with ann.page.expect_download() as download:
        card.click()
    assert download.value.suggested_filename == "evil.html"


# -- untrusted text ---------------------------------------------------------------------------------------------------
def test_untrusted_text_stays_text_wherever_it_comes_up(window, town, project):
    page = window(town.ann, town.ops)
    for text in HOSTILE:
        town.bob.post(town.ops, text)
    bot = town.slack.add_bot(HOSTILE[0])
    attachment = dict.fromkeys(("title", "pretext", "fallback", "footer", "author_name"), HOSTILE[0])
    attachment |= {"text": f"{HOSTILE[1]} {LINKS}", "title_link": "javascript:window.hacked=1", "color": "red;}*{x"}
    attachment["fields"] = [{"title": HOSTILE[2], "value": HOSTILE[3]}]
    bot.post(town.ops, LINKS, attachments=[attachment])
    bot.post(town.ops, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": f"{HOSTILE[0]} {LINKS}"}}])
    bot.post(
        town.ops, blocks=[{"type": "header", "text": {"type": "plain_text", "text": HOSTILE[3]}}, {"type": HOSTILE[0]}]
    )
    town.ann.change(real_name=HOSTILE[0])
    for text in HOSTILE:
        expect(page.messages.filter(has_text=text).first).to_be_visible()
    page.say(f"/case quick {HOSTILE[0]} in OPS")
    card = page.messages.filter(has_text=HOSTILE[0]).filter(has=page.page.get_by_role("button", name="Take OPS-1"))
    expect(card).to_be_visible()
    card.get_by_role("button", name="Details of OPS-1").click()
    expect(page.modal).to_contain_text(HOSTILE[0])

    assert page.page.evaluate("window.hacked") is None
    room = page.page.get_by_role("main")
    assert room.locator("script, style, iframe, object, svg[onload], img").count() == 0
    addresses = room.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert {re.split("[:/]", address)[0] for address in addresses} <= {"http", "https"}
    assert page.page.title() == "ops · Acme"


def test_the_page_may_not_run_or_load_anything_else(window, town):
    with urlopen(f"{town.slack.url}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-cache"
    assert "'unsafe" not in policy
    assert "default-src 'none'" in policy
    ann = window(town.ann, town.ops)
    page = ann.page
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken' } catch { return 'refused' } }"
    )
    assert refused == "refused"
    assert "TrustedHTML" in ann.complaints.pop()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/archives/C00001/p1700000000000100", "text/html"),
        ("/page/js/main.js", "text/javascript"),
        ("/page/css/base.css", "text/css"),
        ("/page/icon.svg", "image/svg+xml"),
    ],
)
def test_files_of_the_page_have_their_types(slack, path, kind):
    with urlopen(slack.url + path) as answer:
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"


@pytest.mark.parametrize("path", ["/page/", "/page/none.js", "/page/..%2fpage.py", "/page/%2e%2e/page.py", "/page/js"])
def test_nothing_else_is_served(slack, path):
    with pytest.raises(HTTPError) as error:
        urlopen(slack.url + path)
    assert error.value.code == 404
    error.value.close()


# -- what it must survive ---------------------------------------------------------------------------------------------
def test_a_big_channel_is_drawn_in_parts_and_stays_where_one_reads(window, town):
    for number in range(260):
        town.bob.post(town.ops, f"message number {number}.")
    ann = window(town.ann, town.ops)
    expect(ann.message("message number 259.")).to_be_in_viewport()
    assert ann.messages.count() == 100
    scroller = ann.page.get_by_role("main").locator(".scroller")
    scroller.evaluate("node => { node.scrollTop = 200 }")
    expect(ann.messages).to_have_count(200)
    top = ann.messages.filter(has_text="message number 165.")
    before = top.bounding_box()
    town.bob.post(town.ops, "something new")
    expect(ann.messages.filter(has_text="something new")).to_be_attached()
    assert top.bounding_box() == before
    ann.page.get_by_role("button", name="Newest messages").click()
    expect(ann.message("something new")).to_be_in_viewport()


def test_a_link_to_an_old_message_leads_to_it(window, town):
    old = town.bob.post(town.ops, "the one that matters")
    for number in range(150):
        town.bob.post(town.ops, f"message number {number}.")
    ann = window(town.ann, town.general)
    town.bob.post(town.general, f"look: {old.permalink}")
    ann.message("look").get_by_role("link").click()
    expect(ann.message("the one that matters")).to_be_in_viewport()
    ann.page.goto(old.permalink)
    expect(ann.message("the one that matters")).to_be_in_viewport()


def test_long_words_and_other_directions_do_not_break_the_page(window, town):
    town.bob.post(town.ops, "x" * 4000)
    town.bob.post(town.ops, "مرحبا بالجميع")
    ann = window(town.ann, town.ops, viewport={"width": 900, "height": 640})
    expect(ann.message("مرحبا")).to_be_in_viewport()
    assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    scroller = ann.page.get_by_role("main").locator(".scroller")
    assert scroller.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert ann.message("مرحبا").locator(".text").evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_the_page_connects_again_when_the_local_slack_was_away(window, town):
    ann = window(town.ann, town.ops)
    gone = ann.page.get_by_text("The local Slack is not answering")
    town.slack.platform.settings.port = urlsplit(town.slack.url).port
    town.slack.stop()
    expect(gone).to_be_visible()
    ann.composer.fill("kept while away")
    ann.composer.press("Enter")
    expect(ann.page.get_by_text("does not answer")).to_be_visible()
    expect(ann.composer).to_have_value("kept while away")
    town.slack.start()
    expect(gone).to_be_hidden()
    town.bob.post(town.ops, "after the gap")
    expect(ann.message("after the gap")).to_be_visible()
    ann.composer.press("Enter")
    expect(ann.message("kept while away")).to_be_visible()
    # A connection that was begun as the server went; nowhere else is that to be expected.
    ann.complaints[:] = [one for one in ann.complaints if "closed before receiving a handshake" not in one]


def test_whoever_cannot_see_a_channel_is_taken_elsewhere(window, town):
    cellar = town.slack.add_channel("cellar", members=[town.ann], private=True)
    page = window(town.ann, cellar)
    expect(page.page.get_by_role("heading", name="cellar")).to_be_visible()
    page.become(town.bob)
    expect(page.page.get_by_text("Bob cannot see that channel.")).to_be_visible()
    expect(page.page.get_by_role("heading", name="general")).to_be_visible()


def test_the_keyboard_is_enough(window, town):
    town.bob.post(town.ops, "first")
    town.ann.post(town.ops, "second")
    ann = window(town.ann, town.ops)
    expect(ann.composer).to_be_focused()
    page = ann.page
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Edit message")).to_have_value("second")
    page.keyboard.press("Escape")
    expect(ann.message("second")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(ann.message("first")).to_be_focused()
    page.keyboard.press("Tab")
    expect(ann.message("first").get_by_role("button", name="Reply in thread")).to_be_focused()
    page.keyboard.press("Enter")
    expect(ann.thread.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(ann.thread).to_be_hidden()
    page.get_by_role("button", name="Acting as").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Acting as")).to_contain_text("Bob")


def test_new_messages_are_announced(window, town):
    ann = window(town.ann, town.ops)

    def read_out() -> bool:
        """What is there when the page begins to listen is no news to it."""
        town.bob.post(town.ops, "read me out")
        expect(ann.page.locator("#announcer")).to_contain_text("New message from Bob: read me out", timeout=1_000)
        return True

    town.slack.wait_for(read_out)


def test_colours_follow_the_system_until_somebody_chooses(window, town):
    ann = window(town.ann, town.ops, color_scheme="dark")
    root = ann.page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    ann.page.get_by_role("button", name="Light colours").click()
    expect(root).to_have_attribute("data-theme", "light")
    ann.page.reload()
    expect(root).to_have_attribute("data-theme", "light")


def test_what_is_served_is_what_the_browser_can_load(slack):
    """Every module and style that the page names exists."""
    with urlopen(f"{slack.url}/") as answer:
        named = re.findall(r'(?:src|href)="(/page/[^"]+)"', answer.read().decode())
    seen, waiting = set(), list(named)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        with urlopen(slack.url + path) as answer:
            text = answer.read().decode()
        folder = path.rsplit("/", 1)[0]
        for name in re.findall(r'from "(\.[^"]+)"', text):
            parts = f"{folder}/{name}".split("/")
            clean: list[str] = []
            for part in parts:
                clean = clean[:-1] if part == ".." else clean if part == "." else [*clean, part]
            waiting.append("/".join(clean))
    assert len(seen) > 40


def test_no_file_of_the_page_can_make_markup_of_text():
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser"
    )
    for path in FOLDER.rglob("*.*"):
        assert not dangerous.search(path.read_text(encoding="utf-8")), path
    assert not re.search(
        r"<script(?! type=\"module\" src=)|<style|\son\w+=|\sstyle=", (FOLDER / "index.html").read_text()
    )
