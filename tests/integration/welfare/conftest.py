"""Who works on the welfare loop in its tests, and where files are kept meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from tests.factories.debtors import user
from toyota_collect.permissions import Role


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def chief() -> Any:
    return user(Role.SUPERVISOR)


@pytest.fixture
def collector() -> Any:
    return user(Role.COLLECTOR)
