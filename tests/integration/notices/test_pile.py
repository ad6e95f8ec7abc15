"""The pile as it is sent: just the letters that go, in envelopes that are counted, shared where the law lets."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from claims.models import ClaimEvent
from notices.models import Letter, PrintRun, SealedFile
from notices.rules.marks import read_mark
from notices.services import engine, seals
from notices.services.documents import letter_document
from notices.services.rendering import render_chunk
from notices.services.runs import RunRefused
from notices.services.seals import SealRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.mailing import delivered, mark
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, hand_over, post, pulled, receive, seal, sealed
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Document

pytestmark = pytest.mark.django_db


def alone(n: int, **facts):
    return person(**({"name": f"架空　{n}子", "name_key": f"架空{n}", "kana_key": f"カ{n}"} | facts))


def printed(run: PrintRun) -> PrintRun:
    """Made by the real engine."""
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    run.refresh_from_db()
    assert run.state == "verified"
    return run


def content(file: SealedFile) -> bytes:
    return (Path(settings.MEDIA_ROOT) / file.path).read_bytes()


def sheets_of(seal) -> list[dict[str, str]]:
    with (Path(settings.MEDIA_ROOT) / seal.sheet_list).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def run(kept, frozen_run):
    """Four letters in two bundles of the post; the third fills two envelopes."""

    def make() -> PrintRun:
        for n, code in enumerate(("4440001", "4710034", "4710034", "4710025"), 1):
            someone = alone(n, postal_code=code)
            for place in range(25 if n == 3 else 1):
                claim(someone, principal_yen=10_000 * n + place)
        return printed(frozen_run(slip_policy="claim"))

    return kept(make)


@pytest.fixture
def whole(kept, run, operator):
    """The seal of all four."""
    made = kept(lambda: sealed(run, operator))
    run.refresh_from_db()
    return made


def test_the_sealed_files_hold_just_the_letters_that_go(run, operator):
    gone = run.letters.get(postal_code="4440001")
    before = dict(run.letters.values_list("pk", "sheets"))
    pay(gone.claims.get().claim, 1_000, on=DAY)
    made = sealed(run, operator)
    going = run.letters.exclude(pk=gone.pk)
    file = made.files.get()
    assert (file.pages, file.envelopes) == (sum(before.values()) - gone.sheets, 4)
    marks = engine.marks_of(content(file))
    assert {read_mark(text).serial for text in marks} == set(going.values_list("serial", flat=True))
    assert len(marks) == len(set(marks)) == file.pages
    rows = sheets_of(made)
    assert [row["mark"] for row in rows] == marks
    assert [row["page"] for row in rows] == [str(page) for page in range(1, file.pages + 1)]
    words = "".join("".join(row.values()) for row in rows)
    assert not any(letter.name in words or letter.number in words for letter in run.letters.all())


def test_the_pages_are_the_checked_ones_dot_by_dot(run, whole):
    import pypdfium2 as pdfium

    made = whole
    sealed_pages = pdfium.PdfDocument(content(made.files.get()))
    checked = pdfium.PdfDocument((Path(settings.MEDIA_ROOT) / run.chunks.get().path).read_bytes())
    rows = {row["mark"]: int(row["page"]) - 1 for row in sheets_of(made)}
    for page, text in enumerate(engine.marks_of((Path(settings.MEDIA_ROOT) / run.chunks.get().path).read_bytes())):
        one = checked[page].render(scale=1).to_numpy()
        other = sealed_pages[rows[text]].render(scale=1).to_numpy()
        assert (one == other).all()


def test_the_sum_closes_with_real_numbers_and_envelopes_are_what_is_counted(run, whole, operator):
    made = whole
    sums = made.sums
    assert (sums["targets"], sums["printed"], sums["merged"], sums["split"], sums["failed"]) == (4, 3, 0, 1, 0)
    assert sums["printed"] + sums["merged"] + sums["split"] - sums["pulled"] == sums["going"] == 4
    assert (sums["envelopes"], sums["more_envelopes"], sums["difference"]) == (5, 1, 0)
    assert sums["envelopes"] == sums["going"] - sums["elsewhere"] + sums["more_envelopes"]
    with pytest.raises(RunRefused, match="封筒4通）が、封緘証明書の封筒5通と違います"):
        hand_over(run, operator, 4)
    assert hand_over(run, operator, 5).handed_count == 5


def test_the_counts_sheet_and_the_bundles_agree_with_the_sheets(whole):
    import pypdfium2 as pdfium

    made = whole
    rows = sheets_of(made)
    by_bundle = Counter(row["bundle"] for row in rows)
    assert list(by_bundle) == ["444", "471"]
    assert by_bundle.total() == made.sums["sheets"]
    counts = pdfium.PdfDocument(document_bytes(made.counts_sheet))
    said = re.sub(r"\s", "", "".join(page.get_textpage().get_text_bounded() for page in counts))
    for words in (f"封筒1通{by_bundle['444']}枚", f"封筒4通{by_bundle['471']}枚", made.files.get().sha256, "2／2束"):
        assert words in said, words


def test_a_letter_made_again_takes_its_place_in_the_order_of_the_post(frozen_run, operator, monkeypatch):
    from notices.letter import Unprintable
    from notices.services import runs

    for n in range(1, 4):
        claim(alone(n, postal_code=f"471000{n}"))
    run = frozen_run()
    with monkeypatch.context() as broken:
        real = engine.faults
        bad = Unprintable("gs1", "架空の誤り")
        broken.setattr(
            engine,
            "faults",
            lambda made, letters: (
                real(made, letters) | {place: bad for place, data in enumerate(letters) if data.serial == 1}
            ),
        )
        printed(run)
    runs.retry(run_id=run.pk, by=operator)
    printed(run)
    made = sealed(run, operator)
    serials = [read_mark(row["mark"]).serial for row in sheets_of(made)]
    assert serials == sorted(serials)
    assert set(serials) == {1, 2, 3}


def test_after_the_seal_only_the_sealed_files_are_handed_out(run, operator, client):
    client.force_login(operator)
    bundle = reverse("notices:bundle", args=[run.pk, 1])
    assert client.get(bundle).status_code == 200
    gone = run.letters.get(postal_code="4440001")
    pay(gone.claims.get().claim, 1_000, on=DAY)
    made = sealed(run, operator)
    assert client.get(bundle).status_code == 404
    assert client.get(reverse("notices:seal-file", args=[made.pk, 1])).content == content(made.files.get())
    listed = client.get(reverse("notices:manifest", args=[run.pk])).content.decode()
    assert gone.number not in listed
    rows = list(csv.DictReader(listed.splitlines()))
    assert [(row["file"], row["number"]) for row in rows] == [
        ("print-0001.pdf", letter.number)
        for letter in run.letters.exclude(pk=gone.pk).order_by("postal_code", "serial")
    ]
    for row in rows:
        letter = run.letters.get(number=row["number"])
        assert int(row["pages"]) == letter.sheets
        assert sheets_of(made)[int(row["page"]) - 1]["mark"].startswith(mark(letter)[:13])
    (Path(settings.MEDIA_ROOT) / made.files.get().path).write_bytes(b"other")
    assert client.get(reverse("notices:seal-file", args=[made.pk, 1])).status_code == 404


@pytest.mark.parametrize("harm", ["lost", "double", "swapped", "blank"])
def test_a_pile_whose_sheets_are_not_all_there_in_order_is_not_sealed(harm, run, operator, monkeypatch):
    """Every sheet of every envelope once and in order: read from the pages of the file itself."""
    real = engine.assemble

    def damaged(parts):
        parts = list(parts)
        if harm == "lost":
            del parts[1]
        elif harm == "double":
            parts.append(parts[-1])
        elif harm == "swapped":
            parts[0], parts[1] = parts[1], parts[0]
        return real(parts)

    monkeypatch.setattr(engine, "assemble", damaged)
    if harm == "blank":
        monkeypatch.setattr(engine, "marks_of", lambda pdf: [""] * 20)
    with pytest.raises(RunRefused, match="検査に通りません"):
        sealed(run, operator)
    run.refresh_from_db()
    assert (run.state, Document.objects.filter(kind="seal").count()) == ("pulled", 0)


def test_a_refused_seal_leaves_no_files(run, operator, monkeypatch):
    delivered()
    pulled(run, operator)
    monkeypatch.setattr(seals, "hold_off_writers", lambda: (_ for _ in ()).throw(seals.WritersBusy))
    with pytest.raises(RunRefused, match="記帳しています"):
        seal(run)
    assert list((Path(settings.MEDIA_ROOT) / "runs" / str(run.pk) / "sealed").iterdir()) == []


def test_what_a_dead_attempt_left_is_taken_away(run, operator):
    left = Path(settings.MEDIA_ROOT) / "runs" / str(run.pk) / "sealed" / "left"
    left.mkdir(parents=True)
    (left / "print-0001.pdf").write_bytes(b"half")
    first = sealed(run, operator)
    seals.break_seal(run_id=run.pk, reason="数え直し", by=user("supervisor"), now=first.sealed_at)
    second = seal(run)
    folders = {Path(file.path).parent.name for file in SealedFile.objects.all()}
    assert {path.name for path in left.parent.iterdir()} == folders
    assert len(folders) == 2
    assert second.sums["going"] == 4


# --- 合封 -----------------------------------------------------------------------------------------------


@pytest.fixture
def two(kept, frozen_run, operator):
    """Two runs of one day, both pulled. Three people get a letter of both; one of them moved between the two, and so is pulled
    from the first run and gets the second alone.
    """

    def make() -> tuple[PrintRun, PrintRun]:
        people = [alone(n) for n in range(1, 5)]
        for someone in people:
            claim(someone, principal_yen=20_000)
        first = printed(frozen_run(kinds=["resident_tax"]))
        for someone in people[:3]:
            claim(someone, kind="water_charge", source="suido", principal_yen=6_000)
        people[2].address = "愛知県豊田市西町二丁目2番地"
        people[2].save()
        second = printed(frozen_run(kinds=["water_charge"]))
        for source in ("zei", "suido"):
            delivered(source)
        ready(first, second, operator)
        return first, second

    return kept(make)


@pytest.fixture
def shared(kept, two):
    """The first of the two runs sealed, with letters of the second in its envelopes."""
    first, second = two
    made = kept(lambda: seal(first, others=[second.pk]))
    first.refresh_from_db()
    return made


def ready(first, second, operator):
    for one in (first, second):
        pulled(one, operator)


def test_letters_of_two_runs_to_the_very_same_person_share_an_envelope(two, shared):
    _, second = two
    made = shared
    guests = Letter.objects.filter(travels_with__isnull=False)
    assert set(guests.values_list("person__name", flat=True)) == {"架空　1子", "架空　2子"}
    assert all(guest.travels_with.person_id == guest.person_id for guest in guests)
    sums = made.sums
    assert (sums["targets"], sums["printed"], sums["merged"], sums["split"], sums["pulled"]) == (4, 2, 2, 0, 1)
    assert sums["printed"] + sums["merged"] + sums["split"] - sums["pulled"] == sums["going"] == 3
    assert (sums["guests"], sums["envelopes"]) == (2, 3)
    file = made.files.get()
    marks = engine.marks_of(content(file))
    host = guests.get(person__name="架空　1子").travels_with
    guest = guests.get(person__name="架空　1子")
    of = host.sheets + guest.sheets
    mine = [text for text in marks if text.startswith(mark(host)[:11])]
    assert mine == [f"{mark(host)[:13]}{sheet}{of}" for sheet in range(1, of + 1)]
    listed = (Path(settings.MEDIA_ROOT) / file.path).with_name("manifest.csv").read_text()
    assert guest.number in listed

    own = seal(second)
    sums = own.sums
    assert (sums["targets"], sums["printed"], sums["merged"], sums["elsewhere"], sums["envelopes"]) == (3, 1, 2, 2, 1)
    assert sums["printed"] + sums["merged"] + sums["split"] - sums["pulled"] == sums["going"] == 3
    assert sums["envelopes"] == sums["going"] - sums["elsewhere"] + sums["more_envelopes"]
    assert own.files.get().pages == second.letters.get(travels_with=None).sheets


def test_the_copy_of_what_shares_an_envelope_is_the_paper_that_goes(two, operator):
    first, second = two
    host = first.letters.get(person__name="架空　1子")
    guest = second.letters.get(person__name="架空　1子")

    def marks(letter: Letter) -> list[str]:
        return engine.marks_of(document_bytes(letter_document(letter_id=letter.pk, by=operator, today=DAY)))

    own = {
        one.pk: [mark(one, sheet=n)[:14] + str(one.sheets) for n in range(1, one.sheets + 1)] for one in (host, guest)
    }
    assert {one.pk: marks(one) for one in (host, guest)} == own  # asked for before the seal
    made = seal(first, others=[second.pk])
    lying = engine.marks_of(content(made.files.get()))
    at = lying.index(f"{mark(host)[:13]}1{host.sheets + guest.sheets}")
    assert marks(host) == lying[at : at + host.sheets]
    assert marks(guest) == lying[at + host.sheets : at + host.sheets + guest.sheets]
    assert marks(guest) != own[guest.pk]
    seals.break_seal(run_id=first.pk, reason="数え直し", by=user("supervisor"), now=made.sealed_at)
    assert {one.pk: marks(one) for one in (host, guest)} == own


def test_what_travels_together_is_posted_and_comes_back_together(two, shared, operator):
    first, second = two
    seal(second)
    hand_over(first, operator)
    assert post(first, operator) == 5
    guest = second.letters.get(person__name="架空　1子")
    assert guest.state == "posted"
    assert ClaimEvent.objects.filter(origin=f"{second.title} {guest.number}", kind="demand").count() == 1
    assert second.letters.get(travels_with=None).state == "verified"
    back = receive(guest.travels_with, operator)
    guest.refresh_from_db()
    assert (back.returned.letter.state, guest.state) == ("returned", "returned")
    assert guest.returns.count() == 1
    assert not ClaimEvent.objects.filter(origin=f"{second.title} {guest.number}", withdrawn_at=None).exists()
    hand_over(second, operator)
    assert post(second, operator) == 1


def test_a_guest_who_paid_keeps_the_envelope_unsealed(two, operator):
    first, second = two
    guest = second.letters.get(person__name="架空　1子")
    pay(guest.claims.get().claim, 1_000, on=DAY)
    with pytest.raises(SealRefused, match=f"一緒に入れる{second.title}の1通に、納付など"):
        seal(first, others=[second.pk])
    pulled(second, operator)
    assert seal(first, others=[second.pk]).sums["merged"] == 1


def test_nobody_pulls_from_another_runs_sealed_envelope_and_the_seal_opens_in_order(two, shared, operator):
    first, second = two
    made = shared
    guest = second.letters.get(person__name="架空　1子")
    pay(guest.claims.get().claim, 1_000, on=DAY)
    assert find(second, operator) == 0
    from notices.services.mailings import since_seal

    assert set(since_seal(first, today=DAY)) == {guest.pk}
    seal(second)
    decider = user("supervisor")
    with pytest.raises(RunRefused, match="先に、そちらの封緘を解いて"):
        seals.break_seal(run_id=first.pk, reason="納付", by=decider, now=made.sealed_at)
    seals.break_seal(run_id=second.pk, reason="納付", by=decider, now=made.sealed_at)
    seals.break_seal(run_id=first.pk, reason="納付", by=decider, now=made.sealed_at)
    assert not Letter.objects.filter(travels_with__isnull=False).exists()
    assert find(second, operator) == 1


def test_somebody_protected_since_keeps_the_shared_pile_in_the_house(two, shared, operator):
    first, second = two
    protect(second.letters.get(person__name="架空　2子").person, starts_on=DAY)
    with pytest.raises(RunRefused, match="支援措置"):
        hand_over(first, operator)


def test_a_joint_debtor_of_the_same_house_gets_an_envelope_alone(frozen_run, operator):
    """Same name key, same address, joint debtor of the same claim: another person, so another envelope."""
    one, other = alone(1), alone(1, name="架空　1子", birth_on="1950-01-01")
    claim(one)
    first = printed(frozen_run(kinds=["resident_tax"]))
    claim(other, kind="water_charge", source="suido", principal_yen=6_000)
    second = printed(frozen_run(kinds=["water_charge"]))
    for source in ("zei", "suido"):
        delivered(source)
    ready(first, second, operator)
    made = seal(first, others=[second.pk])
    assert (made.sums["merged"], made.sums["guests"]) == (0, 0)


def test_the_seal_page_offers_runs_of_the_same_day(two, operator, client):
    first, second = two
    client.force_login(user("supervisor"))
    shown = client.get(reverse("notices:seal", args=[first.pk])).content.decode()
    assert f'name="others" value="{second.pk}"' in shown
    assert f"{second.title}（2人に両方を送る）" in shown


def test_the_snapshot_knows_nothing_of_the_envelope(two, operator):
    first, second = two
    before = dict(Letter.objects.values_list("pk", "snapshot_sha256"))
    seal(first, others=[second.pk])
    assert dict(Letter.objects.values_list("pk", "snapshot_sha256")) == before
    assert all("enclosure" not in json.dumps(one.snapshot) for one in Letter.objects.all())


def test_a_run_of_which_nothing_goes_is_sealed_empty(run, operator, client):
    for letter in run.letters.all():
        for line in letter.claims.all()[:1]:
            pay(line.claim, 1_000, on=DAY)
    made = sealed(run, operator)
    assert (made.sums["going"], made.sums["envelopes"], made.sums["difference"]) == (0, 0, 0)
    assert not made.files.exists()
    client.force_login(operator)
    assert client.get(reverse("notices:bundle", args=[run.pk, 1])).status_code == 404
    assert len(client.get(reverse("notices:manifest", args=[run.pk])).content.decode().splitlines()) == 1
    assert hand_over(run, operator, 0).handed_count == 0
    assert post(run, operator) == 0
