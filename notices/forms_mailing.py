"""What staff enter when letters are pulled, sealed, handed over, posted, and when they come back."""

from datetime import date
from typing import Any

from django import forms

from notices.forms import Day
from notices.models import Pack, ReturnedLetter
from notices.services.returns import BY_HAND

SCANNED = {"autocomplete": "off", "autofocus": True, "spellcheck": "false", "autocapitalize": "off"}


class Scan(forms.Form):
    """One field for the scanner and the keyboard: what it holds is sent with Enter."""

    mark = forms.CharField(
        label="記号・番号",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=SCANNED),
        help_text="封入用の記号か納付書のバーコードを読むか、文書番号を入力して Enter。",
    )


class Dated(forms.Form):
    """A form whose day is today until somebody enters another."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)


class HandOver(Dated):
    to = forms.CharField(label="引渡し先", max_length=100, help_text="例：豊田郵便局、封入封緘の委託先の名称")
    count = forms.IntegerField(label="数えた封筒の数", min_value=0, help_text="引き渡す場で数えた数を入れます。")
    on = Day(label="引き渡した日")
    how = forms.CharField(
        label="データの渡し方", max_length=200, required=False, help_text="例：暗号化した媒体を職員が手渡し"
    )
    password_how = forms.CharField(
        label="パスワードの伝え方", max_length=200, required=False, help_text="データとは別の方法。例：担当者へ電話"
    )

    def __init__(self, *args: Any, pack: bool, **kwargs: Any) -> None:
        """``pack``: an encrypted pack goes with the pile."""
        super().__init__(*args, **kwargs)
        for name in ("how", "password_how"):
            self.fields[name].required = pack
            if not pack:
                del self.fields[name]


class Post(Dated):
    on = Day(label="発送した日", help_text="この日が、催告の記録と時効の計算に入ります。")


class Break(forms.Form):
    reason = forms.CharField(label="封緘を解く理由", max_length=200)


class EndPack(Dated):
    as_ = forms.ChoiceField(
        label="どうなったか",
        choices=[(one.value, one.label) for one in (Pack.Ended.DESTROYED, Pack.Ended.RETURNED)],
        widget=forms.RadioSelect,
    )
    on = Day(label="返却・廃棄の日")
    how = forms.CharField(label="廃棄の方法", max_length=200, help_text="例：専用ソフトで消去、媒体を破砕")
    certificate = forms.CharField(
        label="廃棄証明書の番号", max_length=60, required=False, help_text="委託先が廃棄したときは必ず書きます。"
    )


class ReturnScan(Scan):
    """Reason and day stay while one letter after the other is read."""

    reason = forms.ChoiceField(label="理由", choices=ReturnedLetter.Reason.choices, widget=forms.RadioSelect)
    on = Day(label="返戻の日")
    note = forms.CharField(label="内容", max_length=200, required=False, help_text="「その他」のときは必ず書きます。")
    field_order = ["reason", "on", "note", "mark"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today, "reason": ReturnedLetter.Reason.UNKNOWN}, **kwargs)


class Settle(Dated):
    """What was done about a return. ``redo``: it is a 督促状, which can be made anew."""

    done_as = forms.ChoiceField(label="何をしたか", choices=BY_HAND, widget=forms.RadioSelect)
    on = Day(label="対応の日")
    note = forms.CharField(
        label="内容", max_length=200, required=False, help_text="例：転出先の市に照会して確認。住所は書きません。"
    )

    def __init__(self, *args: Any, today: date, redo: bool, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        if not redo:
            field = self.fields["done_as"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [one for one in BY_HAND if one[0] != ReturnedLetter.Done.REDONE]
