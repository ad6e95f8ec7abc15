"""Keys the database makes for itself, so that indexes and questions agree on them."""

from django.db.models import Func, TextField

from debtors.rules.normalise import KANA_FOLD

# Rows of vowels: what follows of the same vowel is a long vowel, as are ウ after オ and イ after エ. As in kana_loose_key.
_LONG = (
    ("アカガサザタダナハバパマヤラワ", "ア"),
    ("イキギシジチニヒビピミリ", "イ"),
    ("ウクグスズツヌフブプムユルヴ", "ウ"),
    ("エケゲセゼテデネヘベペメレ", "エイ"),
    ("オコゴソゾトドノホボポモヨロ", "オウ"),
)


def _loose_kana() -> str:
    sql = f"translate(reading, '{KANA_FOLD[0]}{KANA_FOLD[2]}', '{KANA_FOLD[1]}')"
    for row, vowels in _LONG:
        sql = f"regexp_replace({sql}, '([{row}])[{vowels}]+', '\\1', 'g')"
    return sql


LOOSE_KANA = f"""
CREATE OR REPLACE FUNCTION debtors_loose_kana(reading text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT {_loose_kana()} $$
"""


class LooseKana(Func):
    """A reading (its key) for searching: small kana, ヂヅヲ, ー and long vowels told apart no more.

    オオタ, オウタ, オータ and オタ are equal, so are キヨウコ and キョウコ. What is searched for goes through it as well.
    """

    function = "debtors_loose_kana"
    output_field = TextField()
