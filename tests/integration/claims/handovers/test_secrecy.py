"""移管: what a section never learns, and what is not there for others. All synthetic."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from claims import handover_pages as pages
from claims.models import Handover, Plan
from claims.services import handovers
from claims.services.clocks import refresh_clocks
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, user
from tests.factories.handovers import AFTER, DAY, DEADLINE, accept, handed_in, line_of, pick, rent, text_of
from tests.factories.plans import drafted
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


SECRETS = ("市民税", "654,321", "水道料金", "税の秘密", "TAX-987", "口座を差し押さえた", "市民税課")


@pytest.fixture
def mixed(clerk, chief):
    """A person who owes rent, and tax and water besides: with a contact, a hold, a basket of another section."""
    someone = person(name="税の秘密 花子", kana="カクウ ハナコ")
    identity(someone, "jutaku", name="架空 花子", ground="contract")
    identity(someone, "zei", person_number="TAX-987")
    owed = rent(someone)
    tax = claim(someone, principal_yen=654_321, due_on=date(2025, 6, 30), levy_year=2025)
    claim(someone, kind="water_charge", source="suido", principal_yen=123_456, due_on=date(2025, 5, 31), levy_year=2025)
    refresh_clocks([tax.pk])
    someone.contacts.create(
        on=DAY, channel="phone", outcome="refused", text="口座を差し押さえたことに怒っている", by=chief
    )
    tax_clerk = user(Role.SECTION_VIEWER, section=tax.section)
    others = pick([tax], tax_clerk)
    return {"person": someone, "rent": owed, "tax": tax, "others": others, "tax_clerk": tax_clerk}


def test_a_section_learns_nothing_of_other_sections_claims(mixed, clerk, chief, director):
    basket = handed_in([mixed["rent"]], clerk)
    handovers.announce(handover_id=mixed["others"].pk, deadline_on=DEADLINE, by=mixed["tax_clerk"], on=DAY)
    handovers.hand_in(handover_id=mixed["others"].pk, by=mixed["tax_clerk"], on=AFTER)
    for one, owed in ((basket, "rent"), (mixed["others"], "tax")):
        accept(one, [line_of(mixed[owed])], chief, director)
    another = rent(mixed["person"], instalment=3)
    client = Client()
    client.force_login(clerk)
    addresses = [
        reverse("claims:handovers"),
        reverse("claims:handovers") + "?show=all",
        reverse("claims:handover", args=[basket.pk]),
        reverse("claims:handover-board"),
        reverse("claims:handover-csv"),
        reverse("claims:evidence", args=[mixed["rent"].pk]),
        reverse("claims:claim", args=[mixed["rent"].pk]),
        reverse("debtors:search") + "?q=架空",
    ]
    shown = {address: client.get(address).content.decode() for address in addresses}
    assert "架空 花子" in "".join(shown.values())
    for address, page in shown.items():
        for secret in SECRETS:
            assert secret not in page, (address, secret)
    line = line_of(mixed["rent"])
    for document in (line.notice, line.decision):
        answer = client.get(reverse("claims:handover-paper", args=[basket.pk, document.pk]))
        assert answer["Content-Type"] == "application/pdf"
        text = text_of(document)[1]
        assert not [secret for secret in SECRETS if secret in text]
    assert AccessLog.objects.filter(action="handover.paper", by=clerk, person_key=mixed["person"].number).count() == 2
    assert pages.board_sums(pages.board(clerk.section_id))["accepted"] == 1  # and no count of it
    assert not any(rows.exists() for rows in pages.nav_waiting_section(clerk))
    facts = pages.people_with_reasons(clerk.section_id, on=AFTER, only_met=False)
    assert [(pk, known.claims) for pk, known, _ in facts] == [(mixed["person"].pk, 2)]
    assert another.pk in {
        row["claim"].pk for row in pages.candidate_groups(facts, clerk.section_id, on=AFTER)[0]["rows"]
    }


def test_what_is_anothers_is_not_there(mixed, clerk):
    others, line = mixed["others"], mixed["others"].lines.get()
    client = Client()
    client.force_login(clerk)
    posts = [reverse(f"claims:handover-{act}", args=[others.pk]) for act in ("announce", "hand-in", "discard")]
    posts += [reverse("claims:handover-drop", args=[line.pk])]
    gets = [reverse("claims:handover", args=[others.pk]), reverse("claims:evidence", args=[mixed["tax"].pk])]
    assert {client.post(url, {"reason": "架空"}).status_code for url in posts} == {404}
    assert {client.get(url).status_code for url in gets} == {404}
    client.post(reverse("claims:handover-pick"), {"claims": [mixed["tax"].pk]})
    client.post(reverse("claims:handover-pick"), {"person": mixed["person"].pk})
    own = Handover.objects.get(section=clerk.section)
    assert [one.claim for one in own.lines.all()] == [mixed["rent"]]
    for name in ("handover-inbox", "handover-office"):
        args = [others.pk] if name == "handover-office" else []
        assert client.get(reverse(f"claims:{name}", args=args)).status_code == 403


def test_the_office_sees_no_basket_before_it_is_handed_in(clerk, chief):
    basket = pick([rent()], clerk)
    client = Client()
    client.force_login(chief)
    assert client.get(reverse("claims:handover-office", args=[basket.pk])).status_code == 404
    assert not pages.inbox().exists()


@pytest.mark.parametrize(
    ("broken", "labels"),
    [("tax", ["高額", "連絡なし"]), ("rent", ["高額", "分納の不履行", "連絡なし"])],
)
def test_criteria_come_from_the_sections_own_claims_alone(broken, labels, mixed, clerk, chief):
    """Neither the refusal told to the office nor broken plans of another section's claims are reasons on its page."""
    for _ in range(2):
        plan = drafted(mixed[broken], by=chief)
        Plan.objects.filter(pk=plan.pk).update(
            closed_on=DAY, closed_as="cancelled", close_reason="架空", closed_by=chief
        )
    people = pages.people_with_reasons(clerk.section_id, on=DAY, only_met=True)
    (group,) = pages.candidate_groups(people, clerk.section_id, on=DAY)
    assert [chip["label"] for chip in group["chips"]] == labels
    assert group["known"].owed_yen == 400_000
