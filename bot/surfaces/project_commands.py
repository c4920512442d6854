"""`/case project`: projects, where their alerts come from, and how their tickets are kept in step."""

from collections.abc import Callable

from bot.surfaces.desk import channel_of
from bot.surfaces.opening import project_view
from bot.surfaces.ticket_terms import open_terms
from bot.surfaces.tickets import partner_named
from bot.surfaces.typed import Call, Message, View
from bot.usecases import (
    intake_sources,
    projects,
    watching,
)
from bot.views import answers, forms
from bot.views.forms import intake as intake_forms
from bot.views.forms.projects import suggested_channel


def project(call: Call) -> Message | None:
    """``/case project``, or new, watch, unwatch or hooks behind it, or a KEY with or without tickets."""
    if not call.words.args:
        found, is_admin = projects.list_projects(call.desk.db, call.act)
        return answers.projects(found, is_admin)
    word = call.words.args[0]
    if word.lower() == "unwatch":
        return unwatch_channel(call)
    if [one.lower() for one in call.words.args[1:2]] == ["tickets"]:
        ticket_terms(call, word)
        return None
    view = ABOUT_PROJECTS[word.lower()](call) if word.lower() in ABOUT_PROJECTS else edit_project(call)
    call.client.views_open(trigger_id=call.body["trigger_id"], view=view)
    return None


def ticket_terms(call: Call, key: str) -> None:
    partner = partner_named(call.desk, call.words.args[2]) if len(call.words.args) > 2 else ""
    open_terms(call.desk, call.body, call.client, call.act, key, partner)


def new_project(call: Call) -> View:
    projects.require_admin(call.desk.db, call.act)
    return forms.project_form(channel=channel_of(call.body))


def edit_project(call: Call) -> View:
    return project_view(call.desk, call.act, call.words.args[0])


def watch_channel(call: Call) -> View:
    """Where no channel is named, the one in which it is typed."""
    channel = call.channel(1) if len(call.words.args) > 1 else suggested_channel(channel_of(call.body))
    found, watch = intake_sources.watch_form(call.desk.db, call.act, channel)
    preview = watching.preview_query(call.desk.db, call.act, watch.query if watch else "")
    return intake_forms.watch_form(found, watch, channel, preview)


def unwatch_channel(call: Call) -> Message:
    """``KEY`` behind the channel where several projects watch it."""
    channel, key = call.channel(1), "".join(call.words.args[2:3])
    project = intake_sources.unwatch_channel(call.desk.db, call.act, channel, key)
    return answers.sentence(f"{project.key} does not watch <#{channel}> any more. Its cases stay as they are.")


def project_hooks(call: Call) -> View:
    key = call.arg(1, "a project's key behind hooks, such as OPS")
    return intake_forms.hooks_view(intake_sources.intake_of(call.desk.db, call.act, key), call.desk.now())


ABOUT_PROJECTS: dict[str, Callable[[Call], View]] = {
    "new": new_project,
    "watch": watch_channel,
    "hooks": project_hooks,
}
