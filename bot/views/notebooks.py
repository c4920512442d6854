"""A notebook's words, in the Markdown of canvases. What people wrote is shown as they wrote it, never as Markdown."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.domain.case import Case
from bot.domain.reading import Details, Workspace
from bot.domain.wording import sentence
from bot.views.limits import clip, one_line
from bot.views.text import Names, when_plain
from bot.views.words import case_link, case_name, priority_words, status_words, team_words

# By these words the paragraph is found again that Casebook keeps up to date.
KEPT = "Kept up to date by Casebook"
TITLE = 150
EVIDENCE_SHOWN = 50
EVIDENCE_TITLE = 200
LARGEST_DESCRIPTION = 3000
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!<>|~])")
ROOM = (
    ("Findings", "What do we know for certain, and from where?"),
    ("What we tried", "What was done, when, and what came of it?"),
    ("Next steps", "Who does what next?"),
)


def literal(words: str) -> str:
    """On one line, none of it Markdown, a mention or a link."""
    return MARKUP.sub(r"\\\1", one_line(words))


def title(case: Case) -> str:
    return clip(f"{case.key} {one_line(case.title)}", TITLE)


def kept_paragraph(case: Case, names: Names, workspace: Workspace, now: datetime) -> str:
    """One section of the canvas, whatever it says."""
    facts = [
        ("Status", status_words(case)),
        ("Priority", priority_words(case.priority)),
        ("Assignee", names.get(case.assignee or "", "nobody")),
    ]
    if case.teams:
        facts.append(("Teams", team_words(case)))
    if case.severity:
        facts.append(("Incident", case.severity))
    if case.reason:
        facts.append(("Closed as", case.reason))
    said = " · ".join(f"**{label}** {literal(str(value))}" for label, value in facts)
    return f"**{KEPT}**, {literal(when_plain(now))}: {said}{back(case, workspace)}"


def back(case: Case, workspace: Workspace) -> str:
    link = case_link(case, workspace)
    return f" · [{literal(case.key)} in Slack]({link})" if link else ""


def notebook(found: Details, names: Names, workspace: Workspace, now: datetime) -> str:
    case = found.case
    parts = [kept_paragraph(case, names, workspace, now), "## The case", literal(case_name(case))]
    if case.description.strip():
        lines = case.description.strip()[:LARGEST_DESCRIPTION].splitlines()
        parts.append("\n".join(f"> {literal(line)}" for line in lines))
    if found.evidence:
        parts += ["## Evidence", evidence(found)]
    for heading, question in ROOM:
        parts += [f"## {heading}", f"_{literal(question)}_"]
    entries = reversed(found.timeline.entries)
    earlier = ["- Earlier entries are on the case's timeline."] if found.timeline.has_next else []
    told = [f"- {literal(when_plain(entry.at))} {literal(sentence(entry, names))}" for entry in entries]
    return "\n\n".join([*parts, "## Timeline until now", "\n".join([*earlier, *told])]) + "\n"


def evidence(found: Details) -> str:
    newest: Sequence[str] = [
        f"- [{literal(clip(one_line(piece.title) or 'Evidence', EVIDENCE_TITLE))}]({address(piece.url)})"
        for piece in list(found.evidence)[-EVIDENCE_SHOWN:]
    ]
    return "\n".join(newest)


def address(url: str) -> str:
    """So that it ends where it ends."""
    return re.sub(r"[\s()<>]", lambda found: f"%{ord(found.group()):02X}", url)
