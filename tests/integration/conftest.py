"""Fixtures of all integration tests."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_cached(settings: Any) -> None:
    """Each test sees its own figures, and no test needs Redis for a page."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
