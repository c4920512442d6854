"""A case without a database."""

import pytest

from bot.domain.case import Case
from tests.domain.samples import opened


@pytest.fixture
def case() -> Case:
    return opened()
