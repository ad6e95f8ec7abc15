"""The pile as it is sent: which letters lie in which envelope, and print files that hold exactly their pages.

The pages are copied from the checked print files as they are. Only letters that share an envelope (合封) are made anew:
their marks count the sheets of both.
"""

import csv
import hashlib
import io
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet

from notices.letter import LetterData
from notices.letter.sheets import MAX_SHEETS
from notices.models import Letter, PrintRun, Seal
from notices.rules.envelopes import Bundle, Envelope, Piece, bundles, envelopes, shared
from notices.rules.marks import mark_text
from notices.services import engine
from notices.services.engine import Part
from notices.services.letter_data import run_number
from notices.services.manifest import Place, manifest
from notices.services.pulls import open_letters
from notices.services.rendering import frozen_letter
from notices.services.runs import RunRefused
from toyota_collect.documents.store import write_private

ENVELOPES_PER_FILE = 500
LETTERS_AT_ONCE = 100
SHEET_COLUMNS = ["file", "page", "bundle", "envelope", "sheet", "sheets", "mark"]
Tell = Callable[..., None]


@dataclass(frozen=True)
class PileFile:
    path: str  # below MEDIA_ROOT
    sha256: str
    pages: int
    envelopes: int


@dataclass(frozen=True)
class Pile:
    """What was built: ``own`` letters of the run, ``guests`` of other runs (by the letter in whose envelope they go)."""

    own: frozenset[int]
    guests: dict[int, int]
    envelopes: list[Envelope]
    bundles: list[Bundle]
    files: list[PileFile]
    sheet_list: PileFile
    places: dict[int, Place]
    folder: Path

    @property
    def sheets(self) -> int:
        return sum(envelope.sheets for envelope in self.envelopes)


def changed_bundles(run: PrintRun, tell: Tell) -> list[int]:
    """Print files that are not what was checked any more, by their number."""
    chunks = list(run.chunks.exclude(path="").order_by("sequence"))
    changed = []
    for place, chunk in enumerate(chunks, 1):
        tell("印刷ファイルを検査のときとくらべています", place, len(chunks))
        path = Path(settings.MEDIA_ROOT) / chunk.path
        if not path.exists() or _sha256(path) != chunk.sha256:
            changed.append(chunk.sequence)
    return changed


def guests_of(run: PrintRun, others: Collection[int]) -> dict[int, int]:
    """By letter of the other runs, the letter of this one in whose envelope it may go as things stand."""
    own = pieces(open_letters(run))
    candidates: list[Piece] = []
    for other in PrintRun.objects.filter(pk__in=others, issued_on=run.issued_on, is_sample=False).order_by("pk"):
        candidates += pieces(open_letters(other).filter(person__in=[piece.person for piece in own]))
    return shared(own, candidates, most=MAX_SHEETS)


def pieces(letters: QuerySet[Letter]) -> list[Piece]:
    """The letters as the rules of envelopes see them; the address is the one that was printed."""
    names = ["address_lines", "name_lines", "honorific"]
    columns = ["pk", "serial", "sheets", "person_id", "postal_code", *(f"snapshot__{name}" for name in names)]
    return [
        Piece(pk, serial, sheets, person, code, tuple(address), tuple(lines), honorific, issued_on)
        for pk, serial, sheets, person, code, address, lines, honorific, issued_on in letters.order_by(
            "serial"
        ).values_list(*columns, "run__issued_on")
    ]


def build(run: PrintRun, *, others: Collection[int], digits: int, tell: Tell) -> Pile:
    """Make the print files of the letters that go, in a folder of their own; every page is read back.

    Args:
        others: runs whose letters may share an envelope with this one's.
        digits: figures of the postal code by which the post takes bundles.

    Raises:
        RunRefused: what was made does not hold every sheet of every envelope once and in order.
    """
    folder = _fresh_folder(run)
    try:
        return _built(run, folder, guests_of(run, others), digits=digits, tell=tell)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _built(run: PrintRun, folder: Path, guests: dict[int, int], *, digits: int, tell: Tell) -> Pile:
    own = pieces(open_letters(run))
    by_pk = {piece.letter: piece for piece in [*own, *pieces(Letter.objects.filter(pk__in=guests))]}
    pile = envelopes(own, {host: by_pk[guest] for guest, host in guests.items()}, most=MAX_SHEETS)
    sources = _sources(own) | _rendered_anew(guests, folder, tell)
    rows: list[list[Any]] = []
    files: list[PileFile] = []
    places: dict[int, Place] = {}
    groups = list(_groups(pile, ENVELOPES_PER_FILE))
    for number, group in enumerate(groups, 1):
        tell("送る分だけの印刷ファイルを作っています", number, len(groups))
        name = f"print-{number:04d}.pdf"
        content = engine.assemble(
            [_part(sources[pk], by_pk[pk], envelope) for envelope in group for pk in envelope.letters]
        )
        begins = (number - 1) * ENVELOPES_PER_FILE + 1
        sheets = [row for at, one in enumerate(group, begins) for row in _sheet_rows(run, one, by_pk, at, digits)]
        if fault := _fault(engine.marks_of(content), [row[-1] for row in sheets]):
            raise RunRefused(f"封緘する印刷ファイル{number}が検査に通りません。{fault}管理者に連絡してください。")
        places |= _places(name, group, by_pk)
        rows += [[name, page, *row] for page, row in enumerate(sheets, 1)]
        files.append(_kept(folder / name, content, pages=len(sheets), envelopes=len(group)))
    for made in folder.glob("shared-*.pdf"):
        made.unlink()
    sheet_list = _kept(folder / "sheets.csv", as_csv([SHEET_COLUMNS, *rows]), pages=0, envelopes=len(pile))
    everybody = Letter.objects.filter(pk__in=places)
    write_private(folder / "manifest.csv", "".join(manifest(everybody, places)).encode())
    mine = frozenset(piece.letter for piece in own)
    return Pile(mine, guests, pile, bundles(pile, digits=digits), files, sheet_list, places, folder)


def _sheet_rows(run: PrintRun, envelope: Envelope, by_pk: dict[int, Piece], place: int, digits: int) -> list[list[Any]]:
    """The sheets of an envelope as the list tells them, after file and page; the mark comes last."""
    serial, number = by_pk[envelope.letters[0]].serial, run_number(run.pk)
    prefix, of = envelope.postal_code[:digits], envelope.sheets
    return [
        [prefix, place, sheet, of, mark_text(run=number, serial=serial, envelope=envelope.part, sheet=sheet, of=of)]
        for sheet in range(1, of + 1)
    ]


def _places(name: str, group: Sequence[Envelope], by_pk: dict[int, Piece]) -> dict[int, Place]:
    """Where each letter begins in a print file of these envelopes."""
    found, page = {}, 1
    for envelope in group:
        if envelope.part == 1:
            host, *guests = envelope.letters
            found[host] = Place(name, page)
            found |= {guest: Place(name, page + by_pk[host].sheets) for guest in guests}
        page += envelope.sheets
    return found


def as_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as a CSV file (UTF-8)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def discard(pile: Pile) -> None:
    """Nobody needs what was built."""
    shutil.rmtree(pile.folder, ignore_errors=True)


def sealed_manifest(seal: Seal) -> Path:
    """The list that goes with the print files of a seal, kept beside them."""
    return (Path(settings.MEDIA_ROOT) / seal.sheet_list).parent / "manifest.csv"


def _fresh_folder(run: PrintRun) -> Path:
    """A new folder; what an attempt that died left behind is taken away."""
    root = Path(settings.MEDIA_ROOT) / "runs" / str(run.pk) / "sealed"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = Seal.objects.filter(run=run).exclude(sheet_list="").values_list("sheet_list", flat=True)
    names = {Path(path).parent.name for path in kept}
    for left in root.iterdir():
        if left.name not in names:
            shutil.rmtree(left, ignore_errors=True)
    folder = root / uuid4().hex
    folder.mkdir(mode=0o700)
    return folder


def _sources(own: Sequence[Piece]) -> dict[int, Part]:
    rows = Letter.objects.filter(pk__in=[piece.letter for piece in own])
    return {
        pk: Part(Path(settings.MEDIA_ROOT) / path, (first or 1) - 1, sheets)
        for pk, path, first, sheets in rows.values_list("pk", "chunk__path", "first_page", "sheets")
    }


def _rendered_anew(guests: dict[int, int], folder: Path, tell: Tell) -> dict[int, Part]:
    """Letters that share an envelope, with marks that count the sheets of both, read back like any other."""
    datas = list(_enclosed(guests))
    found: dict[int, Part] = {}
    for number, group in enumerate(_groups(datas, LETTERS_AT_ONCE), 1):
        tell("同じ封筒に入れる催告書の記号を付け直しています", len(found), len(datas))
        letters = [data for _, data in group]
        made = engine.render(letters)
        faults = made.failures | engine.faults(made, letters)
        if faults:
            place, error = next(iter(faults.items()))
            raise RunRefused(
                f"{letters[place].number}を同じ封筒に入れる形で作れません（{error.text}）。合封を選ばずに封緘してください。"
            )
        path = folder / f"shared-{number:04d}.pdf"
        write_private(path, made.pdf)
        for (pk, _), at in zip(group, made.pages, strict=True):
            assert at is not None
            found[pk] = Part(path, *at)
    return found


def _enclosed(guests: dict[int, int]) -> Iterator[tuple[int, LetterData]]:
    letters = Letter.objects.in_bulk({*guests, *guests.values()})
    for guest_pk, host_pk in guests.items():
        host, guest = letters[host_pk], letters[guest_pk]
        of = host.sheets + guest.sheets
        envelope = (run_number(host.run_id), host.serial)
        yield host_pk, replace(frozen_letter(host), enclosure=(*envelope, 1, of))
        yield guest_pk, replace(frozen_letter(guest), enclosure=(*envelope, host.sheets + 1, of))


def _groups(rows: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    for at in range(0, len(rows), most):
        yield rows[at : at + most]


def _part(source: Part, piece: Piece, envelope: Envelope) -> Part:
    if envelope.parts == 1:
        return source
    first = (envelope.part - 1) * MAX_SHEETS
    return Part(source.path, source.first + first, min(MAX_SHEETS, piece.sheets - first))


def _fault(read: Sequence[str], wanted: Sequence[str]) -> str:
    """Where the sheets are not those that should lie there, in that order; "" where they are."""
    for page, (one, other) in enumerate(zip(read, wanted, strict=False), 1):
        if one != other:
            return f"{page}枚目は{int(other[:4])}-{int(other[4:11])}の封筒{int(other[11:13])}の{other[13]}枚目のはずが、違います。"
    return "" if len(read) == len(wanted) else f"{len(wanted)}枚のはずが{len(read)}枚です。"


def _kept(path: Path, content: bytes, *, pages: int, envelopes: int) -> PileFile:
    write_private(path, content)
    below = str(path.relative_to(settings.MEDIA_ROOT))
    return PileFile(below, hashlib.sha256(content).hexdigest(), pages, envelopes)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
