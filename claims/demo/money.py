"""Money for the demo city (架空): slips at the desk, and files that hold each case a receipts clerk meets."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from claims.models import BookingSource, Claim, ClaimKind, Slip
from claims.moneyfiles import Status
from claims.moneyfiles.samples import convenience, counter, direct_debit, el_tax
from claims.services import slips
from claims.services.payments import take_in
from debtors.models import Person

OWN_FROM = date(2026, 11, 18)  # the sections' receipts files of the demo city end the day before
ISSUED_ON, DUE_ON = date(2026, 11, 16), date(2026, 12, 14)
LIMIT_YEN = 250_000  # every slip of the demo can be paid in a store
PEOPLE = 16


def book_money_ourselves() -> None:
    """From the day after the sections' last receipts on, the city's own office books the money of every kind."""
    for kind in ClaimKind.objects.all():
        BookingSource.objects.get_or_create(
            kind=kind, starts_on=OWN_FROM, defaults={"by": BookingSource.By.OWN, "source": "架空の市の設定"}
        )


def load_money(*, by: Any, as_of: date) -> int:
    """Make slips and take in one file of each kind; returns how many files. Safe to run again."""
    book_money_ourselves()
    if Slip.objects.exists():
        return 0
    made = list(_slips(by=by))
    files = _files(made)
    for name, content in files:
        taken = take_in(content=content, name=name, by=by, as_of=as_of)
        if taken.problem:
            raise RuntimeError(f"{name}: {taken.problem}")
    return len(files)


def _slips(*, by: Any) -> Iterator[Slip]:
    """A slip for the oldest claims of people who owe enough of them, whom no measure protects."""
    reachable = Claim.objects.reachable_by("notice", on=ISSUED_ON).filter(principal_yen__gte=5_000)
    reachable = reachable.exclude(prescribes_on__lt=DUE_ON)  # no slip may bring money for a claim that lapses before
    people = Person.objects.filter(identities__claims__in=reachable, died_on=None).distinct().order_by("number")
    made = 0
    for person in people:
        claims = list(reachable.filter(identity__person=person).order_by("due_on")[:3])
        if len(claims) < 2 or sum(claim.principal_yen for claim in claims) > LIMIT_YEN // 2:
            continue
        slip = slips.issue_slip(
            person_id=person.pk,
            claim_ids=[claim.pk for claim in claims],
            as_of=ISSUED_ON,
            due_on=DUE_ON,
            issued_on=ISSUED_ON,
            by=by,
        )
        if slip.barcode:
            yield slip
            made += 1
        if made == PEOPLE:
            return


def _files(made: list[Slip]) -> list[tuple[str, bytes]]:
    """Files in the order in which they come; the slips are used up from the first on."""
    d18, d19, d20 = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)
    stores, desk, rest = made[:8], made[8:12], made[12:]
    one = Claim.objects.outstanding().filter(identity__person=rest[0].person).order_by("due_on")[0]
    twice = (stores[0].barcode, d19, "19:20")
    return [
        (
            "cvs_sokuho_20261118.dat",
            convenience(Status.PROVISIONAL, [(slip.barcode, d18) for slip in stores], made_on=d18),
        ),
        ("cvs_torikeshi_20261119.dat", convenience(Status.CANCELLED, [(stores[7].barcode, d18)], made_on=d19)),
        (
            "cvs_kakuho_20261120.dat",
            convenience(
                Status.FINAL,
                [(slip.barcode, d18, "12:05", "0001", "0000123", d20) for slip in stores[:5]]
                + [(*twice, "0002", "0000456", d20)],
                made_on=d20,
            ),
        ),
        (
            "kouza_furikae_20261118.txt",
            direct_debit(
                [
                    (f"{one.notice_number}-{one.instalment:02d}", one.principal_yen),
                    ("R08FUMEI-000001", 12_300, "ﾅｿﾞﾉ ﾋﾄ"),
                ],
                on=d18,
            ),
        ),
        (
            "madoguchi_20261120.csv",
            counter(
                [
                    (desk[0].reference, desk[0].amount_yen, d20, "W1"),
                    (desk[1].reference, desk[1].amount_yen - 3_000, d20, "W2"),
                    (desk[2].reference, desk[2].amount_yen + 2_000, d20, "W3"),
                ]
            ),
        ),
        ("kyotsu_nozei_20261120.csv", el_tax([(desk[3].reference, desk[3].amount_yen, d20)])),
    ]
