"""Which watch of a channel takes an alert, and what its query means."""

import logging
from datetime import datetime

from bot.domain.act import CASEBOOK, Act
from bot.domain.alert import Alert
from bot.domain.intake import Watch
from bot.domain.matching import meets
from bot.domain.query import Viewer, parse
from bot.domain.query_conditions import Meaning
from bot.domain.query_meaning import understand
from bot.domain.query_text import QueryError
from bot.domain.reading import Preview
from bot.storage.database import Database, Work
from bot.usecases import searching
from bot.usecases.access import person_of
from bot.usecases.intake import case_of
from bot.usecases.looking import viewer_for

log = logging.getLogger(__name__)


def watch_for(work: Work, alert: Alert, said: str, channel: str, now: datetime) -> Watch | None:
    """An end goes to whoever has the case of its alert, whatever it says: bots word it otherwise than the beginning."""
    watches = work.alerts.watches_at(channel)
    if alert.is_over:
        for watch in watches:
            if work.alerts.has_case(watch.project_id, alert.source, alert.key):
                return watch
    meeting = (one for one in watches if one.takes(alert.source, said, alert.tags) and is_found(work, one, alert, now))
    return next(meeting, None)


def is_found(work: Work, watch: Watch, alert: Alert, now: datetime) -> bool:
    """Whether its query finds the case that the alert would open.

    One that means nothing any more finds everything: a case too many is better than an alert that nobody hears of.
    """
    project = work.projects.by_id(watch.project_id) if watch.query else None
    if project is None:
        return True
    try:
        meaning = meaning_of(work, watch, now)
    except QueryError as error:
        log.warning("watch %s takes every alert: its query means nothing from %s on", watch.id, error.span.start)
        return True
    work.session.expunge(project)  # the case is only imagined, and takes no number
    case, _ = case_of(work, Act(actor=CASEBOOK, at=now, via="alert"), alert, project)
    return meets(meaning, case)


def meaning_of(work: Work, watch: Watch, now: datetime) -> Meaning:
    """As whoever set it up means it, also after they have left. Raises ``QueryError``."""
    owner, teams = work.people.by_id(watch.changed_by), work.teams.of_person(watch.changed_by)
    viewer = Viewer(
        watch.changed_by, now, owner.tz if owner else "UTC", frozenset({watch.project_id}), frozenset(teams)
    )
    return understand(parse(watch.query), viewer, work.search.names)


def problem_of(work: Work, watch: Watch) -> str:
    """Why its query means nothing any more; empty if it does."""
    try:
        if watch.query:
            meaning_of(work, watch, watch.changed_at)
    except QueryError as error:
        return error.sentence
    return ""


def preview_query(db: Database, act: Act, query: str) -> Preview:
    """Which cases of today a watch with this query would have let in, or what is wrong with it."""
    with db.read() as work:
        return searching.preview(work, viewer_for(work, person_of(work, act.actor), act.at), query)
