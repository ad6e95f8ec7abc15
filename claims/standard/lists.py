"""Codes in use, for what is checked without the database."""

from claims.models import ClaimKind
from debtors.models import SourceSystem


def code_lists() -> dict[str, frozenset[str]]:
    """The codes of kinds and business systems, by the name that columns of the standard shape call their list."""
    return {
        "kind": frozenset(ClaimKind.objects.values_list("code", flat=True)),
        "source": frozenset(SourceSystem.objects.values_list("code", flat=True)),
    }
