"""What keeps a text from being used: places, required contents, forbidden words, characters, length."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from notices.rules.kinds import APPEAL, Kind, Part, Writing
from toyota_collect.places import PLACE, places_in

_RUBY = re.compile(r"｜([^｜《》]+)《([^｜《》]+)》")
_HTML = re.compile(r"<[a-zA-Z/!]|&[a-z#]+\d*;")
_FULL_WIDTH = str.maketrans({"｛": "{", "｝": "}"})
Lacking = Callable[[Part, str], str]  # a character of the text that the part's font cannot draw, or ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a part, and what to do, in Japanese."""

    part: str
    text: str


def clean(text: str) -> str:
    """A text as it is kept: line ends alike, no blanks at the ends of lines, ``｛｝`` as ``{}``, at most one empty line."""
    lines = [
        line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").translate(_FULL_WIDTH).split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def differences(kind: Kind, old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Label, former and new words of each part in which two texts differ."""
    pairs = [(part.label, old.get(part.code, ""), new.get(part.code, "")) for part in kind.parts]
    return [pair for pair in pairs if pair[1] != pair[2]]


def problems(kind: Kind, parts: Mapping[str, str], *, lacking: Lacking = lambda part, text: "") -> Sequence[Problem]:
    """Everything that keeps the text of this kind from being used; nothing: it may be asked for."""
    known = {part.code for part in kind.parts}
    found = [Problem(code, "この種類にない項目です。") for code in parts if code not in known]
    for part in kind.parts:
        text = parts.get(part.code, "")
        if not text:
            found += [Problem(part.code, "空です。文を入れてください。")] if part.required else []
            continue
        found += [Problem(part.code, fault) for fault in _faults(kind, part, text, lacking)]
    return found


def _faults(kind: Kind, part: Part, text: str, lacking: Lacking) -> Sequence[str]:
    faults = [*_place_faults(part, text), *_word_faults(kind, part, text)]
    words = words_of(part, text)
    if len(words) > part.longest:
        faults.append(f"長すぎます（{len(words)}文字）。{part.longest}文字までにしてください。")
    if part.writing is Writing.LINE and "\n" in text:
        faults.append("1行にしてください。")
    if _HTML.search(text):
        faults.append("HTMLの記号は使えません。ふつうの文にしてください。")
    if part.writing is Writing.RUBY and (left := _RUBY.sub("", text)) and any(sign in left for sign in "｜《》"):
        faults.append("読みの書き方が合いません。｜漢字《かんじ》 の形にしてください。")
    if part.code == "lead" and text.count("＊") not in (0, 2):
        faults.append("太字の ＊…＊ は、1か所だけ、2つの＊で囲んでください。")
    if char := next((char for char in text if _private(char)), ""):
        faults.append(f"外字（U+{ord(char):04X}）は使えません。印刷できる文字にしてください。")
    elif char := lacking(part, words):
        faults.append(
            f"「{char}」（U+{ord(char[0]):04X}）は、この欄のフォントにない文字です。ほかの書き方にしてください。"
        )
    return faults


def _place_faults(part: Part, text: str) -> Sequence[str]:
    used = places_in(text)
    faults = [f"{{{name}}} は、ここでは使えない差し込みです。" for name in sorted(used - set(part.places))]
    faults += [f"{{{name}}} がありません。必ず入れてください。" for name in part.needs if name not in used]
    if re.search(r"[{}]", PLACE.sub("", text)):
        faults.append("{ と } の組が合いません。")
    return faults


def _word_faults(kind: Kind, part: Part, text: str) -> Sequence[str]:
    plain = _RUBY.sub(r"\1", text).replace(" ", "") if part.writing is Writing.RUBY else text
    never = part.never if kind.appeal else (*part.never, APPEAL)
    faults = [f"{why}。" for words, why in part.must if not any(word in plain for word in words)]
    for words, why in never:
        if word := next((word for word in words if word in plain), ""):
            faults.append(f"「{word}」は書けません：{why}。")
    return faults


def words_of(part: Part, text: str) -> str:
    """The text as it is read: without marks for readings and bold."""
    plain = _RUBY.sub(r"\1", text) if part.writing is Writing.RUBY else text
    return plain.replace("＊", "") if part.code == "lead" else plain


def _private(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff" or char >= "\U000f0000"
