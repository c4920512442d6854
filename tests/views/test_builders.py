"""The builders cut what is too long and refuse what Slack would refuse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import blockkit
from bot.views import blocks, elements, rich
from bot.views.check import check_home, check_message, check_modal
from bot.views.limits import Unfit
from bot.views.text import Mrkdwn, escape
from tests.views.samples import TEXTS, WORDS, fits_home, fits_message, fits_modal

TEXT_OR_MARKUP = WORDS.flatmap(lambda text: st.sampled_from([text, escape(text)]))


def options(count, text="x"):
    return [elements.option(text, str(number)) for number in range(count)]


@given(TEXT_OR_MARKUP, WORDS)
@settings(max_examples=60, deadline=None)
def test_any_text_fits_into_any_block(any_text, plain):
    drawn = [
        blocks.section(any_text, elements.button(plain, "a", style="primary", label=plain)),
        blocks.fields([any_text, plain]),
        blocks.context(any_text, plain),
        blocks.header(plain),
        blocks.divider(),
        rich.rich_text(rich.line(plain, rich.strong(plain)), rich.quote(plain), rich.bullets([rich.line(plain)])),
        blocks.actions(
            [
                elements.select("s", plain, options(40, plain), chosen="7"),
                elements.grouped_select("g", plain, {plain: options(50, plain), "none": []}, chosen="49"),
                elements.overflow("o", options(5, plain)),
                elements.checkboxes("c", options(10, plain), chosen=["1", "2"]),
                elements.radio("r", options(10, plain), chosen="3"),
                elements.date_picker("d", plain, chosen="2026-12-24"),
                elements.button("Go", "b", sure=elements.confirm(plain, any_text, plain, plain, danger=True)),
            ]
        ),
    ]
    view = blocks.modal("m", plain, [*drawn, *inputs(plain)], submit=plain, close=plain)
    fits_modal(view)
    fits_home(blocks.home(drawn))
    fits_message({"text": "x", "blocks": drawn[:1]})
    assert check_message(blocks.message(any_text)) == []


def inputs(text):
    made = {
        "text": elements.text_input("text", value=text, placeholder=text, lines=True, limit=200),
        "who": elements.users_select("who", text, chosen="U0ANN"),
        "where": elements.channel_select("where", text, chosen="C0OPS"),
        "one": elements.external_select("one", text, chosen=elements.option(text, "1")),
        "more": elements.multi_external_select("more", text, chosen=options(40, text)),
    }
    return [blocks.field_input(key, text, element, hint=text, optional=True) for key, element in made.items()]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: blocks.section(""),
        lambda: blocks.header(Mrkdwn("*x*")),
        lambda: blocks.fields([]),
        lambda: blocks.fields(["x"] * 11),
        blocks.context,
        lambda: blocks.context(*["x"] * 11),
        lambda: blocks.actions([]),
        lambda: blocks.actions([elements.button("x", f"a{n}") for n in range(26)]),
        lambda: blocks.actions([elements.button("x", "same"), elements.button("y", "same")]),
        lambda: blocks.message(""),
        lambda: blocks.message("x", [blocks.divider()] * 51),
        lambda: blocks.message("x", [blocks.section("x", block_id="b"), blocks.section("y", block_id="b")]),
        lambda: blocks.modal("m", "x", []),
        lambda: blocks.modal("m", "x", [blocks.divider()] * 101),
        lambda: blocks.modal("m", "x", [blocks.field_input("t", "x", elements.text_input("t"))]),
        lambda: blocks.modal("m", "x", [blocks.divider()], metadata="x" * 3001),
        lambda: blocks.modal("x" * 256, "x", [blocks.divider()]),
        lambda: blocks.home([]),
        lambda: elements.option("x", ""),
        lambda: elements.option("x", "v" * 151),
        lambda: elements.select("s", "x", []),
        lambda: elements.select("s", "x", options(101)),
        lambda: elements.grouped_select("s", "x", {"a": [], "b": []}),
        lambda: elements.grouped_select("s", "x", {"a": options(60), "b": options(60)}),
        lambda: elements.overflow("o", options(6)),
        lambda: elements.checkboxes("c", options(11)),
        lambda: elements.radio("c", options(11)),
        lambda: elements.button("x", ""),
        lambda: elements.button("x", "a", value="v" * 2001),
        lambda: elements.button("x", "a", url="ftp://x"),
        lambda: elements.text_input("t", value=Mrkdwn("x")),
        lambda: rich.words(Mrkdwn("x")),
        lambda: rich.words(""),
        rich.line,
        rich.rich_text,
        lambda: rich.bullets([]),
    ],
)
def test_what_slack_would_refuse_is_a_mistake_of_ours(wrong):
    with pytest.raises(Unfit):
        wrong()


def test_typed_pings_and_channels_stay_typed():
    drawn = blocks.section(escape("@here #general <!channel>"))
    assert drawn["text"]["verbatim"] is True
    assert blockkit.pings([drawn]) == []


def test_a_choice_that_is_no_longer_offered_is_not_shown():
    assert "initial_option" not in elements.select("s", "x", options(2), chosen="9")


@given(TEXTS)
@settings(max_examples=20, deadline=None)
def test_a_link_that_is_none_is_plain_text(text):
    drawn = rich.rich_text(rich.line(rich.anchor(text or "x", "label")))
    assert check_message({"text": "x", "blocks": [drawn]}) == []


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        ({"text": "", "blocks": []}, "text"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "neither"),
        ({"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]}, "verbatim"),
        ({"text": "x", "blocks": [{"type": "poem"}]}, "unknown"),
        ({"text": "x", "blocks": [{"type": "actions", "elements": [{"type": "button"}]}]}, "action_id"),
    ],
)
def test_the_check_finds_what_is_wrong(made, problem):
    assert any(problem in found for found in check_message(made))


def test_the_check_finds_what_is_wrong_with_views():
    text = {"type": "plain_text", "text": "x" * 25}
    field = {"type": "input", "block_id": "a", "label": text, "element": elements.text_input("a")}
    found = check_modal({"type": "modal", "callback_id": "m", "title": text, "blocks": [field, field]})
    assert any("25 characters of 24" in problem for problem in found)
    assert any("twice" in problem for problem in found)
    assert any("submit" in problem for problem in found)
    assert check_home({"type": "home", "callback_id": "h", "blocks": [], "private_metadata": "x" * 3001})
