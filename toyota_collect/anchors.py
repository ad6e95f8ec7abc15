"""日ごとの錨: the last link of every hash chain, put aside each day outside the database.

Whoever rules over the database could make a chain anew from the first block on. Against that stands only what lies
elsewhere: a line a day in ``ANCHOR_DIR`` (put it on another host, or on a medium that is written once) and in the log.
"""

import json
import logging
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from toyota_collect.registry import registry

log = logging.getLogger(__name__)


def put_aside(*, on: date) -> Path | None:
    """Write the day's anchor; None if it is there already (the first of a day stands) or nothing was ever sealed."""
    heads = {}
    for chain in registry.chains.values():
        last = chain.seals._default_manager.order_by("-pk").first()
        if last:
            heads[chain.name] = {"last_entry": last.last_entry, "chain_sha256": last.chain_sha256}
    path = Path(settings.ANCHOR_DIR) / f"{on:%Y-%m-%d}.json"
    if not heads:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(heads, file, indent=1)
    except FileExistsError:
        return None
    path.chmod(0o440)
    log.info("anchor %s %s", on, json.dumps(heads))
    return path


def read() -> list[tuple[str, str, int, str]]:
    """Every anchor put aside: file name, chain, last entry, chain hash.

    A file that cannot be read stands there as an anchor that nothing can equal.
    """
    found = []
    for path in sorted(Path(settings.ANCHOR_DIR).glob("*.json")):
        try:
            heads = json.loads(path.read_text(encoding="utf-8"))
            found += [(path.name, name, head["last_entry"], head["chain_sha256"]) for name, head in heads.items()]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            found.append((path.name, "", 0, ""))
    return found


def differences(kept: list[tuple[str, str, int, str]]) -> list[dict[str, Any]]:
    """Anchors that the chains of today do not hold: the chain was made anew, or its end was cut off."""
    missing = []
    for file, name, last, sha256 in kept:
        chain = registry.chains.get(name)
        links = chain.seals._default_manager.filter(last_entry=last, chain_sha256=sha256) if chain else None
        if links is None or not links.exists():
            missing.append({"log": name, "problem": "anchor", "file": file, "last_entry": last})
    return missing
