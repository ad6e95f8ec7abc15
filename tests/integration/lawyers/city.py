"""A person with tax, coercive and private claims, contacts of every ground and letters over all of it, in one mandate."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from django.conf import settings

from claims.models import Claim, ClaimEvent
from claims.services.evidence import attach
from debtors.models import Contact, Person
from lawyers.keys import key_of
from lawyers.models import Mandate, Packet
from lawyers.services import packets
from notices.models import Letter, LetterClaim, PrintRun
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, system_user
from tests.factories.lawyers import DAY, evidence, mandate, page, scan
from toyota_collect.permissions import Ground

TAX_NUMBER, SEWER_NUMBER, ATENA = "7654321098", "8765432109", "0098765432"
TAX_PERSON = "ZEI0012345"


@dataclass
class City:
    person: Person
    mandate: Mandate
    rent: list[Claim]
    tax: Claim
    sewer: Claim


def city(**facts: Any) -> City:
    someone = person(
        **({"name": "架空 花子", "kana": "カクウ ハナコ", "phone": "0565340001", "atena_number": ATENA} | facts)
    )
    identity(someone, "zei", ground=Ground.TAX, person_number=TAX_PERSON, phone="0909999888", atena_number=ATENA)
    identity(someone, "juki", ground=Ground.REGISTER, phone=someone.phone, atena_number=ATENA)
    tax = claim(someone, principal_yen=77_700, notice_number=TAX_NUMBER)
    sewer = claim(someone, kind="sewer_charge", source="suido", principal_yen=3_210, notice_number=SEWER_NUMBER)
    rent = [
        claim(
            someone, kind="housing_rent", source="jutaku", instalment=n, principal_yen=32_100, due_on=date(2026, n, 28)
        )
        for n in (6, 7)
    ]
    pay(rent[0], 10_000, on=date(2026, 9, 1))
    evidence(*rent)
    _papers(rent, tax)
    _contacts(someone)
    _letter(someone, [*rent, tax, sewer])
    _events(rent[0])
    return City(someone, mandate(None, *rent), rent, tax, sewer)


def _papers(rent: list[Claim], tax: Claim) -> None:
    both = page("この書類は2つの債権について作られた計算の控えです。")
    attach(claim_ids=[rent[0].pk, tax.pk], kind="basis", name="計算.pdf", content=both, by=system_user(), on=DAY)
    named = scan("named")
    attach(claim_ids=[rent[0].pk], kind="other", name="給与明細.png", content=named, by=system_user(), on=DAY)
    told = page("令和8年度の市民税・県民税の納税通知書の写しです。")
    attach(claim_ids=[rent[1].pk], kind="cause", name="添付.pdf", content=told, by=system_user(), on=DAY)


def _contacts(someone: Person) -> None:
    def said(text: str, **facts: Any) -> None:
        given = {"on": date(2026, 10, 3), "channel": "phone", "outcome": "talked", "by": system_user()}
        Contact.objects.create(person=someone, text=text, **(given | facts))

    said("家賃は月末に2万円納めるとのこと。", with_whom="self")
    said("固定資産の調査で預金が分かった。", ground=Ground.TAX)
    said("下水の件で電話した。", ground=Ground.COERCIVE)
    said("市民税も遅れている。")
    said("体をこわして入院していた。")
    said("生活が苦しい。", outcome="hardship")
    said("昼は職場にいる。", with_whom="employer")


def _letter(someone: Person, claims: list[Claim]) -> None:
    run = PrintRun.objects.create(
        fiscal_year=2026, sequence=1, state="draft", as_of=date(2026, 9, 30), issued_on=date(2026, 10, 1),
        deadline_on=date(2026, 10, 20), made_by=system_user(),
    )  # fmt: skip
    letter = Letter.objects.create(
        run=run, person=someone, serial=1, number="令和8年度 豊債催第4649号", state="posted", name=someone.name,
        total_yen=sum(one.outstanding_yen for one in claims), snapshot={}, snapshot_sha256="0" * 64,
    )  # fmt: skip
    for one in claims:
        LetterClaim.objects.create(letter=letter, claim=one, principal_yen=one.principal_yen, fee_yen=0, late_yen=0)


def _events(rent: Claim) -> None:
    for kind, on in (("dunning", date(2026, 8, 3)), ("acknowledgement", date(2026, 9, 2)), ("grace", date(2026, 9, 5))):
        ClaimEvent.objects.create(
            claim=rent, kind=kind, on=on, ground=rent.ground, origin="架空", by=system_user(), detail={}
        )


def made(of: Mandate) -> Packet:
    """The packet of the mandate, as a worker makes it."""
    packet = packets.ask_packet(mandate_id=of.pk, by=system_user(), on=DAY)
    packets.make(packet_id=packet.pk)
    packet.refresh_from_db()
    return packet


def key(packet: Packet) -> str:
    return key_of(packet.mandate.firm_id, on=DAY, by=system_user())


def file_of(packet: Packet) -> Path:
    return Path(settings.MEDIA_ROOT) / packet.path


def words(packet: Packet) -> str:
    """All that can be read in the packet: pages, bookmarks and the table, without blanks."""
    document = pdfium.PdfDocument(file_of(packet), password=key(packet))
    text = "".join(one.get_textpage().get_text_range() for one in document)
    document.close()
    with pikepdf.open(file_of(packet), password=key(packet)) as pdf:
        text += "".join(spec.get_file().read_bytes().decode("utf-8") for spec in pdf.attachments.values())
        with pdf.open_outline() as outline:
            for item in outline.root:
                text += "".join([item.title, *(child.title for child in item.children)])
    return "".join(text.split())


__all__ = [
    "ATENA",
    "SEWER_NUMBER",
    "TAX_NUMBER",
    "TAX_PERSON",
    "City",
    "city",
    "file_of",
    "key",
    "made",
    "words",
]
