"""A Slack message in, exactly what is kept of it out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.reading import PostRef
from bot.views.posts import people_in, read_post, read_thread_reply, readable, title_of
from tests.views import messages
from tests.views.messages import ISSUE, MONITOR, MONITOR_TEXT, PAGE, SIGNAL, STATUS, TS, action
from tests.views.samples import NASTY, TEXTS

NAMES = {"U0ANN": "Ann", "U0BOB": "Bob"}


def ref(text, title, source, author="Datadog", **over):
    values = {"channel": "C1", "ts": TS, "thread_ts": TS}
    return PostRef(**(values | {"author": author, "text": text, "title": title, "source": source} | over))


CPU = "Triggered: CPU usage is high on host:web-1"
MONITOR_LINKS = ((MONITOR, CPU), (STATUS, "Monitor Status"))
RECORDED = {
    "datadog a": (messages.DATADOG_A, ref(MONITOR_TEXT, CPU, "monitor", links=MONITOR_LINKS)),
    "datadog b": (messages.DATADOG_B, ref(MONITOR_TEXT, CPU, "monitor", links=MONITOR_LINKS)),
    "datadog c": (
        messages.DATADOG_C,
        ref(
            "Brute force login on checkout\n\nSeverity: high\n12 failed log-ins by `root`",
            "Brute force login on checkout",
            "security signal",
            links=((SIGNAL, "Brute force login on checkout"),),
        ),
    ),
    "datadog d": (
        messages.DATADOG_D,
        ref(
            "Page #52486: Checkout is down\nStatus: :white_check_mark: Resolved\nUrgency: high\n• Responder: @Bob\n"
            "• Runbook <read it>",
            "Page #52486: Checkout is down",
            "other alert",
            links=((PAGE, "Page #52486: Checkout is down"), ("https://runbook.example/7?a=1&b=2", "Runbook")),
        ),
    ),
    "datadog e": (
        messages.DATADOG_E,
        ref(
            ":rotating_light: Warn: disk is filling\n90 % on web-1 since 04:34",
            "Warn: disk is filling",
            "monitor",
            links=(
                ("https://app.datadoghq.eu/s/1", "Graph"),
                (STATUS, "web-1"),
                ("https://app.datadoghq.eu/logs", "Logs"),
            ),
        ),
    ),
    "alertmanager": (
        messages.ALERTMANAGER,
        ref(
            "[FIRING:2] HighErr (critical)\n\nSummary: 5xx above 2 %\nLabels: alertname = `HighErr`\n\n"
            "instance: web-1\nSilence",
            "[FIRING:2] HighErr (critical)",
            "other alert",
            author="Alertmanager",
            links=(("http://am:9093/#/alerts?receiver=casebook", "[FIRING:2] HighErr (critical)"),),
        ),
    ),
    "sentry": (
        messages.SENTRY,
        ref(
            ":red_circle: TypeError\n```x is *undefined*```",
            "TypeError",
            "error tracking issue",
            author="Sentry",
            links=((ISSUE, "TypeError"),),
        ),
    ),
    "a person in a thread": (
        messages.PERSON,
        ref(
            ":fire: The checkout page is blank for @Bob & me\nsince this graph, see https://status.example/x. #ops "
            "@here @sre <b> https://g.example/d/1?a=1&b=2",
            "The checkout page is blank for @Bob & me",
            "person",
            author="Ann",
            thread_ts="1787890000.000100",
            links=(
                ("https://g.example/d/1?a=1&b=2", "this graph"),
                ("https://status.example/x", "https://status.example/x"),
            ),
        ),
    ),
    "a file": (
        messages.FILE,
        ref(
            "",
            "File df.txt",
            "person",
            author="Ann",
            files=(
                ("df.txt", "https://acme.slack.com/files/U0ANN/F1/df.txt"),
                ("top.png", "https://files.slack.com/top.png"),
            ),
        ),
    ),
    "an empty message": (messages.EMPTY, ref("", "Message from Beeper", "other alert", author="Beeper")),
    "a forwarded message": (
        messages.FORWARDED,
        ref("look, it is down", "look, it is down", "person", author="Ann"),
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_message(name):
    message, kept = RECORDED[name]
    assert read_post(action(message), NAMES) == kept


@pytest.mark.parametrize(
    ("title", "link", "source"),
    [
        ("Re-Triggered: disk", "", "monitor"),
        ("No data: heartbeat", "", "monitor"),
        ("Recovered on {host:web-1}: disk", "", "monitor"),
        ("disk", "https://app.datadoghq.com/event/event?link_monitor_id=1", "monitor"),
        ("x", "https://app.datadoghq.com/security/signals/AQ", "security signal"),
        ("x", "https://app.datadoghq.com/error-tracking/issue/1", "error tracking issue"),
        ("x", "https://sentry.acme.example/organizations/acme/issues/1/", "error tracking issue"),
        ("x", "https://example.com/security", "other alert"),
        ("x", "https://grafana.example/monitors/", "other alert"),
    ],
)
def test_the_source_is_recognised(title, link, source):
    message = messages.bot(attachments=[{"title": title, "title_link": link}])
    assert read_post(action(message)).source == source


def test_what_a_person_says_of_a_monitor_comes_from_a_person():
    message = messages.PERSON | {"text": f"is <{MONITOR}> known?"}
    post = read_post(action(message))
    assert (post.source, post.author) == ("person", "U0ANN")
    assert post.links == ((MONITOR, MONITOR),)


def test_an_alert_that_says_the_same_twice_says_it_once():
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Disk full* on web-1"}}]
    assert read_post(action(messages.bot(text="Disk full", blocks=blocks))).text == "Disk full on web-1"
    twice = messages.bot(text="Disk full", attachments=[{"fallback": "Disk full"}])
    assert read_post(action(twice)).text == "Disk full"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("@slack-sre\n\n- - -\nHigh CPU", "High CPU"),
        ("@here @ann\nwifi is down", "wifi is down"),
        (":fire::fire:\n:fire: it burns :+1::skin-tone-2:", "it burns"),
        ("> quoted", "quoted"),
        ("at 10:30:45 it broke", "at 10:30:45 it broke"),
        ("!!! ???", ""),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_the_title_is_the_first_line_that_says_something(text, title):
    assert title_of(text) == title


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<https://u.example|label> &gt; <https://u.example>", "label > https://u.example"),
        ("<@U1|ann> <@U0BOB> <@U9>", "@ann @Bob @U9"),
        ("<#C1|ops> <#C2|> <#C3>", "#ops #C2 #C3"),
        ("<!channel> <!subteam^S1> <mailto:a@b.c|a@b.c>", "@channel @S1 a@b.c"),
        ("[<https://u.example|label>] <https://v.example|[Status>]", "[label] Status"),
        ("<https://u.example|[FIRING:2] x>", "[FIRING:2] x"),
        ("1 < 2 <not a token", "1 < 2 <not a token"),
        ("&amp;lt; &lt;b&gt;", "&lt; <b>"),
        ("*bold* 2*3*4 `*code*` **", "bold 2*3*4 `*code*` **"),
        ("a\r\nb\n\n\n\nc\x00", "a\nb\n\nc"),
    ],
)
def test_markup_is_read_as_a_person_reads_it(typed, read):
    assert readable(typed, NAMES) == read


KEYS = ["text", "type", "elements", "blocks", "fields", "title", "title_link", "pretext", "fallback", "url", "name"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "files", "bot_profile"]), JSON, max_size=4))
@settings(max_examples=60, deadline=None)
def test_whatever_arrives_is_read(parts):
    message = {"type": "message", "user": "U0ANN", "ts": TS, "bot_id": "B1", "bot_profile": None}
    post = read_post(action(message | {key: value for key, value in parts.items() if key != "bot_profile"}))
    assert post.title
    assert len(post.title) <= 200
    assert len(post.text) <= 3000
    assert "\x00" not in post.text


@pytest.mark.parametrize("text", NASTY)
def test_hostile_text_is_kept_as_text(text):
    post = read_post(action(messages.PERSON | {"text": text}))
    assert len(post.text) <= 3000
    assert post.title


# -- replies ------------------------------------------------------------------------------------------------------
REPLY = {
    "type": "message", "user": "U0BOB", "text": "the disk is <https://x.example|ful>", "ts": "2.2", "thread_ts": "1.1",
    "channel": "C1", "channel_type": "channel", "event_ts": "2.2",
}  # fmt: skip


def event(subtype, **more):
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": "C1",
        "ts": "3.3",
        "event_ts": "3.3",
    } | more


def test_a_reply_is_read():
    reply = read_thread_reply(REPLY | {"subtype": "thread_broadcast", "files": messages.FILE["files"]})
    assert (reply.channel, reply.ts, reply.thread_ts, reply.author) == ("C1", "2.2", "1.1", "U0BOB")
    assert (reply.text, reply.change) == ("the disk is ful", "new")
    assert reply.files[0] == ("df.txt", "https://acme.slack.com/files/U0ANN/F1/df.txt")


def test_an_edit_and_a_deletion_are_read():
    edited = event("message_changed", message=REPLY | {"text": "full"}, previous_message=REPLY)
    assert read_thread_reply(edited).change == "edited"
    assert (read_thread_reply(edited).ts, read_thread_reply(edited).text) == ("2.2", "full")
    deleted = event("message_deleted", deleted_ts="2.2", previous_message=REPLY)
    gone = read_thread_reply(deleted)
    assert (gone.ts, gone.thread_ts, gone.author, gone.text, gone.change) == ("2.2", "1.1", "U0BOB", "", "deleted")
    tombstone = REPLY | {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}
    buried = event("message_changed", message=tombstone, previous_message=REPLY)
    assert (read_thread_reply(buried).change, read_thread_reply(buried).author) == ("deleted", "U0BOB")


@pytest.mark.parametrize(
    "other",
    [
        {key: value for key, value in REPLY.items() if key != "thread_ts"},
        REPLY | {"ts": "1.1"},
        REPLY | {"bot_id": "B1"},
        REPLY | {"subtype": "bot_message"},
        REPLY | {"subtype": "channel_join"},
        event("message_changed", message=REPLY, previous_message=REPLY),
        event("message_changed", message=REPLY | {"attachments": [{"from_url": "x"}]}, previous_message=REPLY),
        event("message_changed", message=REPLY | {"bot_id": "B1", "text": "x"}, previous_message=REPLY),
        event("message_deleted", deleted_ts="2.2"),
        event("message_deleted", deleted_ts="2.2", previous_message=REPLY | {"bot_id": "B1"}),
        event("channel_topic", user="U0ANN", topic="x"),
    ],
)
def test_whatever_is_no_reply_of_a_person_is_left_alone(other):
    assert read_thread_reply(other) is None


def test_whose_names_a_message_needs():
    assert people_in(messages.PERSON) == {"U0ANN", "U0BOB"}
    assert people_in(messages.DATADOG_D) == {"U0BOB"}
    assert people_in({}) == set()
