"""外字: the city's own table, and names read with it. Names and tables are made up (架空)."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims.intake.run import intake_user
from claims.models import Gaiji
from claims.services.gaiji import TableRefused, load_table
from debtors.models import SourceIdentity
from tests.factories.extracts import claims, counts, import_one

pytestmark = pytest.mark.django_db
HEAD = "system,code,character,origin\n"


def table(folder, text, name="gaiji.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(path):
    return load_table(path=path, by=intake_user(), on=date(2026, 11, 20))


def test_a_name_is_read_again_with_its_character_when_the_file_comes_next(tmp_path):
    path = claims(tmp_path, {"name": "架空　\ue000子"})
    file = import_one(path)
    assert file.message.startswith("外字を含む行が1行あります")
    assert SourceIdentity.objects.get().name == "架空　\ue000子"

    load(table(tmp_path, HEAD + "zei,f040,𠮷,架空の外字表\n"))
    file = import_one(path)
    assert (counts(file), file.message) == ((0, 1, 0, 0), "")
    identity = SourceIdentity.objects.get()
    assert (identity.name, identity.name_key) == ("架空　𠮷子", "架空吉子")
    assert counts(import_one(path)) == (0, 0, 1, 0)


def test_a_code_means_something_in_its_own_system_only(tmp_path):
    load(table(tmp_path, HEAD + "kokuho,F040,𠮷,架空の外字表\n"))
    import_one(claims(tmp_path, {"name": "架空　\ue000子"}))
    assert SourceIdentity.objects.get().name == "架空　\ue000子"


def test_a_character_with_its_selector_is_kept(tmp_path):
    load(table(tmp_path, HEAD + "zei,F041,邊\U000e0101,架空の外字表\n"))
    import_one(claims(tmp_path, {"name": "渡\ue001　架空"}))
    assert SourceIdentity.objects.get().name == "渡邊\U000e0101　架空"


def test_the_command_tells_what_was_new_and_what_changed(tmp_path):
    path = table(tmp_path, HEAD + "zei,F040,𠮷,架空の外字表\nkaigo,F9FC,髙,架空の外字表\n")
    told = []
    for text in (None, None, HEAD + "zei,F040,吉,所管課の決定\n"):
        out = StringIO()
        call_command("load_gaiji", path if text is None else table(tmp_path, text), stdout=out)
        told.append(json.loads(out.getvalue()))
    assert told == [
        {"rows": 2, "new": 2, "changed": 0},
        {"rows": 2, "new": 0, "changed": 0},
        {"rows": 1, "new": 0, "changed": 1},
    ]
    assert Gaiji.objects.get(source__code="zei").character == "吉"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("system,code\n", "1行目: 見出しは system,code,character,origin"),
        (HEAD + "zei,F040,𠮷\n", "2行目: 列は4つです。"),
        (HEAD + "mukashi,F040,𠮷,表\n", "2行目 system: 業務システム「mukashi」は登録されていません。"),
        (HEAD + "zei,8140,𠮷,表\n", "2行目 code「8140」: F040〜F9FC の4桁です。"),
        (HEAD + "zei,F07F,𠮷,表\n", "2行目 code「F07F」: F040〜F9FC の4桁です。"),
        (HEAD + "zei,FA40,𠮷,表\n", "2行目 code「FA40」: F040〜F9FC の4桁です。"),
        (HEAD + "zei,F040,\ue001,表\n", "2行目 character「\ue001」: 外字でない1文字"),
        (HEAD + "zei,F040,吉吉,表\n", "2行目 character「吉吉」: 外字でない1文字"),
        (HEAD + "zei,F040,,表\n", "2行目 character「」: "),
        (HEAD + "zei,F040,𠮷,\n", "2行目 origin「」: "),
        (HEAD + "zei,F040,𠮷,表\nzei,f040,吉,表\n", "3行目 code: zei の F040 が2回あります。"),
    ],
)
def test_a_wrong_table_is_refused_whole_with_line_and_field(tmp_path, text, complaint):
    with pytest.raises(TableRefused) as refused:
        load(table(tmp_path, text))
    assert f"gaiji.csv {complaint}" in str(refused.value)
    assert not Gaiji.objects.exists()


def test_a_table_in_another_encoding_or_missing_is_refused(tmp_path):
    path = tmp_path / "gaiji.csv"
    with pytest.raises(CommandError, match="読めません"):
        call_command("load_gaiji", path)
    path.write_bytes((HEAD + "zei,F040,髙,表\n").encode("cp932"))
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("load_gaiji", path)
