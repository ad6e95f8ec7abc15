"""The approved text of a kind in the places of the letter: the rest of the wording stays that of the day."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from toyota_collect.places import city_words, fill

from .model import CityProfile, KindText
from .wording import Wording

_PARTICLES = ("についての", "について", "により", "の", "を", "が", "は")
LANGUAGES = ("en", "pt", "zh", "vi")
_CONFIRMED = "{確認日}"


def city_values(city: CityProfile) -> dict[str, str]:
    """What the places of a text that name the city's windows are filled with."""
    return city_words(city.name, vars(city))


def worded(wording: Wording, text: KindText, city: CityProfile, days: Mapping[str, str]) -> Wording:
    """The wording with the words of the kind in their places."""
    values = city_values(city) | dict(days)

    def part(name: str) -> str:
        return fill(text.part(name), values)

    before, joint, after = headline(text.part("headline"))
    lead = emphasised(part("lead"))
    return replace(
        wording,
        document=text.part("document"),
        headline_before=before,
        headline_joint=joint,
        headline_after=after,
        lead=lead,
        large_lead=("", *lead),
        consequence_title=part("consequence_title"),
        legal_a=part("legal_a"),
        legal_b=part("legal_b"),
        legal_c=part("legal_c"),
        hardship=part("hardship"),
        crossed=_formatted(fill(text.part("crossed"), values)),
    )


@lru_cache(maxsize=256)
def trimmed(text: KindText, variant: str, language: str) -> KindText:
    """The text without the parts that a letter of this form does not print: tens of thousands of letters keep it."""
    plain = variant == "plain"
    return replace(text, parts=tuple((name, words) for name, words in text.parts if _printed(name, plain, language)))


def _printed(name: str, plain: bool, language: str) -> bool:
    if name in LANGUAGES:
        return plain or name == language
    return plain or not name.startswith("plain")


def headline(text: str) -> tuple[str, str, str]:
    """What stands before the name of the claims, the particle that follows it on its line, and the rest."""
    before, _, after = text.partition("{債権}")
    joint = next((word for word in _PARTICLES if after.startswith(word)), "")
    return before, joint, after.removeprefix(joint)


def emphasised(text: str) -> tuple[str, str, str]:
    """What stands before, within and after ＊…＊."""
    parts = text.split("＊")
    return (parts[0], parts[1], "".join(parts[2:])) if len(parts) > 2 else (text, "", "")


def _formatted(text: str) -> str:
    """``{確認日}`` as the wording names it; every other brace is a brace."""
    return text.replace(_CONFIRMED, "\0").replace("{", "{{").replace("}", "}}").replace("\0", "{confirmed_on}")
