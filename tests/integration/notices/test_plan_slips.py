"""The slips of a plan: a sheet a month that shops can read, money by them pays what they name. All synthetic."""

from datetime import date
from io import BytesIO

import pypdfium2 as pdfium
import pytest
import zxingcpp
from django.urls import reverse

from claims.models import BookingSource, Claim, Slip
from claims.services import payments
from claims.services.plan_standing import state_of
from claims.services.slips import SlipRefused
from notices.services.plan_slips import make_plan_slips, next_numbers
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user, user
from tests.factories.moneyfiles import counter
from tests.factories.plans import DAY, drafted, signed, water
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Document
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def collector(settings, tmp_path):
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, DAY
    BookingSource.objects.update(by="own")
    return user(Role.COLLECTOR)


def make(plan, by, numbers=(1, 2, 3)) -> Document:
    return make_plan_slips(plan_id=plan.pk, numbers=numbers, issued_on=DAY, by=by)


def test_each_month_has_a_sheet_whose_codes_read_its_slips(collector):
    someone = person()
    plan = signed(claim(someone, principal_yen=30_000), water(someone, principal_yen=9_000), by=collector)
    document = make(plan, collector)
    pages = pdfium.PdfDocument(BytesIO(document_bytes(document)))
    assert len(pages) == document.pages
    pictures = [page.render(scale=300 / 72).to_pil() for page in pages]
    read = {code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)}
    slips = Slip.objects.filter(voided_on=None)
    assert {slip.barcode for slip in slips} <= {text.replace("(91)", "91") for text in read}
    assert sum(slip.amount_yen for slip in slips) == plan.total_yen
    assert {paper.document for slip in slips for paper in [slip.paper]} == {document}


def test_money_by_a_months_slip_keeps_the_plan(collector):
    owed = claim(person(), principal_yen=30_000)
    plan = signed(owed, by=collector)
    make(plan, collector)
    slip = Slip.objects.get(instalment__number=1, voided_on=None)
    content = counter([(slip.reference, slip.amount_yen, slip.due_on)])
    taken = payments.take_in(content=content, name="架空.csv", by=system_user(), as_of=slip.due_on)
    assert taken.problem == ""
    assert Claim.objects.get(pk=owed.pk).principal_yen == 30_000 - slip.amount_yen
    assert state_of(plan, on=date(2026, 12, 10)).code == "kept"
    assert next_numbers(plan, count=6, on=date(2026, 11, 25)) == [2, 3]


def test_a_draft_has_no_slips(collector):
    plan = drafted(claim(), by=collector)
    with pytest.raises(SlipRefused, match="誓約書を受けて"):
        make(plan, collector)
    assert not Document.objects.exists()


def test_the_page_of_the_plan_makes_the_next_months(client, collector):
    plan = signed(claim(), by=collector)
    client.force_login(collector)
    answer = client.post(reverse("notices:plan-slips", args=[plan.pk]), {"months": "2"}, follow=True)
    assert "納付書を2回分作りました" in answer.content.decode()
    assert Slip.objects.filter(voided_on=None).count() == 2
    kept = Document.objects.get(kind="plan_slips")
    url = reverse("claims:plan-document", args=[plan.pk, kept.pk])
    assert client.get(url).content[:5] == b"%PDF-"
    refused = client.post(reverse("notices:plan-slips", args=[plan.pk]), {"months": "0"}, follow=True)
    assert "1つ以上選んで" in refused.content.decode()
