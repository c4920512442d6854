"""What an entry says, in plain words. Text only: whoever shows it escapes it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.act import CASEBOOK
from bot.domain.entry import Entry, Kind
from bot.domain.link import called, label_of
from bot.domain.person import Team
from bot.domain.priority import PRIORITY_WORDS, Priority
from bot.domain.storm import kinds_words
from bot.domain.timed import FOR_EVER

Names = Mapping[str, str]

FIELDS = {"due": "due date", "env": "environment"}


def name_of(person: str | None, names: Names) -> str:
    """A name as people know it; a mention where it is not known, which Slack turns into the name."""
    if person is None:
        return "nobody"
    if person == CASEBOOK:
        return "Casebook"
    return names.get(person, f"<@{person}>")


def sentence(entry: Entry, names: Names) -> str:
    """One short line: who did what, "Ann closed this case as Resolved"."""
    return f"{subject(entry, names)} {deed(entry, names)}"


def subject(entry: Entry, names: Names) -> str:
    """Who did it, here or in a ticket, or which rule."""
    if entry.rule_name:
        return f"Rule “{entry.rule_name}”"
    return str(entry.data.get("by") or name_of(entry.actor, names))


def deed(entry: Entry, names: Names) -> str:
    """The same without its subject, beginning with the verb in the past tense."""
    woke = " and ended its snooze" if entry.data.get("woke") else ""
    return f"{DEEDS[Kind(entry.kind)](entry, names)}{from_ticket(entry, names)}{woke}{together(entry)}"


def from_ticket(entry: Entry, names: Names) -> str:
    """In which ticket it was done, and what it was done over."""
    if entry.kind in OF_TICKET or "ticket" not in entry.data:
        return ""
    over = entry.data.get("over")
    words = f", over {value_words(over['field'], over['value'], names)} by {name_of(over['by'], names)}" if over else ""
    return f" in {called(entry.data['partner'], entry.data['key'])}{words}"


def together(entry: Entry) -> str:
    """The bulk edit that the change was a part of."""
    if not entry.is_of_bulk:
        return ""
    of = entry.data["of"]
    bulk = f"bulk edit of {of:,} {'case' if of == 1 else 'cases'}"
    return f" (undo of a {bulk})" if entry.data.get("undo") else f" ({bulk})"


def listed(parts: Sequence[str]) -> str:
    """In words: "one, two and three"."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def value_words(field: str, value: Any, names: Names) -> str:
    """A value from an entry's ``changes`` as people say it."""
    if field == "assignee":
        return name_of(value, names)
    if field == "priority":
        return PRIORITY_WORDS[Priority(value)]
    if field == "teams":
        return listed([f"@{handle}" for handle in value]) or "no team"
    if field == "due":
        return day_words(value) if value else "no date"
    if field == "status":
        return str(value)
    return f"“{value}”" if value else "nothing"


def team_name(team: Team) -> str:
    """A team as it is shown wherever it has a case, with what became of it."""
    if team.gone_at is None:
        return f"@{team.handle}"
    return f"@{team.handle} ({'gone in Slack' if team.is_mirrored else 'deleted'})"


def day_words(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b %Y}"


def _assigned(entry: Entry, names: Names) -> str:
    """Each deed is what stands before and behind "this case"."""
    deeds = []
    lost = []
    for field in ("assignee", "teams"):
        before, after = entry.changes.get(field) or (None, None)
        was = value_words(field, before, names) if before else ""
        if after and after == entry.actor:
            deeds.append(("took", f" (was {was})" if was else ""))
        elif after:
            to = value_words(field, after, names)
            deeds.append(("assigned", f" to {to} (was {was})" if was else f" to {to}"))
        elif was:
            lost.append(was)
    if lost:
        deeds.append((f"unassigned {listed(lost)} from", ""))
    if "status" in entry.changes:
        deeds.append(("moved", f" to {entry.after('status')}"))
    return listed([f"{verb} {'it' if index else 'this case'}{rest}" for index, (verb, rest) in enumerate(deeds)])


def _edited(entry: Entry, names: Names) -> str:
    parts = []
    for field, (before, after) in entry.changes.items():
        if field == "attributes":
            changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
            parts += [_changed(name, before.get(name), after.get(name), names) for name in changed]
        elif field not in {"group", "description"}:  # the status says the group
            parts.append(_changed(field, before, after, names))
    if "description" in entry.changes:
        parts.append("the description")
    return f"changed {listed(parts)}"


def _changed(field: str, before: Any, after: Any, names: Names) -> str:
    was, now = (value_words(field, value, names) for value in (before, after))
    return f"the {FIELDS.get(field, field)} from {was} to {now}"


def _opened(entry: Entry, names: Names) -> str:
    words = " for an alert storm from {}" if entry.data.get("storm") else " for an alert by {}"
    return f"opened this case{_because(entry, words)}"


def _calm(entry: Entry, names: Names) -> str:
    came = f"{kinds_words(entry.data['kinds'])} of alerts came"
    return f"noted that the alert storm is over: {came}{_because(entry, ' from {}')}"


def _closed(entry: Entry, names: Names) -> str:
    reason = entry.after("reason")
    said = f"closed this case as {reason}" if reason else "closed this case"
    if "idle" in entry.data:
        return f"{said}: nobody had worked on it for {entry.data['idle']} days"
    return said + _because(entry, f", since {{}} says that {_recovery(entry)}")


def _recovery(entry: Entry) -> str:
    return "all its alerts have recovered" if entry.data.get("storm") else "the alert has recovered"


def moment_words(iso: str) -> str:
    """In UTC."""
    at = datetime.fromisoformat(iso).astimezone(UTC)
    return f"{day_words(f'{at:%Y-%m-%d}')}, {at:%H:%M} UTC"


def _kept(entry: Entry, names: Names) -> str:
    until = entry.data["until"]
    if not until:
        return "left it to this case's project how long it is kept"
    if datetime.fromisoformat(until) >= FOR_EVER:
        return "kept this case for ever"
    return f"kept this case until {day_words(until[:10])}"


def _closing(entry: Entry, names: Names) -> str:
    closes, days = entry.data["closes"], entry.data["idle"]
    return f"will close this case on {day_words(closes[:10])} if nobody works on it: nothing was done for {days} days"


def _snoozed(entry: Entry, names: Names) -> str:
    return f"snoozed this case until {moment_words(entry.data['until'])}"


def _reopened(entry: Entry, names: Names) -> str:
    reopened = f"reopened this case as {entry.after('status')}"
    what = "one of its alerts goes on" if entry.data.get("storm") else "the alert has triggered again"
    return reopened + _because(entry, f", since {{}} says that {what}")


def _because(entry: Entry, words: str) -> str:
    """What is said of the alert that caused a change, if one did."""
    return words.format(entry.data["alert"]) if entry.data.get("alert") else ""


def _moved(entry: Entry, names: Names) -> str:
    was, now = entry.changes["project"]
    return f"moved this case from {was} to {now}: {entry.before('key')} is {entry.after('key')} now"


def _due(entry: Entry, names: Names) -> str:
    after = entry.after("due")
    return f"set the due date to {day_words(after)}" if after else "removed the due date"


def _evidence(entry: Entry, names: Names) -> str:
    count = len(entry.data.get("evidence", []))
    return "added 1 piece of evidence" if count == 1 else f"added {count} pieces of evidence"


def _incident(entry: Entry, names: Names) -> str:
    return f"declared an incident, {entry.after('severity')}, led by {name_of(entry.data['commander'], names)}"


def _related(entry: Entry, names: Names) -> str:
    return f"noted that this case {relation_words(entry.data['relation'])} {entry.data['other']}"


def _ticket(entry: Entry) -> str:
    return called(entry.data["partner"], entry.data["key"])


def _differs(entry: Entry, names: Names) -> str:
    """Their value is in their words, ours is the case's."""
    field, theirs, ticket = entry.data["field"], entry.data["theirs"], _ticket(entry)
    said = f"changed the {field} to “{theirs}” in {ticket}" if theirs else f"removed the {field} in {ticket}"
    if entry.data.get("unknown"):
        return f"{said}, which nothing here stands for; the case stays as it is"
    ours = value_words(field, entry.data["ours"], names)
    return f"{said}; {ours} stays, which {name_of(entry.data['ours_by'], names)} set later"


LEVEL_WORDS = {"untaken": "taken", "unclosed": "closed"}


def _warned(entry: Entry, names: Names) -> str:
    return f"warned that this case is to be {LEVEL_WORDS[entry.data['level']]} by {moment_words(entry.data['due'])}"


def _missed(entry: Entry, names: Names) -> str:
    done, due = LEVEL_WORDS[entry.data["level"]], moment_words(entry.data["due"])
    return f"noted that this case was not {done} in time: it was due by {due}"


RELATION_WORDS = {
    "blocks": ("blocks", "is blocked by"),
    "causes": ("causes", "is caused by"),
    "duplicates": ("duplicates", "is duplicated by"),
    "relates": ("relates to", "relates to"),
    "parent": ("is the parent of", "is a child of"),
}


def relation_words(kind: str, *, backwards: bool = False) -> str:
    return RELATION_WORDS[kind][backwards]


DEEDS: dict[Kind, Callable[[Entry, Names], str]] = {
    Kind.OPENED: _opened,
    Kind.EDITED: _edited,
    Kind.ASSIGNED: _assigned,
    Kind.PRIORITY: _edited,
    Kind.STATUS: _edited,
    Kind.CLOSED: _closed,
    Kind.REOPENED: _reopened,
    Kind.DUE: _due,
    Kind.NOTE_ADDED: lambda entry, names: "added a note",
    Kind.NOTE_EDITED: lambda entry, names: "edited a note",
    Kind.NOTE_DELETED: lambda entry, names: "deleted a note",
    Kind.EVIDENCE_ADDED: _evidence,
    Kind.WATCHER_ADDED: lambda entry, names: "watches this case",
    Kind.WATCHER_REMOVED: lambda entry, names: "no longer watches this case",
    Kind.RELATED: _related,
    Kind.ARCHIVED: lambda entry, names: "archived this case",
    Kind.UNARCHIVED: lambda entry, names: "brought this case back from the archive",
    Kind.MOVED: _moved,
    Kind.NOTEBOOK: lambda entry, names: "started an investigation notebook",
    Kind.TICKET_ASKED: lambda entry, names: f"asked for a {label_of(entry.data['partner'])} ticket",
    Kind.TICKET_CREATED: lambda entry, names: f"created {_ticket(entry)} for this case",
    Kind.TICKET_LINKED: lambda entry, names: f"linked {_ticket(entry)}",
    Kind.TICKET_UNLINKED: lambda entry, names: f"unlinked {_ticket(entry)}",
    Kind.TICKET_GONE: lambda entry, names: f"found that {_ticket(entry)} is gone and follows it no more",
    Kind.TICKET_DIFFERS: _differs,
    Kind.INCIDENT_DECLARED: _incident,
    Kind.INCIDENT_OPENED: lambda entry, names: f"opened #{entry.data['name']} for this incident",
    Kind.INCIDENT_ENDED: lambda entry, names: "ended the incident",
    Kind.KEPT: _kept,
    Kind.KEPT_OPEN: lambda entry, names: "kept this case open",
    Kind.CLOSING: _closing,
    Kind.SNOOZED: _snoozed,
    Kind.WOKEN: lambda entry, names: "ended the snooze of this case",
    Kind.ALERTED: lambda entry, names: f"heard{_because(entry, ' from {}')} that the alert has triggered again",
    Kind.RECOVERED: lambda entry, names: f"heard{_because(entry, ' from {}')} that {_recovery(entry)}",
    Kind.STORM_OVER: _calm,
    Kind.LEVEL_WARNED: _warned,
    Kind.LEVEL_MISSED: _missed,
}
OF_TICKET = {kind for kind in Kind if kind.value.startswith("Ticket")}
