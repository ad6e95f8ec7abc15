"""The disk is full while letters and a packet are made, receipts are kept: nothing is half done, and it goes on with room.

The files of the installation lie on a small file system in memory (tmpfs), which only root may mount; the database has its
own disk, as in production.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.installation import City
from toyota_collect.embedded.state import wait_for

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk"),
]
MEGABYTES = 64
LETTERS, PEOPLE = 600, 12


@pytest.fixture
def city(folder: Path) -> Iterator[City]:
    files = folder / "files"
    files.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=700", "tmpfs", files], check=True)
    start = City(folder)
    try:
        yield start.wait_until_ready()
    finally:
        start.stop()
        subprocess.run(["umount", files], check=True)
        start.remove()


class Disk:
    """The small disk, filled to the last byte."""

    def __init__(self, city: City) -> None:
        self._files = city.folder / "files"
        self._filler = self._files / "filler"

    def fill(self) -> None:
        with self._filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    def free(self) -> None:
        self._filler.unlink()

    def left_over(self) -> list[str]:
        """What workers began to write and did not finish."""
        return sorted(str(path) for pattern in ("*.part", "work-*") for path in self._files.rglob(pattern))


def test_letters_and_a_packet_wait_for_room_and_go_on(city: City):
    disk, database = Disk(city), city.database
    packet = city.begin("packet", people=PEOPLE)
    assert city.wait_for_work(lambda: city.at_work("packet", packet) is not None, idle=lambda: True)
    run = city.begin("letters", count=LETTERS)
    assert wait_for(lambda: city.at_work("letters", run) is not None, 120, step=0.05)
    disk.fill()
    told = "空きができれば、自動で続けます"
    put_off = f"SELECT count(*) FROM notices_printchunk WHERE run_id = {run} AND problem LIKE '%{told}%'"
    assert city.wait_for_work(lambda: bool(database.value(put_off)), idle=lambda: True), "no bundle met the full disk"
    for _ in range(4):  # the sweeps come round and send it again
        city.clock.forward(600)
        time.sleep(6)
    assert not city.is_over("letters", run)
    assert disk.left_over() == []

    disk.free()
    for work, pk in (("letters", run), ("packet", packet)):
        assert city.wait_for_work(
            lambda w=work, p=pk: city.is_over(w, p), idle=lambda w=work, p=pk: not city.at_work(w, p)
        )
    letters = city.result("letters", run)
    assert letters["run"][:2] == ["verified", ""]
    assert [one[0] for one in letters["letters"]] == ["verified"] * LETTERS
    assert letters["slips"] == LETTERS
    assert all(letters["files"])
    made = city.result("packet", packet)
    assert made["packet"][:5] == ["ready", "", [], PEOPLE, PEOPLE]
    assert made["is whole"]
    assert made["ledger"][:2] == [True, []]
    assert disk.left_over() == []
