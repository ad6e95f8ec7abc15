"""Whoever changes a row, by whatever way: the database keeps what it was, or refuses. A new table without either fails here."""

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection

APPS = ("toyota_collect", "debtors", "claims", "notices", "welfare", "lawyers")
JOB = "how far a job is; what it did stands in the rows it wrote and in the audit"
COUNTED = "figures that are counted anew"
# Tables that keep no past, with the reason.
WITHOUT = {
    "toyota_collect.summary": COUNTED,
    "claims.untouchedperson": COUNTED,
    "claims.boardday": COUNTED,
    "toyota_collect.documentcounter": "the next number of a kind of document",
    "claims.knownlines": "hashes of the last file, replaced with the next",
    "claims.importbatch": JOB,
    "claims.importfile": JOB,
    "claims.importpreview": JOB,
    "claims.previewfile": JOB,
    "claims.standardexport": JOB,
    "notices.printchunk": JOB,
    "notices.runjob": JOB,
    "notices.exclusion": "counted anew until a run is frozen, and then by its conditions",
}
# Any of these sets of triggers: the past is kept, or there is none.
KEPT = (
    {"update_update", "delete_delete"},
    {"append_only"},
    {"frozen"},
    {"read_only", "never_deleted"},
)


def own_models():
    for model in apps.get_models():
        if model._meta.app_label in APPS and not model.__name__.endswith("History") and not model._meta.proxy:
            yield model


def triggers(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regexp_replace(tgname, '^pgtrigger_(.*)_[0-9a-f]{5}$', '\\1') FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relname = %s AND NOT tgisinternal",
            [table],
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_table_keeps_its_past_or_is_never_changed():
    bare = {
        model._meta.label_lower
        for model in own_models()
        if not any(kept <= triggers(model._meta.db_table) for kept in KEPT)
    }
    assert bare == set(WITHOUT)


@pytest.mark.django_db
def test_the_look_at_triggers_can_fail():
    assert triggers(Session._meta.db_table) == set()
