"""The form by which statistics are sent to a channel every week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.digest import DAY_NAMES
from bot.domain.reading import WeeklyForm
from bot.views.blocks import Block, View, field_input, modal, section
from bot.views.elements import channel_select, external_select, option, select
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.limits import OPTIONS
from bot.views.queries import query_code
from bot.views.text import Mrkdwn, mrkdwn

HALF_HOURS = range(0, 24 * 60, 30)
DAYS = [option(name, day) for day, name in DAY_NAMES.items()]
CHANNEL_HINT = (
    "Counted is what you may see; cases of private projects only in their project's own channel. Invite Casebook to "
    "private channels: /invite @casebook"
)


@dataclass(frozen=True, slots=True)
class WeeklyFormFields:
    """As ``usecases.weeklies.WeeklyFields`` has them."""

    query: str
    channel: str
    day: str
    minute: int
    tz: str


def weekly_form(form: WeeklyForm) -> View:
    times = [option(f"{at // 60:02}:{at % 60:02}", str(at)) for at in HALF_HOURS]
    about = query_code(form.query) if form.query else Mrkdwn("all cases")
    blocks = [
        section(mrkdwn("Statistics of {}, with the numbers of that time.", about)),
        field_input("channel", "To which channel", channel_select("channel", "Choose"), hint=CHANNEL_HINT),
        field_input("day", "Every", select("day", "Choose", DAYS, chosen="mon")),
        field_input("time", "At", select("time", "Choose", times, chosen="540")),
        field_input("tz", "Time zone", external_select("form.zone", "Type a city", chosen=option(form.tz, form.tz))),
    ]
    return modal("stats.weekly", "Send weekly", blocks, submit="Send weekly", metadata=pack(query=form.query))


def read_weekly(view: Mapping[str, Any]) -> WeeklyFormFields:
    time = state.choice(view, "time") or ""
    return WeeklyFormFields(
        query=str(unpack(view).get("query", "")),
        channel=state.channel(view, "channel") or "",
        day=state.choice(view, "day") or "",
        minute=int(time) if time.isdecimal() else -1,
        tz=state.choice(view, "tz") or "",
    )


def zone_options(zones: Sequence[str], typed: str) -> list[Block]:
    """Those with what was typed in their name, spaces for the underlines in them."""
    wanted = typed.strip().casefold().replace(" ", "_")
    return [option(name, name) for name in zones if wanted in name.casefold()][:OPTIONS]
