"""The two papers of 移管: what they say, to whom, on one sheet. All synthetic."""

from datetime import date

import pytest

from claims.services import handovers
from claims.services.handover_papers import rows_of
from tests.factories.debtors import identity, person, protect
from tests.factories.handovers import DAY, DEADLINE, accept, handed_in, line_of, pick, rent, text_of

pytestmark = pytest.mark.django_db


def test_the_two_papers_say_what_is_owed_until_when_and_to_whom(clerk, chief, director):
    someone = person(name="税の記録の名", address="愛知県豊田市架空町9番地")
    identity(someone, "jutaku", name="架空 花子", ground="contract")
    owed = rent(someone)
    basket = handed_in([owed], clerk)
    accept(basket, [line_of(owed)], chief, director)
    line = line_of(owed)
    for document, words in (
        (line.notice, ["移管について（予告）", "定住促進課", "令和8年12月11日", "支払督促", "0565-00-0011"]),
        (line.decision, ["移管について（通知）", "債権管理課", "令和8年12月14日", "支払督促"]),
    ):
        count, text = text_of(document)
        assert count == 1
        for word in [*words, "架空花子", "400,000", document.number.replace(" ", "")]:
            assert word in text, word
        for secret in ("税の記録の名", "架空町", "滞納処分"):
            assert secret not in text, secret


def test_the_longest_papers_stand_on_one_sheet_and_add_up(clerk):
    """Six rows, both legal ways, a long name, handed out at the counter."""
    someone = person(name="株式会社架空のとても長い名前の会社　豊田営業所　代表取締役　架空太郎")
    protect(someone)
    section = clerk.section
    kinds = ("housing_parking", "single_parent_loan", "resident_tax")
    owed = [
        rent(someone, kind=kind, section=section, yen=123_456, levy_year=year, instalment=month,
             due_on=date(year, month, 28))
        for kind in kinds for year in (2024, 2025) for month in (5, 6)
    ]  # fmt: skip
    lines = _announced(owed, clerk)
    pages_, text = text_of(lines[0].notice)
    assert (len(lines), pages_) == (12, 1)
    assert "滞納処分のできない債権については" in text
    assert "窓口でお渡しします" in text
    assert f"{sum(line.total_yen for line in lines):,}" in text
    assert text.count("2期別") == 6 + 1
    assert "計（12期別）" in text


def test_few_instalments_stand_one_by_one_and_very_many_by_kind(clerk):
    someone = person()
    owed = [
        rent(someone, levy_year=year, instalment=month, due_on=date(year, month, 28))
        for year in range(2022, 2026)
        for month in (11, 12)
    ]
    lines = _announced(owed, clerk)
    rows = rows_of(lines)
    assert len(rows) == 4
    assert sum(row["total_yen"] for row in rows) == sum(line.total_yen for line in lines)
    assert rows[0]["what"] == "令和4年度　2期別"
    assert [row["what"] for row in rows_of(lines, most=8)][:2] == ["令和4年度 11月分", "令和4年度 12月分"]
    assert [row["what"] for row in rows_of(lines, most=3)] == ["令和4年度〜令和7年度　8期別"]


def _announced(owed, clerk):
    basket = pick(owed, clerk)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    return list(basket.lines.select_related("claim__kind", "notice"))


def test_a_protected_person_has_no_address_on_paper_and_is_handed_it(clerk):
    someone = person(name="架空 花子")
    owed = rent(someone)
    protect(someone)
    basket = pick([owed], clerk)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    _, text = text_of(line_of(owed).notice)
    assert "窓口でお渡しします" in text
    assert "小坂本町" not in text
