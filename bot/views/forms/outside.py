"""An inbox's recipients outside Slack: PagerDuty and webhooks. Secrets are shown here once, when they are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.inbox import Inbox, Recipient
from bot.views.blocks import Block, View, actions, context, divider, field_input, modal, section
from bot.views.clicks import TOO_OLD, read_value
from bot.views.elements import button, confirm, text_input
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.inboxes import PROBLEM, recipient_words
from bot.views.limits import BUTTON, clip
from bot.views.text import Mrkdwn, bold, escape, joined, mrkdwn, said

ADDRESS = 2000
KEY = 100
LABEL = 80
SHOWN = 25
WHERE = "PagerDuty shows it under Services, your service, Integrations, Events API v2."
SIGNED = "Casebook posts JSON to it, signed with a secret that it shows you next. Its README describes both."


@dataclass(frozen=True, slots=True)
class RecipientClick:
    inbox: int
    recipient: int


def outside_view(inbox: Inbox, off: str, words: str = "") -> View:
    """``off``: why none can be added, in a sentence. ``words``: what has just been done."""
    there = [one for one in inbox.recipients if not one.target]
    blocks = [section(mrkdwn("Inbox {} also tells:", bold(inbox.name)))]
    blocks += [block for one in there[:SHOWN] for block in recipient_blocks(inbox, one)]
    if not there:
        blocks.append(context("Nobody outside Slack yet."))
    if words:
        blocks.append(context(said(words)))
    row = [] if off else [add_button("PagerDuty", "inbox.pagerduty.new", inbox)]
    row += [] if off else [add_button("webhook", "inbox.webhook.new", inbox)]
    row.append(button("Refresh", "inbox.outside.again", value=str(inbox.id)))
    blocks += [divider(), *([section(said(off))] if off else []), actions(row, block_id="outside/add")]
    return modal("inbox.outside", "PagerDuty and webhooks", blocks, close="Close")


def add_button(what: str, action_id: str, inbox: Inbox) -> Block:
    return button(f"Add {what}", action_id, value=str(inbox.id))


def recipient_blocks(inbox: Inbox, one: Recipient) -> list[Block]:
    value = f"{inbox.id}/{one.id}"
    problem = mrkdwn("*Problem:* {}", said(clip(one.problem, PROBLEM))) if one.problem else Mrkdwn("")
    gone = mrkdwn("The inbox tells {} no more, and its secret is forgotten.", recipient_words(one))
    sure = confirm("Remove this recipient?", gone, "Remove", "Keep it", danger=True)
    label = clip(f"{one.medium} {one.label}", BUTTON - 20)
    row = [
        button("Send a test", "inbox.outside.test", value=value, label=f"Send a test to {label}"),
        button("Remove", "inbox.outside.remove", value=value, sure=sure, label=f"Remove {label}"),
    ]
    return [section(joined([recipient_words(one), problem], "\n")), actions(row, block_id=f"outside/{one.id}")]


def webhook_form(inbox_id: int) -> View:
    address = text_input("address", placeholder="https://hooks.example.com/casebook", limit=ADDRESS)
    blocks = [field_input("address", "Address", address, hint=SIGNED)]
    return modal("inbox.webhook", "Add a webhook", blocks, submit="Add", metadata=pack(inbox=inbox_id))


def pagerduty_form(inbox_id: int) -> View:
    blocks = [
        field_input("key", "Integration key", text_input("key", limit=KEY), hint=f"{WHERE} It is kept encrypted."),
        field_input(
            "label", "Service", text_input("label", placeholder="Checkout", limit=LABEL), optional=True,
            hint="What you call it, to tell several apart.",
        ),
    ]  # fmt: skip
    return modal("inbox.pagerduty", "Add PagerDuty", blocks, submit="Add", metadata=pack(inbox=inbox_id))


def webhook_added(inbox: Inbox, recipient: Recipient, secret: str) -> View:
    blocks = [
        section(mrkdwn("Inbox {} now tells {}.", bold(inbox.name), recipient_words(recipient))),
        section(Mrkdwn("*Its secret*, for the receiver to check Casebook's signature with. It is never shown again:")),
        section(Mrkdwn(f"```{escape(secret)}```")),
        actions([button("All of them", "inbox.outside.again", value=str(inbox.id))]),
    ]
    return modal("inbox.outside.added", "Webhook added", blocks, close="Close")


def read_outside(view: Mapping[str, Any]) -> int:
    """The id of the inbox that the form is about."""
    return int(unpack(view).get("inbox", 0))


def read_webhook(view: Mapping[str, Any]) -> str:
    return state.text(view, "address")


def read_pagerduty(view: Mapping[str, Any]) -> tuple[str, str]:
    """The key, and what people call it."""
    return state.text(view, "key"), state.text(view, "label")


def read_recipient(payload: Mapping[str, Any]) -> RecipientClick:
    inbox, _, recipient = read_value(payload).partition("/")
    if not (inbox.isdecimal() and recipient.isdecimal()):
        raise Invalid(TOO_OLD)
    return RecipientClick(int(inbox), int(recipient))
