"""A packet of 200 people: within minutes, its progress told, in memory that does not grow with the people. Synthetic."""

import resource
import shutil
import subprocess
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import pikepdf
import pytest

from debtors.models import Contact
from lawyers.keys import key_of
from lawyers.models import Mandate, Packet
from lawyers.services import packets
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, system_user
from tests.factories.lawyers import DAY, evidence, mandate

pytestmark = pytest.mark.django_db
MINUTES = 10


@pytest.mark.parametrize("people", [pytest.param(6, id="6"), pytest.param(200, id="200", marks=pytest.mark.long)])
def test_it_builds_in_minutes_and_opens(people: int, settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    bundle = _bundle(people)
    told: list[int] = []
    monkeypatch.setattr(packets, "_tell", _listening(packets._tell, told))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = perf_counter()
    packet = packets.ask_packet(mandate_id=bundle.pk, by=system_user(), on=DAY)
    packets.make(packet_id=packet.pk)
    seconds = perf_counter() - begun
    packet.refresh_from_db()
    assert (packet.faults[:3], packet.state, packet.done) == ([], Packet.State.READY, people)
    assert told == sorted(told)
    assert len(set(told)) >= min(people, 6)
    key, path = key_of(bundle.firm_id, on=DAY, by=system_user()), tmp_path / packet.path
    with pikepdf.open(path, password=key) as pdf:
        assert len(pdf.pages) == packet.pages
        assert not pdf.check_pdf_syntax()
    if qpdf := shutil.which("qpdf"):
        subprocess.run([qpdf, "--check", f"--password={key}", path], check=True, capture_output=True)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(
        f"{people} people: {seconds:.0f} s, {packet.pages} pages, {packet.size_bytes >> 20} MB, {peak} MB more memory"
    )
    assert seconds < MINUTES * 60


def _listening(real: Any, told: list[int]) -> Any:
    def listen(packet: Packet, *, done: int) -> None:
        told.append(done)
        real(packet, done=done)

    return listen


def _bundle(people: int) -> Mandate:
    claims = []
    for place in range(people):
        someone = person(
            name=f"架空 賃借{place}", name_key=f"架空賃借{place}", kana_key=f"カクウ{place}", phone="0565340001"
        )
        identity(someone, "juki", ground="register", phone="0565340001")
        claim(someone, principal_yen=55_000)
        own = [
            claim(
                someone, kind="housing_rent", source="jutaku", instalment=month, principal_yen=32_100 * month,
                due_on=date(2026, month, 28),
            )
            for month in range(1, 9)
        ]  # fmt: skip
        pay(own[0], 10_000, on=date(2026, 9, 1))
        evidence(*own, kinds=("contract", "cause", "delivery"))
        evidence(*own, kinds=("basis",), text=f"請求書の控え　市営住宅使用料　{someone.name}")
        for text in ("月末に納める。", "市民税も遅れている。", "不在の連絡票を入れた。"):
            Contact.objects.create(
                person=someone, on=date(2026, 10, 3), channel="phone", outcome="talked", text=text, by=system_user()
            )
        claims += own
    return mandate(None, *claims)
