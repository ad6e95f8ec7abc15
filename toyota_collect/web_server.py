"""How gunicorn serves the screens: the same for ``bin/start``, the benches and the image.

Everything is loaded once, before the workers are forked, and then kept out of the garbage collector's way: a full
collection over the whole program stopped a page for a quarter of a second (ADR 20).
"""

import gc
import logging
import os
import shutil
import tempfile
from typing import Any

cores = os.cpu_count() or 1
# Few requests at once are in a process each, for threads of one wait for each other; not more connections than the database has.
workers = min(2 * cores, 16)
threads = 4
timeout = 120
preload_app = True
control_socket_disable = True  # nobody steers it by a file in a home folder; a container has none
YOUNG = 10_000  # objects made before the collector looks for rings among them

# A page's query has one core: on two cores a second one is taken from somebody else's page. Jobs keep theirs.
os.environ.setdefault("PGOPTIONS", "-c max_parallel_workers_per_gather=0")

# Its processes count requests each in a file of their own here; a scrape adds them up. On a disk of this host, never shared.
_counted = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "") or tempfile.mkdtemp(prefix="tc-metrics-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _counted


def on_exit(server: Any) -> None:
    shutil.rmtree(_counted, ignore_errors=True)


def when_ready(server: Any) -> None:
    """The program is loaded and no worker is there yet."""
    from django.conf import settings
    from django.db import connections
    from django.template.loader import get_template
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  imports all views
    templates = settings.ROOT / "templates"
    for file in templates.rglob("*.html"):
        get_template(str(file.relative_to(templates)))
    connections.close_all()
    root = logging.getLogger().handlers
    for handler in logging.getLogger("gunicorn.error").handlers if root else []:
        handler.setFormatter(root[0].formatter)  # what the server itself says looks like the rest
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
