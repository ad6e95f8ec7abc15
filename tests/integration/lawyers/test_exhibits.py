"""What the apps offer as proof, each with every claim it tells of."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claims.models import Claim
from claims.services.evidence import withdraw
from debtors.models import WorkItem
from lawyers.disclosure import disclosed_many
from lawyers.models import LegalCase
from notices.models import Dunning, DunningRun, ReturnedLetter
from tests.factories.claims import book, claim
from tests.factories.debtors import identity, person, protect, system_user
from tests.factories.lawyers import DAY, evidence, mandate, page
from toyota_collect.documents.store import keep_document
from toyota_collect.models import Document
from toyota_collect.permissions import Ground
from toyota_collect.registry import Exhibit, registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def rent(**facts: Any) -> Claim:
    someone = facts.pop("of", None) or person()
    if not someone.identities.exists():
        identity(someone, "juki", ground=Ground.REGISTER)
    return claim(someone, kind="housing_rent", source="jutaku", **facts)


def offered(*claims: Claim) -> dict[str, Exhibit]:
    ids = {one.pk for one in claims}
    return {one.key: one for source in registry.exhibits for one in source(ids, DAY)}


def shown(*claims: Claim) -> set[str]:
    """Keys of what the firm may see, without numbers."""
    mandate(None, *claims)
    case = LegalCase.objects.latest("pk")
    told = disclosed_many([case], on=DAY)[case.pk]
    return {one.key.split(":")[0] for one in told.shown}


def dunned(*claims: Claim, document: Document | None = None) -> list[Dunning]:
    run = DunningRun.objects.create(
        fiscal_year=2026, sequence=DunningRun.objects.count() + 1, issued_on=date(2026, 9, 15), deadline_on=date(2026, 9, 30),
        state="posted", made_by=system_user(),
    )  # fmt: skip
    paper = document or keep_document(
        number=f"架空{run.pk}号", kind="dunning", subject_type="notices.dunning", subject_key="1",
        path=f"documents/dunning/{run.pk}.pdf", content=page("督促状　市営住宅使用料が納められていません。"), pages=1, by=system_user(),
    )  # fmt: skip
    return [
        Dunning.objects.create(
            run=run, person=one.identity.person, claim=one, serial=n, number=f"豊督{run.pk}-{n}", state="posted",
            principal_yen=one.principal_yen, fee_yen=0, statute="地方自治法施行令171条", document=paper,
        )
        for n, one in enumerate(claims, 1)
    ]  # fmt: skip


def test_a_file_kept_for_two_claims_tells_of_both_whichever_is_asked_for():
    one, other = rent(), rent()
    (row, _) = evidence(one, other, kinds=("contract",))
    assert offered(one)[f"evidence:{row.pk}"].claims == {one.pk, other.pk}
    assert "evidence" not in shown(one)


def test_a_withdrawn_file_is_told_to_the_city_alone():
    one = rent()
    (row,) = evidence(one, kinds=("contract",))
    withdraw(evidence_id=row.pk, reason="違う", by=system_user())
    assert offered(one)[f"evidence:{row.pk}"].withdrawn
    assert "evidence" not in shown(one)


def test_a_dunning_goes_in_with_its_paper_when_all_of_it_is_of_the_case():
    one = rent()
    dunned(one)
    assert {"dunning", "dunning-paper"} <= shown(one)


def test_a_paper_shared_with_a_claim_of_tax_stays_and_its_posting_is_told():
    one = rent()
    tax = claim(one.identity.person)
    dunned(one, tax)
    assert {"dunning", "dunning-paper"} & shown(one) == {"dunning"}


def test_a_paper_with_the_address_of_somebody_protected_stays():
    one = rent()
    dunned(one)
    protect(one.identity.person)
    assert {"dunning", "dunning-paper"} & shown(one) == {"dunning"}


def test_a_letter_that_came_back_says_so():
    one = rent()
    (letter,) = dunned(one)
    step = WorkItem.objects.create(
        person=one.identity.person,
        reason="返戻",
        next_step="調べる",
        due_on=DAY,
        subject_key="x",
        opened_by=system_user(),
    )
    ReturnedLetter.objects.create(
        dunning=letter, reason="unknown", returned_on=date(2026, 9, 20), received_at="2026-09-20T09:00+09:00",
        received_by=system_user(), work_item=step,
    )  # fmt: skip
    assert offered(one)[f"dunning:{letter.pk}"].text == "返戻 R8.9.20（宛所不明）"


@pytest.mark.parametrize(
    ("channel", "told"),
    [("窓口", "収納（窓口）"), ("convenience", "収納（コンビニ）"), ("seizure", "収納"), ("el_qr", "収納")],
)
def test_where_money_came_from_is_told_only_where_it_tells_of_nothing_else(channel, told):
    from claims.models import Receipt

    one = rent()
    receipt = Receipt.objects.create(
        source=one.source,
        receipt_number=channel,
        paid_on=DAY,
        amount_yen=500,
        left_yen=500,
        ground=Ground.TAX,
        channel=channel,
    )
    book(one, "receipt", "principal", -500, on=DAY, receipt=receipt)
    titles = {exhibit.title for exhibit in offered(one).values() if exhibit.kind == "ledger"}
    assert titles == {"調定", told}


def test_a_claim_of_class_a_is_shown_in_nothing_even_if_it_is_in_a_case():
    sewer = claim(person(), kind="sewer_charge", source="suido")
    evidence(sewer, kinds=("cause",))
    assert shown(sewer) == set()


def test_nothing_is_asked_where_there_is_no_claim():
    assert disclosed_many([], on=DAY) == {}
