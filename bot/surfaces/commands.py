"""``/case``: one command, its first word chooses what it does."""

from collections.abc import Callable
from datetime import date
from typing import Any

from slack_bolt import Ack, App

from bot.domain.case import Priority, priority_named
from bot.domain.errors import Invalid
from bot.domain.evidence import RelationKind
from bot.surfaces.call import Call, Message
from bot.surfaces.desk import Desk, channel_of
from bot.surfaces.opening import open_edit_form, open_incident_form, open_new_form, open_new_inbox
from bot.surfaces.silences import read_silence
from bot.surfaces.ticket_terms import open_terms
from bot.surfaces.tickets import open_link_form, partner_named
from bot.surfaces.words import Words, is_key, person_in, read_words, team_in
from bot.usecases import (
    looking,
    notebooks,
    opening,
    projects,
    retention,
    shelves,
    silencing,
    snoozing,
    teams,
    tickets,
    weeklies,
    working,
)  # fmt: skip
from bot.usecases.bulk import start_bulk
from bot.usecases.exporting import ask_for_export
from bot.usecases.statistics import ask_for_statistics
from bot.views import answers, cards, details, forms, inboxes, lists, silences, statistics
from bot.views import export as exports
from bot.views import help as help_views
from bot.views.forms.bulk import bulk_form
from bot.views.limits import clip
from bot.views.posts import readable
from bot.views.queries import typed_query


def register(app: App, desk: Desk) -> None:
    @app.command("/case")
    def run_case(ack: Ack, command: dict[str, Any], client: Any) -> None:
        answer = run(Call(desk, command, client, read_words(command.get("text") or "")))
        ack(**answer, response_type="ephemeral") if answer else ack()


def run(call: Call) -> Message | None:
    verb = call.words.verb
    if not verb:
        open_menu(call)
        return None
    if verb in VERBS:
        return VERBS[verb](call)
    if is_key(verb):
        return show(Call(call.desk, call.body, call.client, Words("show", verb, (verb,))))
    return help_views.unknown(verb)


def open_menu(call: Call) -> None:
    found, is_admin = projects.list_projects(call.desk.db, call.act)
    call.client.views_open(trigger_id=call.body["trigger_id"], view=forms.menu(found, is_admin))


def show_help(call: Call) -> Message:
    return help_views.help_message(call.words.rest)


def new(call: Call) -> None:
    title = readable(call.words.rest)
    open_new_form(call.desk, call.body, call.client, act=call.act, channel=channel_of(call.body), title=title)


def quick(call: Call) -> Message:
    """``<title> [p1…p5] [@assignee] [in PROJECT]``: the options stand at the end, in any order."""
    args = list(call.words.args)
    priority, assignee, project = Priority.NOT_SET, None, ""
    while args:
        last = args[-1]
        if len(args) > 2 and args[-2].lower() == "in" and not project:
            project, args = last, args[:-2]
        elif last.lower() in {"p1", "p2", "p3", "p4", "p5"} and priority == Priority.NOT_SET:
            priority, args = priority_named(last), args[:-1]
        elif person_in(last) and not assignee:
            assignee, args = person_in(last), args[:-1]
        else:
            break
    title = readable(" ".join(args))
    if not title:
        raise Invalid(f"Say in a few words what is wrong. {help_views.example('quick')}")
    outcome = opening.open_case(
        call.desk.db,
        call.act,
        opening.NewCase(title=title, priority=priority, assignee=assignee),
        call.desk.workspace,
        channel=channel_of(call.body),
        project_key=project,
    )
    return answers.opened(outcome.case, call.desk.workspace, where=outcome.case.project.home_channel)


def show(call: Call) -> Message:
    case = looking.show_case(call.desk.db, call.act, call.key)
    return cards.card_message(case, workspace=call.desk.workspace, now=call.desk.now())


def list_(call: Call) -> Message:
    listing = looking.list_cases(call.desk.db, call.act, call.words.rest)
    return lists.listing(listing, call.desk.workspace)


def search(call: Call) -> Message:
    if not call.words.rest:
        raise Invalid(f"Say what to look for. {help_views.example('search')}")
    return list_(call)


def mine(call: Call) -> Message:
    return lists.listing(shelves.my_cases(call.desk.db, call.act), call.desk.workspace)


def export(call: Call) -> Message:
    """``<query> csv|json``: the last word is the format, if it is one."""
    query, kind = call.words.rest, "csv"
    last = call.words.args[-1] if call.words.args else ""
    if last.lower() in exports.FORMATS and query.endswith(last):  # in quotes it is a word to look for
        query, kind = query.removesuffix(last).strip(), last.lower()
    total = ask_for_export(call.desk.db, call.act, query, kind)
    return answers.sentence(exports.being_prepared(total, kind))


def stats(call: Call) -> Message:
    """``/case stats [query]``, ``/case stats weekly``. In quotes ``weekly`` is a word to look for."""
    query = call.words.rest
    if query.lower() == "weekly":
        return statistics.weeklies_message(weeklies.list_weeklies(call.desk.db, call.act))
    ask_for_statistics(call.desk.db, call.act, query)
    return answers.sentence(statistics.being_counted(query))


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


def silence(call: Call) -> Message:
    """``/case silence``, ``/case silence <query> 2h [reason]``."""
    if not call.words.args:
        return silences.silences_message(silencing.list_silences(call.desk.db, call.act))
    said = read_silence(call.words)
    query, reason = typed_query(said.query), readable(said.reason)
    return silences.silenced(silencing.silence_query(call.desk.db, call.act, query, said.until, reason))


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


def project(call: Call) -> Message | None:
    """``/case project``, ``/case project new``, ``/case project KEY [tickets [jira|servicenow]]``."""
    if not call.words.args:
        found, is_admin = projects.list_projects(call.desk.db, call.act)
        return answers.projects(found, is_admin)
    word = call.words.args[0]
    if word.lower() == "new":
        projects.require_admin(call.desk.db, call.act)
        view = forms.project_form(channel=channel_of(call.body))
    else:
        found_ = projects.find_project(call.desk.db, call.act, word)
        if [one.lower() for one in call.words.args[1:2]] == ["tickets"]:
            partner = partner_named(call.desk, call.words.args[2]) if len(call.words.args) > 2 else ""
            open_terms(call.desk, call.body, call.client, call.act, found_.key, partner)
            return None
        view = forms.project_form(found_, systems=call.desk.workspace.systems)
    call.client.views_open(trigger_id=call.body["trigger_id"], view=view)
    return None


def inbox(call: Call) -> Message | None:
    """``/case inbox``, ``/case inbox new [query]``, ``/case inbox NAME``."""
    if not call.words.args:
        return inboxes.inboxes_message(shelves.list_shelves(call.desk.db, call.act))
    if call.words.args[0].lower() == "new":
        open_new_inbox(call.desk, call.body, call.client, call.words.after(1))
        return None
    name = readable(call.words.rest).strip('"“”')
    return lists.listing(shelves.open_shelf(call.desk.db, call.act, name), call.desk.workspace)


def team(call: Call) -> Message | None:
    """``/case team``, ``/case team new``, ``/case team HANDLE``."""
    if not call.words.args:
        return forms.teams_message(teams.list_teams(call.desk.db, call.act))
    word = call.words.args[0]
    if word.lower() == "new":
        teams.require_team_admin(call.desk.db, call.act)
        view = forms.new_team_form()
    else:
        view = forms.team_view(teams.show_team(call.desk.db, call.act, team_in(word) or word))
    call.client.views_open(trigger_id=call.body["trigger_id"], view=view)
    return None


def bulk(call: Call) -> None:
    view = bulk_form(start_bulk(call.desk.db, call.act, call.words.rest), systems=call.desk.workspace.systems)
    call.client.views_open(trigger_id=call.body["trigger_id"], view=view)


VERBS: dict[str, Callable[[Call], Message | None]] = {
    "help": show_help,
    "new": new,
    "quick": quick,
    "show": show,
    "list": list_,
    "mine": mine,
    "search": search,
    "export": export,
    "stats": stats,
    "assign": assign,
    "take": take,
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
    "keep": keep,
    "snooze": snooze,
    "silence": silence,
    "relate": relate,
    "link": link,
    "unlink": unlink,
    "incident": incident,
    "notebook": notebook,
    "project": project,
    "inbox": inbox,
    "team": team,
    "bulk": bulk,
}
