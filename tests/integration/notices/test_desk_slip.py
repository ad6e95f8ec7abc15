"""The paper of slips made at the counter: what it says, that shops can read it, and that it is kept. All synthetic."""

import hashlib
import io
from datetime import date

import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from django.db import DatabaseError, transaction

from claims.models import Claim, Payment, Slip
from claims.services.slips import SlipRefused, void_slip
from notices.models import SlipPaper
from notices.services.desk_slips import make_slips, paper_bytes
from tests.factories.claims import book, claim
from tests.factories.debtors import identity, person, protect, system_user
from tests.integration.notices.conftest import DAY
from toyota_collect.documents.barcodes import read_slip
from toyota_collect.documents.store import DocumentLost
from toyota_collect.models import AuditEvent, Document, DocumentCounter, Setting

pytestmark = pytest.mark.django_db
LIMIT = date(2026, 12, 4)


def make(*claims: Claim, **changes) -> list[Slip]:
    asked = {
        "person_id": claims[0].identity.person_id,
        "claim_ids": [one.pk for one in claims],
        "policy": "kind",
        "as_of": DAY,
        "due_on": LIMIT,
        "issued_on": DAY,
        "by": system_user(),
    }
    return make_slips(**(asked | changes))


def paper(slip: Slip) -> bytes:
    return paper_bytes(slip_id=slip.pk, today=DAY)


def words(pdf: bytes) -> list[str]:
    """The text of each page without blanks."""
    document = pdfium.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append("".join(text.get_text_bounded().split()).replace("\u3000", ""))
            text.close()
            page.close()
        return pages
    finally:
        document.close()


def codes(pdf: bytes) -> list[zxingcpp.Barcode]:
    """What a reader finds on each page at 300 dpi in grey."""
    document = pdfium.PdfDocument(pdf)
    found = []
    try:
        for page in document:
            bitmap = page.render(scale=300 / 72, grayscale=True)
            picture = bitmap.to_pil().convert("L")
            found += zxingcpp.read_barcodes(picture, try_rotate=False, text_mode=zxingcpp.TextMode.Plain)
            bitmap.close()
            page.close()
        return found
    finally:
        document.close()


# --- what it says ------------------------------------------------------------------------------------------


def test_it_says_for_whom_what_how_much_until_when_and_where_to_get_help():
    someone = person(name="架空　花子")
    owed = claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    book(owed, "levy", "cost", 1_500, on=DAY)
    other = claim(someone, principal_yen=7_300, due_on=date(2026, 8, 31), instalment=2)
    (slip,) = make(Claim.objects.get(pk=owed.pk), other)
    (page,) = words(paper(slip))
    late = slip.lines.get(claim=owed).late_with_costs_yen
    assert late == 1_500 + 3_600  # costs; a month at the first rate and the rest at the second, below 100 yen dropped
    for told in (
        "8豊債管納第000001号",
        "令和8年11月20日",
        "架空花子様",
        "市民税・県民税のお支払い",
        "お支払いいただく合計",
        f"{slip.amount_yen:,}円",
        "12月4日",
        "令和8年12月4日",
        owed.notice_number,
        other.notice_number,
        "41,000100",
        f"{late:,}",
        "0565-00-0000",  # the contact window
        "0565-00-0002",  # help with everything
        "お支払いが難しいとき",
        "領収済通知書",
        slip.reference,
        f"-{slip.number}",
    ):
        assert told in page, told


@pytest.mark.parametrize("hidden", [False, True], ids=["anybody", "under protection measures"])
def test_nobodys_address_is_on_it(hidden):
    someone = person()
    identity(someone, "juki")
    owed = claim(someone)
    if hidden:
        protect(someone)
    (slip,) = make(owed)
    page = "".join(words(paper(slip)))
    assert someone.name.replace(" ", "") in page
    for place in ("小坂本町", "471-0034", "4710034", "一丁目"):
        assert place not in page
    assert "小坂本町" not in str(Document.objects.get().__dict__)


def test_an_estimate_beyond_the_announced_rates_says_so():
    owed = claim(due_on=date(2026, 6, 30), principal_yen=50_000)
    (slip,) = make(owed, as_of=date(2027, 1, 15), due_on=date(2027, 1, 29))
    assert "率がまだ決まっていない年がある" in words(paper(slip))[0]
    (today,) = make(owed)
    assert "率がまだ決まっていない" not in words(paper(today))[0]


# --- codes, fonts, pages -----------------------------------------------------------------------------------


def test_a_shop_reads_amount_and_number():
    (slip,) = make(claim(principal_yen=41_000, due_on=date(2026, 6, 30)))
    (code,) = codes(paper(slip))
    fields = read_slip(code.text)
    assert (code.symbology_identifier, code.text) == ("]C1", slip.barcode)
    assert (fields.amount, fields.free, fields.due) == (slip.amount_yen, slip.number, "261204")


def test_above_the_limit_there_is_no_barcode_and_the_reason():
    (slip,) = make(claim(principal_yen=300_001, due_on=DAY))
    pdf = paper(slip)
    assert codes(pdf) == []
    assert "30万円を超えるため、バーコードがありません。" in words(pdf)[0]
    assert "コンビニでは使えません" in words(pdf)[0]


def test_each_kind_has_a_slip_and_all_stand_on_one_paper():
    someone = person()
    made = make(
        claim(someone, principal_yen=41_000),
        claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300),
        claim(someone, kind="water_charge", source="suido", principal_yen=6_000),
        claim(someone, kind="sewer_charge", source="suido", principal_yen=4_000),
    )
    pdf = paper(made[0])
    assert len(made) == 3  # water and sewer share one, as they are billed together
    assert {paper(slip) for slip in made} == {pdf}
    assert sorted(code.text for code in codes(pdf)) == sorted(slip.barcode for slip in made)
    assert Document.objects.get().pages == len(words(pdf)) == 3
    for slip in made:
        assert slip.title in words(pdf)[1]


def test_many_claims_go_on_over_the_pages_and_none_is_lost():
    someone = person()
    owed = [claim(someone, instalment=k % 4 + 1, levy_year=2010 + k // 4, principal_yen=1_000 + k) for k in range(60)]
    (slip,) = make(*owed)
    pages = words(paper(slip))
    text = "".join(pages)
    assert all(one.notice_number in text for one in owed)
    assert f"合計（60件）{sum(one.principal_yen for one in owed):,}" in text
    assert [f"{k}／{len(pages)}ページ" in page for k, page in enumerate(pages, 1)] == [True] * len(pages)


def test_fonts_are_inside_and_pages_are_a4():
    (slip,) = make(claim())
    with pikepdf.open(io.BytesIO(paper(slip))) as pdf:
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert fonts
        assert all(any(f"/FontFile{suffix}" in font for suffix in ("", "2", "3")) for font in fonts)
        assert [[round(float(x)) for x in page.mediabox] for page in pdf.pages] == [[0, 0, 595, 842]]


# --- kept ----------------------------------------------------------------------------------------------------


def test_the_very_bytes_are_kept_once(media):
    (slip,) = make(claim())
    document = Document.objects.get()
    pdf = paper(slip)
    assert (pdf[:5], paper(slip)) == (b"%PDF-", pdf)
    assert (document.sha256, document.size_bytes) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert (document.kind, document.subject_key) == ("desk_slip", slip.person.number)
    assert [path.read_bytes() for path in media.rglob("*.pdf")] == [pdf]
    assert AuditEvent.objects.get(event="slip.paper_kept").detail == {"sha256": document.sha256}
    (media / document.path).write_bytes(pdf + b" ")
    with pytest.raises(DocumentLost, match="違います"):
        paper(slip)
    (media / document.path).unlink()
    with pytest.raises(DocumentLost, match="見つかりません"):
        paper(slip)


def test_numbers_are_a_series_of_their_own(quick):
    make(claim())
    make(claim())
    assert list(Document.objects.order_by("pk").values_list("number", flat=True)) == [
        "8豊債管納第000001号",
        "8豊債管納第000002号",
    ]
    assert dict(DocumentCounter.objects.values_list("series", "last_number")) == {"desk_slip": 2}


def test_which_paper_a_slip_stands_on_cannot_be_changed(quick):
    make(claim())
    with pytest.raises(DatabaseError), transaction.atomic():
        SlipPaper.objects.all().delete()


# --- refused -------------------------------------------------------------------------------------------------


def test_a_name_that_cannot_be_printed_issues_nothing():
    with pytest.raises(SlipRefused, match="印刷できる形"):
        make(claim(person(name="架空 \ue003郎")))
    assert (Slip.objects.count(), Document.objects.count()) == (0, 0)


def test_a_missing_text_of_the_city_issues_nothing():
    Setting.objects.filter(key="city.profile").update(value={"mayor": "架空", "issuer_code": "912345"})
    with pytest.raises(SlipRefused, match=r"city\.profile"):
        make(claim())
    assert not Slip.objects.exists()


@pytest.mark.parametrize("ids", [[], [-1]], ids=["none", "no such claim"])
def test_no_claim_is_refused(ids):
    with pytest.raises(SlipRefused, match="1つ以上"):
        make(claim(), claim_ids=ids)


def test_a_claim_of_somebody_else_is_refused(quick):
    with pytest.raises(SlipRefused, match="この人の期別"):
        make(claim(), claim())
    assert not Slip.objects.exists()


def test_one_slip_for_everything_needs_the_citys_leave(quick):
    someone = person()
    owed = [claim(someone), claim(someone, kind="housing_rent", source="jutaku")]
    with pytest.raises(SlipRefused, match="全部で1枚"):
        make(*owed, policy="person")
    Setting.objects.filter(key="letter.person_slip_allowed").update(value=True)
    (slip,) = make(*owed, policy="person")
    assert slip.lines.count() == 2
    assert [len(made.slips) for made in quick.papers] == [1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda slip: void_slip(slip_id=slip.pk, on=DAY, reason="書き損じ", by=system_user()), "無効", id="void"),
        pytest.param(lambda slip: make(slip.lines.get().claim), "無効", id="a newer slip"),
        pytest.param(
            lambda slip: Payment.objects.create(
                feed="counter", key="1", state="final", paid_on=DAY, amount_yen=1, slip=slip, first_seen_on=DAY
            ),
            "納付済",
            id="paid",
        ),
        pytest.param(lambda slip: Slip.objects.filter(pk=slip.pk).update(due_on=date(2026, 11, 19)), "期限切れ", id="past"),
    ],
)  # fmt: skip
def test_what_should_not_be_paid_with_is_not_printed_again(change, words, quick):
    (slip,) = make(claim())
    change(slip)
    with pytest.raises(SlipRefused, match=words):
        paper(slip)


def test_a_sheet_with_one_invalid_slip_is_not_printed_again(quick):
    someone = person()
    first, second = make(claim(someone), claim(someone, kind="housing_rent", source="jutaku"))
    void_slip(slip_id=first.pk, on=DAY, reason="書き損じ", by=system_user())
    with pytest.raises(SlipRefused, match=first.reference):
        paper(second)
