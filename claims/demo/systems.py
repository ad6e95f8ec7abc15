"""The tax and health sources: each with its own columns, encoding, dates and amounts. The others: systems_services."""

from claims.demo.tables import NUMBERED_CHANNELS, System, Table, coded, columns

ZEI_KINDS = coded({"resident_tax": "01", "property_tax": "02", "light_vehicle_tax": "03", "corporate_tax": "04"})
ZEI = System(
    "zei",
    Table("zei_tainou", "csv", "csv", columns("""
        整理番号 person_number, 宛名番号 atena_number, 法人番号 corporate_number, 氏名名称 name, カナ氏名 kana,
        生年月日 birth_on era7, 性別 sex, 郵便番号 postal_code, 住所 address, 電話番号 phone, 科目 kind kind,
        業務詳細 detail_code, 賦課年度 levy_year era_year3, 相当年度 taxation_year era_year3,
        通知書番号 notice_number, 特徴指定番号 collector_number, 期別 instalment 902,
        申告履歴番号 declaration_number, 事業年度番号 business_year_number, 納期限 due_on era7,
        調定額 levied_yen plain, 更正後調定額 corrected_yen plain, 減免額 exempted_yen plain,
        督促手数料 fee_yen plain, 督促状発付日 dunned_on era7, 収納済額 paid_total_yen plain, eLQR情報 el_qr
        """, kind=ZEI_KINDS), truncated=True),
    Table("zei_shunou", "csv", "csv", columns("""
        科目 kind kind, 業務詳細 detail_code, 賦課年度 levy_year era_year3, 相当年度 taxation_year era_year3,
        通知書番号 notice_number, 特徴指定番号 collector_number, 期別 instalment 902,
        申告履歴番号 declaration_number, 事業年度番号 business_year_number, 領収番号 receipt_number,
        領収日 paid_on era7, 収納日 booked_on era7, 納付方法 channel channel, 本税 principal_yen plain,
        督促手数料 fee_yen plain, 延滞金 late_yen plain, 取消元領収番号 cancels
        """, kind=ZEI_KINDS,
        channel=NUMBERED_CHANNELS)),
)  # fmt: skip

KOKUHO = System(
    "kokuho",
    Table("kokuho_tainou", "dat", "fixed", columns("""
        記号番号 person_number text 13, 宛名番号 atena_number text 13, カナ氏名 kana text 40,
        漢字氏名 name text 60, 生年月日 birth_on ymd 8, 性別 sex text 1, 郵便番号 postal_code text 7,
        住所 address text 120, 電話番号 phone text 13, 賦課年度 levy_year 904 4, 相当年度 taxation_year 904 4,
        通知書番号 notice_number text 14, 期別 instalment 902 2, 納期限 due_on ymd 8, 調定額 levied_yen 909 9,
        更正後調定額 corrected_yen 909 9, 減免額 exempted_yen 909 9, 督促手数料 fee_yen 905 5,
        督促状発付日 dunned_on ymd 8, 収納済額 paid_total_yen 909 9
        """), header=False),
    Table("kokuho_shunou", "dat", "fixed", columns("""
        賦課年度 levy_year 904 4, 相当年度 taxation_year 904 4, 通知書番号 notice_number text 14,
        期別 instalment 902 2, 領収番号 receipt_number text 15, 領収日 paid_on ymd 8, 収納日 booked_on ymd 8,
        納付方法 channel channel 1, 本税 principal_yen 909 9, 督促手数料 fee_yen 905 5, 延滞金 late_yen 909 9,
        取消元 cancels text 15
        """, channel=NUMBERED_CHANNELS), header=False),
)  # fmt: skip

KAIGO = System(
    "kaigo",
    Table("kaigo_tainou", "csv", "csv", columns("""
        被保険者番号 person_number, 宛名番号 atena_number, 氏名 name, カナ kana, 生年月日 birth_on era_letter,
        性別 sex, 郵便番号 postal_code, 住所 address, 電話 phone, 賦課年度 levy_year era_year,
        相当年度 taxation_year era_year, 通知書番号 notice_number, 期 instalment plain,
        納期限 due_on era_letter, 調定額 levied_yen plain, 更正後 corrected_yen plain,
        減免額 exempted_yen plain, 手数料 fee_yen plain, 督促日 dunned_on era_letter,
        収納済額 paid_total_yen plain
        """), header=False),
    Table("kaigo_shunou", "csv", "csv", columns("""
        賦課年度 levy_year era_year, 相当年度 taxation_year era_year, 通知書番号 notice_number,
        期 instalment plain, 領収番号 receipt_number, 領収日 paid_on era_letter, 収納日 booked_on era_letter,
        方法 channel channel, 保険料 principal_yen plain, 手数料 fee_yen plain, 延滞金 late_yen plain,
        取消元 cancels
        """, channel=NUMBERED_CHANNELS), header=False),
)  # fmt: skip

KOKI = System(
    "koki",
    Table("koki_tainou", "txt", "fixed", columns("""
        被保険者番号 person_number text 13, 宛名番号 atena_number text 13, 氏名 name text 60, カナ kana text 40,
        生年月日 birth_on era7 7, 性別 sex text 1, 郵便番号 postal_code text 7, 住所 address text 100,
        電話 phone text 13, 賦課年度 levy_year era_year3 3, 相当年度 taxation_year era_year3 3,
        通知書番号 notice_number text 14, 期 instalment 902 2, 納期限 due_on era7 7, 調定額 levied_yen 907 7,
        更正後 corrected_yen 907 7, 減免額 exempted_yen 907 7, 手数料 fee_yen 904 4, 督促日 dunned_on era7 7,
        収納済額 paid_total_yen 907 7
        """), header=False, truncated=True),
    Table("koki_shunou", "txt", "fixed", columns("""
        賦課年度 levy_year era_year3 3, 相当年度 taxation_year era_year3 3, 通知書番号 notice_number text 14,
        期 instalment 902 2, 領収番号 receipt_number text 15, 領収日 paid_on era7 7, 収納日 booked_on era7 7,
        方法 channel channel 1, 保険料 principal_yen 907 7, 手数料 fee_yen 904 4, 延滞金 late_yen 907 7,
        取消元 cancels text 15
        """, channel=NUMBERED_CHANNELS), header=False),
)  # fmt: skip
