"""From the ledger to the words and figures of one letter: the frozen snapshot (``LetterData``)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.conf import settings

from claims.models import Claim, ClaimGroup, ClaimKindTerms
from claims.rules.late_charge import percent
from claims.rules.rates import RateTable
from claims.services.charges import AmountDue, rate_table
from debtors.rules.mailing import Withheld
from notices.letter.kind_words import trimmed
from notices.letter.model import CityProfile, ClaimLine, KindText, LetterData, RatesText
from notices.models import PrintRun
from notices.rules.address import address_lines, window_name
from notices.services.selection import PersonClaims
from notices.services.takers import Answer
from toyota_collect.dated import value_on
from toyota_collect.documents.barcodes import address_number, is_business_code
from toyota_collect.letter_forms import form_of
from toyota_collect.models import NoticeText
from toyota_collect.notice_text import text_on

CIVIL = ClaimKindTerms.LateRegime.CIVIL
RUN_NUMBERS = 9_999  # a run has four figures in marks and slip numbers: 0001 to 9999; 0000 are letters to one person


class ProfileIncomplete(Exception):
    """The city's texts do not fit the letter; the message says what they must be."""


class LetterWithheld(Exception):
    """Nobody may get this letter the usual way; whoever selects people leaves them out before."""


@dataclass(frozen=True)
class RunWords:
    """What all letters of a run share: the city's texts and rates in force on the day of issue."""

    run: PrintRun
    city: CityProfile
    rates: RateTable
    confirmed_on: date
    text: KindText

    @classmethod
    def of(cls, run: PrintRun, *, today: date, text: KindText | None = None) -> "RunWords":
        """``text`` instead of the one in force, for a preview.

        Raises ``SettingMissing`` or ``ProfileIncomplete`` where a text of the city is not set.
        """
        city = city_profile(on=run.issued_on, sample=run.is_sample)
        words = text or kind_text(text_on(run.kind, run.issued_on))
        return cls(run, city, rate_table(as_of=run.as_of), min(today, run.issued_on), words)

    def letter(self, one: PersonClaims, *, serial: int, number: str) -> LetterData:
        """The letter of one person. ``serial`` counts from 1 within the run. Raises ``LetterWithheld``."""
        run, to = self.run, one.to
        if isinstance(to, Withheld):
            raise LetterWithheld(to.reason)
        name = window_name(to)
        form = form_of(one.person.letter_variant)
        dues = [due for _, due in one.claims]
        return LetterData(
            run_number=run_number(run.pk),
            run_round=max(run.pk - 1, 0) // RUN_NUMBERS,
            serial=serial,
            number=number,
            issued_on=run.issued_on,
            as_of=run.as_of,
            confirmed_on=self.confirmed_on,
            deadline_on=run.deadline_on,
            postal_code=to.postal_code,
            address_lines=address_lines(to.address),
            name_lines=name.name_lines,
            honorific=name.honorific,
            customer_code=customer_code(to.postal_code, to.address),
            lines=tuple(claim_line(claim, due, one.roles.get(claim.pk)) for claim, due in one.claims),
            city=self.city,
            rates=self._rates_text(one.claims),
            variant=form.variant,  # type: ignore[arg-type]  # one of the letter's variants
            language=form.language,
            text=trimmed(self.text, form.variant, form.language),
            slip_policy=run.slip_policy,  # type: ignore[arg-type]  # one of the letter's policies
            estimated=any(due.charge.estimated for due in dues),
        )

    def _rates_text(self, claims: Sequence[tuple[Claim, AmountDue]]) -> RatesText:
        """The rates that these claims are charged by, as the notes below the table tell them."""
        year = min(self.run.as_of.year, self.rates.last_year)
        row = self.rates.of(year)
        assert row is not None  # announced, or before the first row, which stands for all earlier years
        tax = {due.terms.first_bracket_months: claim for claim, due in claims if _is_tax(due)}
        civil = {claim.kind.short_name: due.terms for claim, due in claims if due.terms.late_regime == CIVIL}
        extra = tuple(
            f"{claim.kind.short_name}など、低い率の期間が{months}か月の債権があります。"
            for months, claim in sorted(tax.items())[1:]
        )
        return RatesText(
            year=year,
            first_rate=percent(row.first),
            after_rate=percent(row.after),
            first_months=min(tax, default=1),
            civil=_civil_text(civil),
            extra=extra,
            estimate=assumed_rates_text(self.rates),
        )


def run_number(run_id: int) -> int:
    """The four figures of a run; after 9,999 runs they begin again, and the slips tell the rounds apart."""
    return (run_id - 1) % RUN_NUMBERS + 1 if run_id else 0


def kind_text(text: NoticeText) -> KindText:
    """A version of a kind's text as letters carry it."""
    return KindText(text.kind, text.version, tuple(sorted(text.parts.items())))


def city_profile(*, on: date, sample: bool = False) -> CityProfile:
    """The city's texts in force on a day. Raises ``SettingMissing`` or ``ProfileIncomplete`` where one is not set."""
    profile: dict[str, Any] = value_on("city.profile", on)
    try:
        return CityProfile(**{"name": settings.CITY_NAME} | profile | {"sample_mark": settings.DEMO or sample})
    except TypeError as error:
        names = "・".join(item.name for item in fields(CityProfile))
        raise ProfileIncomplete(f"設定値「city.profile」の項目が足りないか余っています。使える項目: {names}") from error


def assumed_rates_text(rates: RateTable) -> str:
    """With what rates a charge goes on past the last announced year, or "" where it stops."""
    if rates.assumed is None:
        return ""
    return (
        f"延滞金の率がまだ決まっていない年は、最初の期間を年{percent(rates.assumed.first)}％、その後を"
        f"年{percent(rates.assumed.after)}％と仮に置いた概算です。率が決まったあと、金額が変わることがあります。"
    )


def claim_line(claim: Claim, due: AmountDue, answer: Answer | None = None) -> ClaimLine:
    """A claim as a line of the table. Costs (費用) have no column of their own and stand under 延滞金等.

    The eL-QR is of the debtor's own bill: it stands on no letter to another.
    """
    none = due.terms.late_regime == ClaimKindTerms.LateRegime.NONE
    late_yen = due.late_yen + due.cost_yen
    return ClaimLine(
        claim_ref=str(claim.pk),
        kind=claim.kind.code,
        kind_name=claim.kind.name,
        kind_short=claim.kind.short_name,
        group=claim.kind.group,
        group_name=str(ClaimGroup(claim.kind.group).label),
        legal=due.terms.legal_class,  # type: ignore[arg-type]  # A, B or C
        levy_year=claim.levy_year,
        term=claim.instalment_label,
        number=claim.notice_number,
        due_on=claim.due_on,
        principal_yen=due.principal_yen,
        fee_yen=due.fee_yen,
        late_yen=late_yen,
        late_final=due.late_final and late_yen > 0,
        late_none=none and late_yen == 0,
        late_civil=due.terms.late_regime == CIVIL,
        el_qr=None if answer else claim.el_qr or None,
        joint_slip=claim.kind.joint_slip,
        cost_yen=due.cost_yen,
        role=answer.role if answer else "",
        role_text=answer.text if answer else "",
    )


def customer_code(postal_code: str, address: str) -> str:
    """Postal code and address number for the customer barcode; "" where none may be printed (a code of a whole city)."""
    if not postal_code or postal_code.endswith("00"):
        return ""
    return postal_code if is_business_code(postal_code) else postal_code + address_number(address)


def _is_tax(due: AmountDue) -> bool:
    return due.terms.late_regime == ClaimKindTerms.LateRegime.TAX


def _civil_text(civil: dict[str, ClaimKindTerms]) -> str:
    """``年3％（民法）``, or each kind with its own rate where contracts differ."""
    rates = {name: percent_of(terms) for name, terms in civil.items()}
    if len(set(rates.values())) <= 1:
        rate = next(iter(rates.values()), "3")
        return f"年{rate}％" + ("（民法）" if rate == "3" else "")
    return "、".join(f"{name}は年{rate}％" for name, rate in rates.items())


def percent_of(terms: ClaimKindTerms) -> str:
    """The flat rate of a kind in percent: 300 per ten thousand → ``"3"``."""
    hundredths = terms.late_rate_permyriad or 0
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").removesuffix(".")
