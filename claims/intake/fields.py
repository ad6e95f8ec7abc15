"""The canonical fields of extracts: one vocabulary for layouts, parsing and staging."""

from dataclasses import dataclass

NAMES = {
    "person_number": "業務側の番号",
    "atena_number": "宛名番号",
    "corporate_number": "法人番号",
    "name": "氏名・名称",
    "kana": "フリガナ",
    "birth_on": "生年月日",
    "sex": "性別",
    "postal_code": "郵便番号",
    "address": "住所",
    "phone": "電話番号",
    "former_address": "旧住所",
    "former_name": "旧氏名",
    "former_kana": "旧氏名フリガナ",
    "alias": "通称",
    "alias_kana": "通称フリガナ",
    "household_number": "世帯番号",
    "relation": "続柄",
    "moved_on": "異動日",
    "died_on": "死亡日",
    "started_on": "開始日",
    "stopped_on": "廃止日",
    "support": "制度",
    "protected_from": "支援措置の開始日",
    "protected_until": "支援措置の終了日",
    "kind": "債権種目",
    "levy_year": "賦課年度",
    "taxation_year": "相当年度",
    "notice_number": "通知書番号",
    "detail_code": "業務詳細コード",
    "collector_number": "特別徴収義務者指定番号",
    "instalment": "期別",
    "declaration_number": "申告履歴番号",
    "business_year_number": "事業年度番号",
    "child_number": "児童_宛名番号",
    "due_on": "納期限",
    "levied_yen": "調定額",
    "corrected_yen": "更正後調定額",
    "exempted_yen": "減免額",
    "fee_yen": "督促手数料",
    "dunned_on": "督促状発付日",
    "paid_total_yen": "収納済額",
    "contract_on": "契約日",
    "el_qr": "eL-QR",
    "receipt_number": "領収番号",
    "paid_on": "領収日",
    "booked_on": "収納日",
    "channel": "納付方法",
    "principal_yen": "本税・元金",
    "late_yen": "延滞金",
    "cancels": "取り消す領収番号",
}
SECRET_IN_RAW = frozenset(
    {"postal_code", "address", "phone", "former_address"}
)  # never shown of a refused row: it may be protected


@dataclass(frozen=True, slots=True)
class Canonical:
    """A field: ``type`` is text, date, yen, int, year, kind, sex or postal; ``length`` the most characters of a text.

    ``empty`` is what an empty cell becomes in the staging table, ``absent`` what stands where the extract has no such
    column at all (``None``: NULL).
    """

    name: str
    type: str
    required: bool = False
    length: int = 0
    empty: str | None = None
    absent: str | None = None

    @property
    def label(self) -> str:
        return NAMES[self.name]


def _text(name: str, length: int, *, required: bool = False) -> Canonical:
    return Canonical(name, "text", required, length, "", "")


PERSON = (
    _text("person_number", 30, required=True),
    _text("atena_number", 20),
    _text("corporate_number", 13),
    _text("name", 120, required=True),
    _text("kana", 200),
    Canonical("birth_on", "date"),
    Canonical("sex", "sex", empty="", absent=""),
    Canonical("postal_code", "postal", empty="", absent=""),
    _text("address", 200),
    _text("phone", 20),
)
KEY = (
    Canonical("kind", "kind", required=True),
    Canonical("levy_year", "year", required=True),
    Canonical("taxation_year", "year"),  # empty: the levy year
    _text("notice_number", 30, required=True),
    Canonical("instalment", "int", required=True),
    _text("detail_code", 10),
    _text("collector_number", 20),
    _text("declaration_number", 10),
    _text("business_year_number", 10),
    _text("child_number", 20),
)
CONTENT: dict[str, tuple[Canonical, ...]] = {
    "claims": (
        *PERSON,
        *KEY,
        Canonical("due_on", "date", required=True),
        Canonical("levied_yen", "yen", required=True),
        Canonical("corrected_yen", "yen"),
        Canonical("exempted_yen", "yen", empty="0"),
        Canonical("fee_yen", "yen", empty="0"),
        Canonical("dunned_on", "date"),
        Canonical("paid_total_yen", "yen"),
        Canonical("contract_on", "date"),
        _text("el_qr", 300),
    ),
    "receipts": (
        *KEY,
        _text("receipt_number", 40, required=True),
        Canonical("paid_on", "date", required=True),
        Canonical("booked_on", "date"),
        _text("channel", 20),
        Canonical("principal_yen", "yen", required=True),
        Canonical("fee_yen", "yen", empty="0", absent="0"),
        Canonical("late_yen", "yen", empty="0", absent="0"),
        _text("cancels", 40),
    ),
    "register": (
        _text("atena_number", 20, required=True),
        _text("name", 120, required=True),
        _text("kana", 200),
        Canonical("birth_on", "date"),
        Canonical("sex", "sex", empty="", absent=""),
        Canonical("postal_code", "postal", empty="", absent=""),
        _text("address", 200),
        _text("phone", 20),
        _text("household_number", 20),
        _text("relation", 20),
        Canonical("moved_on", "date"),
        Canonical("died_on", "date"),
        Canonical("protected_from", "date"),
        Canonical("protected_until", "date"),
        _text("former_address", 200),
        _text("former_name", 120),
        _text("former_kana", 200),
        _text("alias", 120),
        _text("alias_kana", 200),
    ),
    "welfare": (
        _text("atena_number", 20, required=True),
        Canonical("started_on", "date", required=True),
        Canonical("stopped_on", "date"),
        Canonical("support", "text", length=20, empty="welfare", absent="welfare"),
    ),
    "protected": (
        _text("atena_number", 20, required=True),
        Canonical("protected_from", "date", required=True),
        Canonical("protected_until", "date"),
    ),
}
TOLD = PERSON[1:]  # what a claim's line tells of the debtor, the same in line after line
SQL_TYPES = {"date": "date", "yen": "bigint", "int": "integer", "year": "integer", "kind": "bigint"}  # others: text


def staged(content: str) -> tuple[Canonical, ...]:
    """The fields of a staged row; of a claim's debtor the number alone: the rest stands in the table ``told``, once."""
    return tuple(one for one in CONTENT[content] if content != "claims" or one not in TOLD)
