"""A second process that reads every other page of a large file, so that both cores of a small machine are at work.

It is a child of its own and no fork: a worker's open connections and threads stay with the worker. If it cannot be started
or dies, the first reader goes on alone, with the same result.
"""

import gc
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Generic, Protocol, Self, TypeVar

from claims.intake.records import Page, Records

logger = logging.getLogger(__name__)

FEWEST_BYTES = 8_000_000  # below, starting it takes longer than it saves
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10.0
PAGE_BYTES = 1 << 20  # what a pipe holds, so that writing a page does not wait for its reader


Read = TypeVar("Read", covariant=True)


class Reader(Protocol[Read]):
    """Reads a page without what it has read before; can be pickled."""

    def parse(self, page: Page, *, open_line: int = 0) -> Read: ...


class SecondReader(Generic[Read]):
    """Reads pages beside the given reader, if the file is large and a core may be free."""

    def __init__(self, reader: Reader[Read], path: Path) -> None:
        self._reader = reader
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._path.stat().st_size < FEWEST_BYTES or len(os.sched_getaffinity(0)) < 2:
            return self
        try:
            command = [sys.executable, "-m", "claims.intake.second_reader"]
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=PAGE_BYTES
            )
        except OSError:
            logger.warning("no second reader could be started", exc_info=True)
        self._say(self._reader)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._end(self._process)

    def parsed(self, pages: Iterable[Page], records: Records) -> Iterator[tuple[Page, Read]]:
        """The pages in their order, each with what it holds; of two pages, one is read here, the other there."""
        rest = iter(pages)
        for page in rest:
            open_line = records.open_line
            other = next(rest, None)
            sent = other is not None and self._say((other, records.open_line))
            yield page, self._reader.parse(page, open_line=open_line)
            if other is not None:
                heard = self._hear() if sent else None
                yield other, heard or self._reader.parse(other, open_line=records.open_line)

    def _say(self, what: object) -> bool:
        if self._process is None:
            return False
        try:
            _write(what, self._process.stdin)  # type: ignore[arg-type]
        except OSError:
            self._give_up()
        return self._process is not None

    def _hear(self) -> Read | None:
        if self._process is None:
            return None
        try:
            return pickle.load(self._process.stdout)  # type: ignore[arg-type, no-any-return]  # noqa: S301  our own child
        except (OSError, EOFError, pickle.UnpicklingError):
            self._give_up()
            return None

    def _give_up(self) -> None:
        if self._process is not None:
            self._end(self._process)
            logger.warning("the second reader ended with %s; the first goes on alone", self._process.returncode)
        self._process = None

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait(PATIENCE)
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # what was still to be sent
                stream.close()  # type: ignore[union-attr]


def _write(what: object, to: IO[bytes]) -> None:
    pickle.dump(what, to, pickle.HIGHEST_PROTOCOL)
    to.flush()


def main() -> None:
    """Read what comes until nothing comes any more."""
    gc.disable()
    given, out = sys.stdin.buffer, sys.stdout.buffer
    reader: Reader[Any] = pickle.load(given)  # noqa: S301  our own parent
    try:
        while True:
            page, open_line = pickle.load(given)  # noqa: S301
            _write(reader.parse(page, open_line=open_line), out)
    except (EOFError, BrokenPipeError):
        pass


if __name__ == "__main__":
    main()
