"""When two clusters of identities are certainly one person, and who else might be meant."""

from enum import StrEnum

from debtors.rules.agreement import Comparison, Match


class Rule(StrEnum):
    """Why two identities are one person, strongest first."""

    ATENA = "atena"
    CORPORATE = "corporate"
    STRICT_ADDRESS = "strict_address"
    STRICT_PHONE = "strict_phone"
    STRICT_FORMER = "strict_former"
    FORMER_NAME = "former_name"
    BODY = "body"
    READING = "reading"
    SPELLING = "spelling"
    DWELLING = "dwelling"
    TELEPHONE = "telephone"
    HOUSEHOLD = "household"


EVIDENCE = {
    Rule.ATENA: ("宛名番号",),
    Rule.CORPORATE: ("法人番号",),
    Rule.STRICT_ADDRESS: ("氏名", "フリガナ", "生年月日", "住所"),
    Rule.STRICT_PHONE: ("氏名", "フリガナ", "生年月日", "電話番号"),
    Rule.STRICT_FORMER: ("氏名", "フリガナ", "生年月日", "旧住所"),
    Rule.FORMER_NAME: ("旧氏名・通称", "生年月日", "住所・電話番号"),
    Rule.BODY: ("商号", "所在地"),
    Rule.READING: ("フリガナ", "生年月日", "住所・電話番号"),
    Rule.SPELLING: ("氏名", "生年月日", "住所・電話番号"),
    Rule.DWELLING: ("氏名", "フリガナ", "住所（部屋まで）"),
    Rule.TELEPHONE: ("氏名", "フリガナ", "電話番号"),
    Rule.HOUSEHOLD: ("氏名またはフリガナ", "住所", "世帯にほかに当たる人がいないこと"),
}


def certain_rule(seen: Comparison, *, body: bool = False, listed: bool = False) -> Rule | None:
    """Return the strongest rule by which two clusters are one person, if nobody else fits (``rivals``).

    Never on a name or reading alone. With the birth date: name, reading, and a place or phone, each possibly a former
    one; of name and reading one may be written another way, because twins differ in both and parent and child in the
    birth date. Without it: name and reading, and the dwelling itself or the phone. ``listed``: one of the two is in the
    resident register, which names all who live in a dwelling; then a name written in kana, or one of two readings, is
    enough there. ``body``: both are bodies; one name at one seat (商業登記法27条 allows no second).
    """
    if Match.DIFFERS in (seen.sex, seen.birth) or seen.birth is Match.ALIKE:
        return None
    if body:
        return Rule.BODY if seen.name is Match.SAME and seen.place >= Match.ALIKE else None
    phone = seen.phone is Match.SAME
    if seen.birth is Match.UNKNOWN:
        if seen.name is seen.kana is Match.SAME:
            if seen.place >= Match.FORMER:
                return Rule.DWELLING
            if phone and seen.place is not Match.DIFFERS:
                return Rule.TELEPHONE
        if listed and seen.name >= Match.ALIKE and seen.kana is Match.SAME and seen.place >= Match.FORMER:
            return Rule.HOUSEHOLD
        return None
    if not phone and seen.place < Match.ALIKE:
        return None
    if seen.name is seen.kana is Match.SAME:
        if seen.place in (Match.SAME, Match.ALIKE):
            return Rule.STRICT_ADDRESS
        return Rule.STRICT_PHONE if phone else Rule.STRICT_FORMER
    if seen.name >= Match.FORMER and seen.kana >= Match.FORMER:
        return Rule.FORMER_NAME
    if seen.kana >= Match.FORMER or (seen.name is seen.kana is Match.ALIKE):
        return Rule.READING
    if seen.name is Match.SAME and seen.kana in (Match.ALIKE, Match.UNKNOWN):
        return Rule.SPELLING
    if listed and seen.name is Match.SAME and seen.place >= Match.FORMER:
        return Rule.HOUSEHOLD
    return None


SURE = frozenset({Rule.STRICT_ADDRESS, Rule.STRICT_PHONE, Rule.STRICT_FORMER, Rule.BODY})
WITHOUT_BIRTH = frozenset({Rule.DWELLING, Rule.TELEPHONE, Rule.HOUSEHOLD})


def fits_too(seen: Comparison, rule: Rule) -> bool:
    """Tell whether a third person, so compared with one of a pair, might be meant instead of the other."""
    if seen.birth in (Match.DIFFERS, Match.ALIKE) or seen.sex is Match.DIFFERS:
        return False
    near = seen.place >= Match.ALIKE or seen.phone is Match.SAME
    if rule in WITHOUT_BIRTH:
        return near and max(seen.name, seen.kana) >= Match.ALIKE
    return near and max(seen.name, seen.kana) >= Match.FORMER
