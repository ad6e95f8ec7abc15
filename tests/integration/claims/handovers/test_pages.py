"""The office's page of 移管, and what the lists ask of the database. All synthetic."""

import io

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import handover_pages as pages
from claims.models import EvidenceNeed
from claims.services.evidence import attach, evidence_lamps
from tests.factories.handovers import DAY, handed_in, line_of, rent

pytestmark = pytest.mark.django_db


def test_the_office_decides_from_its_page(clerk, chief, director):
    first, second = rent(), rent()
    basket = handed_in([first, second], clerk, no_means="収入がない（架空）")
    client = Client()
    client.force_login(chief)
    url = reverse("claims:handover-decide", args=[basket.pk])
    page = client.post(url, {"pick": "all"}).content.decode()
    assert page.count(" checked") == 2
    assert "資力なしの申出" in page
    page = client.post(url, {"lines": [line_of(first).pk], "action": "return", "reason": ""}).content.decode()
    assert "理由を書いてください" in page
    assert (
        client.post(url, {"lines": [line_of(first).pk], "action": "return", "reason": "書類（架空）"}).status_code
        == 302
    )
    assert client.post(url, {"lines": [line_of(second).pk], "action": "accept"}).status_code == 302
    page = client.get(reverse("claims:handover-office", args=[basket.pk])).content.decode()
    assert "受入れの決裁を待っています" in page
    client.force_login(director)
    approval = line_of(second).approval
    assert "預金" not in str(approval.evidence)
    client.post(reverse("approvals:decide", args=[approval.pk]), {"decision": "approved"})
    assert (line_of(first).state, line_of(second).state) == ("returned", "accepted")
    document = line_of(second).decision_id
    assert client.get(reverse("claims:handover-office-paper", args=[basket.pk, document])).status_code == 200
    client.force_login(clerk)
    shown = client.get(reverse("claims:handover-board")).content.decode()
    assert "移管済" in shown
    assert "書類（架空）" in shown
    claim_page = client.get(reverse("claims:claim", args=[second.pk])).content.decode()
    assert "債権管理課（" in claim_page


def test_lists_ask_a_constant_number_of_queries(clerk):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            people = pages.people_with_reasons(clerk.section_id, on=DAY, only_met=False)
            pages.candidate_groups(people, clerk.section_id, on=DAY)
        return len(seen)

    rent()
    few = queries()
    for _ in range(5):
        rent()
    assert queries() == few


def test_lamps_of_many_claims_ask_three_queries(clerk, django_assert_num_queries):
    owed = [rent() for _ in range(4)]
    attach(claim_ids=[owed[0].pk], kind="contract", name="契約書.pdf", content=pdf(), by=clerk, on=DAY)
    evidence_lamps(owed, on=DAY)
    with django_assert_num_queries(3):
        lamps = evidence_lamps(owed, on=DAY)
    assert [lamps[one.pk].text for one in owed] == ["4点中1点", "4点中0点", "4点中0点", "4点中0点"]


def pdf() -> bytes:
    made = pypdfium2.PdfDocument.new()
    made.new_page(200, 200)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_every_class_has_its_papers():
    assert set(EvidenceNeed.objects.filter(kind=None).values_list("legal_class", flat=True)) == {"A", "B", "C"}
    assert EvidenceNeed.objects.filter(kind__code="housing_damages").count() == 3
