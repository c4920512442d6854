"""The field that a query is typed into, with *Build a search* beside it, and what leads from there back to its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.query import LENGTH_LIMIT
from bot.views.blocks import Block, actions, field_input
from bot.views.elements import text_input
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.limits import METADATA, size
from bot.views.queries import build_button

TYPED = "query.typed"


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A form with a query field, as it was when *Build a search* was pressed: ``view`` is read like the form itself.

    ``token`` tells the field that is drawn anew from the one before, of which Slack would keep what was typed.
    ``in_place``: there is no room for another modal on top, so that the form has to be drawn from ``view`` alone.
    """

    view: Mapping[str, Any]
    token: str
    in_place: bool = False

    @property
    def form(self) -> str:
        return str(self.view["callback_id"])


def query_field(
    query: str, *, token: str = "", label: str = "Query", hint: str = "", live: bool = True, optional: bool = False
) -> list[Block]:
    """``live``: what is typed arrives as a click of ``query.typed`` or, behind it, ``/`` and the token."""
    entry = text_input(
        f"{TYPED}/{token}" if token else TYPED, value=query, placeholder="For example is:open priority:>=P2",
        lines=True, limit=LENGTH_LIMIT, live=live,
    )  # fmt: skip
    return [field_input("query", label, entry, hint=hint, live=live, optional=optional), actions([build_button()])]


def read_query(view: Mapping[str, Any]) -> str:
    return state.text(view, "query")


def query_token(view: Mapping[str, Any]) -> str:
    """Of the field as it stands, to draw it with again."""
    found = (view.get("state") or {}).get("values", {}).get("query") or {}
    return next(iter(found), "").removeprefix(TYPED).removeprefix("/")


def field_metadata(view: Mapping[str, Any], *, in_place: bool) -> str | None:
    """For the form that builds a search; ``None`` if the form it comes from has too much in it."""
    kept = {"f": view["callback_id"], "m": view.get("private_metadata", ""), "i": int(in_place)}
    values = {name: value for name, value in (view.get("state") or {}).get("values", {}).items() if name != "query"}
    for packed in (pack(**kept, s=values), *([] if in_place else [pack(**kept)])):
        if size(packed) <= METADATA:
            return packed
    return None


def read_field(view: Mapping[str, Any]) -> FieldOf | None:
    """Of the form that builds a search; ``None`` where it searches by itself."""
    kept = unpack(view)
    if not kept:
        return None
    form = {"callback_id": kept["f"], "private_metadata": kept.get("m", ""), "state": {"values": kept.get("s", {})}}
    return FieldOf(form, token=str(view["id"]), in_place=bool(kept.get("i")))
