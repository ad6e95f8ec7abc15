"""What is exported is good, and what is good can be imported: the ledger comes back. All data is synthetic."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from claims.intake import preview, run
from claims.models import Claim
from claims.services import mending
from claims.services.standard_exports import export_to_folder
from claims.standard.check import check_files
from claims.standard.lists import code_lists
from debtors.models import ProtectionFlag, SourceIdentity, SourceSystem
from tests.factories.claims import book, claim, pay, receive
from tests.factories.debtors import identity, person, protect, system_user
from tests.factories.extracts import counts, import_one, register, rejects
from toyota_collect.permissions import Ground

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 20)
KEY = (
    "source__code", "kind__code", "levy_year", "taxation_year", "notice_number", "detail_code", "collector_number",
    "instalment", "declaration_number", "business_year_number", "child_number",
)  # fmt: skip


def balances() -> dict:
    rows = Claim.objects.values_list(*KEY, "principal_yen", "fee_yen", "levied_yen", "nominal_due_on")
    return {row[: len(KEY)]: row[len(KEY) :] for row in rows}


def ledger() -> None:
    """Claims of two sections with every way a balance moves that files can tell."""
    debtor = person(phone="+81-565-00-1111")
    identity(debtor, "juki", ground=Ground.REGISTER, person_number="A1", atena_number="A1")
    plain = claim(debtor, principal_yen=41_000, fee_yen=100, notice_number="=1+1", detail_code="7", taxation_year=2025)
    pay(plain, 1_500, on=date(2026, 10, 1))
    pay(plain, 100, on=date(2026, 10, 1), component="fee")
    changed = claim(debtor, principal_yen=10_000, instalment=2, collector_number="88", child_number="C1")
    book(changed, "correction", "principal", -1_000, on=date(2026, 9, 1))
    book(changed, "exemption", "principal", -2_000, on=date(2026, 9, 2))
    wrong = pay(changed, 3_000, on=date(2026, 10, 2))
    book(changed, "reversal", "principal", 3_000, on=date(2026, 10, 9), reverses=changed.entries.get(receipt=wrong))
    both = receive(plain, 700, on=date(2026, 10, 5))
    book(plain, "receipt", "principal", -400, on=date(2026, 10, 5), receipt=both)
    book(changed, "receipt", "principal", -300, on=date(2026, 10, 5), receipt=both)
    late = receive(plain, 60, on=date(2026, 10, 6))
    book(plain, "late_fixed", "late", 60, on=date(2026, 10, 6), receipt=late)
    book(plain, "receipt", "late", -60, on=date(2026, 10, 6), receipt=late)
    secret = person(address="愛知県豊田市秘匿町9番地")
    identity(secret, "juki", ground=Ground.REGISTER, person_number="A2", atena_number="A2", address=secret.address)
    claim(secret, kind="nursery_fee", source="hoiku", principal_yen=8_000, due_on=date(2026, 8, 31))
    protect(secret, starts_on=date(2026, 4, 1), ends_on=date(2027, 4, 1))


def export(folder: Path, *sources: str) -> list[tuple[str, Path]]:
    for code in sources:
        source = SourceSystem.objects.get(code=code)
        export_to_folder(folder / code, as_of=AS_OF, today=AS_OF, source=source, by=system_user(), path="test")
    return [(path.name, path) for path in sorted(folder.rglob("*.csv"))]


def import_into_nothing(folder: Path, files: list[tuple[str, Path]]) -> list[tuple]:
    inbox = folder / "inbox"
    inbox.mkdir()
    ours = ("std-atena", "std-shien", "std-chotei", "std-shunou")
    for name, path in files:
        if name.startswith(ours) and len(path.read_text(encoding="utf-8").splitlines()) > 1:
            path.rename(inbox / name)
    batch = run.run(run.start(by=run.intake_user(), as_of=AS_OF), inbox)
    told = [(file.name, file.status, [row.reason for row in file.rejected_rows.all()]) for file in batch.files.all()]
    assert [one for one in told if one[1:] != ("committed", [])] == []
    return told


def test_export_check_import_gives_the_same_ledger(tmp_path):
    with transaction.atomic():
        ledger()
        before = balances()
        files = export(tmp_path, "juki", "zei", "hoiku")
        transaction.set_rollback(True)
    assert not Claim.objects.exists()
    found = check_files(files, lists=code_lists())
    assert [problem for one in found for problem in one.problems] == []
    assert len(import_into_nothing(tmp_path, files)) == 5
    assert balances() == before
    assert {row[4] for row in before} >= {"=1+1"}
    known = SourceIdentity.objects.get(source__code="zei", name__startswith="架空", phone="")
    assert known.ground == "tax"
    assert SourceIdentity.objects.get(source__code="hoiku").ground == "coercive"
    flag = ProtectionFlag.objects.get()
    assert (flag.identity.atena_number, flag.starts_on, flag.ends_on) == ("A2", date(2026, 4, 1), date(2027, 4, 1))


def standard(folder: Path, family: str, source: str, *lines: str) -> Path:
    from claims.standard.schema import families

    path = folder / families()[family].file_name(AS_OF, source)
    path.write_text("\n".join([",".join(families()[family].titles), *lines, ""]), encoding="utf-8")
    return path


def test_a_register_that_tells_no_measures_ends_none(tmp_path):
    import_one(register(tmp_path, {"protected_from": "20260401"}))
    file = import_one(standard(tmp_path, "std-atena", "juki", "232114,juki,A001,架空 太郎,,,,,,,,,"))
    assert counts(file) == (0, 1, 0, 0)
    assert ProtectionFlag.objects.get().ends_on is None


def test_measures_alone_are_added_changed_and_kept(tmp_path):
    import_one(register(tmp_path, {}, {"atena_number": "A002", "protected_from": "20260401"}))
    first = import_one(
        standard(tmp_path, "std-shien", "juki", "232114,juki,A001,2026-05-01,", "232114,juki,A404,2026-05-01,")
    )
    assert counts(first) == (1, 0, 0, 1)
    assert rejects(first) == [(3, "no_person")]
    second = import_one(standard(tmp_path, "std-shien", "juki", "232114,juki,A001,2026-05-01,2027-04-30"))
    assert counts(second) == (0, 1, 0, 0)
    assert list(ProtectionFlag.objects.order_by("starts_on").values_list("starts_on", "ends_on")) == [
        (date(2026, 4, 1), None),
        (date(2026, 5, 1), date(2027, 5, 1)),
    ]


@pytest.mark.parametrize(("source", "said"), [("nai", "登録されていません"), ("juki", "債権種目がありません")])
def test_a_source_that_cannot_send_claims_is_refused(tmp_path, source, said):
    file = import_one(standard(tmp_path, "std-chotei", source))
    assert file.status == "failed"
    assert said in file.message


def test_the_check_by_command_ends_with_1_for_a_bad_file(tmp_path, capsys):
    path = standard(tmp_path, "std-shien", "juki", "232114,juki,A001,R8.5.1,")
    with pytest.raises(SystemExit):
        call_command("standard_check", str(path))
    told = capsys.readouterr()
    assert '"problems": 1' in told.out
    assert "2行目 開始日: 「R8.5.1」は日付として読めません。" in told.err
    call_command("standard_check", str(standard(tmp_path, "std-shien", "juki", "232114,juki,A001,2026-05-01,")))


def claims_file(folder: Path, *, yen: str = "5000") -> Path:
    from claims.standard.schema import families

    family = families()["std-chotei"]
    lines = []
    for instalment, due in ((1, "2026-06-30"), (2, "2026-02-30")):
        facts = {
            "city_code": "232114", "source": "zei", "levy_year": "2026", "taxation_year": "2026", "notice_number": "N1",
            "instalment": str(instalment), "person_number": "Z1", "name": "架空 太郎", "kind": "resident_tax",
            "nominal_due_on": due, "levied_yen": yen,
        }  # fmt: skip
        lines.append(",".join(facts.get(column.code, "") for column in family.columns))
    return standard(folder, "std-chotei", "zei", *lines)


def test_a_preview_knows_whose_standard_file_it_is(tmp_path):
    import_one(claims_file(tmp_path))
    claims_file(tmp_path, yen="6000")
    found = preview.preview(preview.start(by=run.intake_user(), as_of=AS_OF), tmp_path)
    told = found.files.get()
    assert (told.source.code, told.changed, told.rejected) == ("zei", 1, 1)
    assert told.yen_difference == 1_000


def test_a_refused_row_of_a_standard_file_is_mended_as_its_source_s(tmp_path):
    row = import_one(claims_file(tmp_path)).rejected_rows.get()
    sent = mending.send_row(
        row_id=row.pk, changes={"due_on": "2026-08-31"}, reason="所管課に確かめた", by=system_user(), as_of=AS_OF
    )
    assert counts(sent.file) == (1, 0, 0, 0)
    claim = Claim.objects.get(instalment=2)
    assert (claim.source.code, claim.ground, claim.identity.person_number) == ("zei", "tax", "Z1")
