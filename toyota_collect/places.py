"""Texts with named places to fill: ``{期限}``. No template language: a place is replaced by words, nothing else happens."""

import re
from collections.abc import Mapping
from functools import lru_cache

PLACE = re.compile(r"\{([^{}\n]*)\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; a place without words stays as it is, for the checks to find."""
    return PLACE.sub(lambda found: values.get(found[1], found[0]), text)


@lru_cache(maxsize=1024)
def places_in(text: str) -> frozenset[str]:
    """The names of the places in a text."""
    return frozenset(PLACE.findall(text))


def city_words(name: str, profile: Mapping[str, str]) -> dict[str, str]:
    """What the places that name the city's windows are filled with; ``profile`` as the setting ``city.profile``."""
    return {
        "市": name,
        "課": profile["office"],
        "電話": profile["phone"],
        "窓口": profile["counter"],
        "受付時間": profile["hours"],
        "福祉窓口": profile["welfare"],
        "福祉窓口の場所": profile["welfare_place"],
        "福祉窓口の電話": profile["welfare_phone"],
    }
