"""What retention says: the warning in a project's channel, with what keeps cases, and what is left of a card."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.reading import LeavingPage, Workspace
from bot.domain.retention import KEEP_CHOICES, WARNING, State
from bot.views.blocks import Block, Message, actions, context, message, section
from bot.views.clicks import TOO_OLD, Payload, read_value
from bot.views.elements import option, overflow, select
from bot.views.limits import clip
from bot.views.text import Mrkdwn, day, joined, link, mrkdwn, when
from bot.views.words import case_link, case_name, plural

TITLE = 120
FOR_EVER = "ever"
KEEP_ONE, KEEP_ALL = "retention.keep", "retention.keep.all"
LENGTHS = [
    (f"for {plural(months, 'month')}", str(months)) if months else ("for ever", FOR_EVER) for months in KEEP_CHOICES
]


def leaving_message(page: LeavingPage, workspace: Workspace, now: datetime) -> Message:
    departure, head = page.departure, headline(page, now)
    blocks: list[Block] = [section(head)]
    if departure.state not in {State.WARNING, State.WAITING}:
        return message(head, blocks)
    blocks += [row(page, case, workspace) for case in page.cases]
    if page.left > len(page.cases):
        blocks.append(context(f"And {plural(page.left - len(page.cases), 'more case')}."))
    if page.left:
        blocks.append(actions([keep_all(page)], block_id=f"departure/{departure.id}/{page.left}"))
    first = ", ".join(case_name(case) for case in page.cases)
    return message(joined([head, mrkdwn("{}", clip(first, 1500))], " "), blocks)


def headline(page: LeavingPage, now: datetime) -> Mrkdwn:
    departure, project = page.departure, page.project
    months, count = plural(departure.months, "month"), plural(page.left, "case")
    at = departure.leaves_at or now + WARNING
    others = departure.total - page.left - departure.gone
    stay = (
        mrkdwn(" {} of {} {}.", others, departure.total, "stays" if others == 1 else "stay") if others else Mrkdwn("")
    )
    match State(departure.state):
        case State.OVER:
            return over(page)
        case State.CALLED_OFF:
            new = project.retention_months
            kept = "for ever" if new is None else f"for {plural(new, 'month')}"
            return mrkdwn(
                "*Called off:* {} keeps closed cases {} now. Nothing goes without a new warning.", project.key, kept
            )
        case State.KEEPING:
            return mrkdwn("*{}* keeps {}: the rest is being seen to.", page.keeper or "Somebody", count)
        case State.LEAVING:
            return mrkdwn("*{} of {} are being deleted.*{}", count, project.key, stay)
    if not page.left:
        return mrkdwn("*No case of {} will be deleted:* all {} stay.", project.key, departure.total)
    copy = Mrkdwn(" A file with all of it is posted here before.") if project.copy_first else Mrkdwn("")
    return mrkdwn(
        "*{} of {} will be deleted on {}.* {} keeps closed and archived cases for {}, and then they go with their "
        "timelines, notes and evidence.{} Keep what is still needed.{}",
        count, project.key, when(at), project.key, months, copy, stay,
    )  # fmt: skip


def over(page: LeavingPage) -> Mrkdwn:
    departure, key = page.departure, page.project.key
    others = departure.total - departure.gone
    if departure.kept_by and not departure.gone:
        return mrkdwn("*No case of {} was deleted:* {} keeps them.", key, page.keeper or "somebody")
    if not departure.gone:
        return mrkdwn("*No case of {} was deleted:* all {} stay.", key, departure.total)
    at = when(departure.ended_at) if departure.ended_at else Mrkdwn("")
    stay = f" {others} of {departure.total} {'stays' if others == 1 else 'stay'}." if others else ""
    return mrkdwn("*{} of {} {} deleted* {}.{}", plural(departure.gone, "case"), key,
                  "was" if departure.gone == 1 else "were", at, stay)  # fmt: skip


def row(page: LeavingPage, case: Case, workspace: Workspace) -> Block:
    key = link(case_link(case, workspace), case.key)
    ended = case.closed_at or case.archived_at
    when_ended = mrkdwn("{} {}", "closed" if case.closed_at else "archived", day(ended.date())) if ended else Mrkdwn("")
    choices = [option(f"Keep {words}", f"{page.departure.id}:{case.id}:{value}") for words, value in LENGTHS]
    text = mrkdwn("*{}* {}\n{}", key, clip(case.title, TITLE), when_ended)
    return section(text, overflow(KEEP_ONE, choices), block_id=f"leaving/{case.id}")


def keep_all(page: LeavingPage) -> Block:
    choices = [option(f"Keep all {words}", f"{page.departure.id}:0:{value}") for words, value in LENGTHS]
    return select(KEEP_ALL, "Keep all of these …", choices)


def read_keeping(payload: Payload) -> tuple[int, int, int | None]:
    """The departure, the case (0: all of them), and for how many months; ``None``: for ever."""
    departure, _, rest = read_value(payload).partition(":")
    case, _, length = rest.partition(":")
    if not (departure.isdecimal() and case.isdecimal() and length in {value for _, value in LENGTHS}):
        raise Invalid(TOO_OLD)
    return int(departure), int(case), None if length == FOR_EVER else int(length)


def keeping_all() -> str:
    """What is said to whoever keeps all."""
    return "You keep all of these. The message says so in a moment."


def deleted_card(key: str, project: str, months: int | None, at: datetime) -> Message:
    """Where a card stood: neither what the case was about nor who was in it."""
    why = mrkdwn("{} keeps closed cases for {}.", project, plural(months or 0, "month")) if months else Mrkdwn("")
    text = joined([mrkdwn("{} was deleted on {}.", key, day(at.date())), why], " ")
    return message(text, [context(text)])


def beside_copy(project: str, count: int) -> str:
    return f"{plural(count, 'case')} of {project}, as they were before they were deleted."
