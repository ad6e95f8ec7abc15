"""帳票の種類: what each kind of notice is in law, which parts its text has, and what each part must and must not say.

Source: 民法150条 (催告), 地方税法331条ほか (差押), 地方自治法施行令171条の2 (裁判所の手続), 行政不服審査法82条 (教示は処分だけ),
生活困窮者自立支援法8条 (利用勧奨).
"""

from dataclasses import dataclass, field
from enum import StrEnum

CITY_PLACES = ("市", "課", "電話", "窓口", "受付時間", "福祉窓口", "福祉窓口の場所", "福祉窓口の電話")
RUN_PLACES = (*CITY_PLACES, "発付日", "期限", "基準日", "確認日")
ABOUT = {
    "市": "市の名前",
    "課": "担当の係",
    "電話": "担当の電話番号",
    "窓口": "窓口の場所",
    "受付時間": "受付時間",
    "福祉窓口": "生活の相談窓口の名前",
    "福祉窓口の場所": "生活の相談窓口の場所と時間",
    "福祉窓口の電話": "生活の相談窓口の電話",
    "発付日": "書面の日付",
    "期限": "納付・相談・返事の期限",
    "基準日": "延滞金等を計算した日",
    "確認日": "入金を確かめた日",
    "債権": "求める債権の名前（表題だけ）",
    "来庁日時": "来ていただく日と時刻",
    "亡くなった方": "亡くなった方の氏名",
    "合計": "合計額（円）",
    "誓約日": "分納誓約書の日付",
    "誓約書番号": "分納誓約書の番号",
    "所管課": "引き継ぐ前の課",
}


class Medium(StrEnum):
    """How a kind is printed: ``demand`` as 催告書 with table and slips, ``sheet`` as one text, ``paper`` by its own document."""

    DEMAND = "demand"
    SHEET = "sheet"
    PAPER = "paper"


class Writing(StrEnum):
    """How a part is written: one line, paragraphs, with readings (｜漢字《かんじ》), or in another language."""

    LINE = "line"
    TEXT = "text"
    RUBY = "ruby"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Part:
    """A piece of a text. ``longest``: characters that surely fit; ``must``: each needs one of its words, with the reason."""

    code: str
    label: str
    writing: Writing = Writing.TEXT
    longest: int = 200
    places: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # places that must stand in it
    must: tuple[tuple[tuple[str, ...], str], ...] = ()
    never: tuple[tuple[tuple[str, ...], str], ...] = ()
    help: str = ""
    language: str = ""
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """One kind. ``demands``: it is a 催告 in law (民法150条), so that posting it moves clocks."""

    code: str
    name: str
    medium: Medium
    law: str
    parts: tuple[Part, ...] = field(default=(), repr=False)
    demands: bool = False
    batch: bool = False  # may be chosen for a run
    single: bool = False  # may be made for one person
    seizes: bool = False  # only for claims the city may seize for, after 督促 (差押予告)
    decided: bool = False  # a single one needs a named person's decision
    helps: bool = False  # may go to a person under a welfare hold
    with_claims: bool = True  # tells of the person's claims
    appeal: bool = False  # carries 教示, which stands in the dated settings and not in the text


APPEAL = (
    ("審査請求", "不服申立", "不服があるとき", "取消しの訴え", "取消訴訟"),
    "処分ではないため、教示は書きません（行政不服審査法82条）",
)
SEIZURE = ("差押", "差し押さえ", "差しおさえ", "滞納処分")
NO_SEIZURE = (SEIZURE, "自力執行権のない債権に、差押えを書くことはできません")
NO_THREAT = ((*SEIZURE, "支払督促", "訴訟", "訴え"), "支払いを求めない書面に、処分や裁判の予告は書きません")
SAYS_SEIZURE = (SEIZURE, "強制徴収公債権に予定する処分（差押え）を書いてください")
SAYS_COURT = (("裁判所", "支払督促", "訴訟", "訴え"), "裁判所の手続の予告を書いてください")
TALK = (("相談", "ご連絡", "電話"), "相談できることを書いてください")

_DOCUMENT = Part("document", "見出しの帯", Writing.LINE, 4, help="左上の黒い帯に入ります。")
_READ = "漢字には ｜漢字《かんじ》 の形で読みを付け、ことばの間を空けます。"


def _foreign(longest: int, *, must: bool = False) -> tuple[Part, ...]:
    """The parts in other languages; ``must``: each names the telephone, the seizure and the court."""
    names = (("en", "英語"), ("pt", "ポルトガル語"), ("zh", "中国語（簡体字）"), ("vi", "ベトナム語"))
    return tuple(
        Part(
            code,
            name,
            Writing.FOREIGN,
            longest,
            language=code,
            must=_FOREIGN_MUST[code] if must else (),
            help="翻訳者が確かめた文を入れます。",
        )
        for code, name in names
    )


def _foreign_must(
    call: tuple[str, ...], seizure: tuple[str, ...], court: tuple[str, ...]
) -> tuple[tuple[tuple[str, ...], str], ...]:
    return (call, "電話で相談できることを書いてください"), (seizure, SAYS_SEIZURE[1]), (court, SAYS_COURT[1])


_FOREIGN_MUST = {
    "en": _foreign_must(("call", "Call"), ("seiz", "Seiz"), ("court", "Court")),
    "pt": _foreign_must(("telefon", "Telefon", "ligue", "Ligue"), ("penhor",), ("Justiça", "judicia", "tribunal")),
    "zh": _foreign_must(("打电话", "致电"), ("扣押",), ("法院",)),
    "vi": _foreign_must(("gọi", "Gọi"), ("tịch biên", "kê biên"), ("tòa án", "Tòa án")),
}


def _plain_law(*, court: bool) -> tuple[Part, ...]:
    seizure = Part("plain_next_a", "やさしい日本語：差押えの予告", Writing.RUBY, 240, must=(SAYS_SEIZURE,), help=_READ)
    return (
        (
            seizure,
            Part(
                "plain_next_court",
                "やさしい日本語：裁判所の予告",
                Writing.RUBY,
                240,
                must=(SAYS_COURT,),
                never=(NO_SEIZURE,),
                help=_READ,
            ),
        )
        if court
        else (seizure,)
    )


def _explained() -> tuple[Part, ...]:
    """The sheets before a document of its own; its amount, day, telephone and 「日本語が正式」 come from the layout."""
    return (
        Part("plain_headline", "やさしい日本語：表題", Writing.RUBY, 60, help=_READ),
        Part(
            "plain",
            "やさしい日本語：することの一覧",
            Writing.RUBY,
            300,
            must=(TALK, (("いつまで",), "「いつまで」の日までに何をするかを書いてください")),
            help=f"1行が1つの番号になります。額と「いつまで」の日は、上の枠に印字します。{_READ}",
        ),
        *_plain_law(court=True),
        *_foreign(620, must=True),
    )


def _demand(*, batch_only: bool = False, seizes: bool = False) -> tuple[Part, ...]:
    """The parts of a cover with table and slips. Every word is the same for all letters of a run but ``{債権}``."""
    law = (
        Part("legal_a", "強制徴収公債権（Ａ）の予告", Writing.TEXT, 90, RUN_PLACES, must=(SAYS_SEIZURE,)),
        *(
            ()
            if seizes
            else (
                Part(
                    "legal_b",
                    "非強制徴収公債権（Ｂ）の予告",
                    Writing.TEXT,
                    90,
                    RUN_PLACES,
                    must=(SAYS_COURT,),
                    never=(NO_SEIZURE,),
                ),
                Part(
                    "legal_c",
                    "私債権（Ｃ）の予告",
                    Writing.TEXT,
                    90,
                    RUN_PLACES,
                    must=(SAYS_COURT,),
                    never=(NO_SEIZURE,),
                ),
            )
        ),
    )
    return (
        _DOCUMENT,
        Part(
            "headline",
            "表題",
            Writing.LINE,
            25,
            ("債権",),
            ("債権",),
            help="{債権} に「市税など」のような名前が入ります。",
        ),
        Part(
            "lead",
            "はじめの文",
            Writing.TEXT,
            170,
            RUN_PLACES,
            must=(TALK, (("期限",), "期限までに何をするかを書いてください")),
            help="＊…＊ で囲んだ1か所が太字になります。",
        ),
        Part("consequence_title", "予告の見出し", Writing.LINE, 28),
        *law,
        Part(
            "hardship",
            "お支払いが難しいとき",
            Writing.TEXT,
            110,
            RUN_PLACES,
            must=(((("猶予", "分けて", "分割"), "猶予や分割の相談ができることを書いてください")),),
        ),
        Part("crossed", "すでにお支払いの方へ", Writing.TEXT, 90, RUN_PLACES, ("確認日",)),
        Part("plain_headline", "やさしい日本語：表題", Writing.RUBY, 90, help=_READ),
        Part("plain", "やさしい日本語：することの一覧", Writing.RUBY, 420, help=f"1行が1つの番号になります。{_READ}"),
        *_plain_law(court=not seizes),
        *_foreign(720),
    )


def _sheet(
    *places: str, needs: tuple[str, ...] = (), never: tuple[tuple[tuple[str, ...], str], ...] = (NO_THREAT,)
) -> tuple[Part, ...]:
    offered = (*CITY_PLACES, "発付日", *places)
    return (
        _DOCUMENT,
        Part("headline", "表題", Writing.LINE, 25),
        Part("body", "本文", Writing.TEXT, 330, offered, needs, never=never, help="空行は段落の間になります。"),
        Part(
            "steps",
            "お願いしたいこと",
            Writing.TEXT,
            240,
            offered,
            must=(TALK,),
            never=never,
            help="1行が1つの番号になります。",
        ),
        Part("plain_headline", "やさしい日本語：表題", Writing.RUBY, 90, help=_READ),
        Part(
            "plain",
            "やさしい日本語：することの一覧",
            Writing.RUBY,
            420,
            never=never,
            help=f"1行が1つの番号になります。{_READ}",
        ),
        *_foreign(720),
    )


_DUNNING = (
    Part("paid", "行き違いのおわび", Writing.TEXT, 60),
    Part("late", "延滞金等", Writing.TEXT, 120, must=((("延滞金",), "延滞金がかかることを書いてください"),)),
    Part(
        "seizure",
        "納付がないとき（強制徴収公債権）",
        Writing.TEXT,
        130,
        must=(
            SAYS_SEIZURE,
            (
                ("10日", "１０日", "十日"),
                "「発した日から起算して10日を経過した日までに完納しないとき」を書いてください",
            ),
        ),
    ),
    Part("court", "納付がないとき（そのほかの債権）", Writing.TEXT, 130, must=(SAYS_COURT,), never=(NO_SEIZURE,)),
    Part("help", "納めることが難しいとき", Writing.TEXT, 130, must=(TALK,)),
    *_explained(),
)
_PLAN_BROKEN = (
    Part("lead", "はじめの文", Writing.TEXT, 200, ("誓約日", "誓約書番号"), ("誓約日", "誓約書番号")),
    Part(
        "consequence",
        "このままのとき",
        Writing.TEXT,
        260,
        must=((("差押", "裁判所", "訴訟"), "取り消したあとの手続を書いてください"),),
    ),
    Part("help", "納付が難しいとき", Writing.TEXT, 260, CITY_PLACES, must=(TALK,)),
    *_explained(),
)
_HANDOVER = (
    Part(
        "lead",
        "はじめの文",
        Writing.TEXT,
        220,
        ("所管課",),
        ("所管課",),
        must=((("移管", "引き継"), "移管することを書いてください"),),
    ),
    Part("after", "移管されると", Writing.TEXT, 120),
    Part("coercive", "強制徴収公債権があるとき", Writing.TEXT, 120, must=(SAYS_SEIZURE,)),
    Part("court", "そのほかの債権があるとき", Writing.TEXT, 120, must=(SAYS_COURT,), never=(NO_SEIZURE,)),
    Part(
        "help", "期限までにできること", Writing.TEXT, 300, CITY_PLACES, must=(TALK,), help="1行が1つの項目になります。"
    ),
    *_explained(),
)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("consolidated", "一斉催告", Medium.DEMAND, "民法150条（催告）", _demand(), demands=True, batch=True),
        Kind("demand", "催告書", Medium.DEMAND, "民法150条（催告）", _demand(), demands=True, batch=True, single=True),
        Kind(
            "final_demand",
            "最終催告",
            Medium.DEMAND,
            "民法150条（催告）",
            _demand(),
            demands=True,
            batch=True,
            single=True,
        ),
        Kind(
            "seizure_notice",
            "差押予告",
            Medium.DEMAND,
            "地方税法331条ほか、国税徴収法47条（差押え）、民法150条（催告）",
            _demand(seizes=True),
            demands=True,
            batch=True,
            single=True,
            seizes=True,
            decided=True,
        ),
        Kind(
            "dunning",
            "督促状",
            Medium.PAPER,
            "地方税法329条ほか、地方自治法231条の3、地方自治法施行令171条",
            _DUNNING,
            appeal=True,
        ),
        Kind("plan_broken", "分納不履行", Medium.PAPER, "分納誓約の約定", _PLAN_BROKEN),
        Kind("handover_notice", "移管予告", Medium.PAPER, "市の移管要領", _HANDOVER),
        Kind("visit", "来庁案内", Medium.SHEET, "納付相談の案内", _sheet("来庁日時", needs=("来庁日時",)), single=True),
        Kind(
            "balance",
            "残高・充当のお知らせ",
            Medium.SHEET,
            "残高と充当の通知",
            _sheet("基準日", "合計", needs=("基準日", "合計")),
            single=True,
        ),
        Kind(
            "heirs",
            "相続人代表届の依頼",
            Medium.SHEET,
            "地方税法9条の2（相続人からの徴収の手続）",
            _sheet("亡くなった方", "期限", needs=("亡くなった方",)),
            single=True,
            with_claims=False,
        ),
        Kind(
            "welfare",
            "福祉相談のご案内",
            Medium.SHEET,
            "生活困窮者自立支援法8条（利用勧奨）",
            _sheet(
                never=(
                    NO_THREAT,
                    (
                        ("滞納", "未納", "納付してください", "お支払いください"),
                        "相談の案内に、支払いの求めは書きません",
                    ),
                )
            ),
            single=True,
            helps=True,
            with_claims=False,
        ),
    )
}
CONSOLIDATED = "consolidated"
BATCH = tuple(kind.code for kind in KINDS.values() if kind.batch)
SINGLE = tuple(kind.code for kind in KINDS.values() if kind.single)
FORMS = {
    "normal": "普通",
    "large": "大きな文字",
    "plain": "やさしい日本語",
    "en": "英語（English）",
    "pt": "ポルトガル語（Português）",
    "zh": "中国語（簡体字）",
    "vi": "ベトナム語（Tiếng Việt）",
    "large.en": "大きな文字と英語",
    "large.pt": "大きな文字とポルトガル語",
    "large.zh": "大きな文字と中国語",
    "large.vi": "大きな文字とベトナム語",
}
"""How letters are written to a person (``Person.letter_variant``)."""


def name_of(code: str) -> str:
    """The kind's name; a code unknown by now stands for itself."""
    return KINDS[code].name if code in KINDS else code
