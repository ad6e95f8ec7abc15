"""同意: the sheet is printed, signed and scanned, or the consent is taken orally before two; withdrawn at once when asked."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from claims.services.evidence import EvidenceRefused, keep_file
from debtors.models import Contact, Person
from debtors.protection import hidden_people
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.store import draw_number, letterhead, make_document
from welfare import sheet
from welfare.models import Consent
from welfare.rules.disclosure import TAX
from welfare.services.referrals import close_what_rests_on

KIND = "welfare_consent"


class ConsentRefused(Exception):
    """The consent cannot be prepared, taken or withdrawn; the message says why and what to do, in Japanese."""


@transaction.atomic
def prepare(
    *,
    person_id: int,
    troubles: Sequence[str],
    items: Sequence[str],
    recipients: Sequence[str],
    valid_until: date,
    by: Any,
    on: date,
) -> Consent:
    """Print the sheet with what the person chose; nothing passes until it is signed. A sheet that waits is given up.

    Raises:
        Person.DoesNotExist: no such person.
        ConsentRefused: nothing is told or to nobody, a code the lists do not have, or a term that is too long.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    _check(troubles, items, recipients, valid_until, on=on)
    for waiting in person.consents.filter(given_on=None, dropped_on=None):
        drop(consent_id=waiting.pk, by=by, on=on)
    consent = Consent(
        person=person,
        way=Consent.Way.WRITTEN,
        troubles=list(troubles),
        items=list(items),
        recipients=list(recipients),
        valid_until=valid_until,
        made_on=on,
        made_by=by,
    )
    try:
        consent.document = make_document(
            template="documents/welfare_consent.html",
            context=_context(consent, on=on),
            kind=KIND,
            number=draw_number(series="consent", mark=sheet.terms(on=on)["number_mark"], on=on),
            subject_type="debtors.person",
            subject_key=person.number,
            by=by,
        )
    except SettingMissing as missing:
        raise ConsentRefused(str(missing)) from missing
    consent.save()
    audit.record(event="consent.prepared", by=by, target=consent, detail={"person": person.number})
    return consent


@transaction.atomic
def take_signed(
    *, consent_id: int, signer: str, signed_on: date, name: str, content: bytes, tax_signed: bool, by: Any, on: date
) -> Consent:
    """Take the signed sheet with its scan: from ``signed_on`` the named data may pass. Twice does no more than once.

    Args:
        tax_signed: the second box, for tax, is signed, too; where it is not, tax is taken off what may be told.

    Raises:
        Consent.DoesNotExist: no such sheet.
        ConsentRefused: it was given up, lacks its signer or a scan that opens, or the day does not fit.
    """
    consent = Consent.objects.select_for_update(of=("self",)).select_related("person").get(pk=consent_id)
    if consent.given_on:
        return consent
    if consent.dropped_on or consent.way != Consent.Way.WRITTEN:
        raise ConsentRefused("この同意書は取りやめています。新しく印刷してください。")
    if not signer.strip():
        raise ConsentRefused("署名した人の氏名を入れてください。")
    if not consent.made_on <= signed_on <= on:
        raise ConsentRefused("署名の日は、同意書を作った日から今日までの日にしてください。")
    try:
        kept = keep_file(content, name, folder="consents", on=on)
    except EvidenceRefused as refused:
        raise ConsentRefused(str(refused)) from refused
    if not tax_signed:
        consent.items = [item for item in consent.items if item != TAX]
        if not consent.items:
            raise ConsentRefused("税の欄に署名がなく、ほかに伝えるものがありません。新しい同意書を作ってください。")
    consent.scan_name, consent.scan_type = kept.name, kept.content_type
    consent.scan_path, consent.scan_sha256 = kept.path, kept.sha256
    consent.signer, consent.given_on, consent.taken_by = signer.strip()[:120], signed_on, by
    consent.save()
    _record(consent, by=by)
    return consent


@transaction.atomic
def take_oral(
    *,
    person_id: int,
    troubles: Sequence[str],
    items: Sequence[str],
    recipients: Sequence[str],
    valid_until: date,
    checked: str,
    said: str,
    witness: Any,
    by: Any,
    on: date,
) -> Consent:
    """Take a consent by word, before a second member of staff; only for what the city lets be told on a word, never tax.

    Args:
        checked: how it was made sure who spoke (``Contact.Checked``).
        said: what was explained, and the person's own words.

    Raises:
        Person.DoesNotExist: no such person.
        ConsentRefused: the city takes no oral consent, or not for this; identity, words or the witness are missing.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    terms = sheet.terms(on=on)
    if not terms["oral"]:
        raise ConsentRefused("口頭の同意は受けられない定めです。同意書に署名を受けてください。")
    _check(troubles, items, recipients, valid_until, on=on)
    if TAX in items or set(items) - set(terms["oral_items"]):
        allowed = "・".join(sheet.labels(sheet.ITEMS, terms["oral_items"], on=on))
        raise ConsentRefused(f"口頭の同意で伝えられるのは、{allowed}だけです。ほかは同意書に署名を受けてください。")
    if checked not in Contact.Checked.values:
        raise ConsentRefused("本人確認をどのように行ったかを選んでください。")
    if not said.strip():
        raise ConsentRefused("説明したことと、本人の言葉を書いてください。")
    if witness is None or witness.pk == by.pk:
        raise ConsentRefused("立ち会った、別の職員を選んでください。")
    consent = Consent.objects.create(
        person=person,
        way=Consent.Way.ORAL,
        troubles=list(troubles),
        items=list(items),
        recipients=list(recipients),
        valid_until=valid_until,
        made_on=on,
        made_by=by,
        given_on=on,
        taken_by=by,
        checked=checked,
        said=said.strip(),
        witness=witness,
    )
    _record(consent, by=by)
    return consent


@transaction.atomic
def withdraw(*, consent_id: int, how: str, by: Any, on: date) -> Consent:
    """The person takes the consent back: from this moment no welfare worker sees the case. Twice does no more than once.

    Raises:
        Consent.DoesNotExist: no such consent.
        ConsentRefused: it was never given, or nothing is said about how the person asked.
    """
    consent = Consent.objects.select_for_update(of=("self",)).select_related("person").get(pk=consent_id)
    if consent.withdrawn_on:
        return consent
    if consent.given_on is None:
        raise ConsentRefused("まだ同意を受けていません。署名を受けないときは、取りやめてください。")
    if not how.strip():
        raise ConsentRefused("どのように申出があったか（電話・来庁など）を書いてください。")
    consent.withdrawn_on, consent.withdrawn_by, consent.withdrawn_how = on, by, how.strip()[:200]
    consent.save()
    close_what_rests_on(consent)
    audit.record(event="consent.withdrawn", by=by, target=consent, detail={"person": consent.person.number})
    return consent


@transaction.atomic
def drop(*, consent_id: int, by: Any, on: date) -> Consent:
    """Give up a sheet that will not be signed. Raises ``ConsentRefused`` where it is signed already."""
    consent = Consent.objects.select_for_update().get(pk=consent_id)
    if consent.given_on:
        raise ConsentRefused("同意を受けています。やめるときは、撤回として登録してください。")
    if consent.dropped_on is None:
        consent.dropped_on = on
        consent.save()
        audit.record(event="consent.dropped", by=by, target=consent)
    return consent


def _check(
    troubles: Sequence[str], items: Sequence[str], recipients: Sequence[str], valid_until: date, *, on: date
) -> None:
    try:
        lists = ((sheet.TROUBLES, troubles), (sheet.ITEMS, items), (sheet.RECIPIENTS, recipients))
        if any(sheet.unknown(key, codes, on=on) for key, codes in lists):
            raise ConsentRefused("選べない項目があります。画面を開き直してください。")
        latest = sheet.until(on=on, months=sheet.terms(on=on)["longest_months"])
    except SettingMissing as missing:
        raise ConsentRefused(str(missing)) from missing
    if not items or not recipients:
        raise ConsentRefused("伝える内容と、伝える相手を、1つ以上選んでください。")
    if not on <= valid_until <= latest:
        raise ConsentRefused(f"期限は、今日から{latest:%Y-%m-%d}までの日にしてください。")


def _record(consent: Consent, *, by: Any) -> None:
    detail = {"person": consent.person.number, "way": consent.way, "items": consent.items}
    audit.record(event="consent.given", by=by, target=consent, detail=detail)


def _context(consent: Consent, *, on: date) -> dict[str, Any]:
    return letterhead(on) | {
        "person": consent.person,
        "hidden": consent.person_id in hidden_people([consent.person_id], on=on),
        "troubles": sheet.ticked(sheet.TROUBLES, consent.troubles, on=on),
        "items": [row for row in sheet.ticked(sheet.ITEMS, consent.items, on=on) if row["code"] != TAX],
        "tax": TAX in consent.items,
        "tax_label": dict(sheet.choices(sheet.ITEMS, on=on)).get(TAX, ""),
        "recipients": sheet.ticked(sheet.RECIPIENTS, consent.recipients, on=on),
        "until": consent.valid_until,
        "words": value_on(sheet.WORDS, on),
    }
