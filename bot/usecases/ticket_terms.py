"""How a project and a partner are kept in step: looked up by everybody, changed by admins."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.act import Act
from bot.domain.case import Priority, priority_named
from bot.domain.casetype import CaseType
from bot.domain.errors import Invalid, NotFound
from bot.domain.link import KEY_LIMIT, Terms, label_of
from bot.domain.project import Project
from bot.domain.rights import Right
from bot.domain.text import alike, kept_line
from bot.domain.ticket import FIELDS, Part, Way
from bot.storage.database import Database, Work
from bot.usecases.access import admin_of, authorize, person_of

LINES = 50


def terms_for(db: Database, act: Act, project: str | int, partner: str) -> Terms:
    """``project``: its key or id. Those of a project that has agreed on nothing are the defaults, and not kept."""
    with db.read() as work:
        found = project_called(work, project)
        authorize(work, Right.SEE, person_of(work, act.actor), found)
        return work.tickets.terms(found.id, [partner], act.at)[partner]


def change_terms(
    db: Database,
    act: Act,
    project: str | int,
    partner: str,
    *,
    ways: Mapping[Part, Way] | None = None,
    statuses: Sequence[Mapping[str, Any]] | None = None,
    priorities: Sequence[Mapping[str, str]] | None = None,
    internal: bool | None = None,
    kind: str = "",
    subtype: str = "",
) -> Terms:
    """For admins. ``None`` keeps what is there, but for ``internal``, which then goes as the partner does by itself.

    ``statuses``: lines of ``{"case", "ticket"}``, perhaps with ``via``, a list, and ``reason``. Raises ``Invalid``,
    whose fields are ``ways``, ``statuses`` and ``priorities``; its sentences name the line.
    """
    with db.write() as work:
        admin_of(work, act)
        found = project_called(work, project)
        authorize(work, Right.MANAGE, person_of(work, act.actor), found)
        terms = work.tickets.terms(found.id, [partner], act.at)[partner]
        wrong: dict[str, str] = {}
        if ways is not None:
            terms.ways = checked_ways(ways, wrong)
        if statuses is not None:
            terms.statuses = checked_statuses(statuses, work.cases.types(), wrong, partner)
        if priorities is not None:
            terms.priorities = checked_priorities(priorities, wrong, partner)
        if wrong:
            raise Invalid(f"The terms were not saved. {' '.join(wrong.values())}", wrong)
        terms.internal, terms.kind, terms.subtype = internal, kept_line(kind)[:80], kept_line(subtype)[:80]
        terms.changed_by, terms.changed_at = act.actor, act.at
        work.add(terms)
        return terms


def project_called(work: Work, project: str | int) -> Project:
    found = work.projects.by_id(project) if isinstance(project, int) else work.projects.by_key(project)
    if found is None:
        raise NotFound(f"There is no project {project}." if isinstance(project, str) else "This project is gone.")
    return found


def checked_ways(ways: Mapping[Part, Way], wrong: dict[str, str]) -> dict[str, Any]:
    for part, way in ways.items():
        if way == Way.ONCE and part not in FIELDS:
            wrong["ways"] = f"The {part.value} cannot go once: choose a direction, or off."
    return {part.value: way.value for part, way in ways.items()}


def checked_statuses(
    lines: Sequence[Mapping[str, Any]], types: Sequence[CaseType], wrong: dict[str, str], partner: str
) -> list[dict[str, Any]]:
    names = {alike(row["name"]): row["name"] for type_ in types for row in type_.statuses}
    kept: list[dict[str, Any]] = []
    for number, line in enumerate(too_many(lines, "statuses", wrong), 1):
        own, theirs = kept_line(str(line.get("case", ""))), kept_line(str(line.get("ticket", "")))[:KEY_LIMIT]
        if alike(own) not in names:
            wrong.setdefault("statuses", unknown(number, own, f"status of a case. Choose {listed(names.values())}"))
        elif not theirs:
            wrong.setdefault("statuses", f"Line {number} names no status of {label_of(partner)}.")
        via = [kept_line(str(status))[:KEY_LIMIT] for status in line.get("via") or () if kept_line(str(status))]
        reason = kept_line(str(line.get("reason") or ""))[:KEY_LIMIT]
        own = names.get(alike(own), own)
        kept.append({"case": own, "ticket": theirs, "via": via} | ({"reason": reason} if reason else {}))
    return kept


def checked_priorities(
    lines: Sequence[Mapping[str, str]], wrong: dict[str, str], partner: str
) -> list[dict[str, str]]:  # fmt: skip
    kept: list[dict[str, str]] = []
    for number, line in enumerate(too_many(lines, "priorities", wrong), 1):
        own, theirs = kept_line(line.get("case", "")), kept_line(line.get("ticket", ""))[:KEY_LIMIT]
        try:
            own = priority_named(own).value
        except Invalid:
            wrong.setdefault("priorities", unknown(number, own, f"priority. Choose {listed(Priority)}"))
        if not theirs:
            wrong.setdefault("priorities", f"Line {number} names no priority of {label_of(partner)}.")
        kept.append({"case": own, "ticket": theirs})
    return kept


def too_many(lines: Sequence[Any], field: str, wrong: dict[str, str]) -> Sequence[Any]:
    if len(lines) > LINES:
        wrong[field] = f"A map has up to {LINES} lines; this one has {len(lines)}."
    return lines[:LINES]


def unknown(number: int, words: str, of: str) -> str:
    return f"Line {number}: “{words}” is no {of}." if words else f"Line {number} names no {of}."


def listed(words: Any) -> str:
    found = list(words)
    return f"{', '.join(found[:-1])} or {found[-1]}"
