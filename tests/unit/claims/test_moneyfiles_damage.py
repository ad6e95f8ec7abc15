"""Any damage is told as damage: whole files, every byte, every cut."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.moneyfiles import (
    FileDamaged,
    MoneyFile,
    MoneyLine,
    Status,
    Transfer,
    read,
    read_bank_statement,
    read_transfers,
    write_transfers,
)
from tests.factories.moneyfiles import (
    bank_statement,
    convenience,
    counter,
    direct_debit,
    el_tax,
    lawyers,
    seizure,
    slip,
)

AS_OF = date(2026, 11, 20)
PAID, CREDITED = date(2026, 11, 18), date(2026, 11, 24)
MONEY = [("N-001", 12_000, PAID, "000007"), ("N-002", 300, PAID, "000008")]
STORES = [(slip(1), PAID, "12:05", "0001", "0000123", CREDITED), (slip(2, 300), PAID)]
DEBITS = [("A-1", 12_000), ("A-2", 300, "ｶｸｳ ﾊﾅｺ", "1")]
FILES = {
    "direct debit": direct_debit(DEBITS, on=AS_OF),
    "direct debit, LF": direct_debit(DEBITS, on=AS_OF, line_end="\n"),
    "direct debit, no line ends": direct_debit(DEBITS, on=AS_OF, line_end=""),
    "convenience": convenience(Status.PROVISIONAL, STORES),
    "convenience, no line ends": convenience(Status.FINAL, STORES, line_end=""),
    "counter": counter(MONEY),
    "counter, UTF-8": counter(MONEY, encoding="utf-8-sig"),
    "el tax": el_tax(MONEY),
    "seizure": seizure(MONEY),
    "lawyers": lawyers(MONEY),
}
STATEMENT = bank_statement([(PAID, 12_000), (AS_OF, 300, "ﾌﾘｶｴ"), (AS_OF, -50)])
TRANSFERS = write_transfers(
    requester_code="1", requester_kana="ﾄﾖﾀｼ", on=AS_OF, bank="0152", branch="100", account="1234567",
    transfers=[Transfer("0005", "001", "1", "1111111", "ｶｸｳ ﾀﾛｳ", 12_000)],
)  # fmt: skip
OF_THE_HEADER = {"key", "paid_on"}  # what a line takes from the header


def reading(content: bytes):
    """What is read, or ``None`` for damage told in Japanese; any other exception fails the test."""
    told = ""
    try:
        return read(content, as_of=AS_OF)
    except FileDamaged as damaged:
        told = str(damaged)
    assert "このファイルは1件も使いません" in told
    return None


def assert_one_field_differs(before: MoneyFile, after: MoneyFile) -> None:
    """The same records, of which one says one thing differently; a change in the header may show in all."""
    assert (after.feed, after.count, len(after.lines)) == (before.feed, before.count, len(before.lines))
    pairs = list(zip(before.lines, after.lines, strict=True))
    different = [differing(one, other) for one, other in pairs if one != other]
    if any("raw" in names for names in different):
        [names] = different
        facts = names - {"raw", "key"}
        assert len({name.split(":")[0] for name in facts} - {"status"}) <= 1
        assert len(facts) <= (2 if "status" in facts else 1)
        assert before.title == after.title
    else:
        assert all(names <= OF_THE_HEADER for names in different)
    assert all(one.amount_yen == other.amount_yen for one, other in pairs)


def differing(one: MoneyLine, other: MoneyLine) -> set[str]:
    names = {field.name for field in fields(MoneyLine) if getattr(one, field.name) != getattr(other, field.name)}
    if "detail" in names:
        keys = one.detail.keys() | other.detail.keys()
        names = names - {"detail"} | {f"detail:{key}" for key in keys if one.detail.get(key) != other.detail.get(key)}
    return names


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_one_changed_byte_is_damage_or_one_other_field(name, data):
    content = FILES[name]
    at = data.draw(st.integers(0, len(content) - 1), "at")
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != content[at]), "byte")
    after = reading(content[:at] + bytes([byte]) + content[at + 1 :])
    if after is not None:
        assert_one_field_differs(read(content, as_of=AS_OF), after)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_figure_of_money_is_always_damage(name):
    content = FILES[name]
    for figure in (b"12000", b"300", b"12300"):
        at = content.rindex(figure)
        for byte in b"0123456789 -,A\xff":
            changed = content[:at] + bytes([byte]) + content[at + 1 :]
            assert changed == content or reading(changed) is None


@pytest.mark.parametrize("name", FILES)
def test_every_cut_is_damage(name):
    content = FILES[name]
    assert reading(content) is not None
    assert [end for end in range(len(content)) if reading(content[:end]) is not None] == []


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_lost_repeated_or_foreign_bytes_never_pass(name, data):
    """What is lost, doubled or put in between moves records or sums; a text alone may change within its cell."""
    content = FILES[name]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2), "part"))
    foreign = data.draw(st.binary(max_size=130), "foreign")
    for changed in (
        content[:start] + content[end:],
        content[:end] + content[start:],
        content[:start] + foreign + content[end:],
    ):
        after = reading(changed)
        if after is not None:
            assert (after.count, sum(line.amount_yen for line in after.lines)) == (2, 12_300)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: text.encode("utf-8-sig"))))
def test_anything_else_is_no_money_file(content):
    assert reading(content) is None


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 255), st.data())
def test_one_changed_byte_of_a_statement_or_transfer_file(byte, data):
    for content, reader in (
        (STATEMENT, lambda changed: read_bank_statement(changed, as_of=AS_OF)),
        (TRANSFERS, lambda changed: read_transfers(changed, as_of=AS_OF)),
    ):
        at = data.draw(st.integers(0, len(content) - 1))
        try:
            after = reader(content[:at] + bytes([byte]) + content[at + 1 :])
        except FileDamaged:
            continue
        assert after.total_yen == reader(content).total_yen


def test_every_cut_of_a_statement_or_transfer_file_is_damage():
    for content, reader in ((STATEMENT, read_bank_statement), (TRANSFERS, read_transfers)):
        for end in range(len(content)):
            with pytest.raises(FileDamaged):
                reader(content[:end], as_of=AS_OF)


# Writing and reading back -----------------------------------------------------------------------------

REFERENCE = st.from_regex("[A-Z0-9][A-Z0-9-]{0,18}[A-Z0-9]", fullmatch=True)
YEN = st.integers(1, 299_999)
DAY = st.dates(date(2026, 2, 1), AS_OF)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(REFERENCE, YEN, st.just("ｶｸｳ"), st.sampled_from("0123489")),
        unique_by=lambda one: one[:2],
    ),
    DAY,
)
def test_debits_are_read_back(debits, on):
    file = read(direct_debit(debits, on=on), as_of=AS_OF)
    said = [(one.reference, one.amount_yen, one.paid_on, one.status is Status.FINAL) for one in file.lines]
    assert said == [(reference, yen, on, result == "0") for reference, yen, _, result in debits]


@settings(deadline=None)
@given(st.sampled_from([Status.PROVISIONAL, Status.CANCELLED, Status.FINAL]), st.lists(st.tuples(YEN, DAY), min_size=1))
def test_store_payments_are_read_back(kind, payments):
    content = convenience(kind, [(slip(number, yen), on) for number, (yen, on) in enumerate(payments)])
    file = read(content, as_of=AS_OF)
    assert [(one.amount_yen, one.paid_on, one.status) for one in file.lines] == [(*one, kind) for one in payments]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
@pytest.mark.parametrize("writer", [counter, el_tax, seizure, lawyers])
@settings(max_examples=30, deadline=None)
@given(payments=st.lists(st.tuples(REFERENCE, YEN, DAY)))
def test_receipts_are_read_back(writer, encoding, payments):
    file = read(writer(payments, encoding=encoding), as_of=AS_OF)
    assert [(one.reference, one.amount_yen, one.paid_on) for one in file.lines] == payments
    assert file.total_yen == sum(yen for _, yen, _ in payments)
