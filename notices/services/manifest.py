"""The list that goes with the print files: which letter stands on which pages, and what its slips ask for."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from notices.letter import LetterData, slips
from notices.models import Letter, PrintRun
from toyota_collect.csv_out import as_text

COLUMNS = ["file", "page", "pages", "person", "number", "name", "amount", "due", "slips"]


class Place(NamedTuple):
    """Where a letter begins: name of the print file, and page from 1."""

    file: str
    page: int


def manifest_path(run: PrintRun) -> Path:
    return Path(settings.MEDIA_ROOT) / "runs" / str(run.pk) / "manifest.csv"


def manifest(letters: QuerySet[Letter], places: dict[int, Place] | None = None) -> Iterator[str]:
    """CSV lines (UTF-8 text) of letters, by print file and page. ``page`` counts from 1 within the file.

    ``places``: where they stand in sealed files; without it they stand where they were checked.
    """
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    for letter, place in _placed(letters, places):
        data = LetterData.from_json(json.dumps(letter.snapshot))
        writer.writerow(
            {
                "file": place.file,
                "page": place.page,
                "pages": letter.sheets,
                "person": letter.person.number,
                "number": letter.number,
                "name": as_text(letter.name),
                "amount": letter.total_yen,
                "due": data.deadline_on.isoformat(),
                "slips": json.dumps(
                    [{"gs1": s.number, "amount": s.amount_yen, "due": s.due_on.isoformat()} for s in slips(data)]
                ),
            }
        )
        yield _taken(buffer)
    yield _taken(buffer)


def write_manifest(run: PrintRun) -> Path:
    path = manifest_path(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(manifest(run.letters.filter(state=Letter.State.VERIFIED)))
    return path


def _placed(letters: QuerySet[Letter], places: dict[int, Place] | None) -> Iterator[tuple[Letter, Place]]:
    known = letters.select_related("person", "chunk")
    if places is None:
        for letter in known.order_by("chunk__sequence", "first_page").iterator(chunk_size=500):
            yield letter, Place(Path(letter.chunk.path).name if letter.chunk else "", letter.first_page or 0)
        return
    ids = sorted(places, key=lambda pk: places[pk])
    for at in range(0, len(ids), 500):
        batch = known.in_bulk(ids[at : at + 500])
        yield from ((batch[pk], places[pk]) for pk in ids[at : at + 500])


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
