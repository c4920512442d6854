"""What silences put into the outbox: posts that say that they last, and word of their end."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.delivery import CHORES, Delivery, Tell
from bot.domain.notifying import refresh
from bot.domain.silence import Silence
from bot.domain.telling import LATER, UPDATES, lane_of, tell


def posts(silence: Silence, occasion: str, at: datetime) -> Delivery:
    """The chore of having posts say that it lasts, or that it does no more. Those of one silence are done in order."""
    return tell(
        Tell.SILENCE,
        f"silence/{silence.id}/{occasion}",
        at,
        stream=f"silence/{silence.id}",
        lane=f"{CHORES}/{Tell.SILENCE}",
        partner=CHORES,
        data={"silence": silence.id},
    )


def over(silence: Silence, targets: Iterable[str], at: datetime) -> list[Delivery]:
    """``targets``: the channels that it kept quiet, and who set it."""
    return [
        tell(
            Tell.SILENCE_OVER,
            f"silence.over/{silence.id}/{target}",
            at,
            stream=f"silence.over/{silence.id}/{target}",
            lane=lane_of(target),
            target=target,
            data={"silence": silence.id},
        )
        for target in dict.fromkeys(targets)
    ]


def redrawn(posted: Iterable[tuple[int, str]], occasion: str, at: datetime, *, many: bool = False) -> list[Delivery]:
    """``posted``: cases, each with the channel or person that an inbox has told of it. ``many``: others go first."""
    lane = f"{UPDATES}{LATER}" if many else UPDATES
    return [refresh(case_id, target, f"silence/{occasion}", at, lane) for case_id, target in posted]
