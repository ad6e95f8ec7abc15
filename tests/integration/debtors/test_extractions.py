"""Saved extractions: what a condition finds, who sees what, versions and sharing. All data is synthetic."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from claims.models import Claim, ClaimEvent, ClaimKind
from debtors import extraction_page
from debtors.extraction_page import open_lists
from debtors.extraction_query import Cells, Spec, columns_for, figures_of, select, spec_of, values
from debtors.models import Contact, Extraction, ExtractionVersion
from debtors.protection import all_hidden_people
from debtors.rules.extraction import OPERATORS, Condition, ConditionWrong
from debtors.services import extractions as services
from debtors.services_work import open_work_item
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import identity, person, protect, user
from tests.factories.plans import signed
from toyota_collect.lists import Kind, lists
from toyota_collect.models import AccessLog, AuditEvent
from toyota_collect.permissions import Ground, Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def spec(code, *conditions, columns=("number",), by, sort="", descending=False):
    source = lists.get(code)
    known = columns_for(source, by)
    asked = tuple(Condition(*condition) for condition in conditions)
    return Spec(source, asked, tuple(known[one] for one in columns), sort, descending)


def run(code, *conditions, columns=("number",), by, **order):
    """The cells of the result, as they are shown."""
    asked = spec(code, *conditions, columns=columns, by=by, **order)
    cells = Cells(asked, hidden=all_hidden_people([TODAY]), mask=False)
    return [tuple(cells.row(one, given)) for one, *given in values(asked, select(asked, user=by, on=TODAY))]


def numbers(code, *conditions, by):
    return sorted(row[0] for row in run(code, *conditions, by=by))


def figures(code, *conditions, by):
    asked = spec(code, *conditions, by=by)
    return figures_of(asked, select(asked, user=by, on=TODAY))


def save(by, code="claims", *conditions, columns=("number", "name"), name="架空の条件", share="private"):
    return services.save_new(name=name, share=share, spec=spec(code, *conditions, columns=columns, by=by), by=by)


def test_conditions_hold_together_and_the_figures_are_of_all_rows(collector):
    someone, other = person(), person()
    claim(someone, principal_yen=10_000, due_on=date(2026, 8, 31))
    claim(someone, principal_yen=20_000, fee_yen=100, due_on=date(2026, 6, 30))
    claim(other, principal_yen=500, due_on=date(2026, 6, 30))
    found = figures("claims", ("booked_yen", "least", 10_000), ("due_on", "until", {"days": -80}), by=collector)
    assert (found.rows, found.people, found.yen) == (2, 1, 30_100)
    found = figures("claims", ("booked_yen", "least", 10_000), ("due_on", "until", {"days": -82}), by=collector)
    assert (found.rows, found.people, found.yen) == (1, 1, 20_100)


@pytest.mark.parametrize(
    ("condition", "which"),
    [
        pytest.param(("booked_yen", "between", [10_000, 20_000]), "ab", id="both ends included"),
        pytest.param(("booked_yen", "between", [10_001, 19_999]), "", id="inside only"),
        pytest.param(("due_on", "since", "2026-08-31"), "a", id="the day itself counts"),
        pytest.param(("due_on", "until", "2026-08-30"), "b", id="the day before does not"),
        pytest.param(("prescribes_on", "empty"), "ab", id="empty"),
        pytest.param(("prescribes_on", "filled"), "", id="filled"),
        pytest.param(("kind", "any", ["housing_rent"]), "b", id="any of"),
        pytest.param(("kind", "none", ["housing_rent"]), "a", id="none of"),
        pytest.param(("paid_on", "empty"), "b", id="never paid"),
        pytest.param(("paid_on", "filled"), "a", id="has paid"),
        pytest.param(("paid_on", "until_or_empty", "2026-09-01"), "ab", id="not paid since that day, or never"),
        pytest.param(("paid_on", "until_or_empty", "2026-08-31"), "b", id="the other paid the day after"),
        pytest.param(("name", "contains", "高橋"), "b", id="in any character form"),
        pytest.param(("name", "lacks", "高橋"), "a", id="lacks"),
        pytest.param(("kana", "starts", "たかはし"), "b", id="kana typed as hiragana"),
        pytest.param(("phone", "lacks", "0565"), "ab", id="an absent value lacks everything"),
        pytest.param(("notice_number", "equals", "N-100%"), "a", id="a sign that means anything to LIKE"),
        pytest.param(("notice_number", "contains", "%"), "a", id="the same inside"),
        pytest.param(("on_plan", "no"), "ab", id="flag"),
    ],
)
def test_each_operator(condition, which, collector):
    first = person(name="架空 一男", kana="カクウ カズオ", name_key="架空一男", kana_key="カクウカズオ")
    second = person(name="髙橋 二郎", kana="タカハシ ジロウ", name_key="高橋二郎", kana_key="タカハシジロウ")
    one = claim(first, principal_yen=10_500, due_on=date(2026, 8, 31), notice_number="N-100%")
    pay(one, 500, on=date(2026, 9, 1))
    claim(second, kind="housing_rent", source="jutaku", principal_yen=20_000, due_on=date(2026, 5, 31))
    Claim.objects.update(prescribes_on=None)
    people = {"a": first.number, "b": second.number}
    assert numbers("claims", condition, by=collector) == sorted(people[one] for one in which)


def test_every_column_of_every_list_can_be_asked_shown_and_sorted_by(collector, django_assert_max_num_queries):
    someone = person()
    owed = claim(someone)
    pay(owed, 1_000, on=date(2026, 10, 1))
    signed(owed, by=collector)
    Contact.objects.create(person=someone, on=TODAY, channel="phone", outcome="talked", text="話した", by=collector)
    values_of = {
        Kind.TEXT: "架空",
        Kind.NUMBER: 1,
        Kind.YEN: 1,
        Kind.DATE: "2026-11-20",
        Kind.CHOICE: ["0"],
    }
    seen = set()
    for source in open_lists(collector):
        seen.add(source.code)
        known = columns_for(source, collector)
        for column in known.values():
            for op in OPERATORS[column.kind]:
                value = values_of.get(column.kind)
                asked = spec(
                    source.code,
                    (column.code, op, [value, value] if op == "between" else value),
                    columns=tuple(known),
                    sort="" if column.withheld else column.code,
                    by=collector,
                )
                rows = select(asked, user=collector, on=TODAY)
                assert figures_of(asked, rows).rows == len(values(asked, rows)), (source.code, column.code, op)
        with django_assert_max_num_queries(1):
            everything = spec(source.code, columns=tuple(known), by=collector)
            assert (
                source.code in ("letters", "dunnings", "notices")
                or values(everything, select(everything, user=collector, on=TODAY))[0][0] == someone.pk
            )
    assert seen == {"people", "contacts", "claims", "receipts", "plans", "letters", "dunnings", "notices"}


def test_a_column_says_the_same_row_by_row_and_for_all_rows_at_once(collector):
    someone, other, nobody = person(), person(), person()
    owed = claim(someone, principal_yen=10_000, due_on=date(2026, 8, 31), prescribes_on=date(2031, 8, 31))
    claim(someone, principal_yen=700, due_on=date(2026, 7, 31))
    for one in (other, nobody):
        claim(one, principal_yen=3_000, due_on=date(2026, 12, 31))
    pay(owed, 1_000, on=date(2026, 10, 1))
    pay(owed, 500, on=date(2026, 10, 9))
    ClaimEvent.objects.create(claim=owed, kind="dunning", on=date(2026, 9, 20), ground="tax", by=collector)
    facts = {"channel": "phone", "outcome": "talked", "text": "話した", "by": collector}
    Contact.objects.create(person=someone, on=date(2026, 11, 1), **facts)
    Contact.objects.create(person=someone, on=TODAY, **facts)
    open_work_item(person_id=other.pk, reason="x", next_step="x", due_on=TODAY, by=collector)
    found = set()
    for source in open_lists(collector):
        for column in columns_for(source, collector).values():
            if column.grouped:
                one_by_one = run(source.code, columns=("number", column.code), by=collector)
                at_once = run(source.code, columns=("number", column.code), sort=column.code, by=collector)
                assert sorted(at_once, key=str) == sorted(one_by_one, key=str)
                assert len({cell for _, cell in at_once}) > 1 or column.code.startswith(("owed_", "demanded_"))
                found.add(column.code)
    assert {"owed_yen", "oldest_due", "last_contact", "next_due", "paid_on", "dunned_on"} <= found


def test_a_claim_is_found_by_the_class_of_its_due_date(collector):
    kind = ClaimKind.objects.get(code="housing_rent")
    terms = kind.terms.latest("starts_on")
    terms.pk, terms.starts_on, terms.legal_class = None, date(2026, 7, 1), "A"
    terms.needs_enyo = terms.may_go_to_lawyers = False
    terms.save(force_insert=True)
    before, after, tax = person(), person(), person()
    for one, due_on in ((before, date(2026, 6, 30)), (after, date(2026, 7, 1))):
        claim(one, kind="housing_rent", source="jutaku", due_on=due_on)
    claim(tax, due_on=date(2026, 6, 30))
    shown = dict(run("claims", columns=("number", "legal_class"), by=collector))
    assert shown[before.number] != shown[after.number]
    words = columns_for(lists.get("claims"), collector)["legal_class"].choices
    for code, label in words():
        found = numbers("claims", ("legal_class", "any", [code]), by=collector)
        assert found == sorted(number for number, told in shown.items() if told == label)


def test_what_a_person_owes_is_overdue_and_living(collector):
    someone = person()
    claim(someone, principal_yen=10_000, due_on=date(2026, 8, 31))
    claim(someone, kind="housing_rent", source="jutaku", principal_yen=3_000, due_on=date(2026, 8, 31))
    claim(someone, principal_yen=90_000, due_on=date(2026, 12, 31))
    person()
    columns = ("owed_yen", "owed_tax", "owed_home", "owed_claims")
    assert run("people", ("owed_yen", "least", 1), columns=columns, by=collector) == [(13_000, 10_000, 3_000, 2)]
    assert figures("people", by=collector).yen == 13_000


def test_money_taken_back_makes_the_sum_right(collector):
    owed = claim(principal_yen=10_000)
    pay(owed, 4_000, on=date(2026, 10, 2))
    book(owed, "reversal", "principal", 4_000, on=date(2026, 10, 9), reverses=owed.entries.get(kind="receipt"))
    rows = run("receipts", columns=("paid_yen", "taken_back"), by=collector)
    assert rows == [(-4_000, "はい"), (4_000, "いいえ")]
    assert figures("receipts", by=collector).yen == 0


def test_a_corrected_line_of_the_log_is_not_counted(collector):
    someone = person()
    facts = {"person": someone, "on": TODAY, "channel": "phone", "by": collector, "outcome": "talked"}
    wrong = Contact.objects.create(text="誤り", **facts)
    Contact.objects.create(text="正しい", corrects=wrong, why="書き違い", **facts)
    assert run("contacts", columns=("text",), by=collector) == [("正しい",)]


def test_a_section_sees_its_own_people_its_own_record_and_its_own_claims():
    ours, theirs = person(name="架空 花子", address="愛知県豊田市税務町1"), person()
    rent = claim(ours, kind="housing_rent", source="jutaku", principal_yen=3_000)
    identity_ = rent.identity
    identity_.address, identity_.name, identity_.phone = "愛知県豊田市住宅町2", "架空 華子", "0565-11-1111"
    identity_.save()
    claim(ours, principal_yen=50_000)
    claim(theirs, principal_yen=70_000)
    viewer = user(Role.SECTION_VIEWER, section=rent.section)
    shown = ("number", "name", "address", "phone")
    mine = (ours.number, "架空 華子", "愛知県豊田市住宅町2", "0565-11-1111")
    assert run("people", columns=(*shown, "owed_yen"), by=viewer) == [(*mine, 3_000)]
    assert run("claims", columns=(*shown, "booked_yen"), by=viewer) == [(*mine, 3_000)]
    assert numbers("people", ("address", "contains", "税務町"), by=viewer) == []
    assert {one.code for one in open_lists(viewer)} == {"people", "claims", "receipts"}
    assert "officer" not in columns_for(lists.get("people"), viewer)


@pytest.mark.parametrize("role", [Role.WELFARE_WORKER, Role.LAWYER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_have_no_list(role):
    assert open_lists(user(role)) == []


def test_a_protected_person_is_not_found_by_address_and_shows_none(collector):
    secret = person(address="愛知県豊田市秘匿町9", phone="0565-99-9999", birth_on=date(1970, 1, 1))
    seen = person(address="愛知県豊田市秘匿町8", birth_on=date(1990, 1, 1))
    claim(secret), claim(seen)
    protect(secret)
    assert numbers("claims", ("address", "contains", "秘匿町"), by=collector) == [seen.number]
    assert numbers("people", ("address", "lacks", "小坂"), by=collector) == [seen.number]
    assert numbers("people", ("phone", "filled"), by=collector) == []
    rows = {row[0]: row[1:] for row in run("claims", columns=("number", "address", "phone"), by=collector)}
    assert rows[secret.number] == (None, None)
    assert rows[seen.number][0] == "愛知県豊田市秘匿町8"


def test_who_may_be_the_protected_person_is_hidden_as_well(collector):
    secret = person(name="架空 秘", name_key="架空秘", kana_key="カクウヒ", birth_on=date(1970, 1, 1))
    double = person(
        name="架空 秘", name_key="架空秘", kana_key="カクウヒ", birth_on=date(1970, 1, 1), address="愛知県豊田市別町1"
    )
    claim(secret), claim(double, kind="housing_rent", source="jutaku")
    protect(secret)
    assert numbers("people", ("address", "contains", "別町"), by=collector) == []
    assert ("愛知県豊田市別町1",) not in run("people", columns=("address",), by=collector)


def test_a_record_that_belongs_to_nobody_shows_no_address(collector):
    owed = claim()
    owed.identity.person = None
    owed.identity.save()
    assert run("claims", columns=("name", "address"), by=collector) == [(owed.identity.name, None)]


def test_an_extraction_is_kept_in_versions_and_a_name_is_not_one(collector):
    first = save(collector, "claims", ("booked_yen", "least", 1))
    same = services.change(
        extraction_id=first.extraction_id,
        name="別の名",
        share="all",
        spec=spec_of(first, user=collector),
        by=collector,
    )
    assert same == first
    second = services.change(
        extraction_id=first.extraction_id,
        name="別の名",
        share="all",
        spec=spec("claims", ("booked_yen", "least", 2), columns=("name", "number"), by=collector),
        by=collector,
    )
    assert (second.number, services.newest(first.extraction)) == (2, second)
    first.refresh_from_db()
    assert (first.conditions[0]["value"], first.columns) == (1, ["number", "name"])
    assert AuditEvent.objects.filter(event="extraction.version").count() == 2


def test_who_uses_what_another_has_saved(collector):
    colleague, clerk, supervisor = user(Role.COLLECTOR), user(Role.RECEIPTS_CLERK), user(Role.SUPERVISOR)
    private, team, everybody = (
        save(collector, name=share, share=share).extraction_id for share in ("private", "team", "all")
    )
    letters = save(collector, "letters", name="催告", share="all").extraction_id

    def seen(by):
        return set(Extraction.objects.visible_to(by).values_list("pk", flat=True))

    assert seen(collector) == {private, team, everybody, letters}
    assert seen(colleague) == {team, everybody, letters}
    assert seen(supervisor) == {everybody, letters}
    assert seen(clerk) == {everybody}  # has no letters
    with pytest.raises(services.ExtractionRefused, match="作った人だけ"):
        services.retire(extraction_id=everybody, by=colleague)
    copied = services.copy(extraction_id=everybody, by=colleague)
    assert (copied.extraction.owner, copied.extraction.share, copied.number) == (colleague, "private", 1)
    assert services.copy(extraction_id=everybody, by=colleague).extraction.name.endswith(" 2")


def test_a_shared_extraction_runs_with_the_rights_of_who_runs_it(collector):
    rent = claim(kind="housing_rent", source="jutaku", principal_yen=3_000)
    claim(principal_yen=50_000)
    version = save(collector, "people", columns=("number", "officer"), share="all")
    viewer = user(Role.SECTION_VIEWER, section=rent.section)
    asked = spec_of(version, user=viewer)
    assert [one.code for one in asked.columns] == ["number"]
    assert asked.left_out == ("担当",)
    assert figures_of(asked, select(asked, user=viewer, on=TODAY)).people == 1
    hidden = save(collector, "people", ("officer", "any", ["x"]), name="担当で", share="all")
    with pytest.raises(ConditionWrong, match="「担当」は使えません"):
        spec_of(hidden, user=viewer)
    with pytest.raises(ConditionWrong, match="権限がありません"):
        spec_of(save(collector, "contacts", name="経過", share="all"), user=viewer)


def test_a_name_is_used_once_until_it_is_given_up(collector):
    first = save(collector)
    with pytest.raises(services.ExtractionRefused, match="別の名前"):
        save(collector)
    services.retire(extraction_id=first.extraction_id, by=collector)
    services.retire(extraction_id=first.extraction_id, by=collector)
    save(collector)
    assert AuditEvent.objects.filter(event="extraction.retired").count() == 1


def test_nothing_stays_where_the_record_cannot_be_written(collector, monkeypatch):
    monkeypatch.setattr(services.audit, "record", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        save(collector)
    assert not Extraction.objects.exists()


@pytest.mark.parametrize(
    "broken", [{"name": ""}, {"share": "everybody"}], ids=["extraction_has_a_name", "extraction_share_is_known"]
)
def test_the_database_refuses(broken, collector):
    save(collector)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extraction.objects.update(**broken)


def test_a_version_is_never_changed(collector):
    save(collector)
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        ExtractionVersion.objects.update(conditions=[])


def form_of(**more):
    return {
        "name": "10万円以上",
        "share": "private",
        "show": ["name", "booked_yen"],
        "place-booked_yen": "1",
        "place-name": "2",
        "c0-column": "booked_yen",
        "c0-op": "least",
        "c0-value": "100,000",
        "sort": "booked_yen",
        "descending": "on",
    } | more


def test_made_tried_and_saved_in_the_browser(client, collector):
    rich, poor = person(name="架空 大口"), person(name="架空 小口")
    claim(rich, principal_yen=150_000), claim(rich, principal_yen=100_000), claim(poor, principal_yen=99_999)
    client.force_login(collector)
    url = reverse("debtors:extraction-new", args=["claims"])
    assert "氏名・名称" in client.get(url).content.decode()
    tried = client.post(url, form_of() | {"try": "1"})
    assert tried.context["tried"]["figures"].yen == 250_000
    assert not Extraction.objects.exists()
    added = client.post(url, form_of() | {"add": "1", "new": "due_on"})
    assert [line.column.code for line in added.context["draft"].lines] == ["booked_yen", "due_on"]
    dropped = client.post(url, form_of() | {"drop": "0"})
    assert dropped.context["draft"].lines == []
    wrong = client.post(url, form_of() | {"c0-value": "沢山", "save": "1"})
    assert "数として読めません" in wrong.content.decode()
    saved = client.post(url, form_of() | {"save": "1"}, follow=True)
    assert [[cell["value"] for cell in row] for row in saved.context["rows"]] == [
        [150_000, "架空 大口"],
        [100_000, "架空 大口"],
    ]
    text = saved.content.decode()
    assert "残額が次以上：100,000円" in text
    assert "250,000" in text
    for action in ("extraction.try", "extraction.run"):
        logged = AccessLog.objects.filter(action=action, by=collector)
        assert list(logged.values_list("person_key", flat=True)) == [rich.number]


def test_pages_of_fifty_keep_the_figures_of_all(client, collector):
    someone = person()
    for _ in range(51):
        claim(someone, principal_yen=1_000)
    version = save(collector, columns=("number", "booked_yen"))
    client.force_login(collector)
    second = client.get(reverse("debtors:extraction", args=[version.extraction_id]), {"page": 2})
    assert len(second.context["rows"]) == 1
    assert second.context["figures"].yen == 51_000
    assert "51件中" in second.content.decode()


def test_an_old_version_is_run_as_it_was(client, collector):
    claim(principal_yen=10_000)
    version = save(collector, "claims", ("booked_yen", "least", 20_000))
    services.change(
        extraction_id=version.extraction_id,
        name="架空の条件",
        share="private",
        spec=spec("claims", columns=("number",), by=collector),
        by=collector,
    )
    client.force_login(collector)
    url = reverse("debtors:extraction", args=[version.extraction_id])
    assert client.get(url).context["figures"].rows == 1
    assert client.get(url, {"version": "1"}).context["figures"].rows == 0


def test_what_is_not_shared_is_not_there(client, collector):
    version = save(collector)
    client.force_login(user(Role.COLLECTOR))
    for name in ("extraction", "extraction-edit"):
        assert client.get(reverse(f"debtors:{name}", args=[version.extraction_id])).status_code == 404
    for name in ("extraction-copy", "extraction-retire", "extraction-export"):
        assert client.post(reverse(f"debtors:{name}", args=[version.extraction_id])).status_code == 404


def test_a_section_has_no_list_of_the_office(client):
    rent = claim(kind="housing_rent", source="jutaku")
    client.force_login(user(Role.SECTION_VIEWER, section=rent.section))
    answer = client.get(reverse("debtors:extraction-new", args=["contacts"]), follow=True)
    assert "この一覧を使う権限がありません" in answer.content.decode()


def test_ground_of_a_contact_stays_with_who_may_see_it(collector):
    someone = person()
    identity(someone, ground=Ground.TAX)
    Contact.objects.create(
        person=someone, on=TODAY, channel="phone", outcome="talked", text="税", ground=Ground.TAX, by=collector
    )
    assert len(run("contacts", by=collector)) == 1


def test_what_takes_too_long_is_stopped_and_can_still_be_written(client, collector, monkeypatch):
    version = save(collector)

    def forever(*_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(extraction_page, "PATIENCE_S", 0.05)
    monkeypatch.setattr(extraction_page, "figures_of", forever)
    client.force_login(collector)
    page = client.get(reverse("debtors:extraction", args=[version.extraction_id])).content.decode()
    assert "条件を足してしぼるか" in page
    assert "書き出す</button>" in page
    tried = client.post(reverse("debtors:extraction-new", args=["claims"]), form_of() | {"try": "1"})
    assert "条件を足してしぼるか" in tried.content.decode()
