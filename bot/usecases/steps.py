"""Steps of workflows: done under the rights of whom they run as, and answered once through the outbox."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain import step as steps
from bot.domain import telling
from bot.domain.act import Act
from bot.domain.case import Case, Priority, priority_named
from bot.domain.delivery import Tell
from bot.domain.errors import Busy, Invalid, Refusal
from bot.domain.query import parse
from bot.domain.reading import PREVIEW_LIMIT, Workspace
from bot.domain.step import Step
from bot.storage.database import Database
from bot.usecases import opening, working
from bot.usecases.access import Stranger, person_of
from bot.usecases.looking import viewer_for
from bot.usecases.opening import NewCase
from bot.usecases.people import ask, ask_for

NAMED = 20
UNKNOWN = (
    "Casebook does not know the person whom this step runs as. Choose the person who ran the workflow under “Run as”; "
    "for somebody who has just joined, run it again in a minute."
)
Done = tuple[Case | None, dict[str, Any]]


def run_step(db: Database, act: Act, step: Step, workspace: Workspace) -> None:
    """Once for each execution, however often Slack tells of it; what came of it is told to Slack afterwards.

    Raises ``Busy`` alone: then Slack tells of it again.
    """
    key = telling.step_key(step.execution)
    with db.read() as work:
        if work.deliveries.has_key(key):
            return
    try:
        case, outputs = DEEDS[step.name](db, act, step, workspace)
    except Busy:
        raise
    except Stranger as stranger:
        ask_for(db, Tell.PERSON, act.at, act.at.isoformat(timespec="seconds"), stranger.person_id)
        fail(db, step, UNKNOWN, act.at)
    except Refusal as refusal:
        fail(db, step, sentence_of(refusal), act.at)
    else:
        ask(db, [telling.step_done(step, act.at, case=case, outputs=outputs)])


def fail(db: Database, step: Step, sentence: str, at: datetime) -> None:
    ask(db, [telling.step_failed(step, at, sentence)])


def sentence_of(refusal: Refusal) -> str:
    """Slack shows it as plain text to whoever builds the workflow."""
    said = [refusal.sentence, *(refusal.fields.values() if isinstance(refusal, Invalid) else ())]
    return " ".join(dict.fromkeys(one for one in said if one)).replace("`", "")


def create(db: Database, act: Act, step: Step, workspace: Workspace) -> Done:
    given = step.inputs.get
    new = NewCase(
        title=given("title", ""),
        description=given("description", ""),
        type=type_id(db, given("type", "")),
        priority=priority_named(given("priority", "")) if given("priority") else Priority.NOT_SET,
        assignee=given("assignee"),
        links=step.links,
    )
    return opening.open_case(db, act, new, workspace, project_key=given("project", "")).case, {}


def type_id(db: Database, name: str) -> int | None:
    if not name:
        return None
    with db.read() as work:
        if found := work.cases.type_named(name):
            return found.id
        names = ", ".join(one.name for one in work.cases.types())
    raise Invalid.field("type", f"There is no case type “{name[:80]}”. There are {names}.")


def update_status(db: Database, act: Act, step: Step, _: Workspace) -> Done:
    inputs = step.inputs
    done = working.set_status(db, act, key_of(step), inputs.get("status", ""), inputs.get("reason"))
    return done.case, {}


def assign(db: Database, act: Act, step: Step, _: Workspace) -> Done:
    return working.assign_case(db, act, key_of(step), person=step.inputs.get("assignee")).case, {}


def note(db: Database, act: Act, step: Step, _: Workspace) -> Done:
    return working.note_case(db, act, key_of(step), step.inputs.get("note", "")).case, {}


def key_of(step: Step) -> str:
    return step.inputs.get("case", "").upper()


def find(db: Database, act: Act, step: Step, _: Workspace) -> Done:
    """Counting stops where lists stop counting."""
    query = parse(step.inputs.get("query", ""))
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        count = work.search.count(query, viewer, limit=PREVIEW_LIMIT + 1)
        first = work.search.page(query, viewer, size=NAMED)
    return None, {"count": count, "keys": ", ".join(case.key for case in first)}


DEEDS: dict[str, Callable[[Database, Act, Step, Workspace], Done]] = {
    steps.CREATE: create,
    steps.STATUS: update_status,
    steps.ASSIGN: assign,
    steps.NOTE: note,
    steps.FIND: find,
}
