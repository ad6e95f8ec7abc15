"""A worker is killed at ten random moments of an import of 200,000 rows: the ledger equals that of one clean import."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from claims import tasks
from claims.intake import run
from claims.models import ImportBatch, ImportFile
from claims.services.verify import verify_ledger
from tests import pristine
from tests.factories import extracts
from tests.factories.debtors import user
from toyota_collect.embedded.state import ROOT, wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
SEED = 20_261_120
KILLS = 10
FILES = 10
ROWS = 20_000  # of each file; every tenth file holds receipts
PER_PERSON = 20


def fill(inbox: Path) -> None:
    """Ten files of synthetic (架空) rows: nine of claims, one of receipts for the first of them."""
    inbox.mkdir(parents=True, exist_ok=True)
    for number in range(FILES):
        code, form = (
            ("zei_claims", extracts.ZEI_CLAIM) if number < FILES - 1 else ("zei_receipts", extracts.ZEI_RECEIPT)
        )
        first = number * ROWS
        rows = [form | (_claim(first + row) if code == "zei_claims" else _receipt(row)) for row in range(ROWS)]
        layout = extracts.layout(code)
        path = extracts.write(inbox, code, [extracts.line(layout, row) for row in rows], control=extracts.totals(rows))
        for one in (path, path.with_name(path.name + ".control.csv")):
            one.rename(one.with_name(one.name.replace("20261120", f"{number:02d}")))


def _key(number: int) -> dict[str, str]:
    person, part = divmod(number, PER_PERSON)
    return {"notice_number": f"N{person:07d}", "instalment": f"{part + 1:02d}"}


def _claim(number: int) -> dict[str, str]:
    person = number // PER_PERSON
    facts = {"person_number": f"Z{person:07d}", "atena_number": f"A{person:07d}", "name": f"架空　{person}"}
    due = "5080699" if number % 1_000 == 7 else "5080630"
    fee = {"fee_yen": "100", "dunned_on": "5080728"} if number % 3 else {}
    return _key(number) | facts | fee | {"levied_yen": str(4_000 + number % 90 * 100), "due_on": due}


def _receipt(number: int) -> dict[str, str]:
    return _key(number) | {"receipt_number": f"R{number:07d}"}


@contextmanager
def worker(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the database of the test, in a process group of its own."""
    name = connection.settings_dict["NAME"]
    url = re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", os.environ["DATABASE_URL"], count=1)
    variables = os.environ | {"DATABASE_URL": url, "TC_STATE": str(state)}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "toyota_collect",
        "worker",
        "-c",
        "1",
        "-l",
        "warning",
        "-Q",
        "celery",
    ]
    process = subprocess.Popen(command, env=variables, cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start_again() -> None:
    for pk in run.unfinished(since=timedelta(0)):
        tasks.import_folder.delay(batch_id=pk)


def test_ten_kills_leave_the_ledger_of_one_clean_import(tmp_path, transactional_db):
    clean = tmp_path / "clean"
    fill(clean)
    began = time.monotonic()
    extracts.import_all(clean)
    seconds = time.monotonic() - began
    expected = verify_ledger()
    assert expected.ok
    pristine.restore()

    inbox = tmp_path / "state" / Path(settings.INTAKE_DIR).relative_to(settings.STATE_DIR)
    fill(inbox)
    batch = run.start(by=user("receipts_clerk"), as_of=extracts.AS_OF)
    tasks.import_folder.delay(batch_id=batch.pk)
    moments = random.Random(SEED)
    for _kill in range(KILLS):
        with worker(tmp_path / "state"):
            assert wait_for(run.is_running, 60, step=0.02)
            time.sleep(moments.uniform(0, 1.5 * seconds / FILES))
        batch.refresh_from_db()
        assert batch.finished_at is None, "the import was over before the tenth kill"
        assert wait_for(lambda: not run.is_running(), 60)
        start_again()
    with worker(tmp_path / "state"):
        assert wait_for(lambda: ImportBatch.objects.filter(finished_at__isnull=False).exists(), 600, step=0.5)
        assert wait_for(lambda: not run.extract_paths(inbox), 30)

    assert verify_ledger() == expected
    files = list(batch.files.order_by("name"))
    assert [file.name for file in files] == sorted({file.name for file in files})
    assert {file.status for file in files} == {ImportFile.Status.COMMITTED}
    assert sum(file.rows for file in files) == FILES * ROWS
    assert len(files) == FILES
