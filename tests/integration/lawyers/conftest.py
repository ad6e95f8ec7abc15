"""A lawyer with a firm."""

from typing import Any

import pytest

from lawyers.models import Firm
from tests.factories import legal
from tests.factories.debtors import user
from toyota_collect.permissions import Role


@pytest.fixture
def lawyer(db: None) -> Any:
    return user(Role.LAWYER)


@pytest.fixture
def firm(lawyer: Any) -> Firm:
    return legal.firm(lawyer)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
