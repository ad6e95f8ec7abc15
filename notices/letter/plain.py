"""やさしい日本語: short sentences with the reading above each word, and the same in other languages.

``｜漢字《かんじ》`` marks a word and its reading. Translations must be checked by the city's interpreters before use.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.safestring import SafeString

from toyota_collect.documents import explanation
from toyota_collect.documents.explanation import INTERPRETER, Language, part_of, ruby

from .model import KindText


@dataclass(frozen=True, eq=False)
class PlainPage:
    """The sentences of the plain letter as HTML."""

    headline: SafeString
    total_caption: str
    deadline_caption: str
    steps: tuple[tuple[str, SafeString], ...]
    hard: SafeString
    help: tuple[SafeString, ...]
    interpreter: SafeString
    welfare: SafeString
    crossed: SafeString


@lru_cache(maxsize=64)
def page(seizure: bool, text: KindText | None = None) -> PlainPage:
    """The sentences, of ``text`` if given; ``seizure`` tells whether the city can enforce a claim by itself."""
    steps = (*STEPS, NEXT_SEIZURE if seizure else NEXT_COURT)
    if text:
        steps = (*text.part("plain").split("\n"), text.part("plain_next_a" if seizure else "plain_next_court"))
        steps = tuple(filter(None, steps))
    return PlainPage(
        headline=ruby(text.part("plain_headline") if text else HEADLINE),
        total_caption=TOTAL_CAPTION,
        deadline_caption=DEADLINE_CAPTION,
        steps=tuple((str(number), ruby(text)) for number, text in enumerate(steps, 1)),
        hard=ruby(HARD),
        help=tuple(ruby(text) for text in HELP),
        interpreter=ruby(INTERPRETER),
        welfare=ruby(WELFARE),
        crossed=ruby(CROSSED),
    )


@lru_cache(maxsize=64)
def roles(found: tuple[str, ...]) -> tuple[SafeString, ...]:
    """What it means that claims of somebody else are asked for."""
    return tuple(ruby(text) for role, text in ROLES if role in ("", *found))


@lru_cache(maxsize=64)
def languages(text: KindText | None = None) -> tuple[Language, ...]:
    """The letter in all languages, in the words of ``text`` if given."""
    return tuple(replace(one, text=text.part(part_of(one.lang))) if text else one for one in LANGUAGES)


def language(code: str, text: KindText | None = None) -> Language:
    """The letter in one language: en, pt, zh or vi."""
    return next(one for one in languages(text) if part_of(one.lang) == code)


HEADLINE = "｜市役所《しやくしょ》に はらう お｜金《かね》が あります"
TOTAL_CAPTION = "はらう おかね（ぜんぶで）"
DEADLINE_CAPTION = "いつまで"
STEPS = (
    (
        "｜税金《ぜいきん》などを まだ はらって いません。｜上《うえ》の「いつまで」の ｜日《ひ》までに はらって "
        "ください。"
    ),
    (
        "この ｜手紙《てがみ》に、はらう ための ｜紙《かみ》が ｜入《はい》って います。コンビニ、"
        "｜銀行《ぎんこう》、｜市役所《しやくしょ》で はらう ことが できます。"
    ),
)
NEXT_SEIZURE = (
    "はらわない、｜相談《そうだん》も しない ときは、｜法律《ほうりつ》で きまった ｜手続《てつづ》きが "
    "｜始《はじ》まります。｜市《し》が ｜給料《きゅうりょう》や ｜銀行《ぎんこう》の お｜金《かね》を "
    "｜差《さ》し｜押《お》さえる ことが あります。"
)
NEXT_COURT = (
    "はらわない、｜相談《そうだん》も しない ときは、｜市《し》が ｜裁判所《さいばんしょ》に お｜願《ねが》い"
    "する ことが あります。"
)
HARD = "お｜金《かね》が なくて はらえない とき"
HELP = (
    (
        "｜電話《でんわ》を して ください。｜少《すこ》しずつ はらう ｜方法《ほうほう》を いっしょに "
        "｜考《かんが》えます。"
    ),
    (
        "｜病気《びょうき》の とき、｜仕事《しごと》が ない ときも、｜話《はな》して ください。｜相談《そうだん》"
        "は ｜無料《むりょう》です。"
    ),
)
WELFARE = (
    "｜生活《せいかつ》に こまって いる とき（｜自立《じりつ》｜相談《そうだん》｜支援《しえん》｜窓口《まどぐち》）"
)
CROSSED = (
    "もう はらった ｜人《ひと》へ：はらった すぐ ｜後《あと》に、この ｜手紙《てがみ》が とどく ことが ありま"
    "す。｜何《なに》も しなくて いいです。"
)
ROLES = (
    (
        "",
        (
            "この ｜手紙《てがみ》には、ほかの ｜人《ひと》の ｜名前《なまえ》の お｜金《かね》も ｜書《か》いて あります。"
            "だれかが はらうと、その ｜分《ぶん》は へります。"
        ),
    ),
    (
        "joint",
        "「｜連帯《れんたい》の ｜分《ぶん》」は、ほかの ｜人《ひと》と いっしょに はらう お｜金《かね》です。",
    ),
    (
        "heir",
        (
            "「｜相続《そうぞく》の ｜分《ぶん》」は、｜亡《な》くなった ｜人《ひと》の お｜金《かね》の うち、"
            "あなたが はらう ｜分《ぶん》です。"
        ),
    ),
    (
        "guarantor",
        "「｜保証《ほしょう》の ｜分《ぶん》」は、あなたが ｜保証《ほしょう》した ｜人《ひと》の お｜金《かね》です。",
    ),
)
_TEXTS = {  # of letters from before the texts
    "en": (
        "You have city taxes or fees that are past their due date. Please pay the total below by the date shown, "
        "using the payment slips in this envelope (convenience store, bank, or City Hall). If you cannot pay all "
        "at once, call us before that date. We can talk about paying in parts. Talking to us is free, and an "
        "interpreter can join. If you do not pay or contact us, the city may take the steps set by law, such as "
        "seizing wages or bank deposits for taxes. If you have already paid, you do not need to do anything."
    ),
    "pt": (
        "Há impostos ou taxas da cidade com o prazo vencido. Pague o total abaixo até a data indicada, usando as "
        "guias de pagamento deste envelope (loja de conveniência, banco ou prefeitura). Se não puder pagar tudo "
        "de uma vez, telefone antes dessa data. Podemos conversar sobre o parcelamento. A consulta é gratuita e "
        "há intérprete. Sem pagamento nem contato, a cidade pode tomar as medidas previstas em lei, como a "
        "penhora do salário ou da conta bancária no caso de impostos. Se já pagou, não precisa fazer nada."
    ),
    "zh": (
        "您有已过缴纳期限的市税或费用。请使用信封内的缴款单，在下列日期之前到便利店、银行或市政府缴清总额。如果无"
        "法一次付清，请在该日期之前打电话给我们，可以商量分期缴纳。咨询免费，可以安排翻译。如果既不缴纳也不联系，"
        "市政府可能依法采取措施，例如对欠税扣押工资或存款。如果您已经缴纳，则无需办理任何手续。"
    ),
    "vi": (
        "Bạn có thuế hoặc phí của thành phố đã quá hạn. Vui lòng trả tổng số tiền bên dưới trước ngày ghi ở đây, "
        "bằng phiếu nộp tiền trong phong bì (cửa hàng tiện lợi, ngân hàng hoặc tòa thị chính). Nếu không thể trả "
        "hết một lần, hãy gọi cho chúng tôi trước ngày đó để bàn về việc trả góp. Tư vấn miễn phí và có phiên "
        "dịch. Nếu không trả và không liên lạc, thành phố có thể áp dụng biện pháp theo luật, ví dụ tịch biên "
        "tiền lương hoặc tiền gửi đối với thuế. Nếu đã trả rồi, bạn không cần làm gì."
    ),
}
LANGUAGES = tuple(replace(one, text=_TEXTS[part_of(one.lang)]) for one in explanation.LANGUAGES)
