"""Ten extracts in, one ledger, one letter per person out: the main job on a synthetic city, checked against its truth."""

import csv
import json
import os
import re
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from django.core.management import call_command
from django.db.models import Count, Sum

from claims.models import Claim, Entry, ImportFile, RejectedRow
from claims.services.verify import verify_ledger
from debtors.models import Person
from notices.models import Letter, LetterClaim, PrintRun

DEBTORS = 2000 if os.environ.get("TC_LONG") else 120
AS_OF = "2026-11-20"


def run(*command: str) -> dict[str, Any]:
    """Run a management command; return the JSON object of its last line."""
    out = StringIO()
    call_command(*command, stdout=out)
    return json.loads(out.getvalue().strip().splitlines()[-1])


def truth(city: Path, name: str) -> list[dict[str, str]]:
    with (city / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db(transaction=True)
def test_ten_extracts_become_one_ledger_and_one_letter_per_person(transactional_db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    city, out = tmp_path / "city", tmp_path / "out"
    made = run("demo_city", "--debtors", str(DEBTORS), "--seed", "7", "--out", str(city))
    first = run("import_extracts", str(city))
    no_row_is_lost(first, made)
    ledger_equals_truth(city)
    rejects_equal_truth(city)

    before = Entry.objects.count()
    again = run("import_extracts", str(city))
    assert (again["inserted"], again["changed"]) == (0, 0)
    assert Entry.objects.count() == before
    assert verify_ledger().ok

    printed = run("print_run", "--as-of", AS_OF, "--out", str(out), "--workers", "1")
    manifest = read_manifest(out)
    one_letter_per_person(printed, manifest)
    letters_add_up()
    protected_people_get_none(city)
    for name in printed["files"]:
        if name.endswith(".pdf"):
            the_print_file_is_sound(out / name, [row for row in manifest if row["file"] == name])


def no_row_is_lost(report: dict[str, Any], made: dict[str, Any]) -> None:
    assert {row["status"] for row in report["files"]} == {"committed"}
    for file in report["files"]:
        assert file["inserted"] + file["changed"] + file["same"] + file["rejected"] == file["rows"], file["file"]
    assert report["rows"] == made["rows"]
    assert ImportFile.objects.count() == len(report["files"])


def ledger_equals_truth(city: Path) -> None:
    ours = {
        row["kind__code"]: (row["claims"], row["levied"], row["principal"], row["fee"])
        for row in Claim.objects.values("kind__code").annotate(
            claims=Count("pk"), levied=Sum("levied_yen"), principal=Sum("principal_yen"), fee=Sum("fee_yen")
        )
    }
    theirs = {
        row["kind"]: tuple(int(row[name]) for name in ("claims", "levied_yen", "principal_yen", "fee_yen"))
        for row in truth(city, "ledger_totals")
    }
    assert ours == theirs


def rejects_equal_truth(city: Path) -> None:
    ours = Counter(RejectedRow.objects.values_list("file__name", "line", "code"))
    theirs = Counter((row["file"], int(row["line"]), row["reason"]) for row in truth(city, "rejects"))
    assert ours == theirs
    assert not RejectedRow.objects.filter(reason="").exists()


def read_manifest(out: Path) -> list[dict[str, str]]:
    with (out / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["file", "page", "pages", "person", "number", "name", "amount", "due", "slips"]
    return rows


def one_letter_per_person(printed: dict[str, Any], manifest: list[dict[str, str]]) -> None:
    run = PrintRun.objects.get()
    people = [row["person"] for row in manifest]
    assert len(people) == len(set(people)) == printed["letters"]
    reachable = Claim.objects.reachable_by("notice", on=run.as_of)
    should = set(reachable.values_list("identity__person__number", flat=True))
    should -= set(run.exclusions.values_list("person__number", flat=True))
    failed = Letter.objects.filter(state=Letter.State.FAILED)
    assert set(people) == should - set(failed.values_list("person__number", flat=True))
    # What cannot be printed waits for a person, with its reason; here only names with characters of the city's own (外字).
    assert set(failed.values_list("failure_code", flat=True)) <= {"gaiji", "long"}
    assert not failed.filter(failure="").exists()
    assert failed.count() <= len(should) // 20


def letters_add_up() -> None:
    sums = LetterClaim.objects.values("letter").annotate(yen=Sum("principal_yen") + Sum("fee_yen") + Sum("late_yen"))
    totals = dict(Letter.objects.values_list("pk", "total_yen"))
    assert {row["letter"]: row["yen"] for row in sums} == totals


def protected_people_get_none(city: Path) -> None:
    atena = {row["atena_number"] for row in truth(city, "protected") if row["in_force"] == "yes"}
    assert not Letter.objects.filter(person__identities__atena_number__in=atena - {""}).exists()
    assert Person.objects.filter(letters__isnull=False, died_on__isnull=False).count() == 0


def the_print_file_is_sound(path: Path, rows: list[dict[str, str]]) -> None:
    with pikepdf.open(path) as opened:
        assert opened.check_pdf_syntax() == []  # what qpdf --check says, from the library that makes the file
    every_font_is_embedded(path)
    pdf = pypdfium2.PdfDocument(path)
    assert len(pdf) == sum(int(row["pages"]) for row in rows)
    sample = rows if os.environ.get("TC_LONG") else rows[:: max(1, len(rows) // 12)]
    for row in sample:
        first, pages = int(row["page"]) - 1, int(row["pages"])
        found: list[str] = []
        for page in range(first, first + pages):
            image = pdf[page].render(scale=300 / 72, grayscale=True).to_pil()
            codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128)
            assert all(code.symbology_identifier == "]C1" for code in codes)
            found += [re.sub(r"\D", "", code.text) for code in codes]
        slips = [slip for slip in json.loads(row["slips"]) if slip["gs1"]]
        assert sorted(found) == sorted(slip["gs1"] for slip in slips), row["person"]
        for slip in slips:
            assert int(slip["gs1"][37:43]) == slip["amount"]


def every_font_is_embedded(path: Path) -> None:
    with pikepdf.open(path) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                assert any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3")), item.get("/FontName")
