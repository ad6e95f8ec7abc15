"""Files are in their place whole or not at all."""

import errno
import os

import pytest

from toyota_collect.disk import is_full
from toyota_collect.documents.store import write_private


def test_on_a_full_disk_nothing_is_left_and_the_old_file_stays(tmp_path, monkeypatch):
    target = tmp_path / "kept" / "file"
    write_private(target, b"old")

    def full(_file):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as raised:
        write_private(target, b"new")
    assert is_full(raised.value)
    assert not is_full(PermissionError(errno.EACCES, "no"))
    assert (target.read_bytes(), list(target.parent.iterdir())) == (b"old", [target])
