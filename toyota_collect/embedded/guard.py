"""The last belt: a process that clears up when the supervisor itself was killed.

The kernel tells only the direct children of a killed process; the children of those (a Celery pool in the middle of a
task) would live on. The guard holds the reading end of a pipe: each line names a process group, and the end of the pipe
means that the supervisor is gone, whatever happened to it.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable


def kill_group(group: int) -> None:
    """Kill every process of a group; nothing happens when it is empty."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, when only zombies are left
        os.killpg(group, signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main(lines: Iterable[str]) -> None:
    """Read ``+ group signal grace`` and ``- group``; after the end of input stop what is left."""
    watched: dict[int, tuple[int, float]] = {}
    for line in lines:
        sign, leader, *rest = line.split()
        if sign == "+":
            watched[int(leader)] = (int(rest[0]), float(rest[1]))
        else:
            watched.pop(int(leader), None)
    started = time.monotonic()
    for group, (number, _grace) in watched.items():
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, number)
    for group, (_number, grace) in watched.items():
        while _alive(group) and time.monotonic() - started < grace:
            time.sleep(0.05)
        kill_group(group)


if __name__ == "__main__":
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)
    main(sys.stdin)
