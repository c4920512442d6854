"""What inboxes put into channels and direct messages: once, with the reason, kept true."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import State
from bot.domain.inbox import Inbox, Medium
from bot.domain.person import Notify
from bot.domain.priority import Priority
from bot.outbox.posting import Posted, Poster
from bot.sandbox import Channel, Message
from bot.storage.claims import Held
from bot.usecases import inbox_clock, inboxes, people, projects, working
from bot.usecases.inboxes import InboxFields
from tests.outbox.conftest import Town

URGENT = "priority:>=P2 is:open"


def inbox(town: Town, name: str = "Urgent", query: str = URGENT, *, by: Any = None, **more: Any) -> Inbox:
    made = inboxes.create_inbox(town.db, town.act(by or town.ann), InboxFields(name=name, query=query, **more))
    town.tell()
    return made


def posts(town: Town, channel: Channel | None = None) -> list[Message]:
    """Without the replies that the channel sees too."""
    found = town.slack.messages(channel or town.general)
    return [message for message in found if message.json.get("thread_ts", message.ts) == message.ts]


def urgent(town: Town, title: str = "checkout is down", **more: Any) -> Any:
    case = town.open(title, priority=Priority.P1, **more)
    town.tell()
    return case


def test_a_new_case_that_matches_is_posted_with_its_reason_and_buttons(town: Town) -> None:
    inbox(town, channels=[town.general.id])
    urgent(town)
    town.open("a slow page")
    town.tell()
    (post,) = posts(town)
    assert "OPS-1" in post.shown
    assert "Urgent" in post.shown
    assert URGENT in post.shown.replace("&gt;", ">")
    assert "opened and matches" in post.shown
    assert {"Take", "Assign", "Close", "Details"} <= set(post.buttons)
    assert not town.due()
    assert not town.slack.refusals


def test_a_post_tells_also_what_changed_while_it_was_put_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox(town, channels=[town.general.id])
    post, meanwhile = Poster.post, [town.general.id]

    def slowly(self: Poster, held: Held, target: str, *arguments: Any, **more: Any) -> Posted:
        posted = post(self, held, target, *arguments, **more)
        if target in meanwhile:
            meanwhile.remove(target)
            working.take_case(town.db, town.act(town.bob), held.delivery.case_id or 0)
        return posted

    monkeypatch.setattr(Poster, "post", slowly)
    urgent(town)
    (shown,) = posts(town)
    assert not meanwhile
    assert "bob" in shown.shown


def test_the_post_is_kept_true_and_says_when_the_case_no_longer_matches(town: Town) -> None:
    inbox(town, channels=[town.general.id])
    case = urgent(town)
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    (post,) = posts(town)
    assert "bob" in post.shown
    assert "No longer matches" not in post.shown
    assert post.replies == [], "the thread of an inbox's post is not the case's diary"
    working.close_case(town.db, town.act(town.bob), case.id)
    town.tell()
    (post,) = posts(town)
    assert "Closed" in post.shown
    assert "No longer matches" in post.shown
    assert "Reopen" in post.buttons


def test_two_inboxes_of_one_channel_make_one_post_that_names_both(town: Town) -> None:
    inbox(town, channels=[town.general.id])
    inbox(town, "Checkout", "checkout", channels=[town.general.id], by=town.bob)
    urgent(town)
    (post,) = posts(town)
    assert "Urgent" in post.shown
    assert "Checkout" in post.shown


def test_in_the_home_channel_the_card_itself_says_why(town: Town) -> None:
    inbox(town, channels=[town.ops.id])
    case = urgent(town)
    (card,) = posts(town, town.ops)
    assert "Urgent" in card.shown
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    (card,) = posts(town, town.ops)
    assert "Urgent" in card.shown, "a refresh of the card keeps the reason"
    assert len(card.replies) == 1


def test_cases_that_come_to_match_later_and_stop(town: Town) -> None:
    case = town.open()
    town.tell()
    inbox(town, channels=[town.general.id], events=["entered", "left"])
    working.prioritize_case(town.db, town.act(town.bob), case.id, Priority.P1)
    town.tell()
    (post,) = posts(town)
    assert "it came to match" in post.shown
    town.clock.move(seconds=5)
    working.prioritize_case(town.db, town.act(town.bob), case.id, Priority.P4)
    town.tell()
    (post,) = posts(town)
    assert "No longer matches" in post.shown
    assert ["no longer matches" in reply.shown for reply in post.replies] == [True]
    town.clock.move(seconds=5)
    working.prioritize_case(town.db, town.act(town.bob), case.id, Priority.P2)
    town.tell()
    assert ["no longer" in line.shown for line in posts(town)[0].replies] == [True, False]


def test_what_matched_before_the_inbox_was_made_does_not_come_to_match(town: Town) -> None:
    case = urgent(town)
    inbox(town, channels=[town.general.id], events=["created", "entered", "left"])
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    assert posts(town) == []


def test_a_case_that_stays_is_told_once(town: Town) -> None:
    inbox(town, channels=[town.general.id], events=["created"], stay_minutes=60)
    urgent(town)
    for _ in range(3):
        town.clock.move(minutes=45)
        inbox_clock.wake_inboxes(town.db, town.clock())
        town.tell()
    (post,) = posts(town)
    assert ["still matches after 1 hour" in reply.shown for reply in post.replies] == [True]


def test_a_case_that_left_in_time_did_not_stay(town: Town) -> None:
    inbox(town, channels=[town.general.id], events=[], stay_minutes=60)
    case = urgent(town)
    working.close_case(town.db, town.act(town.bob), case.id)
    town.tell()
    town.clock.move(hours=2)
    inbox_clock.wake_inboxes(town.db, town.clock())
    town.tell()
    assert posts(town) == []


def test_time_alone_brings_cases_in(town: Town) -> None:
    made = inbox(town, "Late", "is:overdue", channels=[town.general.id], events=["entered"])
    assert made.is_timely
    case = town.open(due=town.clock().date())
    town.tell()
    for _ in range(2):
        town.clock.move(hours=30)
        inbox_clock.ask_for_sweeps(town.db, town.clock(), town.clock())
        town.tell()
    (post,) = posts(town)
    assert case.key in post.shown
    assert "came to match" in post.shown


def test_a_person_is_told_by_direct_message_but_not_of_their_own_doing(town: Town) -> None:
    inbox(town, people=[town.bob.id, town.ann.id])
    case = urgent(town, by=town.ann)
    assert [case.key in dm for dm in town.dms(town.bob)] == [True]
    assert town.dms(town.ann) == []
    working.take_case(town.db, town.act(town.dana), case.id)
    town.tell()
    (dm,) = town.dms(town.bob)
    assert "dana" in dm, "it is kept true too"


def test_muting_and_wanting_nothing(town: Town) -> None:
    made = inbox(town, people=[town.bob.id, town.dana.id])
    inboxes.mute_inbox(town.db, town.act(town.bob), made.id)
    people.choose_notify(town.db, town.act(town.dana), Notify.NOTHING)
    urgent(town)
    assert town.dms(town.bob) == town.dms(town.dana) == []
    inboxes.mute_inbox(town.db, town.act(town.bob), made.id, muted=False)
    urgent(town)
    assert len(town.dms(town.bob)) == 1


def test_a_private_projects_cases_are_posted_in_its_own_channel_only(town: Town) -> None:
    den = town.slack.add_channel("den", members=[town.ann, town.dana], private=True, bot=True)
    projects.create_project(
        town.db, town.act(town.dana), key="SEC", name="Security", home_channel=den.id, retention_months=None,
        guests_allowed=False,
    )  # fmt: skip
    town.tell()
    inbox(town, channels=[town.general.id, den.id], people=[town.bob.id, town.dana.id])
    working_case = urgent(town)
    secret = town.slack, projects.list_projects(town.db, town.act(town.ann))
    assert secret
    from bot.usecases import opening

    opening.open_case(
        town.db, town.act(town.ann), opening.NewCase(title="a leak", priority=Priority.P1), town.workspace,
        project_key="SEC",
    )  # fmt: skip
    town.tell()
    assert [working_case.key in post.shown for post in posts(town)] == [True]
    assert any("SEC-1" in post.shown and "Urgent" in post.shown for post in posts(town, den))
    assert not any("SEC-1" in dm for dm in town.dms(town.bob))
    assert any("SEC-1" in dm for dm in town.dms(town.dana))


def test_an_owner_who_may_not_see_the_case_makes_no_post(town: Town) -> None:
    inbox(town, by=town.bob, channels=[town.general.id])
    den = town.slack.add_channel("den", members=[town.ann, town.dana], private=True, bot=True)
    projects.change_project(
        town.db, town.act(town.dana), "OPS", name="Ops", home_channel=den.id, retention_months=None,
        guests_allowed=False,
    )  # fmt: skip
    town.tell()
    urgent(town)
    assert posts(town) == []


def test_a_digest_once_and_then_again_next_time(town: Town) -> None:
    urgent(town)
    made = inbox(town, channels=[town.general.id], events=[], digest="daily", digest_minute=14 * 60)
    assert made.digest_at == town.clock() + timedelta(hours=1), "Ann lives an hour ahead of UTC"
    for hours in (2, 1, 24 * 3):
        town.clock.move(hours=hours)
        inbox_clock.wake_inboxes(town.db, town.clock())
        town.tell()
    told = posts(town)
    assert len(told) == 2, "three missed days are one digest"
    assert all("Digest of Urgent" in post.shown.replace("*", "") and "OPS-1" in post.shown for post in told)


def test_an_archived_channel_dies_alone_and_is_told_to_the_owner_once(town: Town) -> None:
    inbox(town, channels=[town.general.id])
    town.general.archive()
    urgent(town)
    urgent(town, "login is down")
    assert len(town.dead()) == 2
    told = [dm for dm in town.dms(town.ann) if "archived" in dm]
    assert len(told) == 1
    assert not any("archived" in dm for dm in town.dms(town.dana))
    with town.db.read() as work:
        (broken,) = work.inboxes.recipients_at(Medium.CHANNEL, town.general.id)
        assert broken.problem
        assert "archived" in broken.problem

    town.general.unarchive()
    urgent(town, "search is down")
    with town.db.read() as work:
        (healed,) = work.inboxes.recipients_at(Medium.CHANNEL, town.general.id)
        assert healed.problem is None
    town.tell()
    assert len(posts(town)) == 3, "what could not be told meanwhile is told now"
    assert not town.deliveries(State.DEAD)
