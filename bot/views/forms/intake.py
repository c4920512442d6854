"""Where a project's alerts come from: the form to watch a channel, and the addresses that sources send to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.intake import (
    DEFAULT_MOST,
    DEFAULT_REOPENING,
    MOST_CASES,
    POSTING,
    REOPENING,
    SECRET_LIMIT,
    SENDING,
    SIGNING,
    WORDS_LIMIT,
    Hook,
    System,
    Watch,
)
from bot.domain.project import Project
from bot.domain.reading import Intake, Preview
from bot.domain.storm import MINUTES
from bot.views.blocks import Block, View, actions, context, divider, field_input, modal, section
from bot.views.clicks import TOO_OLD
from bot.views.elements import (
    button,
    channel_select,
    checkboxes,
    confirm,
    multi_select,
    option,
    radio,
    select,
    text_input,
)
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.forms.query_field import query_field, read_query
from bot.views.limits import clip
from bot.views.queries import preview_blocks, query_code, typed_query
from bot.views.text import Mrkdwn, bold, escape, joined, mrkdwn
from bot.views.words import age

QUERY_HINT = "Asked of the case that the alert would open. For example priority:>=P2 -service:batch."
MOST_PROJECTS = 100
SHOWN = 15
TAGS_LIMIT = 300
PLACEHOLDER = "https://(address of your Casebook)"
REOPENS = {
    0: "Never: it opens a new case",
    15: "15 minutes",
    60: "1 hour",
    240: "4 hours",
    1440: "1 day",
    10_080: "1 week",
}
CEILINGS = [option(f"{most} in {MINUTES} minutes", str(most)) for most in MOST_CASES]
WINDOWS = [option(REOPENS[minutes], str(minutes)) for minutes in REOPENING]
RESOLVES = option("An alert that recovers closes its case", "resolves")
WATCHING = "project.watch"
ANY, ALL = "any", "all"
WHERE = {
    System.DATADOG: "In Datadog: Integrations, Webhooks, New. The payload to paste is in Casebook's README.",
    System.ALERTMANAGER: "In Alertmanager's configuration: the url of a receiver's webhook_configs.",
    System.SENTRY: "In Sentry: Settings, Custom Integrations, a new internal integration, Webhook URL.",
    System.PAGERDUTY: "In PagerDuty: Integrations, Generic Webhooks (v3), New Webhook, Webhook URL.",
    System.GENERIC: "Post JSON to it: Casebook's README says which.",
}
SECRETS = {
    System.SENTRY: "Client Secret, which the integration's page shows once it is saved.",
    System.PAGERDUTY: "Shown once, when the webhook has been created.",
}


@dataclass(frozen=True, slots=True)
class FilledWatch:
    """``project``: its key. ``tags``: as typed."""

    channel: str
    project: str
    systems: tuple[str, ...]
    words: str
    any_word: bool
    tags: str
    query: str
    resolves: bool
    reopen_minutes: int
    most_cases: int


@dataclass(frozen=True, slots=True)
class FilledHook:
    project: str
    source: str
    token: str
    secret: str
    replace: bool
    resolves: bool
    reopen_minutes: int
    most_cases: int


def watch_form(
    projects: Sequence[Project], watch: Watch | None, channel: str | None, preview: Preview, *, token: str = ""
) -> View:
    """``watch``: how the channel is watched already. ``token``: see ``query_field``."""
    keys = {project.id: project.key for project in projects}
    only = projects[0].key if len(projects) == 1 else None
    listed = [option(clip(f"{one.key} {one.name}", 75), one.key) for one in projects[:MOST_PROJECTS]]
    menu = select("project", "Choose a project", listed, chosen=keys.get(watch.project_id) if watch else only)
    blocks = [
        section("Each alert that a bot posts in the channel becomes a case, or joins the open case of the same alert."),
        field_input("channel", "Channel", channel_select("channel", "Choose a channel", chosen=channel)),
        field_input("project", "Project", menu),
        *_conditions(watch),
        *query_field(
            typed_query(preview.query),
            token=token,
            label="Only alerts whose case the query finds",
            hint=QUERY_HINT,
            optional=True,
        ),
        *preview_blocks(preview),
        *_ends(watch),
    ]
    return modal(WATCHING, "Watch a channel", blocks, submit="Watch")


def _conditions(watch: Watch | None) -> list[Block]:
    listed = [option(system.label.capitalize(), system.value) for system in POSTING]
    systems = multi_select("systems", "Any bot", listed, chosen=watch.systems if watch else ())
    words = text_input("words", value=watch.words if watch else "", placeholder="production", limit=WORDS_LIMIT)
    modes = [option("All of these words", ALL), option("Any of these words", ANY)]
    typed = clip(", ".join(f"{name}:{value}" for name, value in watch.tags.items()), TAGS_LIMIT) if watch else ""
    tags = text_input("tags", value=typed, placeholder="env:prod", limit=TAGS_LIMIT)
    hint = "Name and value with a colon between, several with commas. All of them are needed."
    return [
        field_input("systems", "Only alerts by", systems, optional=True),
        field_input("words", "Only alerts with the words", words, optional=True),
        field_input("mode", "Words", radio("mode", modes, chosen=ANY if watch and watch.any_word else ALL)),
        field_input("tags", "Only alerts with the tags", tags, optional=True, hint=hint),
    ]


def _ends(there: Watch | Hook | None) -> list[Block]:
    """What the end and the next beginning of an alert do, and how many may begin."""
    minutes = there.reopen_minutes if there else DEFAULT_REOPENING
    most = there.most_cases if there else DEFAULT_MOST
    ticked = ["resolves"] if there is None or there.resolves else []
    return [
        field_input("resolves", "Recovery", checkboxes("resolves", [RESOLVES], chosen=ticked), optional=True),
        field_input(
            "reopens", "A closed case is reopened when its alert triggers again within",
            select("reopens", "Choose", WINDOWS, chosen=str(minutes)), hint="Later than that, it opens a new case.",
        ),
        field_input(
            "most", "New cases, at most", select("most", "Choose", CEILINGS, chosen=str(most)),
            hint="Further kinds of alerts are collected on one case, an alert storm, until fewer come.",
        ),
    ]  # fmt: skip


def read_channel(view: Mapping[str, Any]) -> str | None:
    """Of a form in any state."""
    return state.channel(view, "channel")


def read_watch(view: Mapping[str, Any]) -> FilledWatch:
    channel, project = state.channel(view, "channel"), state.choice(view, "project")
    if channel is None:
        raise Invalid.field("channel", "Choose the channel in which bots post alerts.")
    if project is None:
        raise Invalid.field("project", "Choose the project that gets the cases.")
    return FilledWatch(
        channel=channel,
        project=project,
        systems=tuple(state.choices(view, "systems")),
        words=state.text(view, "words"),
        any_word=state.choice(view, "mode") == ANY,
        tags=state.text(view, "tags"),
        query=read_query(view),
        resolves="resolves" in state.choices(view, "resolves"),
        reopen_minutes=_number(view, "reopens", DEFAULT_REOPENING),
        most_cases=_number(view, "most", DEFAULT_MOST),
    )


def _number(view: Mapping[str, Any], field: str, otherwise: int) -> int:
    found = state.choice(view, field) or ""
    return int(found) if found.isdecimal() else otherwise


def watching_view(intake: Intake, watch: Watch) -> View:
    """What came of the form."""
    told = mrkdwn("*{}* watches {}: {}.", intake.project.key, _channel(watch.channel), watch_words(watch))
    blocks = [
        section(told),
        context(
            "Casebook joins a public channel by itself. Into a private one somebody has to invite it: "
            "/invite @casebook."
        ),
    ]
    if intake.project.is_private:
        blocks.append(context("The project is private: below a post, Casebook says only the case's key."))
    return modal("project.watching", "Watch a channel", blocks, close="Close")


def watch_words(watch: Watch) -> Mrkdwn:
    """Which alerts it takes and what becomes of their cases, as the end of a sentence."""
    systems = [System(one).label for one in watch.systems]
    who = mrkdwn("alerts by {}", " or ".join(systems)) if systems else Mrkdwn("alerts by any bot")
    word = "any" if watch.any_word else "all"
    with_words = mrkdwn("with {} of the words “{}”", word, watch.words) if watch.words else Mrkdwn("")
    tags = ", ".join(f"{name}:{value}" for name, value in watch.tags.items())
    with_tags = mrkdwn("tagged {}", clip(tags, 200)) if tags else Mrkdwn("")
    found = mrkdwn("whose case {} finds", query_code(watch.query)) if watch.query else Mrkdwn("")
    return joined([joined([who, with_words, with_tags, found], " "), ends_words(watch)], "; ")


def ends_words(there: Watch | Hook) -> Mrkdwn:
    closed = "recovery closes the case" if there.resolves else "recovery is noted"
    if not there.reopen_minutes:
        return mrkdwn("{}, a new trigger opens a new case", closed)
    return mrkdwn("{}, a new trigger within {} reopens it", closed, REOPENS[there.reopen_minutes])


def intake_blocks(intake: Intake, now: datetime) -> list[Block]:
    """For the project's own form: where its alerts come from."""
    lines = [_watch_line(intake, watch) for watch in intake.watches[:SHOWN]]
    if len(intake.watches) > SHOWN:
        lines.append(mrkdwn("and {} more channels", len(intake.watches) - SHOWN))
    lines += [_hook_line(intake, hook, now) for hook in intake.hooks]
    if not lines:
        hint = mrkdwn(
            "Alerts can open cases here: `/case project watch` and a channel, `/case project hooks {}`.",
            intake.project.key,
        )
        return [context(hint)]
    return [divider(), section(joined([Mrkdwn("*Alerts come from*"), *lines], "\n"))]


def _watch_line(intake: Intake, watch: Watch) -> Mrkdwn:
    channel = intake.channels.get(watch.channel)
    outside = channel is not None and channel.mirrored_at is not None and not channel.is_member
    problem = Mrkdwn(" *Casebook is not in it:* `/invite @casebook` there.") if outside else Mrkdwn("")
    if watch.id in intake.problems:
        said_ = clip(intake.problems[watch.id], 200)
        problem = mrkdwn("{} *Its query means nothing any more*, so it lets everything in. {}", problem, said_)
    return mrkdwn("• {}: {}.{}", _channel(watch.channel), watch_words(watch), problem)


def _hook_line(intake: Intake, hook: Hook, now: datetime) -> Mrkdwn:
    return mrkdwn("• {} over HTTP: {}. {}.", System(hook.source).label, ends_words(hook), _heard(intake, hook, now))


def _heard(intake: Intake, hook: Hook, now: datetime) -> str:
    last = intake.seen.get(hook.source)
    return f"Last alert {age(last, now)} ago" if last else "No alert yet"


def hooks_view(intake: Intake, now: datetime) -> View:
    there = {hook.source: hook for hook in intake.hooks}
    blocks = [section(mrkdwn("Alerts that are sent to these addresses become cases of {}.", bold(intake.project.key)))]
    for source in SENDING:
        blocks += _source_blocks(intake, source, there.get(source), now)
    return modal("project.hooks", f"Hooks of {intake.project.key}", blocks, close="Close")


def _source_blocks(intake: Intake, source: System, hook: Hook | None, now: datetime) -> list[Block]:
    value = f"{intake.project.key}/{source.value}"
    if hook is None:
        make = button("Make an address", "project.hook", value=value, label=f"Make an address for {source.label}")
        return [section(bold(source.label), make, block_id=f"hook/{source.value}")]
    secret = ""
    if source in SIGNING:
        secret = "Its secret is kept. " if hook.sealed else "Its secret is missing, so nothing is taken yet. "
    told = mrkdwn("*{}*\n{}{}; {}.", source.label, secret, _heard(intake, hook, now), ends_words(hook))
    gone = mrkdwn("What {} sends there is not taken any more. Cases stay.", source.label)
    row = [
        button("Change", "project.hook", value=value, label=f"Change the address for {source.label}"),
        button(
            "Remove", "project.hook.remove", value=value, label=f"Remove the address for {source.label}",
            sure=confirm("Remove this address?", gone, "Remove", "Keep it", danger=True),
        ),
    ]  # fmt: skip
    return [section(told), actions(row, block_id=f"hook/{source.value}")]


def read_hook_click(value: str) -> tuple[str, System]:
    """The project's key and the source."""
    key, _, source = value.partition("/")
    if not key or source not in set(SENDING):
        raise Invalid(TOO_OLD)
    return key, System(source)


def hook_form(intake: Intake, source: System, token: str) -> View:
    """``token``: for a new address; whoever may see this form is to see the address."""
    hook = next((one for one in intake.hooks if one.source == source), None)
    blocks = [section(mrkdwn("{} for {}", bold(source.label), bold(intake.project.key)))]
    if hook:
        again = option("Make a new address; the present one stops working", "replace")
        blocks.append(field_input("replace", "Address", checkboxes("replace", [again]), optional=True))
    if source in SIGNING:
        hint = f"{SECRETS[source]} It is kept encrypted; without it nothing is taken."
        hint += " Leave it empty to keep the present one." if hook and hook.sealed else " You can enter it later."
        box = text_input("secret", limit=SECRET_LIMIT)
        blocks.append(field_input("secret", "Secret that it signs with", box, optional=True, hint=hint))
    blocks += _ends(hook)
    metadata = pack(project=intake.project.key, source=source.value, token=token)
    submit = "Save" if hook else "Make an address"
    return modal("project.hook", "Alerts over HTTP", blocks, submit=submit, metadata=metadata)


def read_hook(view: Mapping[str, Any]) -> FilledHook:
    kept = unpack(view)
    if kept.get("source") not in set(SENDING):
        raise Invalid(TOO_OLD)
    return FilledHook(
        project=str(kept.get("project", "")),
        source=str(kept["source"]),
        token=str(kept.get("token", "")),
        secret=state.text(view, "secret"),
        replace="replace" in state.choices(view, "replace"),
        resolves="resolves" in state.choices(view, "resolves"),
        reopen_minutes=_number(view, "reopens", DEFAULT_REOPENING),
        most_cases=_number(view, "most", DEFAULT_MOST),
    )


def issued_view(project: Project, hook: Hook, token: str, site: str) -> View:
    """``site``: the address of our web server for the outside; empty if the operator has not said it."""
    source = System(hook.source)
    url = f"{site or PLACEHOLDER}/hooks/{source.value}/{token}"
    blocks = [
        section(mrkdwn("{} sends its alerts for {} to this address. It is never shown again:", bold(source.label),
            bold(project.key))),
        section(Mrkdwn(f"```{escape(url)}```")),
        context(WHERE[source]),
    ]  # fmt: skip
    if not site:
        blocks.append(context(
            "Casebook does not know under which address its web server is reached from outside. Whoever runs it does, "
            "and can set it as CASEBOOK_URL."
        ))  # fmt: skip
    if source in SIGNING and not hook.sealed:
        blocks.append(
            context(f"Then enter the secret with Change in /case project hooks {project.key}. {SECRETS[source]}")
        )
    return modal("project.hook.issued", "Alerts over HTTP", blocks, close="Close")


def _channel(channel: str) -> Mrkdwn:
    return Mrkdwn(f"<#{channel}>")
