"""Forms of the shared screens: text in, domain types out; nothing is saved here."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from toyota_collect.approvals import DECISIONS
from toyota_collect.days import DayField
from toyota_collect.models import AccountReview, Section, User
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank

# Jobs have accounts of their own that nobody makes or changes on a screen.
HUMAN_ROLES = [choice for choice in Role.choices if choice[0] != Role.SYSTEM]


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[(one.value, one.label) for one in DECISIONS])
    reason = forms.CharField(label="理由", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class DeputyForm(forms.Form):
    """Who decides for whom, and how long (代決)."""

    principal = forms.ModelChoiceField(label="不在の決裁者", queryset=User.objects.none())
    deputy = forms.ModelChoiceField(label="代決する人", queryset=User.objects.none())
    starts_on = DayField(label="開始日", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = DayField(label="終わりの日（この日まで）", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label="理由", max_length=200, help_text="出張・休暇など")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deciders = User.objects.filter(role=Role.SUPERVISOR, is_active=True).order_by("username")
        for name, offered in (("principal", deciders.exclude(decision_rank="")), ("deputy", deciders)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = offered


class AccountForm(forms.Form):
    """An account's facts. A section viewer needs a section; a new account needs a first password."""

    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{2,29}$",
        label="利用者名",
        help_text="英小文字で始まる3〜30文字（英小文字・数字・. _ -）",
        error_messages={"invalid": "英小文字で始まる3〜30文字にしてください。使えるのは英小文字・数字・. _ - です。"},
    )
    display_name = forms.CharField(label="氏名", max_length=60)
    role = forms.ChoiceField(label="役割", choices=[("", "選んでください"), *HUMAN_ROLES])
    decision_rank = forms.ChoiceField(
        label="決裁の職位",
        choices=[("", "決裁しない"), *DecisionRank.choices],
        required=False,
        help_text="役割が「係長・課長」の人だけ。この職位までの決裁ができます",
    )
    section = forms.ModelChoiceField(
        label="所管課", queryset=Section.objects.all(), required=False, help_text="役割が「所管課」のときは必ず選びます"
    )
    team = forms.CharField(label="係", max_length=30, required=False, help_text="実績を係ごとに数えるための名前")
    organisation = forms.CharField(label="事務所・団体", max_length=100, required=False, help_text="弁護士・相談支援員")
    own_number = forms.CharField(
        label="本人の宛名番号",
        max_length=40,
        required=False,
        help_text="市民である職員だけ。自分・家族・同僚の閲覧を見分けるために使い、ほかには使いません",
    )
    active_until = DayField(
        label="利用期限（この日まで）",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    is_active = forms.BooleanField(
        label="利用できる", required=False, help_text="退職・異動した人は外します。記録は残ります"
    )
    password = forms.CharField(
        label="はじめのパスワード",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12文字以上。本人が最初のログインのあとに変えます",
    )

    def __init__(self, *args: Any, account: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(account), **kwargs)
        self.account = account
        self.fields["password"].required = account is None
        if account:
            self.fields["username"].disabled = True
            self.fields["password"].label = "新しいパスワード"
            self.fields["password"].help_text = "変えるときだけ入れます。12文字以上"

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if self.account is None and User.objects.filter(username=username).exists():
            raise forms.ValidationError("この利用者名は使われています。別の名にしてください。")
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("role") == Role.SECTION_VIEWER and not cleaned.get("section"):
            self.add_error("section", "役割が「所管課」のときは、どの課かを選んでください。")
        if cleaned.get("decision_rank") and cleaned.get("role") != Role.SUPERVISOR:
            self.add_error("decision_rank", "決裁の職位を持てるのは、役割が「係長・課長」の人だけです。")
        return cleaned


def _initial(account: User | None) -> dict[str, Any]:
    if account is None:
        return {"is_active": True}
    names = (
        "username",
        "display_name",
        "role",
        "decision_rank",
        "section",
        "team",
        "organisation",
        "own_number",
        "active_until",
        "is_active",
    )
    return {name: getattr(account, name) for name in names}


class AccessLogForm(forms.Form):
    """What to look for in the log of views; everything is optional."""

    person = forms.CharField(label="見られた人の整理番号", max_length=40, required=False)
    user = forms.CharField(label="見た職員（利用者名または氏名）", max_length=60, required=False)
    since = DayField(label="この日から", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = DayField(label="この日まで", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class LookAnswerForm(forms.Form):
    """Whose looks a citizen asks for, and of which days (開示請求)."""

    person = forms.CharField(label="請求した人の整理番号", max_length=40)
    since = DayField(label="この日から", widget=forms.DateInput(attrs={"type": "date"}))
    until = DayField(label="この日まで", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("since") and cleaned.get("until") and cleaned["until"] < cleaned["since"]:
            self.add_error("until", "終わりの日が始まりの日より前です。")
        return cleaned


class ReviewForm(forms.Form):
    """What becomes of one account (棚卸し)."""

    account = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(label="確認", choices=AccountReview.Verdict.choices)
    note = forms.CharField(label="理由", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("verdict") not in (None, AccountReview.Verdict.KEEP) and not cleaned.get("note", "").strip():
            self.add_error("note", "直す・止めるときは、理由を書いてください。")
        return cleaned
