"""What a bulk edit puts into the outbox: the chore that goes on with it, its message, and a word to each person."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.bulk import UNDO_FOR, Bulk, State
from bot.domain.delivery import CHORES, Delivery, Tell
from bot.domain.telling import UPDATES, lane_of, tell

# A direct message names so many of somebody's cases.
KEYS_TOLD = 20


def progress(bulk: Bulk) -> str:
    """Different whenever something has been done."""
    return f"{bulk.state}/{bulk.back_done if bulk.state in {State.UNDOING, State.UNDONE} else bulk.done}"


def go_on(bulk: Bulk, at: datetime) -> Delivery:
    """The next part of it, after the one before it."""
    return tell(
        Tell.BULK_RUN,
        f"bulk/{bulk.id}/run/{progress(bulk)}",
        at,
        stream=f"bulk/{bulk.id}",
        lane=f"{CHORES}/bulk",
        partner=CHORES,
        data={"bulk": bulk.id},
    )


def how_far(bulk: Bulk, at: datetime) -> Delivery:
    """Its message says how far it is."""
    return tell(
        Tell.BULK,
        f"bulk/{bulk.id}/message/{progress(bulk)}",
        at,
        stream=f"bulk/{bulk.id}/message",
        lane=UPDATES if bulk.ts else lane_of(bulk.actor),
        target=bulk.actor,
        data={"bulk": bulk.id},
    )


def undo_ends(bulk: Bulk, at: datetime) -> Delivery:
    """When it is too late, its message stops offering *Undo*. A stream of its own, or all else would wait for it."""
    ends = tell(
        Tell.BULK,
        f"bulk/{bulk.id}/message/end",
        at,
        stream=f"bulk/{bulk.id}/end",
        lane=UPDATES,
        target=bulk.actor,
        data={"bulk": bulk.id},
    )
    ends.not_before = at + UNDO_FOR
    return ends


def tell_people(bulk: Bulk, concerned: Mapping[str, Sequence[str]], at: datetime) -> list[Delivery]:
    """One direct message each, however many cases there are. ``concerned``: person → keys."""
    undo = bulk.state == State.UNDONE
    return [
        tell(
            Tell.BULK_TOLD,
            f"bulk/{bulk.id}/told/{'undo/' if undo else ''}{person}",
            at,
            stream=f"dm/{person}",
            lane=lane_of(person),
            target=person,
            data={"bulk": bulk.id, "undo": undo, "count": len(keys), "keys": list(keys[:KEYS_TOLD])},
        )
        for person, keys in concerned.items()
    ]
