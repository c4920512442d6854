"""``/case``: one command, its first word chooses what it does."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.domain.case import Priority, priority_named
from bot.domain.errors import Invalid
from bot.surfaces import case_commands
from bot.surfaces.desk import Desk, channel_of
from bot.surfaces.opening import open_new_form, open_new_inbox
from bot.surfaces.project_commands import project
from bot.surfaces.silences import read_silence
from bot.surfaces.typed import Call, Message
from bot.surfaces.words import Words, is_key, person_in, read_words, team_in
from bot.usecases import (
    looking,
    opening,
    projects,
    shelves,
    silencing,
    teams,
    weeklies,
)
from bot.usecases.bulk import start_bulk
from bot.usecases.exporting import ask_for_export
from bot.usecases.statistics import ask_for_statistics
from bot.views import answers, cards, forms, inboxes, lists, silences, statistics
from bot.views import export as exports
from bot.views import help as help_views
from bot.views.forms.bulk import bulk_form
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


def silence(call: Call) -> Message:
    """``/case silence``, ``/case silence <query> 2h [reason]``."""
    if not call.words.args:
        return silences.silences_message(silencing.list_silences(call.desk.db, call.act))
    said = read_silence(call.words)
    query, reason = typed_query(said.query), readable(said.reason)
    return silences.silenced(silencing.silence_query(call.desk.db, call.act, query, said.until, reason))


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
    "silence": silence,
    "project": project,
    "inbox": inbox,
    "team": team,
    "bulk": bulk,
    **case_commands.VERBS,
}
