"""Ephemeral answers: what changed, or that nothing did, or why not. Seen by one person, so people are mentioned."""

from collections.abc import Callable, Sequence

from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Invalid, Refusal
from bot.domain.project import Project
from bot.domain.reading import Workspace
from bot.views.blocks import Message, View, context, message, modal, section
from bot.views.cards import title_line
from bot.views.forms.projects import projects_message
from bot.views.text import NOBODY, Mrkdwn, Names, bold, day, joined, link, mrkdwn, person, said, told_mrkdwn, when
from bot.views.words import case_link, priority_words, team_words

# The deed of an entry begins with "watches": said of "you" it would be wrong.
TO_YOU = {
    Kind.WATCHER_ADDED: "You watch this case now: Casebook tells you of its changes.",
    Kind.WATCHER_REMOVED: "You no longer watch this case.",
}


def changed(case: Case, entry: Entry | None, workspace: Workspace, *, verb: str = "", names: Names = NOBODY) -> Message:
    """``verb``: what was asked for, such as case.priority; it says what is already so when ``entry`` is ``None``."""
    if entry is None:
        text = joined([mrkdwn("{} {}.", _key(case, workspace), already(case, verb, names)), NOTHING], " ")
        return message(text, [section(text)])
    deed = Mrkdwn(TO_YOU.get(Kind(entry.kind)) or mrkdwn("You {}.", told_mrkdwn(entry, names, without_actor=True)))
    return message(mrkdwn("{}: {}", _key(case, workspace), deed), [title_line(case, workspace), section(deed)])


NOTHING = Mrkdwn("Nothing changed.")


def already(case: Case, verb: str, names: Names = NOBODY) -> Mrkdwn:
    """The state that makes the request needless: "already has priority P2 High"."""
    say = ALREADY.get(verb)
    return say(case, names) if say else Mrkdwn("is already like that")


def _assigned(case: Case, names: Names) -> Mrkdwn:
    owners = [person(case.assignee, names)] if case.assignee else []
    owners += [mrkdwn("{}", team_words(case))] if case.teams else []
    return mrkdwn("is already assigned to {}", joined(owners, " and ")) if owners else Mrkdwn("already has no assignee")


def _due(case: Case, names: Names) -> Mrkdwn:
    return mrkdwn("is already due on {}", day(case.due)) if case.due else Mrkdwn("already has no due date")


def _closed(case: Case, names: Names) -> Mrkdwn:
    return mrkdwn("is already closed as {}", case.reason) if case.reason else Mrkdwn("is already closed")


def _snoozed(case: Case, names: Names) -> Mrkdwn:
    return mrkdwn("already rests until {}", when(case.snoozed_until)) if case.snoozed_until else Mrkdwn("does not rest")


ALREADY: dict[str, Callable[[Case, Names], Mrkdwn]] = {
    "case.take": lambda case, names: mrkdwn("is already yours"),
    "case.assign": _assigned,
    "case.priority": lambda case, names: mrkdwn("already has priority {}", priority_words(case.priority)),
    "case.status": lambda case, names: mrkdwn("already has the status {}", case.status),
    "case.close": _closed,
    "case.reopen": lambda case, names: mrkdwn("is already open, with the status {}", case.status),
    "case.due": _due,
    "case.edit": lambda case, names: Mrkdwn("already says exactly that"),
    "case.watch": lambda case, names: Mrkdwn("is already watched by you"),
    "case.unwatch": lambda case, names: Mrkdwn("was not watched by you"),
    "case.keep": lambda case, names: Mrkdwn("is already kept like that"),
    "case.keep_open": lambda case, names: Mrkdwn("is closed already"),
    "case.snooze": _snoozed,
    "case.archive": lambda case, names: Mrkdwn("is already archived"),
    "case.unarchive": lambda case, names: Mrkdwn("is not archived"),
    "case.relate": lambda case, names: Mrkdwn("already has this relation"),
    "case.link": lambda case, names: Mrkdwn("has that ticket already"),
    "case.unlink": lambda case, names: Mrkdwn("does not follow that ticket any more"),
    "case.add": lambda case, names: Mrkdwn("already has this post as evidence"),
    "case.escalate": lambda case, names: Mrkdwn("is the case of this post already"),
}


def changed_view(
    case: Case, entry: Entry | None, workspace: Workspace, *, verb: str = "", names: Names = NOBODY
) -> View:
    """The same where the answer takes a form's place."""
    blocks = changed(case, entry, workspace, verb=verb, names=names)["blocks"]
    return modal("case.changed", case.key, blocks, close="Close")


def projects(found: Sequence[Project], is_admin: bool) -> Message:
    return projects_message(found, is_admin)


def opened(case: Case, workspace: Workspace, *, where: str = "") -> Message:
    """``where``: the home channel's id; its card may not have been posted yet."""
    text = mrkdwn("You opened {}.", _key(case, workspace))
    card = Mrkdwn(f"Its card is in <#{where}>.") if where.isalnum() else Mrkdwn("")
    blocks = [title_line(case, workspace), section(Mrkdwn("This case is open now."))]
    return message(text, [*blocks, context(card)] if card else blocks)


def refused(refusal: Refusal) -> Message:
    """The sentence of a refusal with the fields it names; an ``Invalid`` may say more in them than in its sentence."""
    parts = [refusal.sentence, *(refusal.fields.values() if isinstance(refusal, Invalid) else ())]
    parts = [one for one in dict.fromkeys(parts) if not any(one in other for other in parts if other != one)]
    return sentence("\n".join(part for part in parts if part) or "That did not work. Please try again.")


def sentence(text: str) -> Message:
    """A sentence of ours; `code` in it is shown as such."""
    return message(said(text), [section(said(text))])


def broken(reference: str) -> Message:
    text = mrkdwn(
        "Something broke on our side; it was not you. Please try again. If it happens again, tell whoever runs "
        "Casebook this reference: {}.",
        bold(reference),
    )
    return message(text, [section(text)])


def _key(case: Case, workspace: Workspace) -> Mrkdwn:
    return Mrkdwn(f"*{link(case_link(case, workspace), case.key)}*")
