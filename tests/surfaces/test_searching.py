"""Where the form that builds a search finds room: Slack lays up to three modals on one another."""

import pytest

from bot.surfaces.searching import depth, query_beside


@pytest.mark.parametrize(
    ("previous", "root", "deep"), [(None, "V1", 1), ("V1", "V1", 2), ("V2", "V1", 3)], ids=["alone", "second", "third"]
)
def test_how_many_modals_lie_on_one_another(previous: str | None, root: str, deep: int) -> None:
    assert depth({"id": "V3", "previous_view_id": previous, "root_view_id": root}) == deep


def test_a_list_hands_over_its_query() -> None:
    assert query_beside({"actions": [{"action_id": "query.build", "value": "is:open a"}]}) == "is:open a"
    without = {"actions": [{"action_id": "query.build"}], "view": {"type": "modal", "callback_id": "list", "state": {}}}
    assert query_beside(without) == ""
