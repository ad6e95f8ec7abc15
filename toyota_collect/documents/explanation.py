"""The sheets before a document of its own (督促状, 分納不履行, 移管予告) that explain it in easy Japanese or another language.

They are no part of the act: the Japanese document follows whole, and they say so in their first lines. What a kind says is in
its approved text; the sentences that no edit may lose stand here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

from toyota_collect.letter_forms import form_of


@dataclass(frozen=True)
class Language:
    """A language with the sentences that every sheet in it has, and its text."""

    lang: str
    name: str
    important: str
    total: str
    until: str
    interpreter: str
    original: str
    explains: str
    appeal: str
    text: str = ""


@dataclass(frozen=True)
class Explanation:
    """What the sheets say besides the telephone. ``plain``: easy Japanese comes first, then all languages on one sheet."""

    plain: bool
    total_yen: int | None
    until: date
    appeal: bool
    languages: tuple[Language, ...]
    headline: str = ""  # this and what follows: HTML with readings, of easy Japanese
    steps: tuple[str, ...] = ()
    explains: str = ""
    interpreter: str = ""

    @property
    def totals(self) -> SafeString:
        """「合計」 in all languages, ``untils`` 「いつまで」."""
        return self._all("total")

    @property
    def untils(self) -> SafeString:
        return self._all("until")

    def _all(self, name: str) -> SafeString:
        return format_html_join(
            " / ", '<span lang="{}">{}</span>', ((one.lang, getattr(one, name)) for one in self.languages)
        )


def reading(
    code: str,
    words: Mapping[str, str],
    *,
    total_yen: int | None,
    until: date,
    seizes: bool,
    courts: bool,
    appeal: bool = False,
) -> dict[str, Any]:
    """What the templates need to print a document in the form ``code`` (``Person.letter_variant``).

    Args:
        words: the parts of the kind's text, places filled. A text from before the explanations has none: then none is printed.
        total_yen: what is to be paid, ``until`` that day (inclusive). ``None``: the document asks for no money.
        seizes, courts: whether the city may seize for one of the claims, or must go to court for one.
        appeal: whether the document carries 教示.
    """
    form = form_of(code)
    wanted = [one for one in LANGUAGES if form.variant == "plain" or part_of(one.lang) == form.language]
    languages = tuple(replace(one, text=words.get(part_of(one.lang), "")) for one in wanted)
    if total_yen is None:
        languages = tuple(replace(one, until=NO_DEADLINE.get(one.lang, one.until)) for one in languages)
    made = None
    if languages and all(one.text for one in languages):
        made = Explanation(form.variant == "plain", total_yen, until, appeal, languages)
    if made and made.plain:
        nexts = [name for name, is_so in (("plain_next_a", seizes), ("plain_next_court", courts)) if is_so]
        steps = [*words["plain"].split("\n"), *(words[name] for name in nexts), *((APPEAL,) if appeal else ())]
        made = replace(
            made,
            headline=ruby(words["plain_headline"]),
            steps=tuple(ruby(step) for step in steps),
            explains=ruby(EXPLAINS),
            interpreter=ruby(INTERPRETER),
        )
    return {"large": form.variant == "large", "explained": made}


def ruby(text: str) -> SafeString:
    """``｜漢字《かんじ》`` with its reading above; lines break between words only."""
    words = re.findall(r"[^ 、。]+[、。]?", escape(text))
    spaced = [re.sub(r"｜(.+?)《(.+?)》", r'<span class="r"><i>\2</i>\1</span>', word) for word in words]
    line = " ".join(f'<span class="w">{word}</span>' for word in spaced)
    html = re.sub(r"([、。]</span>) ", r"\1", line)
    return SafeString(html)  # escaped above  # nosec B703


def part_of(lang: str) -> str:
    """The part of a text in a language: the tag of the font is ``zh-Hans``, the name of the part ``zh``."""
    return lang.split("-")[0]


INTERPRETER = "｜通訳《つうやく》が います"
EXPLAINS = (
    "この ｜紙《かみ》は ｜説明《せつめい》です。｜正式《せいしき》な ｜手紙《てがみ》は、｜後《うし》ろの "
    "｜日本語《にほんご》の ｜紙《かみ》です。"
)
APPEAL = (
    "｜納得《なっとく》できない ときは、｜不服《ふふく》を ｜言《い》う ことが できます。｜方法《ほうほう》と ｜期限《きげん》は、"
    "｜日本語《にほんご》の ｜紙《かみ》に ｜書《か》いて あります。"
)
NO_DEADLINE = {"zh-Hans": "到这一天为止", "vi": "Đến hết ngày"}
"""Where ``until`` of the language would read as a day to pay by. To be checked by the city's interpreters (要確認)."""
LANGUAGES = (
    Language(
        "en",
        "English",
        "This letter is important.",
        "Total",
        "Until",
        "Interpreter available",
        "The Japanese text in this letter is the official one.",
        "This page explains the Japanese document that follows. Only the Japanese document has legal effect.",
        "If you disagree, the Japanese document says how you can object and until when. Please ask us on the phone.",
    ),
    Language(
        "pt",
        "Português",
        "Esta carta é importante.",
        "Total",
        "Até",
        "Há intérprete",
        "O texto oficial é o texto em japonês desta carta.",
        "Esta página explica o documento em japonês que vem a seguir. Só o documento em japonês tem efeito legal.",
        "Se não concordar, o documento em japonês diz como e até quando pode contestar. Pergunte por telefone.",
    ),
    Language(
        "zh-Hans",
        "简体中文",
        "这封信很重要。",
        "合计",
        "截止日期",
        "可安排翻译",
        "以本信中的日文为准。",
        "本页是对后面日文文件的说明。只有日文文件具有法律效力。",
        "如果您有异议，日文文件上写有提出异议的方法和期限。请打电话问我们。",
    ),
    Language(
        "vi",
        "Tiếng Việt",
        "Thư này rất quan trọng.",
        "Tổng cộng",
        "Hạn chót",
        "Có phiên dịch",
        "Bản tiếng Nhật trong thư này là bản chính thức.",
        "Trang này giải thích văn bản tiếng Nhật ở phía sau. Chỉ văn bản tiếng Nhật có hiệu lực pháp lý.",
        "Nếu không đồng ý, văn bản tiếng Nhật có ghi cách khiếu nại và thời hạn. Hãy gọi điện hỏi chúng tôi.",
    ),
)
"""To be checked by the city's interpreters (要確認)."""
