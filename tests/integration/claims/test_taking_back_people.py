"""取込の取り消し: people, events of life, mended rows and payments go back with their file. All data is synthetic."""

from datetime import date

import pytest

from claims import tasks
from claims.intake import preview
from claims.models import (
    Claim,
    Payment,
    PaymentTarget,
)
from claims.services import mending, taking_back
from claims.services.payments import settle_section_payments
from debtors.models import FormerFact, LifeEvent, Person, SourceIdentity, WorkItem
from tests.factories.debtors import user
from tests.factories.extracts import AS_OF, claims, counts, import_one, receipts, register, welfare
from tests.factories.taking_back import proven, refusal, state, take_back

# Each file is a transaction of its own here: by its moment the history is known again.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def day(settings):
    settings.BASE_DATE = AS_OF


def test_the_register_entries_of_people_who_came_with_the_file_are_let_go(tmp_path):
    import_one(register(tmp_path, {}))
    file = import_one(claims(tmp_path, {}))
    person = Person.objects.get()
    assert person.identities.count() == 2
    assert take_back(file).state == "done"
    assert SourceIdentity.objects.get().person is None
    assert not Person.objects.in_force().exists()
    import_one(claims(tmp_path, {}))
    assert Person.objects.in_force().get() == person
    assert person.identities.count() == 2


def test_events_of_life_go_with_their_file_and_their_step_is_closed(tmp_path):
    import_one(register(tmp_path, {}))
    import_one(claims(tmp_path, {}))
    before = state()
    moved = import_one(register(tmp_path, {"address": "愛知県岡崎市十王町二丁目9番地", "former_name": "架空　旧姓"}))
    assert (LifeEvent.objects.get().kind, FormerFact.objects.count()) == ("moved_out", 2)
    item = WorkItem.objects.get(closed_at=None)
    assert take_back(moved).state == "done"
    assert state() == before
    assert not LifeEvent.objects.exists()
    item.refresh_from_db()
    assert item.outcome == "取込の取り消し"
    assert counts(import_one(register(tmp_path, {}))) == (0, 0, 1, 0)


def test_a_handled_event_of_life_keeps_its_file(tmp_path):
    import_one(register(tmp_path, {}))
    import_one(claims(tmp_path, {}))
    file = import_one(welfare(tmp_path, {}))
    assert taking_back.outlook(file.batch, file).figures.life_events == 1
    LifeEvent.objects.update(handled_on=AS_OF, handled_by=user("collector"), outcome="確かめた")
    assert "異動1件" in refusal(file)


def test_a_mended_row_goes_first_and_may_be_mended_again(tmp_path):
    file = import_one(claims(tmp_path, {}, {"instalment": "02", "due_on": "5080231"}))
    row = file.rejected_rows.get()
    clerk = user("receipts_clerk")
    mend = {"row_id": row.pk, "changes": {"due_on": "5080228"}, "reason": "確かめた", "by": clerk, "as_of": AS_OF}
    mended = mending.send_row(**mend).file
    tasks.finish_import(batch_id=mended.batch_id)
    mended.refresh_from_db()
    assert mended.name in refusal(file)
    assert take_back(mended).state == "done"
    assert Claim.objects.get().instalment == 1
    again = mending.send_row(**mend).file
    tasks.finish_import(batch_id=again.batch_id)
    assert counts(again) == (1, 0, 0, 0)
    proven()


def test_a_payment_that_the_sections_receipt_had_settled_waits_again(tmp_path):
    import_one(claims(tmp_path, {}))
    payment = Payment.objects.create(
        feed="convenience", key="k", state="final", paid_on=date(2026, 7, 15), amount_yen=1_000, section_yen=1_000,
        first_seen_on=date(2026, 7, 20),
    )  # fmt: skip
    PaymentTarget.objects.create(payment=payment, claim=Claim.objects.get())
    file = import_one(receipts(tmp_path, {}))
    assert settle_section_payments(today=AS_OF) == 1
    assert take_back(file).state == "done"
    payment.refresh_from_db()
    assert payment.settled_at is None


def test_a_preview_of_before_is_made_anew(tmp_path):
    file = import_one(claims(tmp_path, {}))
    (tmp_path / "inbox").mkdir()
    path = claims(tmp_path / "inbox", {})
    found = preview.preview(preview.start(by=user("receipts_clerk"), as_of=AS_OF), path.parent)
    assert preview.why_not(found, path.parent, as_of=AS_OF) == ""
    take_back(file)
    assert "取込の取り消し" in preview.why_not(found, path.parent, as_of=AS_OF)
