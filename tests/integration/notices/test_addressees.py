"""Who gets a letter, as every producer of letters uses it: runs, 引抜, 督促状, the person page; and what no letter tells."""

import io
import json
from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest
from django.test import Client
from django.urls import reverse

from claims.models import BookingSource, ClaimEvent, ClaimKind, ClaimParty
from claims.services import parties
from debtors.services import mailing, relations
from debtors.services.outside import enter_outside
from notices.models import Dunning, Letter, Pull
from notices.services import dunnings
from notices.services.dunning_paper import make_all
from notices.services.dunning_selection import select
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes

pytestmark = pytest.mark.django_db
ELSEWHERE = {"postal_code": "4600001", "address": "愛知県名古屋市中区架空2番地"}
SECRET = {"postal_code": "5000001", "address": "岐阜県秘密市隠町9番地", "phone": "058-999-8888"}


@pytest.fixture
def staff():
    return user("collector")


def alone(n: int, **facts):
    """Somebody who is nobody else."""
    return person(name=f"架空 {n}郎", name_key=f"架空{n}", kana_key=f"カ{n}", birth_on=date(1950 + n, 1, n), **facts)


def move(someone, staff, *, on=DAY, **facts):
    given = {"reason": "入院中", "ground": "contract", "origin": "送付先変更届"} | ELSEWHERE | facts
    return mailing.set_address(person_id=someone.pk, starts_on=on, by=staff, **given)


def relate(someone, kind, staff, **facts):
    given = {"starts_on": DAY, "origin": "届出", "takes_letters": True} | facts
    return relations.add_relation(person_id=someone.pk, kind=kind, by=staff, **given)


def window(letter: Letter) -> tuple[str, str, str]:
    one = letter.snapshot
    return one["postal_code"], "".join(one["address_lines"]), "／".join(one["name_lines"])


def test_a_run_sends_each_letter_where_the_rule_says_and_in_the_order_of_that_post(frozen_run, staff):
    plain, ill, ward, agent_of, mixed = (alone(n) for n in range(1, 6))
    for one in (plain, ill, ward, agent_of, mixed):
        claim(one)
    claim(mixed, kind="housing_rent", source="jutaku")
    move(ill, staff, care_of="架空花子様方")
    relate(ward, "guardian", staff, name="架空 守", postal_code="1000001", address="東京都千代田区架空1番")
    for one in (agent_of, mixed):
        relate(one, "tax_agent", staff, name="架空 管", postal_code="9000001", address="沖縄県那覇市架空1番")
    run = frozen_run()
    assert {letter.person_id: window(letter) for letter in run.letters.all()} == {
        plain.pk: ("4710034", "愛知県豊田市小坂本町一丁目1番地", "架空　1郎"),
        ill.pk: ("4600001", "愛知県名古屋市中区架空2番地架空花子様方", "架空　2郎"),
        ward.pk: ("1000001", "東京都千代田区架空1番", "架空　3郎　様　成年後見人等／架空　守"),
        agent_of.pk: ("9000001", "沖縄県那覇市架空1番", "架空　4郎　様　納税管理人／架空　管"),
        mixed.pk: ("4710034", "愛知県豊田市小坂本町一丁目1番地", "架空　5郎"),
    }
    assert [letter.postal_code for letter in run.letters.order_by("serial")] == [
        "1000001",
        "4600001",
        "4710034",
        "4710034",
        "9000001",
    ]


def test_the_queries_of_a_run_do_not_grow_with_the_people_who_have_another_address(
    make_run, staff, django_assert_max_num_queries, operator
):
    from notices.services.selection import select as select_run
    from notices.services.selection import with_claims

    def elsewhere(n: int) -> None:
        someone = alone(n)
        claim(someone)
        move(someone, staff)
        relate(someone, "proxy", staff, actor_id=alone(n + 15).pk)

    elsewhere(1)
    run = make_run()
    with django_assert_max_num_queries(200) as few:
        assert len(list(with_claims(run, select_run(run, today=DAY).targets))) == 1
    for n in range(2, 12):
        elsewhere(n)
    with django_assert_max_num_queries(len(few)):
        assert len(list(with_claims(run, select_run(run, today=DAY).targets))) == 11


def test_the_heirs_speaker_gets_the_letter_about_taxes_of_the_dead(make_run, frozen_run, staff):
    dead, heir = alone(1, died_on=date(2026, 10, 1)), alone(2, **ELSEWHERE)
    claim(dead)
    assert make_run().counts["excluded"] == {"deceased": 1}
    outside = enter_outside(name="架空 外子", kana="カクウ ソトコ", origin="戸籍", by=staff, on=DAY)
    half = [
        parties.Heir(heir.pk, parties.Fraction(1, 2), speaks=True),
        parties.Heir(outside.pk, parties.Fraction(1, 2)),
    ]
    parties.enter_heirs(person_id=dead.pk, heirs=half, starts_on=dead.died_on, origin="戸籍", by=staff)
    letter = frozen_run().letters.get()
    assert window(letter) == (
        "4600001",
        ELSEWHERE["address"],
        "亡　架空 1郎　相続人代表者／架空　2郎".replace(" 1", "　1"),
    )
    assert letter.person == dead


def test_an_agent_under_protection_gets_nothing_and_the_run_says_only_to_look_into_it(make_run, staff):
    debtor, hidden = alone(1), alone(2, **SECRET)
    claim(debtor)
    protect(hidden)
    relate(debtor, "guardian", staff, actor_id=hidden.pk)
    run = make_run()
    assert run.counts["excluded"] == {"agent_protected": 1}
    assert run.exclusions.get().get_reason_display() == "送付先を個別に確認"


def test_an_agent_protected_until_the_day_before_the_issue_is_hidden_today(make_run, staff):
    debtor, hidden = alone(1), alone(2, **SECRET)
    claim(debtor)
    protect(hidden, ends_on=DAY + timedelta(days=1))
    relate(debtor, "guardian", staff, actor_id=hidden.pk)
    assert make_run(issued_on=DAY + timedelta(days=1)).counts["excluded"] == {"agent_protected": 1}


@pytest.mark.parametrize("change", ["address", "agent", "ended", "protected agent"])
def test_another_address_since_the_snapshot_pulls_the_letter(change, finished_run, staff, operator):
    someone, other = alone(1), alone(2)
    claim(someone)
    claim(other)
    former = move(someone, staff, on=DAY - timedelta(days=3))
    agent = alone(3, **SECRET)
    if change == "protected agent":
        relate(someone, "proxy", staff, actor_id=agent.pk)
    run = finished_run()
    assert find(run, operator) == 0
    if change == "address":
        move(someone, staff, address="愛知県名古屋市中区架空3番地")
    elif change == "agent":
        relate(someone, "guardian", staff, name="架空 守", **ELSEWHERE)
    elif change == "ended":
        mailing.end_address(address_id=former.pk, ends_on=DAY, by=staff)
    else:
        protect(agent)
    assert find(run, operator) == 1
    pull = Pull.objects.get()
    reasons = {code for code, _ in pull.reasons}
    expected = {"agent": {"name"}, "protected agent": {"protected"}}.get(change, {"address"})
    assert (pull.letter.person, reasons) == (someone, expected)


def test_who_dies_after_the_snapshot_is_pulled_and_the_speakers_letter_stands(finished_run, staff, operator):
    someone, dead = alone(1), alone(2, died_on=date(2026, 10, 1))
    claim(someone)
    claim(dead)
    relate(dead, "heirs_speaker", staff, name="架空 継", **ELSEWHERE)
    run = finished_run()
    assert run.letters.count() == 2
    assert find(run, operator) == 0
    someone.died_on = DAY
    someone.save()
    assert find(run, operator) == 1
    assert [code for code, _ in Pull.objects.get().reasons] == ["deceased"]


# --- 督促状 -------------------------------------------------------------------------------------------------


def dunned(operator):
    run = dunnings.make_run(issued_on=DAY, kinds=[], by=operator, today=DAY)
    asked = dunnings.ask_approval(run_id=run.pk, by=operator)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"), on=DAY)
    dunnings.start(run_id=run.pk, by=operator, today=DAY)
    make_all(run_id=run.pk, today=DAY)
    run.refresh_from_db()
    return run


def printed_text(dunning: Dunning) -> str:
    pdf = pdfium.PdfDocument(io.BytesIO(document_bytes(dunning.document)))
    return "".join(page.get_textpage().get_text_bounded() for page in pdf).replace("\r\n", "")


@pytest.fixture
def ours():
    BookingSource.objects.update(by="own")


def test_dunnings_of_one_person_share_an_envelope_only_where_they_go_to_one_address(ours, staff, operator):
    someone = alone(1)
    tax, rent = claim(someone), claim(someone, kind="housing_rent", source="jutaku")
    vehicle = claim(someone, kind="light_vehicle_tax")
    relate(someone, "tax_agent", staff, name="架空 管", postal_code="9000001", address="沖縄県那覇市架空1番")
    run = dunned(operator)
    by_claim = {one.claim_id: one for one in run.dunnings.all()}
    assert by_claim[tax.pk].serial == by_claim[vehicle.pk].serial != by_claim[rent.pk].serial
    assert "納税管理人" in by_claim[tax.pk].sent_to["reason"]
    assert "沖縄県那覇市架空1番" in printed_text(by_claim[tax.pk])
    assert "沖縄県" not in printed_text(by_claim[rent.pk])
    assert run.counts["people"] == 1
    assert dunnings.to_pull(run, on=DAY) == {}
    move(someone, staff)
    assert dunnings.to_pull(run, on=DAY) == {by_claim[rent.pk].pk: "送付先（住所・氏名）が変わった"}


@pytest.mark.parametrize("kind", ["housing_rent", "water_charge"])
def test_a_mailing_address_of_one_kind_is_for_that_kind(ours, kind, staff):
    someone = alone(1)
    claim(someone, kind=kind, source="jutaku")
    move(someone, staff, kind="housing_rent")
    (one,) = select(on=DAY).claims
    assert (one.to.postal_code == "4600001") is (kind == "housing_rent")


# --- what no letter tells --------------------------------------------------------------------------------


def told_nothing_of(text: str) -> None:
    for secret in (*SECRET.values(), "支援措置", "保護", "秘密市"):
        assert secret not in text, secret


def test_a_letter_to_a_joint_debtor_tells_nothing_of_the_others_protected_facts(ours, frozen_run, staff, operator):
    """The wife lives in a secret place; the husband, who owes together with her and for whom she once took the letters,
    gets his own: no address, no telephone, not even that there is anything to hide."""
    husband, wife = alone(1), alone(2, **SECRET)
    own, hers = claim(husband), claim(wife, kind="water_charge", source="suido")
    for one, other in ((own, wife), (hers, husband)):
        facts = {"role": ClaimParty.Role.JOINT, "starts_on": date(2026, 1, 1), "origin": "契約書"}
        parties.add_party(claim_id=one.pk, person_id=other.pk, by=staff, **facts)
    protect(wife)
    relate(husband, "head", staff, actor_id=wife.pk, takes_letters=False)
    run = frozen_run()
    letter = run.letters.get()
    assert letter.person == husband
    assert window(letter)[1] == husband.address
    told_nothing_of(json.dumps(letter.snapshot, ensure_ascii=False) + letter.name + letter.postal_code)
    dunning = dunned(operator).dunnings.get()
    assert dunning.person == husband
    told_nothing_of(printed_text(dunning) + json.dumps(dunning.sent_to, ensure_ascii=False))


def test_where_the_protected_one_was_to_get_the_letters_there_is_none_rather_than_one_that_tells(
    ours, make_run, staff, operator
):
    husband, wife = alone(1), alone(2, **SECRET)
    claim(husband)
    relate(husband, "proxy", staff, actor_id=wife.pk)
    assert make_run().counts["letters"] == 1
    protect(wife)
    assert make_run().counts["letters"] == 0
    assert (select(on=DAY).claims, dict(select(on=DAY).left_out)) == ([], {"agent_protected": 1})


# --- the person page -------------------------------------------------------------------------------------


def panel(someone, staff) -> str:
    browser = Client()
    browser.force_login(staff)
    return browser.get(reverse("notices:addressee-panel", args=[someone.number])).content.decode()


def test_the_page_says_where_letters_go_and_why(staff):
    someone = alone(1)
    claim(someone)
    claim(someone, kind="housing_rent", source="jutaku")
    html = panel(someone, staff)
    assert "この住所に送ります。" in html
    assert "登録されている住所のため" in html
    relate(someone, "tax_agent", staff, name="架空 管", postal_code="9000001", address="沖縄県那覇市架空1番")
    move(someone, staff, kind="housing_rent")
    html = panel(someone, staff)
    assert "納税管理人：税でない債権も載る文書のため、使いません" in html
    rent = ClaimKind.objects.get(code="housing_rent").short_name
    for words in (f"{rent}だけの文書", "沖縄県那覇市架空1番", "送付先の登録があるため（入院中）", "送付先変更届"):
        assert words in html, words


@pytest.mark.parametrize("who", ["person", "agent"])
def test_the_page_shows_no_protected_address(who, staff):
    someone, agent = alone(1, **(SECRET if who == "person" else {})), alone(2, **SECRET)
    claim(someone)
    move(someone, staff, address=SECRET["address"] if who == "person" else ELSEWHERE["address"])
    relate(someone, "guardian", staff, actor_id=agent.pk)
    protect(someone if who == "person" else agent)
    html = panel(someone, staff)
    assert "送りません" in html
    for secret in SECRET.values():
        assert secret not in html


def test_staff_enter_and_end_a_mailing_address_on_the_page(client, staff):
    someone = alone(1)
    claim(someone)
    client.force_login(staff)
    url = reverse("notices:new-address", args=[someone.number])
    form = {"kind": "", "postal_code": "460-0001", "address": "名古屋市中区架空2番地", "starts_on": "2026-11-20"}
    form |= {"reason": "入院中", "ground": "contract", "origin": "送付先変更届", "care_of": ""}
    assert "税の調査で知った" in client.post(url, form | {"ground": "tax"}).content.decode()
    assert client.post(url, form).status_code == 302
    row = someone.mailing_addresses.get()
    assert (row.postal_code, row.entered_by, row.reason) == ("4600001", staff, "入院中")
    assert "名古屋市中区架空2番地" in panel(someone, staff)
    assert client.post(reverse("notices:end-address", args=[row.pk])).status_code == 302
    assert not someone.mailing_addresses.exists(), "it had not begun before today"
    assert ClaimEvent.objects.count() == 0
