"""The families out of the ledger: what is in them, what never is, and that each export is logged. All data is synthetic."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from claims.models import ClaimEvent, ClaimParty, Hold
from claims.services.standard_exports import export_to_folder
from claims.standard.schema import families
from debtors.models import SourceSystem
from tests.factories.claims import book, claim, pay, receive
from tests.factories.debtors import identity, person, protect, system_user
from toyota_collect.models import AccessLog, AuditEvent
from toyota_collect.permissions import Ground

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 20)


def write(folder: Path, source: str = "", as_of: date = AS_OF) -> dict[str, list[dict[str, str]]]:
    """Rows by family."""
    found = SourceSystem.objects.get(code=source) if source else None
    export_to_folder(folder, as_of=as_of, today=AS_OF, source=found, by=system_user(), path="test")
    rows = {}
    for family in families().values():
        with (folder / family.file_name(as_of, source)).open(encoding="utf-8", newline="") as file:
            rows[family.code] = list(csv.DictReader(file))
    return rows


def test_a_claim_is_told_with_its_key_its_money_and_its_day(tmp_path):
    owed = claim(principal_yen=41_000, fee_yen=100, notice_number="N1", detail_code="7", collector_number="88")
    pay(owed, 1_500, on=date(2026, 10, 1))
    (row,) = write(tmp_path)["std-meisai"]
    assert {
        "市区町村コード": "232114", "業務システム": "zei", "債権種目": "resident_tax", "賦課年度": "2026", "通知書番号": "N1",
        "業務詳細コード": "7", "特別徴収義務者指定番号": "88", "期別": "1", "納期限": "2026-08-31", "本税・元金": "39500",
        "督促手数料": "100", "合計": "39600",
    }.items() <= row.items()  # fmt: skip


def test_a_past_day_shows_what_was_owed_on_it(tmp_path):
    owed = claim(principal_yen=10_000)
    pay(owed, 4_000, on=date(2026, 10, 2))
    assert write(tmp_path, as_of=date(2026, 10, 1))["std-meisai"][0]["合計"] == "10000"
    assert write(tmp_path, as_of=date(2026, 10, 2))["std-meisai"][0]["合計"] == "6000"


def test_the_levy_its_correction_and_its_exemption_stand_apart(tmp_path):
    owed = claim(principal_yen=10_000)
    book(owed, "correction", "principal", -1_000, on=date(2026, 9, 1))
    book(owed, "exemption", "principal", -2_000, on=date(2026, 9, 2))
    (row,) = write(tmp_path)["std-chotei"]
    assert [row[title] for title in ("調定額", "更正後調定額", "減免額", "収納済額")] == ["10000", "9000", "2000", "0"]


def test_a_receipt_taken_back_is_two_rows(tmp_path):
    owed = claim(principal_yen=10_000)
    receipt = pay(owed, 4_000, on=date(2026, 10, 2))
    entry = owed.entries.get(kind="receipt")
    book(owed, "reversal", "principal", 4_000, on=date(2026, 10, 9), reverses=entry)
    first, second = write(tmp_path)["std-shunou"]
    assert (first["領収番号"], first["本税・元金"], first["取り消す領収番号"]) == (receipt.receipt_number, "4000", "")
    assert (second["取り消す領収番号"], second["領収日"], second["本税・元金"]) == (
        receipt.receipt_number,
        "2026-10-09",
        "4000",
    )


def test_one_receipt_for_two_claims_has_two_numbers(tmp_path):
    debtor = person()
    one, two = claim(debtor), claim(debtor)
    receipt = receive(one, 1_500, on=date(2026, 10, 2))
    book(one, "receipt", "principal", -1_000, on=date(2026, 10, 2), receipt=receipt)
    book(two, "receipt", "principal", -500, on=date(2026, 10, 2), receipt=receipt)
    rows = {row["通知書番号"]: (row["領収番号"], row["本税・元金"]) for row in write(tmp_path)["std-shunou"]}
    number = receipt.receipt_number
    assert rows == {one.notice_number: (number, "1000"), two.notice_number: (f"{number}-2", "500")}


def test_a_hold_of_a_person_reaches_each_claim_it_silences(tmp_path):
    debtor = person()
    claim(debtor, kind="resident_tax"), claim(debtor, kind="property_tax")
    facts = {"person": debtor, "starts_on": date(2026, 1, 1), "placed_by": system_user(), "channels": ["dunning"]}
    Hold.objects.create(reason="dispute", review_on=date(2027, 1, 1), **facts)
    Hold.objects.create(reason="tax_grace", ends_on=date(2027, 1, 1), **facts)
    rows = write(tmp_path)
    assert len(rows["std-tokusokuteishi"]) == 4
    assert [(row["範囲"], row["終了日"]) for row in rows["std-yuyo"]] == [("person", "2026-12-31")] * 2
    assert rows["std-shikkouteishi"] == []


def test_events_and_heirs(tmp_path):
    owed, heir = claim(), person(name="架空 花子")
    ClaimParty.objects.create(claim=owed, person=heir, role="heir", starts_on=date(2026, 5, 1), ground="register")
    for kind, day in [("dunning", 18), ("demand", 19), ("acknowledgement", 20), ("acknowledgement", 21)]:
        ClaimEvent.objects.create(
            claim=owed, kind=kind, on=date(2026, 11, day), ground="tax", origin="架空", by=system_user()
        )
    rows = write(tmp_path)
    assert [row["日付"] for row in rows["std-tokusoku"]] == ["2026-11-18"]
    assert [row["日付"] for row in rows["std-saikoku"]] == ["2026-11-19"]
    assert [(row["できごと"], row["日付"]) for row in rows["std-jiko"]] == [("acknowledgement", "2026-11-20")]
    assert [row["整理番号"] for row in rows["std-shokei"]] == [heir.number]
    assert rows["std-chotei"][0]["督促状発付日"] == "2026-11-18"


@pytest.mark.parametrize("ends_on", [None, date(2026, 11, 21)])
def test_a_protected_address_is_in_no_file(tmp_path, ends_on):
    secret = person(address="愛知県豊田市秘匿町9番地", phone="0565-99-9999")
    claim(secret, kind="resident_tax"), claim(secret, kind="housing_rent", source="jutaku")
    identity(secret, "juki", ground=Ground.REGISTER, atena_number="A9", phone="0565-99-9999")
    protect(secret, ends_on=ends_on)
    rows = write(tmp_path)
    text = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert "秘匿町" not in text
    assert "0565-99-9999" not in text
    assert len(rows["std-chotei"]) == 2


def test_an_address_is_told_again_once_the_measure_has_ended(tmp_path):
    known = person(address="愛知県豊田市既知町9番地")
    claim(known)
    protect(known, ends_on=date(2026, 11, 20))
    assert write(tmp_path)["std-chotei"][0]["住所"] == "愛知県豊田市既知町9番地"


def test_the_measure_itself_is_in_its_own_family(tmp_path):
    secret = person()
    identity(secret, "juki", ground=Ground.REGISTER, atena_number="A9")
    protect(secret, starts_on=date(2026, 4, 1), ends_on=date(2027, 4, 1))
    (row,) = write(tmp_path)["std-shien"]
    assert (row["宛名番号"], row["開始日"], row["終了日"]) == ("A9", "2026-04-01", "2027-03-31")


def test_an_export_for_a_source_holds_only_that_sources_claims(tmp_path):
    debtor = person()
    claim(debtor, kind="resident_tax", source="zei", notice_number="ZEI-SECRET")
    claim(debtor, kind="housing_rent", source="jutaku", notice_number="RENT")
    other = claim(kind="resident_tax", source="zei").identity.person
    rows = write(tmp_path, "jutaku")
    assert {row["業務システム"] for family in rows.values() for row in family} == {"jutaku"}
    assert "ZEI-SECRET" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    logged = set(AccessLog.objects.filter(action="standard.export").values_list("person_key", flat=True))
    assert logged == {debtor.number}
    assert other.number not in logged


def test_every_person_of_an_export_is_in_the_access_log(tmp_path):
    numbers = {claim().identity.person.number for _ in range(3)}
    write(tmp_path)
    rows = AccessLog.objects.filter(action="standard.export", path="test")
    assert set(rows.values_list("person_key", flat=True)) == numbers
    assert AuditEvent.objects.get(event="standard.exported").detail["people"] == 3


def test_a_cell_that_a_spreadsheet_would_run_is_text(tmp_path):
    claim(person(name="=HYPERLINK(1)"), notice_number="-1")
    (row,) = write(tmp_path)["std-meisai"]
    assert (row["氏名・名称"], row["通知書番号"]) == ("'=HYPERLINK(1)", "'-1")


def test_the_manifest_tells_rows_sums_and_hash(tmp_path, settings, capsys):
    settings.BASE_DATE = AS_OF
    claim(principal_yen=10_000), claim(principal_yen=5_000)
    call_command("standard_export", as_of=AS_OF, out=tmp_path)
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["files"] == told["files"]
    one = next(file for file in told["files"] if file["family"] == "std-meisai")
    assert (one["rows"], one["sums"]["合計"]) == (2, 15_000)
    assert one["sha256"] == hashlib.sha256((tmp_path / one["file"]).read_bytes()).hexdigest()
    assert {path.name for path in tmp_path.iterdir()} == {file["file"] for file in told["files"]} | {"manifest.json"}


@pytest.mark.parametrize(
    ("options", "said"),
    [({"as_of": date(2026, 11, 21)}, "まだ来ていません"), ({"source": "nai"}, "登録されていません")],
)
def test_what_cannot_be_exported_is_said(tmp_path, settings, options, said):
    settings.BASE_DATE = AS_OF
    with pytest.raises(CommandError, match=said):
        call_command("standard_export", **({"as_of": AS_OF, "out": tmp_path} | options))


def test_a_protection_that_ended_hides_until_somebody_confirms_it(tmp_path):
    """Also of an entry of the register that nobody holds."""
    facts = {"ground": Ground.REGISTER, "person_number": "A9", "atena_number": "A9", "address": "豊田市秘匿町9"}
    entry = identity(person(), "juki", **facts)
    entry.person = None
    entry.save()
    ended = date(2026, 11, 1)
    entry.protections.create(starts_on=date(2026, 4, 1), ends_on=ended, ground=Ground.REGISTER, origin="住民記録")
    event = entry.life_events.create(
        kind="unprotected", on=ended, ground=Ground.REGISTER, origin="住民記録", found_on=ended
    )
    assert write(tmp_path)["std-atena"][0]["住所"] == ""
    event.handled_on, event.handled_by = AS_OF, system_user()
    event.save()
    assert write(tmp_path)["std-atena"][0]["住所"] == "豊田市秘匿町9"
