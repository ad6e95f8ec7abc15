"""What tests keep for one another is put back as it was made, and nothing else is touched."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories.claims import claim, pay
from tests.factories.debtors import person, system_user
from tests.kept import Kept
from toyota_collect.models import Holiday, Setting, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(tmp_path_factory, settings, tmp_path) -> Kept:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return Kept(tmp_path_factory.mktemp("fresh"))


def everything() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM pristine.rows()")
        return set(cursor.fetchall())


def test_rows_and_files_are_put_back_as_they_were(fresh, settings):
    made = []

    def make():
        made.append(1)
        someone = person(name="架空　𠮷子\\ \"',()")
        owed = claim(someone, principal_yen=10_000)
        pay(owed, 4_000, on=owed.due_on)
        Holiday.objects.order_by("on").first().delete()
        first = Setting.objects.order_by("pk").first()
        first.source = "架空"
        first.save()
        (Path(settings.MEDIA_ROOT) / "runs").mkdir()
        (Path(settings.MEDIA_ROOT) / "runs" / "one.pdf").write_bytes(b"one")
        return {"who": [someone, 7], "owed": owed}

    before = everything()
    with transaction.atomic():
        first = fresh(make)
        written = everything()
        transaction.set_rollback(True)
    assert everything() == before != written
    file = Path(settings.MEDIA_ROOT) / "runs" / "one.pdf"
    file.write_bytes(b"another test wrote over it")
    beside = system_user()
    User.objects.filter(pk=beside.pk).update(display_name="ほか")
    again = fresh(make)
    User.objects.filter(pk=beside.pk).update(display_name=beside.display_name)
    assert made == [1]
    # That a user was changed and changed back, which this test does itself, stands in the history.
    there = everything()
    assert len(there - written) == 2
    assert {table for table, _row in there ^ written} == {"toyota_collect_userhistory"}
    assert file.read_bytes() == b"one"
    assert again == first
    assert again["owed"] is not first["owed"]


def test_each_argument_has_its_own(fresh):
    def make(name):
        return person(name=name)

    with transaction.atomic():
        assert fresh(make, "架空　一").name == "架空　一"
        transaction.set_rollback(True)
    assert fresh(make, "架空　二").name == "架空　二"
    assert fresh(make, "架空　一").name == "架空　一"


def test_what_was_to_change_and_is_another_by_now_fails(fresh):
    def make():
        Setting.objects.order_by("pk")[0].delete()

    with transaction.atomic():
        fresh(make)
        transaction.set_rollback(True)
    Setting.objects.filter(pk=Setting.objects.order_by("pk")[0].pk).update(source="ほか")
    with pytest.raises(DatabaseError, match="not as they were"), transaction.atomic():
        fresh(make)


def test_what_one_test_could_change_for_the_next_is_not_kept(fresh):
    with pytest.raises(AssertionError, match="may change in one test"):
        fresh(lambda: {"rows": {1, 2}})
