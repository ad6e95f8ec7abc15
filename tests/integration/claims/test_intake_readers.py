"""One reader or two, and who a line is about: the last line that was accepted says it, wherever it stands."""

import pytest
from django.db import transaction

from claims.intake import records, second_reader
from debtors.models import SourceIdentity
from tests.factories.extracts import claims, counts, import_one, rejects
from tests.integration.claims.test_intake_direct import written

pytestmark = pytest.mark.django_db


def row(number: int, person: str, name: str, **more: str) -> dict[str, str]:
    return {"notice_number": f"N{number:03d}", "person_number": person, "name": name, **more}


def names() -> dict[str, str]:
    return dict(SourceIdentity.objects.values_list("person_number", "name"))


def test_one_reader_and_two_write_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "CHUNK", 2)
    monkeypatch.setattr(second_reader.os, "sched_getaffinity", lambda _pid: {0, 1})
    rows = [row(number, f"Z{number // 3}", "架空　花子") for number in range(15)]
    rows[7] |= {"due_on": "5080699"}
    told = []
    for fewest in (0, 10**9):
        monkeypatch.setattr(second_reader, "FEWEST_BYTES", fewest)
        point = transaction.savepoint()
        first = import_one(claims(tmp_path, *rows))
        rows[3] |= {"levied_yen": "99000"}
        second = import_one(claims(tmp_path, *rows))
        told.append((counts(first), counts(second), rejects(second), names(), written()))
        transaction.savepoint_rollback(point)
        rows[3] |= {"levied_yen": "41000"}
    assert told[0] == told[1]
    assert told[0][:2] == ((14, 0, 0, 1), (0, 1, 13, 1))


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([row(1, "Z1", "架空　一"), row(2, "Z1", "架空　一"), row(3, "Z1", "架空　二")], "架空　二"),
        (
            [row(1, "Z1", "架空　一"), row(2, "Z2", "架空　他"), row(3, "Z1", "架空　二"), row(4, "Z2", "架空　他")],
            "架空　二",
        ),
        ([row(1, "Z1", "架空　一"), row(2, "Z1", "架空　二"), row(2, "Z1", "架空　二")], "架空　二"),
        ([row(1, "Z1", "架空　一"), row(2, "Z2", "架空　他"), row(1, "Z1", "架空　二")], "架空　一"),
        ([row(1, "Z1", "架空　一"), row(2, "Z1", "架空　一"), row(1, "Z1", "架空　二")], "架空　一"),
        ([row(1, "Z1", "架空　一"), row(2, "Z1", "架空　二", due_on="5080699"), row(3, "Z1", "架空　一")], "架空　一"),
        ([row(1, "Z1", "架空　一"), row(2, "Z1", "", due_on="5080630"), row(3, "Z1", "架空　二")], "架空　二"),
        ([row(1, "Z1", "架空　一", due_on="5080699"), row(2, "Z1", "架空　一")], "架空　一"),
    ],
    ids=[
        "last",
        "interleaved",
        "last-twice",
        "last-refused",
        "last-refused-below",
        "bad-cell",
        "no-name",
        "first-refused",
    ],
)
def test_the_last_accepted_line_says_who_somebody_is(tmp_path, monkeypatch, rows, name):
    for chunk in (2, 100):
        monkeypatch.setattr(records, "CHUNK", chunk)
        point = transaction.savepoint()
        import_one(claims(tmp_path, *rows))
        assert names()["Z1"] == name
        transaction.savepoint_rollback(point)
