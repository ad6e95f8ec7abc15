"""A clock that can be set: every Python of an installation that has this folder in PYTHONPATH tells a shifted time.

The file TC_CHAOS_CLOCK holds the shift in seconds (none: 0). Only ``time.time`` and the ``now`` of ``datetime`` are
shifted, which is what an operating system's clock means to our processes; ``time.monotonic`` goes on, as it does when
that clock is set, and PostgreSQL keeps the true time.
"""

import ctypes
import datetime
import gc
import os
import time

FILE = os.environ.get("TC_CHAOS_CLOCK", "")
LOOK_EVERY = 0.2  # seconds
true_time = time.time
_looked, _shift = -1.0, 0.0


def shift() -> float:
    global _looked, _shift
    if time.monotonic() - _looked > LOOK_EVERY:
        try:
            with open(FILE) as file:
                _shift = float(file.read() or 0)
        except OSError:
            _shift = 0.0
        _looked = time.monotonic()
    return _shift


def shifted() -> float:
    return true_time() + shift()


if FILE:
    time.time = shifted
    # The type is C's and takes no assignment, but its table of members does.
    members = gc.get_referents(datetime.datetime.__dict__)[0]
    members["now"] = classmethod(lambda cls, tz=None: cls.fromtimestamp(shifted(), tz))
    members["utcnow"] = classmethod(lambda cls: cls.fromtimestamp(shifted(), datetime.UTC).replace(tzinfo=None))
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
