"""Lookups of our own."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignKey, Lookup


class Keys:
    """Keys of rows as one value: a query neither looks through them one by one nor has a place for each."""

    def __init__(self, keys: Iterable[int]) -> None:
        self.literal = f"{{{','.join(map(str, keys))}}}"


@ForeignKey.register_lookup  # keys look no further up for theirs
@Field.register_lookup
class AnyOf(Lookup):
    """``= ANY(array)``: like ``__in``, for many keys (a list, or :class:`Keys` where several questions are about them)."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        keys = self.rhs if isinstance(self.rhs, Keys) else Keys(self.rhs)
        return f"{column} = ANY(%s::bigint[])", (*params, keys.literal)
