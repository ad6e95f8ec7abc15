"""Pages of lists so long that their number is counted by a job, not by who opens them."""

from typing import Any

from django.core.paginator import Paginator


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """``length``: as it was counted last; what has left the list since is missing from its last page."""

    def __init__(self, rows: Any, per_page: int, *, length: int) -> None:
        super().__init__(rows, per_page)
        self.count = length
