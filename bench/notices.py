"""Letters a second of one core: the fast engine against WeasyPrint used plainly. The size is in letters.

The plain way reads the style sheet and fonts for each letter and lays out one document, as a first program would. The
second peer keeps both for the whole process: the full layout of this project. Peers are timed on letters of the same
mix, in turns with ours, so that a busy machine slows all alike; our set-up (stamps, fonts) is counted in.

``notices_tables`` are the cover and table sheets alone, beside typst and ReportLab: they are given the words as data and set
them as plain paragraphs and tables, fifty letters in a document, which is their fastest way.
"""

import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time

from bench import Ratio, Result
from bench.letter_peers import by_reportlab, by_typst, without_slips, words_of
from notices.letter import CHUNK, LetterData, layout, press, render_many, render_one, samples, verify

SIZE = 10_000
PEER_LETTERS = 50
TURNS = 5
TABLE_LETTERS = 2_000  # of which cover and tables alone are made


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Renders ``size`` letters in chunks and, between them, the peers' share; also tells the cost of verification."""
    press.reset()
    ours = naive = full = 0.0
    pages = written = 0
    memory: list[int] = []  # of our letters alone: the peers come later
    share = max(1, PEER_LETTERS // TURNS)
    for turn in range(TURNS):
        first, last = size * turn // TURNS, size * (turn + 1) // TURNS
        for start in range(first, last, CHUNK):
            letters = samples.many(min(CHUNK, last - start), seed=start + 1)
            began = process_time()
            rendered = render_many(letters)
            ours += process_time() - began
            assert not rendered.failures, rendered.failures
            written += len(rendered.pdf)
            pages += sum(place[1] for place in rendered.pages if place)
            if turn == 0:
                memory.append(_peak_memory())
        peers = samples.many(share, seed=size + turn)
        naive += _seconds(peers, _plainly)
        full += _seconds(peers, render_one)
    verified = samples.many(min(size, 200), seed=1)
    rendered = render_many(verified)
    began = process_time()
    faults = verify(rendered.pdf, verified, rendered.pages)
    each = (process_time() - began) / len(verified)
    assert not faults, faults
    told = f"{pages / size:.2f} sheets and {written / size / 1024:.1f} KB a letter; verification {each * 1000:.1f} ms"
    print(f"{told} a letter; all figures are seconds of one core", file=sys.stderr)
    print(
        f"memory: {memory[0]} MB after the first {CHUNK} letters, {memory[-1]} MB after {size // TURNS}",
        file=sys.stderr,
    )
    yield from _tables(min(size, TABLE_LETTERS))
    speed = size / ours
    count = share * TURNS
    yield Result("notices", size, speed, count / full, "full layout, style and fonts kept", Ratio.OF_SPEEDS)
    yield Result("notices", size, speed, count / naive, "naive WeasyPrint, one document a letter", Ratio.OF_SPEEDS)


def _tables(size: int) -> Iterator[Result]:
    press.reset()
    peers = {"typst": by_typst, "ReportLab": by_reportlab}
    seconds = dict.fromkeys(("ours", *peers), 0.0)
    written = dict.fromkeys(seconds, 0)
    share = size // TURNS
    for turn in range(TURNS):
        letters = samples.many(share, seed=turn + 1)
        for start in range(0, share, CHUNK):
            began = process_time()
            rendered = without_slips(letters[start : start + CHUNK])
            seconds["ours"] += process_time() - began
            assert not rendered.failures, rendered.failures
            written["ours"] += len(rendered.pdf)
        words = [words_of(letter) for letter in samples.many(PEER_LETTERS, seed=size + turn)]
        for name, act in peers.items():
            began = process_time()
            pdf = act(words)
            seconds[name] += process_time() - began
            written[name] += len(pdf)
    counts = dict.fromkeys(peers, PEER_LETTERS * TURNS) | {"ours": share * TURNS}
    sizes = ", ".join(f"{name} {written[name] / counts[name] / 1024:.1f}" for name in seconds)
    print(f"cover and tables alone, KB a letter: {sizes}", file=sys.stderr)
    speeds = {name: counts[name] / seconds[name] for name in seconds}
    for name in peers:
        yield Result("notices_tables", counts["ours"], speeds["ours"], speeds[name], name, Ratio.OF_SPEEDS)


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _seconds(letters: Sequence[LetterData], render: Callable[[LetterData], bytes]) -> float:
    began = process_time()
    for letter in letters:
        render(letter)
    return process_time() - began


def _plainly(letter: LetterData) -> bytes:
    """One letter with nothing kept from the one before."""
    layout.font_configuration.cache_clear()
    layout.stylesheet.cache_clear()
    return render_one(letter)
