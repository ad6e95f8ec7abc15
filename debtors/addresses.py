"""Addresses of one page for many people, made from one."""

from django.urls import reverse

PLACE = "0000000000"


class PersonAddress:
    """The address of a page whose only argument is a person's number (letters, digits and hyphens)."""

    def __init__(self, url_name: str) -> None:
        self.before, self.after = reverse(url_name, args=[PLACE]).rsplit(PLACE, 1)

    def of(self, number: str) -> str:
        return f"{self.before}{number}{self.after}"
