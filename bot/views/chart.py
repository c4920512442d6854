"""Figures as a picture, where matplotlib is installed: the extra ``charts``."""

from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from bot.domain.case import PRIORITY_WORDS, Priority
from bot.domain.statistics import Statistics
from bot.views.statistics import day_month

# Told apart by everybody, in print too: Okabe and Ito, "Color Universal Design".
BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#404040"
WIDTH = 0.4
IS_INSTALLED = find_spec("matplotlib") is not None


def chart(told: Statistics) -> bytes | None:
    """A PNG; ``None`` where it cannot be drawn. Only words of ours are in it: not every font has everybody's."""
    if not IS_INSTALLED:
        return None
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second, and most processes never draw

    figure = Figure(figsize=(11, 4.4), dpi=110, layout="constrained", facecolor="white")
    weeks, priorities = figure.subplots(1, 2, width_ratios=[3, 1.4])
    draw_weeks(weeks, told)
    draw_priorities(priorities, told)
    for axes in (weeks, priorities):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=GREY)
        axes.set_axisbelow(True)
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def draw_weeks(axes: Any, told: Statistics) -> None:
    """Side by side, the closed ones hatched, each bar with its number."""
    places = range(len(told.weeks))
    opened = axes.bar([place - WIDTH / 2 for place in places], [one.opened for one in told.weeks], WIDTH, color=BLUE)
    closed = axes.bar(
        [place + WIDTH / 2 for place in places], [one.closed for one in told.weeks], WIDTH, color=ORANGE, hatch="///",
        edgecolor="black", linewidth=0.5,
    )  # fmt: skip
    for bars in (opened, closed):
        axes.bar_label(bars, fmt=lambda count: f"{count:,.0f}" if count else "", fontsize=8, padding=2)
    axes.set_title("Cases opened and closed a week", loc="left")
    axes.set_xticks(list(places), [day_month(one) for one in told.weeks], fontsize=8.5)
    axes.set_xlabel("Week of")
    axes.set_ylim(bottom=0, top=top(count for one in told.weeks for count in (one.opened, one.closed)))
    axes.legend([opened, closed], ["Opened", "Closed"], loc="upper left", ncols=2, frameon=False)
    whole_numbers(axes.yaxis)


def draw_priorities(axes: Any, told: Statistics) -> None:
    words = [PRIORITY_WORDS[one] for one in Priority]
    bars = axes.barh(words, [told.priorities.get(one, 0) for one in Priority], color=BLUE)
    axes.bar_label(bars, fmt="{:,.0f}", fontsize=9, padding=3)
    axes.set_title("Cases by priority", loc="left")
    axes.set_xlim(left=0, right=top(told.priorities.values()))
    axes.invert_yaxis()
    whole_numbers(axes.xaxis)


def top(counts: Iterable[int]) -> float:
    """With room for the numbers above the bars and for the legend."""
    return max([*counts, 1]) * 1.3


def whole_numbers(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter  # noqa: PLC0415

    axis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
