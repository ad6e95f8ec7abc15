"""Forms of the welfare app: text in, domain types out; nothing is saved here."""

from datetime import date
from typing import Any

from django import forms

from debtors.forms import day_field
from debtors.models import Contact
from toyota_collect.models import User
from toyota_collect.permissions import Role
from welfare import sheet
from welfare.models import ContactAttempt, LawyerQuestion, Meeting, Referral
from welfare.services.cases import results_on

BLANK = [("", "選んでください")]


def _boxes(label: str, **facts: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, widget=forms.CheckboxSelectMultiple, **facts)


class SheetForm(forms.Form):
    """What the person ticks and allows; the same for the paper and for a consent by word."""

    troubles = _boxes("困りごと", required=False, help_text="本人が選んだものだけ。担当者が推しはかって選びません")
    items = _boxes("伝える内容", help_text="要るものだけ。税の額には、本人の別の署名が要ります")
    recipients = _boxes("伝える相手")
    valid_until = day_field("期限（この日まで）", help_text="この日を過ぎると、相談の窓口から見えなくなります")

    def __init__(self, *args: Any, on: date, only: list[str] | None = None, **kwargs: Any) -> None:
        initial = {
            "valid_until": sheet.until(on=on, months=sheet.terms(on=on)["usual_months"]),
            "items": ["contact", "troubles"],
            "recipients": ["support"],
        }
        super().__init__(*args, initial=initial, **kwargs)
        for name, key in (("troubles", sheet.TROUBLES), ("items", sheet.ITEMS), ("recipients", sheet.RECIPIENTS)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = sheet.choices(key, on=on)
        if only is not None:
            items = self.fields["items"]
            assert isinstance(items, forms.MultipleChoiceField)
            items.choices = [choice for choice in sheet.choices(sheet.ITEMS, on=on) if choice[0] in only]
            items.help_text = "口頭の同意で伝えられるものだけです。ほかは同意書に署名を受けます"


class OralForm(SheetForm):
    """A consent by word: who it was, what was said, and who heard it beside."""

    checked = forms.ChoiceField(label="本人確認", choices=[*BLANK, *Contact.Checked.choices])
    said = forms.CharField(
        label="説明したことと、本人の言葉", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    witness = forms.ModelChoiceField(
        label="立ち会った別の職員", queryset=User.objects.none(), empty_label="選んでください"
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = (Role.COLLECTOR, Role.SUPERVISOR)
        witness = self.fields["witness"]
        assert isinstance(witness, forms.ModelChoiceField)
        witness.queryset = User.objects.filter(role__in=roles, is_active=True).exclude(pk=by.pk).order_by("username")


class SignedForm(forms.Form):
    """The signed sheet comes back, with its scan."""

    signer = forms.CharField(label="署名した人", max_length=120)
    signed_on = day_field("署名の日")
    file = forms.FileField(label="読み取った同意書", help_text="PDF・JPEG・PNG・TIFF")
    tax_signed = forms.BooleanField(
        label="税の欄にも署名がある", required=False, help_text="署名がなければ、税の額は伝わりません"
    )


class WithdrawForm(forms.Form):
    how = forms.CharField(label="どのように申出があったか", max_length=200, help_text="電話・来庁・手紙など")


class EndConferenceForm(forms.Form):
    reason = forms.CharField(
        label="終える理由", max_length=1000, help_text="本人の申出、決定の誤り、必要がなくなったなど"
    )


class CaseWithdrawForm(WithdrawForm):
    """Written by welfare and read by the collectors, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].help_text = "電話・来庁・手紙など。徴収の担当にも見えるため、支援の内容は書かないでください"


class HandOverForm(forms.Form):
    """What passes: contact and summary as the person gave them, how urgent it is, and the three-way talk."""

    contact = forms.CharField(
        label="本人が申し出た連絡先",
        max_length=200,
        required=False,
        help_text="電話・つながる時間など、本人が言ったもの",
    )
    summary = forms.CharField(
        label="本人が話した要点",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="300字まで。税の名前や額は書きません",
    )
    urgency = forms.ChoiceField(
        label="急ぎ", choices=[("", "急がない（3営業日までに連絡）"), *Referral.Urgency.choices], required=False
    )
    meet_on = day_field("三者面談の日", required=False)
    meet_at = forms.TimeField(
        label="時刻", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label="場所", max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given = [bool(cleaned.get(name)) for name in ("meet_on", "meet_at", "place")]
        if any(given) and not all(given) and not self.errors:
            raise forms.ValidationError(
                "三者面談は、日・時刻・場所の3つとも入れてください。入れないときは、3つとも空にします。"
            )
        return cleaned

    def told(self) -> dict[str, Any]:
        """As ``referrals.hand_over`` takes it."""
        cleaned = self.cleaned_data
        meeting = (cleaned["meet_on"], cleaned["meet_at"], cleaned["place"]) if cleaned.get("meet_on") else None
        return {name: cleaned[name] for name in ("contact", "summary", "urgency")} | {"meeting": meeting}


class MeetingForm(forms.Form):
    on = day_field("日")
    at = forms.TimeField(label="時刻", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label="場所", max_length=100)


class MeetingOutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label="面談", choices=[one for one in Meeting.Outcome.choices if one[0] != "planned"])


class ConferenceForm(forms.Form):
    """Sharing without consent: the day and the members of the 支援会議, what is told and why it must be."""

    held_on = day_field("支援会議の日")
    members = forms.CharField(
        label="構成員（1行に1人）", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), help_text="所属と氏名"
    )
    items = _boxes("伝える内容")
    why = forms.CharField(
        label="同意を得られない事情と、伝える必要", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    tax_ground = forms.CharField(
        label="税の情報を伝える根拠",
        max_length=300,
        required=False,
        help_text="税を選んだときだけ。支援会議とは別の根拠です",
    )
    valid_until = day_field("期限（この日まで）")

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"held_on": on}, **kwargs)
        items = self.fields["items"]
        assert isinstance(items, forms.MultipleChoiceField)
        items.choices = sheet.choices(sheet.ITEMS, on=on)


class CaseForm(forms.Form):
    """A form of the case's page, which holds several: each names its fields apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{type(self).__name__.lower()}_%s", **kwargs)


class AttemptForm(CaseForm):
    day = day_field("日")
    part = forms.ChoiceField(label="時間帯", choices=ContactAttempt.Part.choices)
    channel = forms.ChoiceField(label="手段", choices=ContactAttempt.Channel.choices)
    reached = forms.TypedChoiceField(
        label="話せたか",
        choices=[("yes", "話せた"), ("no", "話せなかった")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class NoteForm(CaseForm):
    day = day_field("日")
    text = forms.CharField(label="支援の記録", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))


class ResultForm(CaseForm):
    code = forms.ChoiceField(label="結果の区分")
    day = day_field("結果の日")
    hold_until = day_field("徴収を待ってほしい日", required=False, help_text="この日まで。なければ空のまま")

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"day": on}, **kwargs)
        code = self.fields["code"]
        assert isinstance(code, forms.ChoiceField)
        code.choices = [*BLANK, *((code, row.label) for code, row in results_on(on).items())]


class QuestionForm(forms.Form):
    answer = forms.ChoiceField(label="回答", choices=[*BLANK, *LawyerQuestion.Answer.choices])
    wait_until = day_field("いつまで待つか", required=False, help_text="「待ってほしい」のとき")


class ImportForm(forms.Form):
    file = forms.FileField(label="書き出しと同じ形のファイル", help_text="JSONまたはCSV（UTF-8）")
