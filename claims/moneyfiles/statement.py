"""入出金取引明細: what the bank says came in, for the close of the day."""

from datetime import date

from claims.moneyfiles.contents import check_totals
from claims.moneyfiles.layout import layout_of
from claims.moneyfiles.model import BankCredit, BankStatement
from claims.moneyfiles.reading import parse

LAYOUT = "bank_statement"


def read_bank_statement(content: bytes, *, as_of: date) -> BankStatement:
    """Return the credits of the one account in the file; payments out are counted against its totals, not returned.

    Args:
        as_of: the business date. Dates bear the year of an era without its name and lie in the two years before it.

    Raises:
        FileDamaged: no such file, any damage, totals that differ, a day outside the period, or several accounts.
    """
    layout = layout_of(LAYOUT)
    contents = parse(content, layout, as_of)
    found = dict.fromkeys(("count", "in_count", "in_yen", "out_count", "out_yen"), 0)
    credits_: list[BankCredit] = []
    first_on, last_on = contents.header["first_on"], contents.header["last_on"]
    for record in contents.rows:
        values = record.values
        if not first_on <= values["on"] <= last_on:
            raise layout.damaged(
                record.line, f"勘定日 {values['on']} がヘッダーの期間（{first_on}〜{last_on}）の外です"
            )
        way = values["direction"].meaning
        found["count"] += 1
        found[f"{way}_count"] += 1
        found[f"{way}_yen"] += values["amount_yen"]
        if way == "in":
            facts = {name: values[name] for name in ("number", "on", "amount_yen", "summary", "payer_kana")}
            credits_.append(BankCredit(line=record.line, **facts))
    check_totals(layout, contents, found)
    account = "-".join(contents.header[name] for name in ("bank", "branch", "account_kind", "account"))
    return BankStatement(account, tuple(credits_), found["in_yen"])
