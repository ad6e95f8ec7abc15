"""The texts of notices: the version in force on a day."""

from datetime import date

from toyota_collect.dated import SettingMissing
from toyota_collect.models import NoticeText
from toyota_collect.places import fill


class TextMissing(SettingMissing):
    """No approved version of the kind's text had begun on the day."""


def text_on(kind: str, on: date) -> NoticeText:
    """The version of a kind's text in force on a day. Raises ``TextMissing``."""
    found: NoticeText | None = NoticeText.objects.in_force(kind=kind, on=on).first()
    if found is None:
        raise TextMissing(
            f"帳票「{kind}」に、{on:%Y-%m-%d} に使える承認済みの文言がありません。「帳票の文言」で版を作り、承認を受けてください。"
        )
    return found


def parts_on(kind: str, on: date, values: dict[str, str]) -> dict[str, str]:
    """The parts of the text in force on a day, their places filled. Raises ``TextMissing``."""
    return {name: fill(text, values) for name, text in text_on(kind, on).parts.items()}
