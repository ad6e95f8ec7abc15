"""The command, with the real letter engine: bundles that read back right, a manifest, one JSON line."""

import csv
import json
from io import StringIO

import pikepdf
import pypdfium2
import pytest
from django.core.management import CommandError, call_command

from notices.models import Letter, PrintRun
from notices.services.documents import letter_document
from notices.services.rendering import system_user
from tests.factories.claims import claim
from tests.factories.debtors import person
from tests.integration.notices.conftest import DAY
from toyota_collect.documents.store import document_bytes

pytestmark = pytest.mark.django_db


def print_run(out, *more):
    stdout = StringIO()
    call_command("print_run", "--as-of", "2026-11-20", "--out", str(out), "--workers", "1", *more, stdout=stdout)
    return json.loads(stdout.getvalue().splitlines()[-1])


def rows(out):
    with (out / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sample_run_is_printed_verified_and_listed(tmp_path):
    someone = person()
    claim(someone, principal_yen=41_000)
    claim(someone, kind="water_charge", source="suido", principal_yen=6_000)
    claim(person(), principal_yen=400_000)
    claim(person(died_on=DAY))
    told = print_run(tmp_path / "out")
    assert (told["letters"], told["excluded"]) == (2, {"deceased": 1})
    run = PrintRun.objects.get()
    assert (run.state, run.is_sample, run.approval) == ("verified", True, None)

    listed = rows(tmp_path / "out")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}
    pdf = pypdfium2.PdfDocument(tmp_path / "out" / listed[0]["file"])
    assert len(pdf) == told["sheets"] == sum(int(row["pages"]) for row in listed)
    for row in listed:
        assert row["number"].startswith("見本 ")
        words = pdf[int(row["page"]) - 1].get_textpage().get_text_bounded().replace("\u3000", " ")
        assert f"{int(row['amount']):,}" in words


def test_the_letter_alone_has_the_pages_of_the_bundle(tmp_path):
    claim(person(), principal_yen=41_000)
    print_run(tmp_path / "out")
    letter = Letter.objects.get()
    content = document_bytes(letter_document(letter_id=letter.pk, by=system_user(), today=DAY))
    alone = pypdfium2.PdfDocument(content)
    bundle = pypdfium2.PdfDocument(tmp_path / "out" / rows(tmp_path / "out")[0]["file"])
    text = [page.get_textpage().get_text_bounded() for page in alone]
    assert text == [page.get_textpage().get_text_bounded() for page in bundle]
    with pikepdf.open(tmp_path / "out" / rows(tmp_path / "out")[0]["file"]) as opened:
        assert opened.check_pdf_syntax() == []


def test_a_name_that_cannot_be_printed_fails_alone(tmp_path):
    claim(person(name="架空 \ue003郎"))
    claim(person())
    told = print_run(tmp_path / "out")
    assert (told["letters"], told["failed"]) == (1, {"gaiji": 1})
    assert len(rows(tmp_path / "out")) == 1


def test_the_limit_is_the_first_in_postal_order(tmp_path):
    claim(person(postal_code="4710034"))
    claim(person(postal_code="4700343"))
    told = print_run(tmp_path / "out", "--limit", "1")
    assert told["letters"] == 1
    assert Letter.objects.get().postal_code == "4700343"


def test_nobody_to_write_to_is_an_empty_run(tmp_path):
    told = print_run(tmp_path / "out")
    assert (told["letters"], told["sheets"], told["files"]) == (0, 0, ["manifest.csv"])


@pytest.mark.parametrize("more", [["--limit", "0"], ["--as-of", "きのう"]])
def test_arguments_that_cannot_be_are_named(more, tmp_path):
    with pytest.raises(CommandError):
        print_run(tmp_path / "out", *more)
