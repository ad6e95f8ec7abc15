"""How far a file is, told while its transaction is still open: over a connection of its own."""

from time import monotonic
from typing import Self

from django.db import DatabaseError, connections

from claims.models import ImportBatch
from toyota_collect.money import comma

EVERY = 1.0  # seconds
PATIENCE = "SET lock_timeout = '1s'; SET statement_timeout = '2s'"  # news may be lost, the import may not wait for them


class Progress:
    """Writes the step of a batch at most once a second; small files are done before a word is due."""

    def __init__(self, batch: ImportBatch, name: str) -> None:
        self._batch, self._name = batch, name
        self._told = monotonic()
        self._own = connections.create_connection("default")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._own.close()

    def read(self, rows: int) -> None:
        """So many rows of the file were read."""
        self._tell(f"{self._name} を読み込んでいます（{comma(rows)}行）")

    def step(self, what: str, rows: int) -> None:
        """What is done with the rows that were read."""
        self._tell(f"{self._name} の{comma(rows)}行を{what}")

    def _tell(self, text: str) -> None:
        if monotonic() - self._told < EVERY:
            return
        try:
            with self._own.cursor() as cursor:
                cursor.execute(PATIENCE)
                table = ImportBatch._meta.db_table
                cursor.execute(f"UPDATE {table} SET step = %s WHERE id = %s", [text[:250], self._batch.pk])
        except DatabaseError:
            self._own.close()
        self._told = monotonic()
