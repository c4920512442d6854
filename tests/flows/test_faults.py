"""Everything goes wrong at once, and nothing is lost or said twice. At full size: python -m tests.benchmarks.faults."""

import pytest

from tests.benchmarks import faults


@pytest.mark.slow
def test_changes_survive_crashes_and_a_failing_slack():
    found = faults.run(80, 7, kill_every=2.5, pause=0.3, linger=4, lease=4)
    found.show()
    assert not found.wrong
    assert found.kills
    assert len(found.changes) + found.replies >= 60
    assert not sum(found.repeated.values()), found.repeated
