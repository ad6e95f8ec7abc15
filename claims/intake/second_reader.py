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
from itertools import chain
from pathlib import Path
from typing import IO, Protocol, Self

from claims.intake.parse import Chunk
from claims.intake.records import Page, Records

logger = logging.getLogger(__name__)

FEWEST_BYTES = 8_000_000  # below, starting it takes longer than it saves
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10.0


class Reader(Protocol):
    """Reads a page without what it has read before; can be pickled."""

    def parse(self, page: Page, *, open_line: int = 0) -> Chunk: ...


class SecondReader:
    """Reads pages beside the given reader, if the file is large and a core may be free."""

    def __init__(self, reader: Reader, path: Path) -> None:
        self._reader = reader
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._path.stat().st_size < FEWEST_BYTES or len(os.sched_getaffinity(0)) < 2:
            return self
        try:
            command = [sys.executable, "-m", "claims.intake.second_reader"]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError:
            logger.warning("no second reader could be started", exc_info=True)
        self._say(self._reader)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._end(self._process)

    def parsed(self, pages: Iterable[Page], records: Records) -> Iterator[tuple[Page, Chunk]]:
        """The pages in their order, each with what it holds; of two pages, one is read here, the other there."""
        rest = iter(pages)
        for page in rest:
            open_line = records.open_line
            other = next(rest, None)
            sent = other is not None and self._say((other, records.open_line))
            yield page, self._reader.parse(page, open_line=open_line)
            if other is not None:
                yield other, self._answer(other, records.open_line, sent)

    def parsed_there(self, pages: Iterable[Page], records: Records) -> Iterator[tuple[Page, Chunk]]:
        """As ``parsed``, for what is soon read: the other reads every page, while the next one is cut here."""
        asked: tuple[Page, int, bool] | None = None
        for page in chain(pages, [None]):
            done = (asked[0], self._answer(*asked)) if asked else None
            asked = (page, records.open_line, self._say((page, records.open_line))) if page else None
            if done:
                yield done

    def _answer(self, page: Page, open_line: int, sent: bool) -> Chunk:
        heard = self._hear() if sent else None
        return heard or self._reader.parse(page, open_line=open_line)

    def _say(self, what: object) -> bool:
        if self._process is None:
            return False
        try:
            _write(what, self._process.stdin)  # type: ignore[arg-type]
        except OSError:
            self._give_up()
        return self._process is not None

    def _hear(self) -> Chunk | None:
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
    reader: Reader = pickle.load(given)  # noqa: S301  our own parent
    try:
        while True:
            page, open_line = pickle.load(given)  # noqa: S301
            _write(reader.parse(page, open_line=open_line), out)
    except (EOFError, BrokenPipeError):
        pass


if __name__ == "__main__":
    main()
