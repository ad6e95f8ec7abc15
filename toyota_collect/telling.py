"""How far a worker is, for who watches; the work does not depend on anybody hearing it."""

import logging
from typing import Any

from django.core.cache import cache

KEPT_FOR = 3_600  # seconds
log = logging.getLogger(__name__)


def tell(key: str, value: Any) -> None:
    """Keep the word in the cache; a cache that is away has lost a word, and nothing else."""
    try:
        cache.set(key, value, timeout=KEPT_FOR)
    except Exception:  # of whatever library the cache is
        log.warning("%s was not told", key, exc_info=True)
