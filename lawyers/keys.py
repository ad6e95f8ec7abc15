"""The key of a firm's packets: a passphrase that the firm reads in its own room, kept encrypted with the installation's key."""

import secrets
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction

from lawyers.models import Firm
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.ciphers import cipher
from toyota_collect.models import User

PURPOSE = "lawyers.firm_key"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another
GROUPS, LENGTH = 5, 5  # 125 bits


class KeyLost(Exception):
    """The firm's key cannot be read any more; the message says what to do, in Japanese."""


@transaction.atomic
def key_of(firm_id: int, *, on: date, by: Any) -> str:
    """The firm's passphrase; one is made where there is none. Raises ``KeyLost``."""
    firm = Firm.objects.select_for_update().get(pk=firm_id)
    if firm.sealed_key:
        return _open(firm)
    return _renew(firm, on=on, by=by)


@transaction.atomic
def renew_key(*, firm_id: int, on: date, by: Any) -> None:
    """A new passphrase for packets made from now on: a member left, or the old one became known."""
    _renew(Firm.objects.select_for_update().get(pk=firm_id), on=on, by=by)


def _renew(firm: Firm, *, on: date, by: Any) -> str:
    key = "-".join("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(GROUPS))
    firm.sealed_key, firm.key_since = cipher(PURPOSE).encrypt(key.encode()), on
    firm.save(update_fields=["sealed_key", "key_since"])
    audit.record(event="firm.key_made", by=by, target=firm)
    return key


def _open(firm: Firm) -> str:
    try:
        return cipher(PURPOSE).decrypt(bytes(firm.sealed_key)).decode()
    except InvalidToken as error:
        raise KeyLost(
            f"{firm}の鍵を読めません（SECRET_KEYが変わっています）。鍵を作り直し、束を作り直してください。"
        ) from error


def member_left(sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    """Whoever leaves a firm may have noted its key: packets from now on have another. (``m2m_changed`` of ``Firm.members``.)"""
    if action in ("post_remove", "post_clear"):
        firms = Firm.objects.filter(pk__in=pk_set or ()) if reverse else Firm.objects.filter(pk=instance.pk)
        for firm in firms.exclude(key_since=None):
            renew_key(firm_id=firm.pk, on=business_date(), by=User.objects.get(username="system.lawyers"))
