"""The sources of the service sections (children, housing, water, welfare, schools) and the resident register."""

from claims.demo.systems import KAIGO, KOKI, KOKUHO, ZEI
from claims.demo.tables import MAN_WOMAN, NUMBERED_CHANNELS, WORDED_CHANNELS, System, Table, coded, columns

HOIKU_KINDS = coded({"nursery_fee": "保育料", "side_meal_fee": "副食費", "after_school_fee": "放課後児童クラブ"})
HOIKU = System(
    "hoiku",
    Table("hoiku_minou", "csv", "csv", columns("""
        保護者番号 person_number, 保護者宛名番号 atena_number, 保護者氏名 name, フリガナ kana,
        生年月日 birth_on slash, 性別 sex sex, 郵便番号 postal_code, 住所 address, 電話番号 phone,
        児童宛名番号 child_number, 料金種別 kind kind, 年度 levy_year plain, 決定番号 notice_number,
        月分 instalment plain, 納期限 due_on slash, 調定額 levied_yen plain, 変更後調定額 corrected_yen plain,
        減免額 exempted_yen plain, 督促日 dunned_on slash, 納付済額 paid_total_yen plain
        """, kind=HOIKU_KINDS, sex=MAN_WOMAN), encoding="utf-8-sig"),
    Table("hoiku_nyukin", "csv", "csv", columns("""
        料金種別 kind kind, 児童宛名番号 child_number, 年度 levy_year plain, 決定番号 notice_number,
        月分 instalment plain, 入金番号 receipt_number, 領収日 paid_on slash, 収納日 booked_on slash,
        納付方法 channel channel, 入金額 principal_yen plain, 手数料 fee_yen plain, 延滞金 late_yen plain,
        取消対象 cancels
        """, kind=HOIKU_KINDS, channel=WORDED_CHANNELS), encoding="utf-8-sig"),
)  # fmt: skip

JUTAKU_KINDS = coded({"housing_rent": "家賃", "housing_parking": "駐車場", "housing_repair": "修繕費"})
JUTAKU = System(
    "jutaku",
    Table("jutaku_tainou", "csv", "csv", columns("""
        入居者コード person_number, 名義人 name, 名義人カナ kana, 生年月日 birth_on ymd, 性別 sex sex,
        郵便番号 postal_code, 住宅所在地 address, 連絡先 phone, 入居契約日 contract_on ymd, 料金区分 kind kind,
        年度 levy_year era_year, 請求番号 notice_number, 月 instalment plain, 納期 due_on ymd,
        請求額 levied_yen commas, 変更後請求額 corrected_yen commas, 減免額 exempted_yen commas,
        督促日 dunned_on ymd, 入金額 paid_total_yen commas
        """, kind=JUTAKU_KINDS, sex=MAN_WOMAN)),
    Table("jutaku_nyukin", "csv", "csv", columns("""
        料金区分 kind kind, 年度 levy_year era_year, 請求番号 notice_number, 月 instalment plain,
        入金番号 receipt_number, 入金日 paid_on ymd, 消込日 booked_on ymd, 方法 channel channel,
        入金額 principal_yen commas, 手数料 fee_yen commas, 遅延損害金 late_yen commas, 取消元 cancels
        """, kind=JUTAKU_KINDS, channel=WORDED_CHANNELS)),
)  # fmt: skip

SUIDO_KINDS = coded({"water_charge": "J", "sewer_charge": "G"})
SUIDO = System(
    "suido",
    Table("suido_minou", "csv", "csv", columns("""
        お客様番号 person_number, 使用者名 name, 使用者カナ kana, 生年月日 birth_on slash, 性別 sex,
        郵便番号 postal_code, 送付先住所 address, 電話 phone, 開栓日 contract_on slash, 料金区分 kind kind,
        年度 levy_year plain, 調定番号 notice_number, 期 instalment plain, 納入期限 due_on slash,
        調定金額 levied_yen commas, 更正後金額 corrected_yen commas, 減額 exempted_yen commas,
        督促発行日 dunned_on slash, 収納金額 paid_total_yen commas
        """, kind=SUIDO_KINDS)),
    Table("suido_shunou", "csv", "csv", columns("""
        料金区分 kind kind, 年度 levy_year plain, 調定番号 notice_number, 期 instalment plain,
        収納番号 receipt_number, 領収日 paid_on slash, 収納日 booked_on slash, 収納方法 channel channel,
        料金 principal_yen commas, 手数料 fee_yen commas, 延滞金 late_yen commas, 取消元 cancels
        """, kind=SUIDO_KINDS, channel=NUMBERED_CHANNELS), truncated=True),
)  # fmt: skip

FUKUSHI_KINDS = coded({"welfare_63": "63条", "welfare_63_77_2": "63条(77条の2)", "welfare_78": "78条"})
FUKUSHI = System(
    "fukushi",
    Table("fukushi_henkan", "tsv", "tsv", columns("""
        ケース番号 person_number, 宛名番号 atena_number, 氏名 name, フリガナ kana, 生年月日 birth_on wareki,
        性別 sex sex, 郵便番号 postal_code, 住所 address, 電話 phone, 根拠条文 kind kind, 年度 levy_year plain,
        決定番号 notice_number, 回 instalment plain, 納期限 due_on wareki, 決定額 levied_yen commas,
        変更後 corrected_yen commas, 免除額 exempted_yen commas, 督促日 dunned_on wareki,
        納付額 paid_total_yen commas
        """, kind=FUKUSHI_KINDS, sex=MAN_WOMAN), encoding="utf-8"),
    Table("fukushi_nyukin", "tsv", "tsv", columns("""
        根拠条文 kind kind, 年度 levy_year plain, 決定番号 notice_number, 回 instalment plain,
        領収番号 receipt_number, 領収日 paid_on wareki, 収納日 booked_on wareki, 方法 channel channel,
        納付額 principal_yen commas, 手数料 fee_yen commas, 延滞金 late_yen commas, 取消元 cancels
        """, kind=FUKUSHI_KINDS, channel=WORDED_CHANNELS), encoding="utf-8"),
)  # fmt: skip

KODOMO_KINDS = coded({"child_allowance_return": "11", "child_rearing_return": "21", "single_parent_loan": "31"})
KODOMO = System(
    "kodomo",
    Table("kodomo_saiken", "csv", "csv", columns("""
        受給者番号 person_number, 宛名番号 atena_number, 氏名 name, カナ kana, 生年月日 birth_on iso, 性別 sex,
        郵便番号 postal_code, 住所 address, 電話番号 phone, 児童宛名番号 child_number, 債権区分 kind kind,
        年度 levy_year plain, 債権番号 notice_number, 回 instalment plain, 貸付契約日 contract_on iso,
        納期限 due_on iso, 請求額 levied_yen plain, 変更後請求額 corrected_yen plain, 免除額 exempted_yen plain,
        督促日 dunned_on iso, 納付済額 paid_total_yen plain
        """, kind=KODOMO_KINDS)),
    Table("kodomo_nyukin", "csv", "csv", columns("""
        債権区分 kind kind, 児童宛名番号 child_number, 年度 levy_year plain, 債権番号 notice_number,
        回 instalment plain, 領収番号 receipt_number, 領収日 paid_on iso, 収納日 booked_on iso,
        方法 channel channel, 元金 principal_yen plain, 手数料 fee_yen plain, 違約金 late_yen plain,
        取消元 cancels
        """, kind=KODOMO_KINDS, channel=NUMBERED_CHANNELS)),
)  # fmt: skip

KYOIKU_KINDS = coded({"school_lunch": "給食費", "scholarship_loan": "奨学金"})
KYOIKU = System(
    "kyoiku",
    Table("kyoiku_minou", "csv", "csv", columns("""
        債務者番号 person_number, 債務者氏名 name, ふりがな kana, 生年月日 birth_on slash, 性別 sex sex,
        郵便番号 postal_code, 住所 address, 電話番号 phone, 区分 kind kind, 年度 levy_year plain,
        管理番号 notice_number, 期・月 instalment plain, 契約日 contract_on slash, 納期限 due_on slash,
        請求額 levied_yen yen_mark, 変更後 corrected_yen yen_mark, 免除額 exempted_yen yen_mark,
        督促日 dunned_on slash, 入金済額 paid_total_yen yen_mark
        """, kind=KYOIKU_KINDS, sex=MAN_WOMAN), encoding="utf-8-sig", quote_all=True),
    Table("kyoiku_nyukin", "csv", "csv", columns("""
        区分 kind kind, 年度 levy_year plain, 管理番号 notice_number, 期・月 instalment plain,
        入金番号 receipt_number, 入金日 paid_on slash, 処理日 booked_on slash, 方法 channel channel,
        入金額 principal_yen yen_mark, 手数料 fee_yen yen_mark, 損害金 late_yen yen_mark, 取消元 cancels
        """, kind=KYOIKU_KINDS, channel=WORDED_CHANNELS), encoding="utf-8-sig", quote_all=True),
)  # fmt: skip

REGISTER = Table("juki_zenken", "csv", "csv", columns("""
        宛名番号 atena_number, 氏名 name, フリガナ kana, 生年月日 birth_on ymd, 性別 sex, 郵便番号 postal_code,
        住所 address, 旧住所 former_address, 旧氏名 former_name, 旧氏名フリガナ former_kana, 通称 alias,
        通称フリガナ alias_kana, 世帯番号 household_number, 続柄 relation, 異動年月日 moved_on ymd, 死亡年月日 died_on ymd,
        支援措置開始日 protected_from ymd, 支援措置終了日 protected_until ymd
        """))  # fmt: skip

SUPPORT = "宛名番号 atena_number, 開始年月日 started_on ymd, 廃止年月日 stopped_on ymd"
PROTECTION = Table("fukushi_hogo", "csv", "csv", columns(SUPPORT))
SCHOOL_AID = Table("kyoiku_shugaku_enjo", "csv", "csv", columns(SUPPORT))
CHILD_SUPPORT = Table("kodomo_fuyo_teate", "csv", "csv", columns(SUPPORT))
SUPPORTS = (PROTECTION, SCHOOL_AID, CHILD_SUPPORT)

SYSTEMS = {one.code: one for one in (ZEI, KOKUHO, KAIGO, KOKI, HOIKU, JUTAKU, SUIDO, FUKUSHI, KODOMO, KYOIKU)}
