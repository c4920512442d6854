"""The alerts that a storm's case collects: the first of them in Details, all of them page by page."""

from bot.domain.reading import StormPage, Workspace
from bot.views.blocks import Block, View, actions, context, header, modal
from bot.views.cards import alert_pieces, storm_line, title_line
from bot.views.clicks import page_value
from bot.views.elements import button
from bot.views.rich import bullets, line, rich_text

FEW = 8
NOTHING = "Nothing on this page."


def storm_blocks(found: StormPage) -> list[Block]:
    if not found.case.storm:
        return []
    blocks = [header("What raised it"), rich_text(storm_line(found.case.storm))]
    blocks += listed(found, FEW)
    if len(found.alerts) > FEW:
        blocks.append(actions([_turn("All alerts", "case.alerts", found, 0)]))
    return blocks


def alerts_view(found: StormPage, workspace: Workspace) -> View:
    blocks = [title_line(found.case, workspace), *(listed(found, len(found.alerts)) or [context(NOTHING)])]
    row = []
    if found.page > 1:
        row.append(_turn("Back", "alerts.page.back", found, -1))
    if found.has_next:
        row.append(_turn("More", "alerts.page", found, +1))
    return modal("case.alerts", "Alerts", [*blocks, *([actions(row)] if row else [])], close="Close")


def listed(found: StormPage, most: int) -> list[Block]:
    """Those that go on first."""
    rows = [line(*alert_pieces(alert)) for alert in found.alerts[:most]]
    return [rich_text(bullets(rows))] if rows else []


def _turn(words: str, action: str, found: StormPage, step: int) -> Block:
    return button(words, action, value=page_value(found.page + step, case_id=found.case.id) or "")
