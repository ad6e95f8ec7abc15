"""送付先 and 住基外の人: entered, replaced, ended, and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from claims.services import parties
from debtors.models import MailingAddress, OutsideEntry, Person, PersonRelation
from debtors.services import mailing, relations
from debtors.services.joining import join_people
from debtors.services.mailing import MailingRefused
from debtors.services.outside import OutsideRefused, enter_outside
from debtors.services.parting import part_people
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, protect, user
from toyota_collect import audit
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def staff():
    return user("collector")


def enter(someone, staff, **facts):
    given = {"postal_code": "4600001", "address": "名古屋市中区架空2番地", "starts_on": DAY, "reason": "入院中"}
    given |= {"ground": "contract", "origin": "送付先変更届"} | facts
    return mailing.set_address(person_id=someone.pk, by=staff, **given)


def test_a_new_address_ends_the_former_of_the_same_kind(staff):
    someone = person()
    first = enter(someone, staff)
    rent = enter(someone, staff, kind="housing_rent")
    second = enter(someone, staff, starts_on=DAY + timedelta(days=1))
    first.refresh_from_db()
    rent.refresh_from_db()
    assert (first.ends_on, rent.ends_on, second.ends_on) == (DAY + timedelta(days=1), None, None)
    assert AuditEvent.objects.filter(event="mailing.set").count() == 3
    mailing.end_address(address_id=second.pk, ends_on=DAY + timedelta(days=2), by=staff)
    with pytest.raises(MailingRefused, match="すでに終わって"):
        mailing.end_address(address_id=second.pk, ends_on=DAY + timedelta(days=3), by=staff)
    mailing.end_address(address_id=rent.pk, ends_on=DAY, by=staff)
    assert not MailingAddress.objects.filter(pk=rent.pk).exists()
    assert rent.history.model.objects.filter(pgh_obj_id=rent.pk).exists()


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"postal_code": "460000"}, "郵便番号"),
        ({"postal_code": "４６００００１"}, "郵便番号"),
        ({"address": "　"}, "住所"),
        ({"reason": " "}, "理由"),
        ({"origin": ""}, "何で知ったか"),
        ({"ground": "tax"}, "地方税法22条"),
        ({"ground": "coercive"}, "地方税法22条"),
    ],
)
def test_what_is_no_mailing_address_is_refused(facts, why, staff):
    with pytest.raises(MailingRefused, match=why):
        enter(person(), staff, **facts)
    assert MailingAddress.objects.count() == 0


def test_one_cannot_begin_before_the_one_it_replaces(staff):
    someone = person()
    enter(someone, staff)
    with pytest.raises(MailingRefused, match="先に終わらせる"):
        enter(someone, staff)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"ends_on": DAY}, "mailing_ends_after_it_starts"),
        ({"ground": "tax"}, "mailing_is_no_tax_secret"),
        ({"postal_code": "46000"}, "mailing_can_be_reached"),
        ({"address": ""}, "mailing_can_be_reached"),
        ({"reason": ""}, "mailing_has_its_reason"),
    ],
)
def test_the_database_refuses_half_an_address(change, constraint, staff):
    enter(person(), staff)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MailingAddress.objects.update(**change)


def test_one_is_open_for_each_kind(staff):
    row = enter(person(), staff)
    row.pk = None
    with pytest.raises(IntegrityError, match="mailing_open_once_per_kind"), transaction.atomic():
        row.save(force_insert=True)


def test_nothing_is_written_where_the_audit_fails(staff, monkeypatch):
    def fail(**_):
        raise RuntimeError("架空")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        enter(person(), staff)
    assert MailingAddress.objects.count() == 0


def test_when_two_are_found_to_be_one_the_address_goes_along_and_comes_back(staff):
    keep, other = person(), person()
    identity(keep)
    identity(other, "kaigo")
    enter(other, staff)
    joining = join_people(keep_id=keep.pk, other_id=other.pk, on=DAY, by=user("supervisor"), reason="架空")
    assert MailingAddress.objects.get().person == keep
    part_people(joining_id=joining.pk, reason="架空", by=user("supervisor"), on=DAY)
    assert MailingAddress.objects.get().person == other


# --- 住基外の人 ----------------------------------------------------------------------------------------------


def test_somebody_outside_the_register_becomes_a_person_marked_as_such(staff, client):
    dead = person(died_on=date(2026, 10, 1))
    claim(dead)
    client.force_login(staff)
    url = reverse("debtors:new-outside", args=[dead.number])
    form = {"name": "架空 外子", "kana": "カクウ ソトコ", "birth_on": "1970-02-03", "postal_code": "100-0001"}
    form |= {"address": "東京都千代田区架空1番", "phone": "", "origin": "戸籍全部事項証明書", "note": ""}
    answer = client.post(url, form)
    assert answer.headers["Location"] == reverse("claims:heirs", args=[dead.number])
    made = Person.objects.outside().get()
    assert (made.name, made.birth_on, made.postal_code) == ("架空 外子", date(1970, 2, 3), "1000001")
    entry = OutsideEntry.objects.get()
    assert (entry.origin, entry.entered_by) == ("戸籍全部事項証明書", staff)
    html = client.get(reverse("debtors:person", args=[made.number])).content.decode()
    assert "住基外" in html
    assert "戸籍全部事項証明書" in html
    shares = {"number_0": made.number, "share_0": "1", "starts_on": "2026-10-01", "origin": "戸籍", "speaker": "0"}
    assert client.post(reverse("claims:heirs", args=[dead.number]), shares).status_code == 302
    assert "住基外" in client.get(reverse("claims:heirs", args=[dead.number])).content.decode()
    speaker = PersonRelation.objects.get()
    assert (speaker.person, speaker.actor, speaker.kind, speaker.takes_letters) == (dead, made, "heirs_speaker", True)
    assert "住基外" in client.get(reverse("debtors:panel-relations", args=[dead.number])).content.decode()


def test_who_is_found_in_the_register_after_all_is_outside_no_longer(staff):
    made = enter_outside(name="架空 外子", kana="カクウ ソトコ", origin="戸籍", by=staff, on=DAY)
    assert list(Person.objects.outside()) == [made]
    identity(made, "juki", ground="register")
    assert list(Person.objects.outside()) == []


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"name": " "}, "氏名とフリガナ"),
        ({"kana": ""}, "氏名とフリガナ"),
        ({"origin": ""}, "何で知ったか"),
        ({"birth_on": DAY + timedelta(days=1)}, "まだ来ていない日"),
        ({"name": "架空 既存"}, "すでに登録されています"),
    ],
)
def test_what_is_not_enough_to_enter_somebody(facts, why, staff):
    person(name="架空 既存", name_key="架空既存")
    given = {"name": "架空 外子", "kana": "カクウ ソトコ", "origin": "戸籍"} | facts
    with pytest.raises(OutsideRefused, match=why):
        enter_outside(by=staff, on=DAY, **given)
    assert OutsideEntry.objects.count() == 0


def test_somebody_of_the_same_name_may_be_entered_once_somebody_has_looked(staff):
    person(name="架空 既存", name_key="架空既存")
    made = enter_outside(name="架空 既存", kana="カ", origin="戸籍", by=staff, on=DAY, another=True)
    assert made.name == "架空 既存"


def test_entering_the_heirs_anew_replaces_who_speaks(staff):
    dead, one, two = person(died_on=date(2026, 10, 1)), person(), person()
    claim(dead)
    for speaks, starts_on in ((one, date(2026, 10, 1)), (two, date(2026, 11, 1)), (None, date(2026, 11, 10))):
        heirs = [parties.Heir(heir.pk, parties.Fraction(1, 2), speaks=heir == speaks) for heir in (one, two)]
        parties.enter_heirs(person_id=dead.pk, heirs=heirs, starts_on=starts_on, origin="戸籍", by=staff)
    takers = [
        [one.actor for one in relations.letter_takers([dead.pk], on=day).get(dead.pk, [])]
        for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 10))
    ]
    assert takers == [[one], [two], []]


# --- corrections ------------------------------------------------------------------------------------------------


def test_a_relation_is_corrected_on_its_page_and_a_protected_address_is_not_there(staff, client):
    someone, agent = person(), person(address="岐阜県秘密市隠町9番地", phone="058-999-8888")
    named = relations.add_relation(
        person_id=someone.pk,
        kind="proxy",
        starts_on=DAY,
        origin="委任状",
        by=staff,
        name="架空 代",
        address="架空市1番",
    )
    client.force_login(staff)
    url = reverse("debtors:correct-relation", args=[named.pk])
    assert "架空市1番" in client.get(url).content.decode()
    form = {"postal_code": "460-0001", "address": "架空市2番", "phone": "", "origin": "委任状", "note": "訂正"}
    assert client.post(url, form | {"takes_letters": "on"}).status_code == 302
    named.refresh_from_db()
    assert (named.address, named.postal_code, named.takes_letters, named.note) == ("架空市2番", "4600001", True, "訂正")
    protect(someone)
    html = client.get(url).content.decode()
    assert "架空市2番" not in html
    assert client.post(url, {"origin": "委任状", "note": "", "address": "見えない所から"}).status_code == 302
    named.refresh_from_db()
    assert (named.address, named.takes_letters) == ("架空市2番", False)
    other = relations.add_relation(
        person_id=person().pk, kind="proxy", starts_on=DAY, origin="委任状", by=staff, actor_id=agent.pk
    )
    protect(agent)
    page = client.get(reverse("debtors:correct-relation", args=[other.pk])).content.decode()
    assert "秘密市" not in page
    assert "058-999-8888" not in page


def test_a_party_is_corrected_on_its_page(staff, client):
    one = claim()
    party = parties.add_party(
        claim_id=one.pk,
        person_id=person().pk,
        role="guarantor",
        starts_on=DAY,
        origin="契約書",
        by=staff,
        limit_yen=10_000,
    )
    client.force_login(staff)
    url = reverse("claims:correct-party", args=[party.pk])
    assert "極度額" in client.get(url).content.decode()
    assert client.post(url, {"limit_yen": "20000", "origin": "変更契約書", "note": ""}).status_code == 302
    party.refresh_from_db()
    assert (party.limit_yen, party.origin) == (20_000, "変更契約書")
    joint = parties.add_party(
        claim_id=one.pk, person_id=person().pk, role="joint", starts_on=DAY, origin="契約書", by=staff
    )
    url = reverse("claims:correct-party", args=[joint.pk])
    assert "極度額" not in client.get(url).content.decode()
    assert client.post(url, {"limit_yen": "5", "origin": "届出", "note": ""}).status_code == 302
    joint.refresh_from_db()
    assert (joint.limit_yen, joint.origin) == (None, "届出")
