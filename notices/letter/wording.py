"""Every sentence of the consolidated demand, dated. A letter uses the wording in force on its date of issue.

``{…}`` are filled from the letter. A city that changes a sentence adds a new ``Wording`` with its first day and leaves
the old one, so that a letter printed again says what it said before.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wording:
    """The words of the letter from ``starts_on`` (inclusive) until the next one begins."""

    starts_on: date
    # --- page 1
    document: str = "催告書"
    seal_omitted: str = "（公印省略）"
    contact_title: str = "ご相談・お問い合わせは この窓口ひとつで"
    headline_before: str = "納期限を過ぎた"
    headline_joint: str = "の"
    headline_after: str = "お支払いをお願いします"
    total_caption: str = "お支払いいただく合計"
    total_note: str = "{count}件　延滞金等は{as_of}現在の概算です"
    deadline_caption: str = "お支払い・ご相談の期限"
    lead: tuple[str, str, str] = (  # the middle part is bold
        "下の表のとおり、納期限を過ぎ、お支払いを確認できていません。同封の納付書で、期限までにお支払いください。一度に支払えないときは、",
        "期限までに",
        "お電話か窓口でご相談ください。",
    )
    several_envelopes: str = "この催告書は、{count}通の封筒に分けてお送りします。これは1通目です。"
    consequence_title: str = "期限までに、お支払いもご相談もないとき"
    legal_a: str = "法律の定めにより、市が財産（給与・預貯金など）を調べ、差押えをすることがあります。"
    legal_b: str = "法律に基づくお金です。裁判所の手続（支払督促・訴訟）でお支払いを求めることがあります。"
    legal_c: str = "契約に基づくお金です。裁判所の手続（支払督促・訴訟）でお支払いを求めることがあります。"
    hardship_title: str = "お支払いが難しいとき"
    hardship: str = (
        "病気、災害、失業、収入の減少などで一度に支払えない方は、分けて支払う相談や、法律による猶予の申請ができます。"
        "事情を聞かせてください。"
    )
    welfare_title: str = "暮らし全体のご相談（無料・秘密は守ります）"
    crossed_title: str = "すでにお支払いの方へ"
    crossed: str = (
        "{confirmed_on}までに確認できた入金をもとに作りました。行き違いの場合はお許しください。お手続は要りません。"
    )
    # --- claims of somebody else
    own: str = "ご本人の分"
    roles_cover: str = "{names}は、ほかの方の名義のものです（説明は内訳の※）。"
    note_roles: str = (
        "{names}は、ほかの方の名義の債権について、法律や契約によりお支払いいただくものです{share}。どなたかが支払うと、"
        "その分は減ります。"
    )
    roles_share: str = "（相続の分は、持分に応じた額です）"
    # --- further envelopes
    envelope_title: str = "{count}通に分けた封筒の{place}通目です"
    envelope_text: str = (
        "この封筒には、催告書のつづきが入っています。合計、期限、ご相談の窓口は1通目と同じです。"
        "ページの番号は、すべての封筒を通して付けています。"
    )
    # --- claim table
    table_title: str = "お支払いいただく内訳"
    continued: str = "（つづき）"
    next_page: str = "次のページへつづきます"
    paid_off: str = "納付済"
    final: str = "確定"
    note_as_of: str = (
        "延滞金等は{as_of}（基準日）までの概算で、お支払いの日までふえることがあります。"
        "「確定」は金額が決まったもの、「―」はかからないものです。"
    )
    note_rates: str = (
        "Ａの延滞金：納期限の翌日から日割り。{year}は{months}か月まで年{first}％、"
        "その後 年{after}％（年ごとに変わります）。もとの額は千円未満切捨て（2千円未満はなし）、"
        "延滞金は千円未満なし・百円未満切捨て。"
    )
    note_civil: str = "遅延損害金（{kinds}）：納期限の翌日から{rule}で日割り。1円未満切捨て。"
    note_estimated: str = (
        "延滞金の率がまだ決まっていない年があるため、{year}の12月31日までで計算しました。"
        "率が決まったあと、金額が変わることがあります。"
    )
    note_marks: str = "Ａ・Ｂ・Ｃは、1ページの「お支払いもご相談もないとき」の記号です。"
    # --- slips
    guide_title: str = "お支払いの方法"
    guide_ways: tuple[tuple[str, str], ...] = (
        (
            "コンビニエンスストア・スマートフォン決済",
            "バーコードのある納付書だけ使えます。",
        ),
        ("銀行・信用金庫・農協・ゆうちょ銀行の窓口", "すべての納付書が使えます。"),
        ("市役所", "{counter}　すべての納付書が使えます。"),
    )
    policy_claim: str = "納付書は期別ごとに1枚です。1枚の金額をいくつかに分けることはできません。"
    policy_kind: str = "納付書は種類ごとに1枚です。分けて支払いたい方は、ご相談ください。"
    policy_person: str = "納付書は全部で1枚です。分けて支払いたい方は、ご相談ください。"
    guide_old_slips: str = (
        "以前の納付書は使わないでください（二重のお支払いを防ぐため）。使用期限を過ぎたとき、納付書をなくしたときは、"
        "お電話ください。新しい納付書をお送りします。"
    )
    over_limit: str = "30万円を超えるため、バーコードがありません。"
    no_cvs_title: str = "コンビニでは使えません"
    no_cvs_instead: str = "金融機関か市役所の窓口でお支払いください。"
    cvs_title: str = "コンビニエンスストア・スマートフォン用"
    receipt_text: tuple[str, str] = ("上記のとおり", "領収しました。")
    several: str = "内訳のとおり {count}件"
    whole: str = "市税・料金など（まとめ）"
    memo_title: str = "ご相談のときのメモ"
    memo_text: str = "お電話の前に書いておくと、早くお話しできます。送り返す必要はありません。"
    memo_amount: tuple[str, str, str] = (
        "毎月支払えそうな額",
        "円　　始められる月",
        "月から",
    )
    memo_lines: tuple[str, ...] = (
        "最近変わったこと（仕事・病気・家族など）",
        "ほかに支払っているもの（家賃・ローンなど）",
        "連絡がつきやすい時間と電話番号",
    )
    sample: str = "見本　氏名・住所・番号・金額はすべて架空"
    # --- slips handed over at the counter
    desk_document: str = "納付書"
    desk_title: str = "{subject}のお支払い"
    desk_total_note: str = "{count}件　納付書{slips}枚"
    desk_deadline_caption: str = "納付書が使える期限"
    desk_lead: tuple[str, str, str] = (  # the middle part is bold
        "下の内訳のとおり、お支払いをお願いします。金額は",
        "{as_of}に支払う場合",
        "のものです。期限を過ぎた納付書は使えません。期限までに支払えないときは、右上の窓口にご相談ください。",
    )
    desk_places_title: str = "お支払いの場所"
    desk_places: str = "コンビニエンスストア、スマートフォン決済、銀行・信用金庫・農協・ゆうちょ銀行の窓口、{counter}"
    desk_places_no_cvs: str = (
        "銀行・信用金庫・農協・ゆうちょ銀行の窓口、{counter}。{reason}コンビニとスマートフォン決済では使えません。"
    )
    desk_old_slips: str = "同じ内容の以前の納付書は使わないでください（二重のお支払いを防ぐため）。"
    # --- large print
    large_table_title: str = "内訳"
    large_phone_title: str = "電話でのご相談"
    large_lead: tuple[str, str, str, str] = (
        "納期限を過ぎていますが、お支払いを確認できていません。同封の納付書で、期限までにお支払いください。",
        "一度に支払えないときは、",
        "期限までに",
        "お電話か窓口でご相談ください。",
    )

    def legal(self, mark: str) -> str:
        """What a claim of class A, B or C can lead to."""
        return {"A": self.legal_a, "B": self.legal_b, "C": self.legal_c}[mark]

    def policy(self, policy: str) -> str:
        """The sentence on how many slips there are."""
        return {
            "claim": self.policy_claim,
            "kind": self.policy_kind,
            "person": self.policy_person,
        }[policy]


WORDINGS = (Wording(starts_on=date(2020, 1, 1)),)


def wording_on(issued_on: date) -> Wording:
    """The wording in force on ``issued_on``.

    Raises:
        LookupError: none had begun by then.
    """
    for wording in sorted(WORDINGS, key=lambda item: item.starts_on, reverse=True):
        if wording.starts_on <= issued_on:
            return wording
    raise LookupError(f"{issued_on:%Y-%m-%d} に使う催告書の文言がありません。")
