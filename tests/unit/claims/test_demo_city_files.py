"""The demo city's files, read back through the layouts by an independent reader and booked by hand."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from claims.demo.city import build
from tests.unit.claims import demo_reader
from tests.unit.claims.demo_reader import ReadFile, key_of, truth


@dataclass
class City:
    folder: Path
    files: dict[str, ReadFile]
    supports: dict[str, ReadFile]
    summary: dict


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> City:
    folder = tmp_path_factory.mktemp("city")
    summary = build(debtors=150, seed=7, out=folder)
    rejected = {(row["file"], int(row["line"])) for row in truth(folder, "rejects")}
    files, supports = (
        {one["code"]: demo_reader.read(folder, one, rejected) for one in layouts}
        for layouts in (demo_reader.layouts(), demo_reader.support_layouts())
    )
    return City(folder, files, supports, summary)


def test_every_file_has_one_layout_and_every_row_is_counted(city):
    written = [*city.files.values(), *city.supports.values()]
    assert sorted(one.path.name for one in written) == sorted(city.summary["files"])
    assert sum(one.lines for one in written) == city.summary["rows"]


def test_ten_sources_send_claims_and_receipts_that_parse(city):
    sending = Counter(one.layout["source"] for one in city.files.values() if one.rows)
    assert len([source for source, files in sending.items() if files == 2]) == 10
    for one in city.files.values():
        for row in one.rows:
            if one.layout["content"] == "claims":
                assert row["person_number"]
                assert row["levied_yen"] > 0
            elif one.layout["content"] == "receipts":
                assert row["paid_on"].isoformat() <= "2026-11-20"


def test_no_claim_or_receipt_number_stands_twice_among_the_good_rows(city):
    for one in city.files.values():
        if one.layout["content"] == "claims":
            keys = Counter(key_of(row) for row in one.rows)
        elif one.layout["content"] == "receipts":
            keys = Counter(row["receipt_number"] for row in one.rows)
        else:
            keys = Counter(row["atena_number"] for row in one.rows)
        assert not [key for key, times in keys.items() if times > 1], one.path.name


def test_control_totals_miss_exactly_the_rejected_rows(city):
    for one in city.files.values():
        if one.layout["control"] == "none":
            assert not one.path.with_name(one.path.name + ".control.csv").exists()
            continue
        rows: Counter = Counter()
        yen: Counter = Counter()
        for row in one.rows:
            cell = row["kind"], row["levy_year"], row["instalment"]
            rows[cell] += 1
            parts = ("levied_yen",) if one.layout["content"] == "claims" else ("principal_yen", "fee_yen", "late_yen")
            yen[cell] += sum(row.get(part) or 0 for part in parts)
        missing = 0
        for cell, (their_rows, their_yen) in one.control.items():
            assert rows[cell] <= their_rows
            missing += their_rows - rows[cell]
            if rows[cell] == their_rows:
                assert yen[cell] == their_yen
        assert missing == one.lines - len(one.rows)
        assert set(rows) <= set(one.control)


def test_balances_booked_from_the_files_equal_the_truth_to_the_yen(city):
    balances = demo_reader.book(list(city.files.values()))
    owed = [row for row in truth(city.folder, "owed") if row["status"] != "rejected"]
    assert len(owed) == len(balances)
    for row in owed:
        key = tuple(
            int(row[part]) if part in ("levy_year", "taxation_year", "instalment") else row[part]
            for part in demo_reader.KEY
        )
        assert balances[key] == {"principal": int(row["principal_yen"]), "fee": int(row["fee_yen"])}
    assert min(balance for claim in balances.values() for balance in claim.values()) >= 0
    by_kind: Counter = Counter()
    for key, claim in balances.items():
        by_kind[key[0]] += claim["principal"]
    totals = {row["kind"]: int(row["principal_yen"]) for row in truth(city.folder, "ledger_totals")}
    assert totals == dict(by_kind)


def test_receipts_never_outrun_the_claim_at_any_line(city):
    charged = {}
    for one in city.files.values():
        if one.layout["content"] == "claims":
            for row in one.rows:
                levied = row["levied_yen"] if row.get("corrected_yen") in (None, "") else row["corrected_yen"]
                charged[key_of(row)] = levied - (row.get("exempted_yen") or 0)
    for one in city.files.values():
        if one.layout["content"] == "receipts":
            seen = {}
            for row in one.rows:
                if row["cancels"]:
                    taken = seen.pop(row["cancels"])
                    assert [taken[part] for part in ("principal_yen", "fee_yen", "late_yen")] == [
                        row[part] for part in ("principal_yen", "fee_yen", "late_yen")
                    ]
                    charged[key_of(row)] += row["principal_yen"]
                else:
                    seen[row["receipt_number"]] = row
                    charged[key_of(row)] -= row["principal_yen"]
                    assert charged[key_of(row)] >= 0


def test_every_debtor_owes_as_of_the_business_date(city):
    owing = {
        row["true_person"]
        for row in truth(city.folder, "owed")
        if int(row["principal_yen"]) > 0 and row["status"] == "open"
    }
    assert len(owing) == city.summary["debtors"] == 150
    assert owing == {row["true_person"] for row in truth(city.folder, "hardship")}
    assert city.summary["people"] == len(truth(city.folder, "people"))


def test_identities_in_the_files_are_those_of_the_truth(city):
    told = {(row["source"], row["person_number"]): row["atena_number"] for row in truth(city.folder, "identities")}
    found = {}
    for one in city.files.values():
        if one.layout["content"] == "claims":
            found |= {(one.layout["source"], row["person_number"]): row.get("atena_number", "") for row in one.rows}
        elif one.layout["content"] == "register":
            found |= {("juki", row["atena_number"]): row["atena_number"] for row in one.rows}
    assert found == told


def test_supports_name_people_of_the_register_and_end_after_they_began(city):
    known = {row["atena_number"] for row in city.files["juki_register"].rows}
    rows = [row for one in city.supports.values() for row in one.rows]
    assert {row["support"] for row in rows if "support" in row} == {"school_aid", "child_support"}
    assert city.supports["fukushi_welfare"].rows
    for row in rows:
        assert row["atena_number"] in known
        assert not row["stopped_on"] or row["stopped_on"] >= row["started_on"]


def test_supports_are_drawn_from_lives_and_not_from_payments(city):
    """Some in hardship receive nothing, and some who receive a support are in no hardship: no support is the answer."""
    hard = {row["true_person"]: row["in_hardship"] == "yes" for row in truth(city.folder, "hardship")}
    person = {row["atena_number"]: row["true_person"] for row in truth(city.folder, "people")}
    helped = {person[row["atena_number"]] for one in city.supports.values() for row in one.rows}
    assert {hard[one] for one in helped} == {True, False}
    assert {one for one, is_hard in hard.items() if is_hard} - helped
