"""CP932 in the two forms that receivers know. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toyota_collect.cp932 import IBM_FORMS, encode


@pytest.mark.parametrize(
    ("sign", "ibm", "nec"),
    [
        pytest.param("髙", "fbfc", "eee0", id="髙, iconv -t CP932 and Python 3.11"),
        pytest.param("﨑", "fab1", "ed95", id="﨑, iconv -t CP932 and Python 3.11"),
        pytest.param("高", "8d82", "8d82", id="a character that stands once"),
        pytest.param("\ue000", "f040", "f040", id="the first 外字"),
    ],
)
def test_each_form_by_its_bytes(sign, ibm, nec):
    assert encode(sign, "ibm").hex() == ibm
    assert encode(sign, "nec").hex() == nec


def test_no_byte_of_the_rows_ed_and_ee_is_left():
    assert len(IBM_FORMS) == 373  # 360 kanji, ⅰ to ⅹ, ￤＇＂
    assert all(encode(sign, "ibm")[0] in (0xFA, 0xFB, 0xFC) for sign in IBM_FORMS)


@given(st.text(st.sampled_from([*list(IBM_FORMS)[:40], *"髙﨑あア1,ｱ"]), max_size=20), st.sampled_from(["ibm", "nec"]))
def test_both_forms_are_read_as_the_same_text(text, form):
    assert encode(text, form).decode("cp932") == text


def test_what_cp932_lacks_is_refused():
    with pytest.raises(UnicodeEncodeError):
        encode("髙𠮷", "ibm")
