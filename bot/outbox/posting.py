"""Messages in Slack: posting each one once, finding again what may have been posted before."""

import logging
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient

from bot.domain.delivery import Delivery
from bot.outbox import errors
from bot.outbox.errors import ask
from bot.outbox.sender import Refused
from bot.storage.claims import Held
from bot.views.blocks import Message

log = logging.getLogger(__name__)

EVENT_TYPE = "casebook_delivery"
# Slack's clock and ours may differ. Keys are unique, so looking back too far costs a page at most.
CLOCKS_DIFFER = timedelta(minutes=10)
PAGE = 200
PAGES = 10


@dataclass(frozen=True, slots=True)
class Posted:
    """``channel``: where it really is, which for a person is their direct messages with Casebook."""

    channel: str
    ts: str
    thread_ts: str | None


class Poster:
    def __init__(self, client: WebClient) -> None:
        self.client = client

    def post(
        self,
        held: Held,
        channel: str,
        message: Message,
        *,
        thread_ts: str | None = None,
        key: str = "",
        known: Container[str] = (),
        broadcast: bool = False,
    ) -> Posted:
        """Post, unless it was posted before.

        ``channel``: a person's id means direct messages. ``key``: what tells this message from every other one, the
        delivery's own key if empty. ``known``: messages that bear the key and are not the one meant. ``broadcast``: a
        reply that the channel sees too.
        """
        key = key or held.delivery.key
        if held.was_taken_over and (found := self.find(held.delivery, channel, thread_ts, key, known)):
            return found
        answer = ask(
            self.client.chat_postMessage,
            channel,
            channel=channel,
            thread_ts=thread_ts,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
            **({"reply_broadcast": True} if broadcast else {}),
            **message,
        )
        return Posted(answer["channel"], answer["ts"], answer.get("message", {}).get("thread_ts"))

    def reply(
        self, held: Held, channel: str, thread_ts: str, message: Message, *, broadcast: bool = False
    ) -> Posted | None:
        """``None`` if the message that it should hang on is gone; nothing is left behind then."""
        try:
            posted = self.post(held, channel, message, thread_ts=thread_ts, broadcast=broadcast)
        except Refused as refused:
            if refused.problem in errors.GONE:
                return None
            raise
        if posted.thread_ts == thread_ts:
            return posted
        # Slack puts a reply to a message that is gone into the channel itself (python-slack-events-api#87).
        self.take_back(posted)
        return None

    def take_back(self, posted: Posted) -> None:
        try:
            ask(self.client.chat_delete, posted.channel, channel=posted.channel, ts=posted.ts)
        except Refused as refused:
            log.warning("a stray reply stays in %s: %s", posted.channel, refused.problem)

    def update(self, channel: str, ts: str, message: Message) -> bool:
        """Whether the message is still there to be changed."""
        try:
            ask(self.client.chat_update, channel, channel=channel, ts=ts, **message)
        except Refused as refused:
            if refused.problem in errors.GONE:
                return False
            raise
        return True

    def whisper(self, person: str, channel: str, thread_ts: str | None, message: Message) -> None:
        ask(
            self.client.chat_postEphemeral, channel, channel=channel, user=person, thread_ts=thread_ts, **message
        )  # fmt: skip

    def join(self, channel: str) -> None:
        """So that replies can be heard. Where Casebook cannot get in by itself nothing happens."""
        if channel.startswith("D"):
            return
        try:
            ask(self.client.conversations_join, channel, channel=channel)
        except Refused as refused:
            log.info("could not join %s: %s", channel, refused.problem)

    def find(
        self, delivery: Delivery, channel: str, thread_ts: str | None, key: str, known: Container[str]
    ) -> Posted | None:
        """Our message with this key. Also ``None`` where Casebook may not read: then it is posted, perhaps again."""
        oldest = str((delivery.created_at - CLOCKS_DIFFER).timestamp())
        try:
            readable = self.direct_channel(channel) if errors.is_person(channel) else channel
            for message in self.messages(readable, thread_ts, oldest):
                if key_of(message) == key and message["ts"] not in known:
                    return Posted(readable, message["ts"], message.get("thread_ts"))
        except Refused as refused:
            log.info("cannot look for delivery %s in %s: %s", delivery.id, channel, refused.problem)
        return None

    def messages(self, channel: str, thread_ts: str | None, oldest: str) -> Iterator[dict[str, Any]]:
        """Newest first in a channel, oldest first in a thread; no more than a worker's lease has time for."""
        window = {"channel": channel, "oldest": oldest, "limit": PAGE, "include_all_metadata": True}
        cursor = None
        for _ in range(PAGES):
            if thread_ts:
                answer = ask(self.client.conversations_replies, channel, ts=thread_ts, cursor=cursor, **window)
            else:
                answer = ask(self.client.conversations_history, channel, cursor=cursor, **window)
            yield from answer.get("messages", [])
            cursor = answer.get("response_metadata", {}).get("next_cursor")
            if not cursor:
                return

    def direct_channel(self, person: str) -> str:
        answer = ask(self.client.conversations_open, person, users=person)
        return str(answer["channel"]["id"])


def key_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata", {})
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = metadata.get("event_payload", {}).get("key")
    return key if isinstance(key, str) else None
