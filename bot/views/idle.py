"""What is said of cases that nobody works on: to whom they belong, with *Keep open*."""

from collections.abc import Sequence

from bot.domain.case import Case
from bot.domain.reading import Workspace
from bot.views.blocks import Block, Message, context, message, section
from bot.views.clicks import row_block, row_value
from bot.views.elements import button
from bot.views.limits import clip
from bot.views.text import Mrkdwn, joined, link, mrkdwn, when
from bot.views.words import case_link, case_name, plural

SHOWN = 20
TITLE = 120
KEEP_OPEN = "case.keep_open"


def keep_open_button(case_id: int, version: int, key: str = "") -> Block:
    label = f"Keep {key} open" if key else ""
    return button("Keep open", KEEP_OPEN, value=row_value(KEEP_OPEN, case_id, version), label=label)


def closing_message(cases: Sequence[Case], workspace: Workspace) -> Message:
    one = len(cases) == 1
    what = "A case of yours" if one else f"{plural(len(cases), 'case')} of yours"
    parts = (what, "itself" if one else "themselves", "it" if one else "them")
    head = mrkdwn("*{} will close by {} soon: nobody works on {}.* Whatever you do to a case keeps it open.", *parts)
    return listed(head, [closing_row(case, workspace) for case in cases[:SHOWN]], cases)


def closed_message(cases: Sequence[Case], workspace: Workspace) -> Message:
    what = "A case of yours was" if len(cases) == 1 else f"{plural(len(cases), 'case')} of yours were"
    head = mrkdwn("*{} closed, since nobody had worked on {}.*", what, "it" if len(cases) == 1 else "them")
    return listed(head, [closed_row(case, workspace) for case in cases[:SHOWN]], cases)


def listed(head: Mrkdwn, rows: list[Block], cases: Sequence[Case]) -> Message:
    more = [context(f"And {plural(len(cases) - SHOWN, 'more case')}.")] if len(cases) > SHOWN else []
    names = ", ".join(case_name(case) for case in cases[:SHOWN])
    return message(joined([head, mrkdwn("{}", clip(names, 1500))], " "), [section(head), *rows, *more])


def closing_row(case: Case, workspace: Workspace) -> Block:
    at = when(case.closing_at) if case.closing_at else Mrkdwn("soon")
    return row(case, mrkdwn("closes {}", at), workspace, keep_open_button(case.id, case.version, case.key))


def closed_row(case: Case, workspace: Workspace) -> Block:
    value = row_value("case.reopen", case.id, case.version)
    again = button("Reopen", "case.reopen", value=value, label=f"Reopen {case.key}")
    return row(case, mrkdwn("last worked on {}", when(case.touched_at)), workspace, again)


def row(case: Case, said: Mrkdwn, workspace: Workspace, accessory: Block) -> Block:
    key = link(case_link(case, workspace), case.key)
    text = mrkdwn("*{}* {}\n{}", key, clip(case.title, TITLE), said)
    return section(text, accessory, block_id=row_block(case.id, case.version))
