"""A few people of the demo city with its lawyers: a draft, and a mandate that was handed over; only in a demo, and only once."""

import json
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image, ImageDraw

from claims.models import Claim
from claims.services.events import EventRefused, record_events
from claims.services.evidence import attach, evidence_lamps
from lawyers.models import Designation, Firm, LegalCase, Mandate
from lawyers.services import cases, court, mandates, packets, proposals, room
from lawyers.services.bundles import bundles
from lawyers.services.candidates import candidates, owing
from toyota_collect import approvals
from toyota_collect.business_date import business_date
from toyota_collect.models import User

GROUP = "home"
LOOKED_AT, HANDED, DRAFTED = 200, 4, 3
MENDED = {"welfare_gate", "not_dunned"}  # what the demo itself puts right for a few


class Command(BaseCommand):
    help = "架空の市に、弁護士への委任を入れる（DEMO=1 のときだけ。二度目は何もしない）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO=1 のときだけ使えます。本番のデータベースに架空のデータは入れません。")
        made = 0 if Mandate.objects.exists() else _fill()
        self.stdout.write(json.dumps({"cases": made}))


def _fill() -> int:
    on, lawyer = business_date(), User.objects.get(username="lawyer")
    firm, _ = Firm.objects.get_or_create(name="架空 みどり法律事務所")
    firm.members.add(lawyer)
    Firm.objects.get_or_create(name="架空 あおば法律事務所")
    number = {"number": "架空告示第12号", "source": "契約書（架空）"}
    Designation.objects.get_or_create(firm=firm, starts_on=date(2026, 4, 1), defaults=number)
    people = _ready(on)
    if len(people) <= HANDED:
        return 0
    collector = User.objects.get(username="collector")
    handed = _handed(firm, people[:HANDED], collector, on)
    for case in handed[:3]:
        cases.accept(case_id=case.pk, conflict_check="事件簿と顧客名簿で該当なし（架空）", by=lawyer, on=on)
    if len(handed) >= 3:
        _worked(handed, lawyer, collector, on)
    mandates.pick(firm_id=firm.pk, group=GROUP, person_ids=people[HANDED:], by=collector, on=on)
    return LegalCase.objects.count()


def _ready(on: date) -> list[int]:
    """People of whom only welfare's answer or the 督促 was missing; both are brought, with papers that prove the claims."""
    found = []
    for row in owing(on=on, group=GROUP, least_yen=60_000)[:LOOKED_AT]:
        one = candidates([row["person"]], on=on)[0]
        rent = [claim for claim in one.claims if claim.kind.group == GROUP and claim.kind.code != "sewer_charge"]
        reasons = {reason.code for pk, reason in one.verdict.excluded if pk in {claim.pk for claim in rent}}
        reasons |= {reason.code for reason in one.verdict.person_reasons} - {"nothing", "below_least"}
        if rent and not reasons - MENDED:
            _mend(one.person, rent, on)
            mended = candidates([row["person"]], on=on)
            if mended[0].verdict.allowed and not mandates.veto_of(bundles(mended, on=on)[0]):
                found.append(row["person"])
        if len(found) == HANDED + DRAFTED:
            break
    return found


def _mend(person: Any, rent: list[Claim], on: date) -> None:
    supervisor, worker = User.objects.get(username="supervisor"), User.objects.get(username="welfare")
    question = apps.get_model("welfare", "LawyerQuestion")
    if not question.objects.filter(person=person).exists():
        asked = {"asked_on": on - timedelta(days=20), "asked_by": supervisor, "ground": "豊田市債権管理条例（架空）"}
        told = {"answer": "go", "answered_on": on - timedelta(days=8), "answered_by": worker}
        question.objects.create(person=person, **asked, **told)
    for claim in rent:
        if not claim.events.filter(kind="dunning", withdrawn_at=None).exists():
            day = claim.due_on + timedelta(days=20)
            with suppress(EventRefused):
                record_events(
                    claim_ids=[claim.pk], kind="dunning", on=day, origin="督促状（架空）", by=supervisor,
                    detail={"arrived_on": (day + timedelta(days=3)).isoformat()},
                )  # fmt: skip
    free = [claim for claim in candidates([person.pk], on=on)[0].chosen if claim.kind.group == GROUP]
    lamps = evidence_lamps(free, on=on)
    for kind in sorted({kind for claim in free for kind in lamps[claim.pk].missing}):
        name = f"{kind}.png"
        attach(
            claim_ids=[claim.pk for claim in free][:100],
            kind=kind,
            name=name,
            content=_scan(f"{person.number} {kind}"),
            by=supervisor,
            on=on,
        )


def _handed(firm: Firm, people: list[int], collector: User, on: date) -> list[LegalCase]:
    made = mandates.pick(firm_id=firm.pk, group=GROUP, person_ids=people, by=collector, on=on)
    asked = mandates.ask(mandate_id=made.pk, reason="催告・電話・訪問に応じない（架空）", by=collector, on=on)
    approvals.decide(approval_id=asked.pk, decision="approved", by=User.objects.get(username="director"))
    packet = packets.ask_packet(mandate_id=made.pk, by=collector, on=on)
    packets.make(packet_id=packet.pk)
    with suppress(mandates.MandateRefused):  # a packet with a fault stays to be looked at
        mandates.hand_over(mandate_id=made.pk, by=collector, on=on, looked=True)
    return list(made.cases.filter(state=LegalCase.State.HANDED).order_by("pk"))


def _worked(handed: list[LegalCase], lawyer: User, collector: User, on: date) -> None:
    first, second, third = handed[:3]
    for case, text in ((first, "受任通知を送った（架空）"), (second, "電話で話した。分割を希望（架空）")):
        room.write_entry(case_id=case.pk, day=on, kind="letter", text=text, token=uuid4(), by=lawyer, on=on)
    room.ask(case=first, by_firm=True, text="契約書の原本は、どこにありますか（架空）", token=uuid4(), by=lawyer, on=on)
    plan = [{"on": on + timedelta(days=30 * step), "yen": 10_000} for step in range(1, 7)]
    terms = {"text": "毎月末日に分割して支払う（架空）", "total_yen": 60_000, "instalments": plan, "forfeits_after": 2}
    proposals.propose(
        case_id=second.pk,
        kind="settle",
        text="収入が戻り、分割なら払える（架空）",
        token=uuid4(),
        by=lawyer,
        on=on,
        terms=terms,
    )
    order = proposals.propose(
        case_id=third.pk, kind="payment_order", text="連絡に応じない（架空）", token=uuid4(), by=lawyer, on=on
    )
    asked = proposals.ask_decision(proposal_id=order.pk, reason="時効を止める（架空）", council="", by=collector, on=on)
    approvals.decide(approval_id=asked.pk, decision="approved", by=User.objects.get(username="director"))
    begun = court.open_proceeding(
        proposal_id=order.pk, court="架空簡易裁判所", court_number="令和8年（ロ）第0号", by=lawyer, on=on
    )
    court.add_step(proceeding_id=begun.pk, kind="filed", day=on, by=lawyer, on=on)


def _scan(text: str) -> bytes:
    """A page as a scanner gives it, with a word on it; it says that it is synthetic."""
    page = Image.new("L", (620, 877), 255)
    ImageDraw.Draw(page).text((60, 60), f"SAMPLE (synthetic) {text}", fill=0)
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
