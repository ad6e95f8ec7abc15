"""The demo city as a whole: the same for the same seed, foreign to every other, difficult, dirty and true to its aims."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import date
from io import StringIO
from itertools import combinations
from pathlib import Path
from unicodedata import normalize

import pytest
from django.core.management import CommandError, call_command

from claims.demo.city import build
from claims.demo.dirt import REASONS
from claims.demo.names import Name, NameBook, Word
from claims.demo.numbers import LARGEST_SEED, Numbers, city_code
from claims.demo.payments import late_charge
from claims.demo.people import Registry
from claims.demo.places import Places
from claims.demo.records import Records
from tests.unit.claims import demo_reader
from tests.unit.claims.demo_reader import Row, a_date, truth

ROOT = Path(__file__).resolve().parents[3]
TAX = {"zei", "kokuho"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    build(debtors=2000, seed=7, out=folder)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_writes_the_same_bytes_whatever_the_hash_seed(tmp_path):
    build(debtors=40, seed=3, out=tmp_path / "here")
    code = f"from pathlib import Path; from claims.demo.city import build; build(debtors=40, seed=3, out=Path({str(tmp_path / 'there')!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "99"}, check=True)
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "there")


def test_two_seeds_share_no_number(tmp_path):
    numbers = []
    for seed in (7, 8):
        build(debtors=60, seed=seed, out=tmp_path / str(seed))
        found = {one["person_number"] for one in truth(tmp_path / str(seed), "identities")}
        found |= {one["notice_number"] for one in truth(tmp_path / str(seed), "owed")}
        found |= {
            one[part]
            for one in truth(tmp_path / str(seed), "people")
            for part in ("true_person", "household_number", "corporate_number")
            if one[part]
        }
        numbers.append(found)
    assert not numbers[0] & numbers[1]


def test_city_codes_differ_on_both_sides_of_a_million():
    seeds = [0, 1, 7, 999_999, 1_000_000, 1_000_001, 20_261_120, LARGEST_SEED]
    codes = [city_code(seed) for seed in seeds]
    assert len(set(codes)) == len(seeds)
    assert {len(code) for code in codes} == {6}


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="seed must lie between"):
        city_code(seed)


def test_corporate_numbers_carry_a_right_check_digit():
    numbers = Numbers(7)
    for number in (numbers.corporate() for _ in range(50)):
        digits = [int(digit) for digit in reversed(number[1:])]
        weighted = sum(digit * (1 + place % 2) for place, digit in enumerate(digits))
        assert int(number[0]) == 9 - weighted % 9  # 法人番号の指定等に関する省令2条
        assert len(number) == 13


def test_two_thousand_debtors_hold_every_kind_of_dirt(folder):
    reasons = Counter(row["reason"] for row in truth(folder, "rejects"))
    assert set(reasons) == {*REASONS, "truncated", "no_claim"}
    rows = json.loads((folder / "truth" / "meta.json").read_text(encoding="utf-8"))["rows"]
    assert 100 < sum(reasons.values()) < rows * 0.006


def test_money_for_a_rejected_claim_is_rejected_too(folder):
    lost = {
        tuple(row[part] for part in demo_reader.KEY) for row in truth(folder, "owed") if row["status"] == "rejected"
    }
    rejects = [(row["file"], int(row["line"]), row["reason"]) for row in truth(folder, "rejects")]
    damaged = {(file, line) for file, line, reason in rejects if reason != "no_claim"}
    homeless = 0
    for layout in demo_reader.layouts():
        if layout["content"] == "receipts":
            rows = demo_reader.read(folder, layout, damaged).rows
            homeless += sum(tuple(map(str, demo_reader.key_of(row))) in lost for row in rows)
    assert homeless == sum(reason == "no_claim" for _, _, reason in rejects) > 0


def test_a_third_owe_in_more_than_one_section_and_three_fifths_of_the_others_owe_tax(folder):
    sources = defaultdict(set)
    for row in truth(folder, "owed"):
        if row["status"] == "open" and int(row["principal_yen"]) > 0:
            sources[row["true_person"]].add(row["source"])
    assert len(sources) == 2000
    assert 0.30 < sum(len(one) > 1 for one in sources.values()) / 2000 < 0.38
    others = [one for one in sources.values() if one - TAX]
    assert 0.56 < sum(bool(one & TAX) for one in others) / len(others) < 0.66
    assert len(set().union(*sources.values())) == 10


def test_six_fiscal_years_and_about_twenty_rows_a_debtor(folder):
    owed = truth(folder, "owed")
    assert {int(row["levy_year"]) for row in owed} == set(range(2021, 2027))
    assert 16 < len(owed) / 2000 < 24
    assert any(row["status"] == "future" for row in owed)


def test_a_quarter_of_identities_carry_no_city_number(folder):
    sent = [row for row in truth(folder, "identities") if row["source"] != "juki"]
    assert 0.23 < sum(not row["atena_number"] for row in sent) / len(sent) < 0.30


def test_one_in_ten_is_in_hardship_and_one_in_a_hundred_protected(folder):
    stories = truth(folder, "hardship")
    assert 0.08 < sum(row["in_hardship"] == "yes" for row in stories) / 2000 < 0.12
    assert len({row["event"] for row in stories if row["event"]}) == 8
    assert {"wealthy", "moved", "died", "lump"} <= {row["conduct"] for row in stories}
    protected = truth(folder, "protected")
    assert 0.005 < len(protected) / 2000 < 0.015
    assert any(row["identities_without_atena_number"] for row in protected)


def test_hardship_shows_in_the_payments(folder):
    """Before the event nearly all is paid, after it nearly nothing: otherwise no finder could ever learn of it."""
    since = {row["true_person"]: row["since"] for row in truth(folder, "hardship") if row["in_hardship"] == "yes"}
    paid, all_ = Counter(), Counter()
    for row in truth(folder, "owed"):
        if row["true_person"] in since and row["status"] in ("open", "paid"):
            before = row["due_on"] < since[row["true_person"]]
            all_[before] += 1
            paid[before] += int(row["principal_yen"]) == 0
    assert paid[True] / all_[True] > 0.85
    assert paid[False] / all_[False] < 0.25


def spelled(folder: Path) -> dict[tuple[str, str], Row]:
    """Return one row per identity of the claim sources and the register."""
    rejected = {(row["file"], int(row["line"])) for row in truth(folder, "rejects")}
    found: dict[tuple[str, str], Row] = {}
    for layout in demo_reader.layouts():
        if layout["content"] != "receipts":
            for row in demo_reader.read(folder, layout, rejected).rows:
                found.setdefault((layout["source"], row.get("person_number") or row["atena_number"]), row)
    return found


def plain_matching(folder: Path) -> tuple[float, int]:
    """Return recall over true pairs without a common 宛名番号, and false links, of plain name + birth date."""
    rows = spelled(folder)
    person = {(row["source"], row["person_number"]): row["true_person"] for row in truth(folder, "identities")}
    keys = {
        identity: (normalize("NFKC", row["name"]).replace(" ", ""), row["birth_on"])
        for identity, row in rows.items()
        if row["birth_on"]
    }
    of_person, of_key = defaultdict(list), defaultdict(list)
    for identity in rows:
        of_person[person[identity]].append(identity)
    for identity, key in keys.items():
        of_key[key].append(identity)
    hit = every = 0
    for identities in of_person.values():
        for one, other in combinations(identities, 2):
            if not rows[one].get("atena_number") or rows[one]["atena_number"] != rows[other].get("atena_number"):
                every += 1
                hit += one in keys and keys[one] == keys.get(other)
    false = sum(person[one] != person[other] for group in of_key.values() for one, other in combinations(group, 2))
    return hit / every, false


def test_plain_name_and_birth_date_are_not_enough(folder):
    recall, false = plain_matching(folder)
    assert recall < 0.53  # a small city: the budget of 0.5 is held to in the long test
    assert false > 0


def test_people_easily_mistaken_for_each_other_live_here(folder):
    """In proportion to 50 pairs of one name and birth date, twins, and fathers and sons read alike in 40,000 debtors."""
    people = truth(folder, "people")
    born = [row for row in people if row["household_number"] and row["country"] == "JP"]
    of_birth, of_house = defaultdict(list), defaultdict(list)
    for row in born:
        of_birth[row["name"], row["birth_on"]].append(row["true_person"])
        of_house[row["household_number"]].append(row)
    assert sum(len(one) * (len(one) - 1) // 2 for one in of_birth.values()) >= 50 * 2_000 / 40_000
    housemates = [pair for house in of_house.values() for pair in combinations(house, 2)]
    assert sum(a["birth_on"] == b["birth_on"] for a, b in housemates) >= 3  # twins
    alike = [(a, b) for a, b in housemates if a["kana"] == b["kana"]]
    assert len(alike) >= 3
    assert all(a["name"] != b["name"] and a["birth_on"] != b["birth_on"] for a, b in alike)


def test_telephone_numbers_are_handed_out_again(folder):
    person = {(row["source"], row["person_number"]): row["true_person"] for row in truth(folder, "identities")}
    house = {row["true_person"]: row["household_number"] for row in truth(folder, "people")}
    houses = defaultdict(set)
    for identity, row in spelled(folder).items():
        if row.get("phone"):
            houses[row["phone"].replace("-", "")].add(house[person[identity]])
    mobiles = [number for number, one in houses.items() if len(one) > 1 and number.startswith("090")]
    assert len(mobiles) >= 50 * 2_000 / 40_000


@pytest.mark.long
def test_forty_thousand_debtors_take_minutes_and_stay_difficult(tmp_path):
    started = time.monotonic()
    summary = build(debtors=40_000, seed=41, out=tmp_path)
    assert time.monotonic() - started < 300
    assert summary["debtors"] == 40_000
    recall, false = plain_matching(tmp_path)
    assert recall < 0.5
    assert false >= 20


def test_names_come_in_many_forms(folder):
    rows = spelled(folder)
    names = {
        source: "".join(row["name"] for (one, _), row in rows.items() if one == source)
        for source in ("juki", "zei", "suido", "kyoiku", "hoiku", "fukushi")
    }
    assert any("\ue000" <= sign <= "\uf8ff" for sign in names["juki"])  # 外字
    assert any(sign in names["juki"] for sign in "髙﨑邊邉濵德")
    utf8 = names["kyoiku"] + names["hoiku"] + names["fukushi"]
    assert any("Ａ" <= sign <= "Ｚ" for sign in names["zei"])
    assert any("A" <= sign <= "Z" for sign in utf8)


def test_systems_in_utf8_send_variation_selectors_now_and_then():
    """Too rare a name to count on one in a city of 2,000."""
    registry = Registry(Numbers(7), NameBook(), Places(random.Random(7), buildings=12), date(2026, 11, 20))
    head = registry.household(random.Random(7), "family").head
    head.name = Name(Word("渡辺", "渡邉\U000e0102", "ワタナベ"), Word("太郎", "太郎", "タロウ"))
    records = Records(registry.numbers, registry.names)
    written = {records.of(random.Random(one), "hoiku", head).name for one in range(40)}
    assert {"渡邉\U000e0102 太郎", "渡邉 太郎", "渡辺 太郎"} <= written


def local_tax_cases() -> list:
    cases = json.loads((ROOT / "tests" / "cases" / "late_charge.json").read_text(encoding="utf-8"))
    return [
        pytest.param(case, id=case["id"])
        for case in (cases["cases"] if isinstance(cases, dict) else cases)
        if case.get("regime") == "local_tax"
        and case.get("first_bracket_months", 1) == 1
        and case["due_date"] >= "2021"
        and [one["amount"] for one in case.get("payments", [])] == [case["principal"]]
        and not case.get("reliefs")
    ]


@pytest.mark.parametrize("case", local_tax_cases())
def test_late_charges_paid_in_the_city_are_those_of_published_examples(case):
    due, paid = a_date(case["due_date"], "iso"), a_date(case["payments"][0]["date"], "iso")
    assert late_charge(case["principal"], due, paid) == case["expected_yen"]


def demo_city(**options) -> dict:
    out = StringIO()
    call_command("demo_city", stdout=out, **options)
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_command_prints_one_object_and_writes_over_an_earlier_city_only(tmp_path):
    first = demo_city(debtors=5, seed=1, out=tmp_path / "city")
    assert list(first) == ["debtors", "people", "rows", "files"]
    assert demo_city(debtors=6, seed=1, out=tmp_path / "city")["debtors"] == 6
    (tmp_path / "mine.txt").write_text("do not touch", encoding="utf-8")
    with pytest.raises(CommandError, match="ほかのファイルがあります"):
        demo_city(debtors=5, seed=1, out=tmp_path)


@pytest.mark.parametrize("options", [{"debtors": 0, "seed": 1}, {"debtors": 5, "seed": -1}])
def test_the_command_refuses_impossible_numbers_in_japanese(tmp_path, options):
    with pytest.raises(CommandError, match="整数にしてください"):
        demo_city(out=tmp_path / "city", **options)
    assert not (tmp_path / "city").exists()
