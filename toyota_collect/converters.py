"""Parts of addresses."""

from datetime import date


class Day:
    """A day as YYYY-MM-DD; an address with a day that is in no calendar does not exist (404)."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class Year:
    """A fiscal year from 1900 to 2099; an address with another does not exist (404)."""

    regex = r"(?:19|20)\d\d"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
