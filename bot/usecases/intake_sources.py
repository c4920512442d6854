"""Where a project's alerts come from: channels that it watches and addresses that it hands out. For admins only."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.act import Act
from bot.domain.alert import Alert, tags_in
from bot.domain.errors import Invalid, NotFound
from bot.domain.intake import (
    DEFAULT_MOST,
    DEFAULT_REOPENING,
    MOST_CASES,
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
from bot.domain.reading import Intake, PostRef, Workspace
from bot.domain.rights import Right
from bot.domain.text import kept, kept_line
from bot.storage.database import Database, Work
from bot.usecases.access import admin_of, projects_for
from bot.usecases.intake import Place, Taken, Terms, take_alert
from bot.usecases.outside import Outside
from bot.usecases.projects import home_channel, managed
from bot.usecases.verb import once
from bot.usecases.watching import meaning_of, problem_of, watch_for

NO_VAULT = (
    "Casebook has no key to keep this secret with. An operator makes one with `python -m bot key`, sets it as "
    "CASEBOOK_SECRET_KEY and restarts Casebook."
)


@dataclass(frozen=True, slots=True)
class WatchFields:
    """What the form was left with. ``tags``: as typed, such as ``env:prod, service:web``."""

    channel: str
    project: str
    systems: Sequence[str] = ()
    words: str = ""
    any_word: bool = False
    tags: str = ""
    query: str = ""
    resolves: bool = True
    reopen_minutes: int = DEFAULT_REOPENING
    most_cases: int = DEFAULT_MOST


@dataclass(frozen=True, slots=True)
class Issued:
    """``token``: of a new address, to be shown once; empty if the present one stays."""

    intake: Intake
    hook: Hook
    token: str = field(default="", repr=False)


def intake_of(db: Database, act: Act, key: str) -> Intake:
    with db.read() as work:
        return intake(work, managed(work, act, key))


def intake(work: Work, project: Project) -> Intake:
    watches = work.alerts.watches_of(project.id)
    found = {watch.channel: work.projects.channel(watch.channel) for watch in watches}
    problems = {watch.id: problem_of(work, watch) for watch in watches}
    return Intake(
        project=project,
        watches=watches,
        hooks=work.alerts.hooks_of(project.id),
        channels={id_: channel for id_, channel in found.items() if channel},
        seen=work.alerts.last_seen(project.id),
        problems={id_: problem for id_, problem in problems.items() if problem},
    )


def watch_form(db: Database, act: Act, channel: str | None) -> tuple[Sequence[Project], Watch | None]:
    """The projects to choose from, and how one of them watches the channel already."""
    with db.read() as work:
        projects = projects_for(work, admin_of(work, act), Right.MANAGE)
        if not projects:
            raise NotFound("There is no project that you may change. `/case project new` makes one.")
        ids = {project.id for project in projects}
        there = work.alerts.watches_at(channel) if channel else ()
        return projects, next((watch for watch in there if watch.project_id in ids), None)


def watch_channel(db: Database, act: Act, fields: WatchFields) -> tuple[Intake, Watch]:
    """From now on; a project that watches the channel already does so as the form says now.

    Raises ``Invalid`` naming each field that is wrong, and ``QueryError`` pointing at the word.
    """
    tags, words, query = tags_in(fields.tags), kept_line(fields.words), kept(fields.query)
    check(fields, tags, words)

    def attempt(work: Work) -> tuple[Intake, Watch]:
        project = managed(work, act, fields.project, lock=True)
        home_channel(work, act, fields.channel)
        watch = next((one for one in work.alerts.watches_of(project.id) if one.channel == fields.channel), None)
        if watch is None:
            watch = Watch(project_id=project.id, channel=fields.channel)
            work.session.add(watch)
        watch.systems, watch.words, watch.any_word, watch.tags = list(fields.systems), words, fields.any_word, tags
        watch.query = query
        watch.resolves, watch.reopen_minutes = fields.resolves, fields.reopen_minutes
        watch.most_cases = fields.most_cases
        watch.changed_by, watch.changed_at = act.actor, act.at
        work.flush()
        if query:
            meaning_of(work, watch, act.at)
        return intake(work, project), watch

    return once(db, attempt)


def check(fields: WatchFields, tags: dict[str, str], words: str) -> None:
    wrong = {}
    if fields.tags.strip() and not tags:
        wrong["tags"] = "A tag has a name and a value with a colon between, such as env:prod."
    if len(words) > WORDS_LIMIT:
        wrong["words"] = f"There is room for {WORDS_LIMIT} characters; these are {len(words)}."
    if fields.reopen_minutes not in REOPENING:
        wrong["reopens"] = "Choose how long a closed case is reopened."
    if fields.most_cases not in MOST_CASES:
        wrong["most"] = "Choose how many new cases there may be."
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)


def unwatch_channel(db: Database, act: Act, channel: str, key: str = "") -> Project:
    """``key``: which project is to watch it no more, where several do."""

    def attempt(work: Work) -> Project:
        projects = projects_for(work, admin_of(work, act), Right.MANAGE)
        mine = {project.id: project for project in projects if not key or project.key == key.upper()}
        there = [watch for watch in work.alerts.watches_at(channel) if watch.project_id in mine]
        if not there:
            raise NotFound("No project of yours watches that channel. `/case project` with a key says what it watches.")
        if len(there) > 1:
            keys = ", ".join(mine[watch.project_id].key for watch in there)
            raise Invalid(f"Several projects watch that channel. Say which one is to stop, with its key: {keys}.")
        work.session.delete(there[0])
        return mine[there[0].project_id]

    return once(db, attempt)


def make_hook(
    db: Database, act: Act, outside: Outside, key: str, source: System, *, token: str, secret: str = "",
    replace: bool = False, resolves: bool = True, reopen_minutes: int = DEFAULT_REOPENING,
    most_cases: int = DEFAULT_MOST,
) -> Issued:  # fmt: skip
    """The address of a project for one source: made, replaced, or changed in its terms alone.

    ``token``: `new_token` of the form, so that the same form makes one address however often it arrives. ``secret``:
    what the source signs with; empty leaves it as it is.
    """
    secret = secret.strip()
    refuse(outside, source, secret)

    def attempt(work: Work) -> Issued:
        project = managed(work, act, key, lock=True)
        hook = next((one for one in work.alerts.hooks_of(project.id) if one.source == source), None)
        if hook is None:
            hook = Hook(project_id=project.id, source=source.value)
            work.session.add(hook)
        if hook.token_hash is None or replace:
            hook.token_hash = hash_of(token)
        if secret:
            hook.sealed = outside.seal(secret)
        hook.resolves, hook.reopen_minutes, hook.most_cases = resolves, reopen_minutes, most_cases
        hook.changed_by, hook.changed_at = act.actor, act.at
        work.flush()
        return Issued(intake(work, project), hook, token if hook.token_hash == hash_of(token) else "")

    return once(db, attempt)


def refuse(outside: Outside, source: System, secret: str) -> None:
    if source not in SENDING:
        raise Invalid("Choose who sends the alerts.")
    if secret and source not in SIGNING:
        raise Invalid.field("secret", f"{source.label} does not sign: its address is the secret. Leave this empty.")
    if len(secret) > SECRET_LIMIT or not secret.isascii():
        raise Invalid.field("secret", f"That is no secret of {source.label}'s. Copy it again, all of it.")
    if secret and outside.off:
        raise Invalid.field("secret", NO_VAULT)


def remove_hook(db: Database, act: Act, key: str, source: System) -> Intake:
    """Its address stops working at once; cases stay."""

    def attempt(work: Work) -> Intake:
        project = managed(work, act, key, lock=True)
        for hook in work.alerts.hooks_of(project.id):
            if hook.source == source:
                work.session.delete(hook)
        work.flush()
        return intake(work, project)

    return once(db, attempt)


def new_token() -> str:
    return secrets.token_urlsafe(24)


def hash_of(token: str) -> str:
    """A token is long and random: nothing slower than this is needed to keep it from being guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_hook(db: Database, source: str, token: str) -> Hook | None:
    """``None`` also for another source's token."""
    with db.read() as work:
        found = work.alerts.hook(hash_of(token))
        return found if found and found.source == source else None


def is_watched(db: Database, channel: str) -> bool:
    """Asked of every post by a bot."""
    with db.read() as work:
        return work.alerts.is_watched(channel)


def take_post(db: Database, alert: Alert, post: PostRef, workspace: Workspace, now: datetime) -> Taken | None:
    """The first watch that takes the alert has it; ``None`` if none does."""
    alert = alert.fitting(now)
    with db.read() as work:
        watch = watch_for(work, alert, f"{post.title}\n{post.text}\n{post.author}", post.channel, now)
    return take_alert(db, Terms.of(watch), alert, now, Place(post, workspace)) if watch else None
