"""Fixtures of all integration tests."""

from datetime import date
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _one_day_and_no_cache(settings: Any) -> None:
    """Every test lives on one business date; each sees its own figures, and no test needs Redis for a page.

    As in the demo city, nobody is asked for a second factor.
    """
    settings.DEMO = True
    settings.BASE_DATE = date(2026, 11, 20)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing slowly is not under test
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
