"""Fixtures of all integration tests."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.kept import Kept


@pytest.fixture(autouse=True)
def _one_day_and_no_cache(settings: Any) -> None:
    """Every test lives on one business date; each sees its own figures, and no test needs Redis for a page.

    As in the demo city, nobody is asked for a second factor.
    """
    settings.DEMO = True
    settings.BASE_DATE = date(2026, 11, 20)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing slowly is not under test
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def kept(kept_by_process: Kept, settings: Any, tmp_path: Path) -> Kept:
    """Makes what several tests begin with, or puts it back as it was made for an earlier test."""
    settings.MEDIA_ROOT = tmp_path
    return kept_by_process
