"""What `/case` does to one case, which is named by its key."""

from collections.abc import Callable
from datetime import date

from bot.domain.case import priority_named
from bot.domain.errors import Invalid
from bot.domain.evidence import RelationKind
from bot.surfaces.opening import open_edit_form, open_incident_form
from bot.surfaces.tickets import open_link_form, partner_named
from bot.surfaces.typed import Call, Message
from bot.surfaces.words import person_in, team_in
from bot.usecases import (
    looking,
    notebooks,
    retention,
    snoozing,
    tickets,
    working,
)
from bot.views import details, forms
from bot.views import help as help_views
from bot.views.limits import clip
from bot.views.posts import readable


def take(call: Call) -> Message:
    return call.changed(working.take_case(call.desk.db, call.act, call.key))


def assign(call: Call) -> Message:
    word = call.arg(1, "a person, a team, me or none")
    key = call.key
    if word.lower() == "none":
        return call.changed(working.assign_case(call.desk.db, call.act, key, nobody=True))
    person = call.act.actor if word.lower() == "me" else person_in(word)
    if person:
        return call.changed(working.assign_case(call.desk.db, call.act, key, person=person))
    team = team_in(word)
    if not team:
        raise Invalid(f"“{clip(word, 40)}” is neither a person nor a team. {help_views.example('assign')}")
    return call.changed(working.assign_case(call.desk.db, call.act, key, team=team))


def priority(call: Call) -> Message:
    wanted = priority_named(call.arg(1, "p1, p2, p3, p4, p5 or none"))
    return call.changed(working.prioritize_case(call.desk.db, call.act, call.key, wanted))


def status(call: Call) -> Message:
    call.arg(1, "the name of a status")
    return call.changed(working.set_status(call.desk.db, call.act, call.key, readable(call.words.after(1))))


def close(call: Call) -> Message | None:
    key, reason = call.key, readable(call.words.after(1))
    case = looking.show_case(call.desk.db, call.act, key)
    if case.is_open and case.type.reason_required and not reason:
        call.client.views_open(trigger_id=call.body["trigger_id"], view=forms.close_form(case))
        return None
    return call.changed(working.close_case(call.desk.db, call.act, key, reason))


def reopen(call: Call) -> Message:
    return call.changed(working.reopen_case(call.desk.db, call.act, call.key))


def note(call: Call) -> Message:
    key = call.key
    return call.changed(working.note_case(call.desk.db, call.act, key, readable(call.words.after(1))))


def edit(call: Call) -> None:
    open_edit_form(call.desk, call.body, call.client, call.act, call.key)


def timeline(call: Call) -> Message:
    page = looking.show_timeline(call.desk.db, call.act, call.key)
    return details.timeline_message(page, call.desk.workspace)


def due(call: Call) -> Message:
    return call.changed(working.set_due(call.desk.db, call.act, call.key, read_date(call.arg(1, "a date or none"))))


def read_date(word: str) -> date | None:
    if word.lower() == "none":
        return None
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Invalid(
            f"“{clip(word, 40)}” is not a date. Write it as year-month-day, such as 2026-12-24, or none."
        ) from None


def watch(call: Call) -> Message:
    return call.changed(working.watch_case(call.desk.db, call.act, call.key))


def unwatch(call: Call) -> Message:
    return call.changed(working.unwatch_case(call.desk.db, call.act, call.key))


def archive(call: Call) -> Message:
    return call.changed(working.archive_case(call.desk.db, call.act, call.key))


def unarchive(call: Call) -> Message:
    return call.changed(working.unarchive_case(call.desk.db, call.act, call.key))


def incident(call: Call) -> None:
    open_incident_form(call.desk, call.body, call.client, call.act, call.key)


def notebook(call: Call) -> Message:
    return call.changed(notebooks.start_notebook(call.desk.db, call.act, call.key))


def keep(call: Call) -> Message:
    call.arg(1, "for how long, such as 6mo, a day, forever or none")
    return call.changed(retention.keep_until(call.desk.db, call.act, call.key, call.words.after(1)))


def snooze(call: Call) -> Message:
    key, until = call.key, call.arg(1, "for how long, such as 2h, tomorrow 9:00, a day or none")
    if until.lower() == "none":
        return call.changed(snoozing.wake_case(call.desk.db, call.act, key))
    return call.changed(snoozing.snooze_case(call.desk.db, call.act, key, call.words.after(1)))


def relate(call: Call) -> Message:
    kinds = ", ".join(kind.value for kind in RelationKind)
    word, other = call.arg(1, f"one of {kinds}").lower(), call.arg(2, "the other case's key")
    if word not in {kind.value for kind in RelationKind}:
        raise Invalid(f"“{clip(word, 40)}” is not a relation. Choose one of {kinds}. {help_views.example('relate')}")
    return call.changed(working.relate_case(call.desk.db, call.act, call.key, RelationKind(word), other.upper()))


def link(call: Call) -> Message | None:
    """``/case link KEY [jira|servicenow] [existing]``."""
    key, partner = call.key, partner_named(call.desk, call.words.args[1]) if len(call.words.args) > 1 else ""
    existing = call.words.after(2)
    if existing:
        return call.changed(tickets.link_ticket(call.desk.db, call.act, key, partner, readable(existing)))
    open_link_form(call.desk, call.body, call.client, call.act, key, partner)
    return None


def unlink(call: Call) -> Message:
    key = call.key
    call.arg(1, "the ticket's key, number or address")
    return call.changed(tickets.unlink_ticket(call.desk.db, call.act, key, readable(call.words.after(1))))


VERBS: dict[str, Callable[[Call], Message | None]] = {
    "take": take,
    "assign": assign,
    "priority": priority,
    "status": status,
    "close": close,
    "reopen": reopen,
    "note": note,
    "edit": edit,
    "timeline": timeline,
    "due": due,
    "watch": watch,
    "unwatch": unwatch,
    "archive": archive,
    "unarchive": unarchive,
    "incident": incident,
    "notebook": notebook,
    "keep": keep,
    "snooze": snooze,
    "relate": relate,
    "link": link,
    "unlink": unlink,
}
