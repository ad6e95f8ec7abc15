"""The list that goes with the print files: which letter stands on which pages, and what its slips ask for."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from notices.letter import LetterData, slips
from notices.models import Letter, PrintRun
from toyota_collect.csv_out import as_text

COLUMNS = ["file", "page", "pages", "person", "number", "name", "amount", "due", "slips"]


def manifest_path(run: PrintRun) -> Path:
    return Path(settings.MEDIA_ROOT) / "runs" / str(run.pk) / "manifest.csv"


def manifest(run: PrintRun) -> Iterator[str]:
    """CSV lines (UTF-8 text) of the verified letters, by print file and page. ``page`` counts from 1 within the file."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    letters = run.letters.filter(state=Letter.State.VERIFIED).select_related("person", "chunk")
    for letter in letters.order_by("chunk__sequence", "first_page").iterator(chunk_size=500):
        data = LetterData.from_json(json.dumps(letter.snapshot))
        writer.writerow(
            {
                "file": Path(letter.chunk.path).name if letter.chunk else "",
                "page": letter.first_page,
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
        file.writelines(manifest(run))
    return path


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
