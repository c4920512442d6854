"""What Slack's answers are taken for."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.domain.delivery import SLACK, Tell
from bot.domain.telling import LATER, NOTEBOOKS, REDRAWING, UPDATES, lane_of, mirror
from bot.outbox import errors
from bot.outbox.errors import failure
from bot.outbox.pace import LATER_MESSAGES, MESSAGES, PACES, pace
from bot.outbox.sender import Failure, LockedOut, Refused, TooFast, Unreachable


def answer(error: str, status: int = 200, headers: dict[str, str] | None = None) -> SlackResponse:
    return SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"ok": False, "error": error},
        headers=headers or {}, status_code=status,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        ("is_archived", 200, Refused),
        ("not_in_channel", 200, Refused),
        ("never_heard_of_it", 200, Refused),
        ("ratelimited", 429, TooFast),
        ("ratelimited", 200, TooFast),
        ("token_revoked", 200, LockedOut),
        ("internal_error", 200, Unreachable),
        ("is_archived", 503, Unreachable),
        ("", 502, Unreachable),
        ("Received a response in a non-JSON format: <!DOCTYPE html>", 200, Unreachable),
    ],
)
def test_kinds(error: str, status: int, kind: type[Failure]) -> None:
    assert type(failure(answer(error, status), "C1")) is kind


def test_an_error_page_is_not_repeated_at_length() -> None:
    assert len(failure(answer("<html>" + "x" * 1000), "C1").problem) <= 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7), ({"retry-after": "0.5"}, 0.5), ({"Retry-After": "soon"}, 30), ({}, 30)],
)
def test_pauses(headers: dict[str, str], seconds: float) -> None:
    found = failure(answer("ratelimited", 429, headers), "C1")
    assert isinstance(found, TooFast)
    assert found.seconds == seconds


@pytest.mark.parametrize("problem", sorted({*errors.REMEDIES, *errors.EVERYWHERE, "never_heard_of_it"}))
@pytest.mark.parametrize("target", ["C1", "U1", "D1", ""])
def test_every_refusal_has_a_remedy_in_a_sentence(problem: str, target: str) -> None:
    remedy = errors.refusal(problem, target).remedy
    assert remedy.endswith(".")
    assert "{" not in remedy


def test_a_channel_is_a_place_and_a_person_is_somebody() -> None:
    assert "/invite @casebook" in errors.refusal("channel_not_found", "C1").remedy
    assert "<@U1> is not in this workspace" in errors.refusal("channel_not_found", "U1").remedy


def test_a_lost_connection_leaves_a_doubt() -> None:
    def call(**_: Any) -> SlackResponse:
        raise ConnectionResetError

    with pytest.raises(Unreachable) as caught:
        errors.ask(call)
    assert caught.value.perhaps_sent


def test_slacks_words_stay_out_of_the_failure() -> None:
    def call(**_: Any) -> SlackResponse:
        raise SlackApiError("somebody's text", answer("invalid_blocks"))

    with pytest.raises(Refused) as caught:
        errors.ask(call, "C1")
    assert "somebody" not in str(caught.value)


def test_each_lane_of_slack_has_the_pace_of_its_method() -> None:
    lanes = {mirror(kind, None, "x").lane for kind in (Tell.PEOPLE, Tell.PERSON, Tell.TEAMS, Tell.CHANNEL)}  # type: ignore[arg-type]
    lanes |= {UPDATES, f"{UPDATES}{LATER}", REDRAWING, NOTEBOOKS, f"{SLACK}/home", f"{SLACK}/{Tell.JOIN}"}
    assert lanes | {f"{SLACK}/{Tell.STEP}"} == set(PACES)
    assert pace(lane_of("C1")) is MESSAGES
    assert pace(f"{lane_of('C1')}{LATER}") is LATER_MESSAGES
