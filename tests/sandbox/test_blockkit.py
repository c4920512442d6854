"""What Slack refuses in blocks and views, each with the place that is wrong."""

from typing import Any

import pytest

from bot.sandbox import blockkit

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", text: str = "A") -> Json:
    return {"text": plain(text), "value": value}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go"} | more


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn()} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element} | more


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def text_section(*inline: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(inline)}


GOOD_MESSAGE: list[Json] = [
    section(accessory=button(confirm={"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()})),
    section(fields=[mrkdwn()] * 10, accessory={"type": "image", "image_url": "https://x.test/i.png", "alt_text": "i"}),
    {"type": "section", "fields": [plain()]},
    {"type": "header", "text": plain("t" * 150)},
    {"type": "divider"},
    {
        "type": "context",
        "elements": [mrkdwn(), plain(), {"type": "image", "image_url": "https://x/i", "alt_text": "i"}],
    },
    {"type": "image", "image_url": "https://x.test/i.png", "alt_text": "i", "title": plain()},
    actions(
        button(style="danger", value="v" * 2000, url="https://x.test"),
        {"type": "overflow", "action_id": "o", "options": [option() | {"url": "https://x.test"}]},
        {"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option()},
        {"type": "external_select", "action_id": "e", "min_query_length": 0, "placeholder": plain("p" * 150)},
        {"type": "users_select", "action_id": "u", "initial_user": "U1"},
        {"type": "conversations_select", "action_id": "c", "filter": {"include": ["public"]}},
        {"type": "channels_select", "action_id": "h"},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-02-01"},
        {"type": "timepicker", "action_id": "t", "initial_time": "09:30"},
        {"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1700000000},
        {"type": "checkboxes", "action_id": "k", "options": [{"text": mrkdwn(), "value": "1"}]},
        {"type": "radio_buttons", "action_id": "r", "options": [option()]},
        {"type": "multi_users_select", "action_id": "mu", "initial_users": []},
    ),
    rich(
        text_section(
            {"type": "text", "text": "a", "style": {"bold": True}},
            {"type": "user", "user_id": "U1"},
            {"type": "link", "url": "https://x.test"},
            {"type": "date", "timestamp": 1700000000, "format": "{date}", "fallback": "then"},
        ),
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [text_section()]},
        {"type": "rich_text_quote", "elements": []},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "log"}]},
    ),
    {"type": "markdown", "text": "# hi"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
    {"type": "container", "title": plain(), "child_blocks": [section()]},
    field({"type": "plain_text_input", "action_id": "p"}, block_id="i"),
]


def test_a_message_with_everything_is_fine() -> None:
    assert blockkit.problems(GOOD_MESSAGE, "message") == []


BAD: list[tuple[str, Json, str]] = [
    ("unsupported block: sektion [json-pointer:/blocks/0/type]", {"type": "sektion"}, "message"),
    ("missing required field: type [json-pointer:/blocks/0]", {"text": plain()}, "message"),
    ("must have text or fields", {"type": "section"}, "message"),
    ("invalid additional property: colour", section(colour="red"), "message"),
    ("must be less than 3001 characters [json-pointer:/blocks/0/text/text]", section(text=mrkdwn("x" * 3001)), "home"),
    ("must be more than 0 characters", section(text=mrkdwn("")), "message"),
    ("must be a plain_text or mrkdwn object", section(text="bare"), "message"),
    ("no more than 10 items allowed [json-pointer:/blocks/0/fields]", section(fields=[plain()] * 11), "message"),
    ("must be less than 2001 characters", section(fields=[plain("x" * 2001)]), "message"),
    ("unsupported accessory: plain_text_input", section(accessory={"type": "plain_text_input"}), "modal"),
    ("must be less than 151 characters", {"type": "header", "text": plain("x" * 151)}, "message"),
    ("must be one of plain_text", {"type": "header", "text": mrkdwn()}, "message"),
    ("no more than 10 items allowed", {"type": "context", "elements": [plain()] * 11}, "message"),
    ("no fewer than 1 items required", {"type": "context", "elements": []}, "message"),
    ("no more than 25 items allowed", actions(*[button(action_id=str(n)) for n in range(26)]), "message"),
    ("must be unique within its block: go", actions(button(), button()), "message"),
    ("must be less than 76 characters", actions(button(text=plain("x" * 76))), "message"),
    ("must be less than 2001 characters", actions(button(value="x" * 2001)), "message"),
    ("must be less than 256 characters", actions(button(action_id="x" * 256)), "message"),
    ("must be one of primary, danger", actions(button(style="loud")), "message"),
    ("must be a valid URL", actions(button(url="not a url")), "message"),
    (
        "missing required field: deny",
        actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain()})),
        "home",
    ),
    ("unsupported element: plain_text_input", actions({"type": "plain_text_input", "action_id": "a"}), "modal"),
    ("no more than 5 items allowed", actions({"type": "overflow", "options": [option()] * 6}), "message"),
    ("must have either options or option_groups", actions({"type": "static_select"}), "message"),
    ("no fewer than 1 items required", actions({"type": "static_select", "options": []}), "message"),
    ("no more than 100 items allowed", actions({"type": "static_select", "options": [option()] * 101}), "message"),
    ("must be less than 151 characters", actions({"type": "static_select", "options": [option("v" * 151)]}), "home"),
    (
        "invalid additional property: url",
        actions({"type": "static_select", "options": [option() | {"url": "https://x"}]}),
        "home",
    ),
    (
        "must match exactly one of the provided options",
        actions({"type": "static_select", "options": [option()], "initial_option": option("b", "B")}),
        "message",
    ),
    (
        "must match exactly one of the provided options",
        actions({"type": "checkboxes", "options": [option()], "initial_options": [option("b")]}),
        "message",
    ),
    ("no more than 10 items allowed", actions({"type": "radio_buttons", "options": [option()] * 11}), "message"),
    (
        "no fewer than 1 items required",
        actions({"type": "multi_static_select", "options": [option()], "initial_options": []}),
        "home",
    ),
    ("must be a date in the format", actions({"type": "datepicker", "initial_date": "1.2.2026"}), "message"),
    ("must be a time in the format", actions({"type": "timepicker", "initial_time": "25:00"}), "message"),
    ("at least one of include", actions({"type": "conversations_select", "filter": {}}), "message"),
    ("must have one of image_url and slack_file", {"type": "image", "alt_text": "x"}, "message"),
    ("missing required field: alt_text", {"type": "image", "image_url": "https://x.test/i"}, "message"),
    ("missing required field: label", {"type": "input", "element": {"type": "plain_text_input"}}, "modal"),
    ("must be one of plain_text", field({"type": "plain_text_input"}, label=mrkdwn()), "modal"),
    ("must be between 1 and 3000", field({"type": "plain_text_input", "max_length": 3001}), "modal"),
    ("must be less than max_length", field({"type": "plain_text_input", "min_length": 9, "max_length": 3}), "modal"),
    (
        "must be less than 4 characters",
        field({"type": "plain_text_input", "max_length": 3, "initial_value": "four"}),
        "modal",
    ),
    ("missing required field: is_decimal_allowed", field({"type": "number_input"}), "modal"),
    ("must be between 1 and 10", field({"type": "file_input", "max_files": 11}), "modal"),
    ("unsupported rich text element: txt", rich(text_section({"type": "txt"})), "message"),
    ("must be one of here, channel, everyone", rich(text_section({"type": "broadcast", "range": "all"})), "message"),
    ("must be more than 0 characters", rich(text_section({"type": "text", "text": ""})), "message"),
    ("must be less than 12001 characters", {"type": "markdown", "text": "x" * 12001}, "message"),
    ("no more than 20 items allowed", {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 21]}, "message"),
    ("must be less than 256 characters", section(block_id="x" * 256), "message"),
    ("alert is not allowed in a message", {"type": "alert", "text": plain()}, "message"),
    ("table is not allowed in a modal", {"type": "table", "rows": [[]]}, "modal"),
    ("markdown is not allowed in a home", {"type": "markdown", "text": "x"}, "home"),
    ("card is not allowed in a modal", {"type": "card", "title": plain()}, "modal"),
    ("datetimepicker is not allowed in a home", actions({"type": "datetimepicker"}), "home"),
    ("file_input is not allowed in a message", field({"type": "file_input"}), "message"),
    ("email_text_input is not allowed in a home", field({"type": "email_text_input"}), "home"),
    ("rich_text_input is not allowed in a message", field({"type": "rich_text_input"}), "message"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "block", "surface"), BAD)
def test_what_is_wrong_is_named(words: str, block: Json, surface: str) -> None:
    problems = blockkit.problems([block], surface)
    assert any(words in problem for problem in problems), problems
    assert all("[json-pointer:/blocks/0" in problem for problem in problems)


def test_rules_over_all_blocks() -> None:
    assert "no more than 50 items allowed" in blockkit.problems([section()] * 51, "message")[0]
    assert blockkit.problems([section()] * 100, "home") == []
    assert "no more than 100 items allowed" in blockkit.problems([section()] * 101, "home")[0]
    twice = [section(block_id="b"), section(block_id="b")]
    assert blockkit.problems(twice, "message") == [
        "[ERROR] `block_id` must be unique: b [json-pointer:/blocks/1/block_id]"
    ]
    focus = [field({"type": "plain_text_input", "focus_on_load": True})] * 2
    assert "only one element may have focus_on_load" in blockkit.problems(focus, "modal")[0]
    tables = [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2
    assert "only_one_table_allowed" in blockkit.problems(tables, "message")[0]
    assert (
        "all markdown blocks together"
        in blockkit.problems([{"type": "markdown", "text": "x" * 7000}] * 2, "message")[0]
    )
    same_action = [actions(button()), actions(button())]
    assert blockkit.problems(same_action, "message") == []


def test_views() -> None:
    modal: Json = {"type": "modal", "title": plain("T"), "blocks": [section()]}
    assert blockkit.view_problems(modal) == []
    wanted = {
        "missing required field: title": {"type": "modal", "blocks": []},
        "must be less than 25 characters": modal | {"title": plain("x" * 25)},
        "missing required field: submit": modal | {"blocks": [field({"type": "plain_text_input"})]},
        "must be less than 3001 characters": modal | {"private_metadata": "x" * 3001},
        "invalid additional property: submitt": modal | {"submitt": plain()},
        "must be less than 256 characters": modal | {"callback_id": "x" * 256},
        "invalid additional property: title": {"type": "home", "title": plain(), "blocks": []},
        "no more than 100 items allowed": modal | {"blocks": [section()] * 101},
    }
    for words, view in wanted.items():
        assert any(words in problem for problem in blockkit.view_problems(view)), words


def test_suggestions() -> None:
    assert blockkit.suggestion_problems({"options": []}) == []
    assert blockkit.suggestion_problems({"option_groups": [{"label": plain(), "options": [option()]}]}) == []
    assert blockkit.suggestion_problems({"options": [option()] * 101})
    assert blockkit.suggestion_problems({})
    assert blockkit.suggestion_problems({"options": [], "option_groups": []})
    assert blockkit.suggestion_problems({"options": [{"text": mrkdwn(), "value": "a"}]})


def test_pings_in_blocks() -> None:
    def pings(text: Json) -> list[str]:
        return blockkit.pings([section(text=text)])

    assert pings(mrkdwn("<!channel> and <@U1> of <!subteam^S1>")) == ["channel", "U1", "S1"]
    assert pings(mrkdwn("&lt;!channel&gt; but @here")) == ["here"]
    assert pings(mrkdwn("@here") | {"verbatim": True}) == []
    assert pings(plain("<!channel> @here")) == []
    assert blockkit.pings([rich(text_section({"type": "text", "text": "<!here>"}))]) == []
    assert blockkit.pings([rich(text_section({"type": "broadcast", "range": "here"}))]) == ["here"]
