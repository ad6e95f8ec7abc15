"""Forms of 住所調査 and 公示送達: text in, domain types out; nothing is saved here."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from claims.forms_handover import ACCEPTED
from notices.forms import Day
from notices.models import AddressEnquiry
from notices.services.enquiries import File


class ProofField(forms.FileField):
    """A file as name and content. The service says what is wrong with it."""

    widget = forms.ClearableFileInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> File | None:
        file: UploadedFile | None = super().clean(data, initial)
        return (file.name or "", file.read()) if file else None


class EnquiryForm(forms.Form):
    step = forms.ChoiceField(label="調べたもの", choices=AddressEnquiry.Step.choices, widget=forms.RadioSelect)
    on = Day(label="調べた日")
    found = forms.ChoiceField(label="結果", choices=AddressEnquiry.Found.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="内容", max_length=300, help_text="何を、どこに、どう調べたか。分かった住所は送付先に登録します。"
    )
    file = ProofField(
        label="資料",
        required=False,
        allow_empty_file=True,
        help_text="PDF・JPEG・PNG・TIFF（住民票の写し、現地の写真など）",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today, "found": AddressEnquiry.Found.NOWHERE}, **kwargs)


class PrepareForm(forms.Form):
    reason = forms.CharField(
        label="公示送達による理由",
        max_length=300,
        help_text="例：住民票は職権消除、附票・現地の調査でも所在が分からないため",
    )


class PostForm(forms.Form):
    """Where and since when the notice hangs; ``online``: the city also shows it on the Internet."""

    place = forms.CharField(label="掲示した場所", max_length=100)
    on = Day(label="掲示を始めた日")
    online_on = Day(label="インターネットに載せた日", required=False)
    proof = ProofField(
        label="掲示したことの資料", allow_empty_file=True, help_text="掲示の写真など（PDF・JPEG・PNG・TIFF）"
    )

    def __init__(self, *args: Any, today: date, court: bool, online: bool, **kwargs: Any) -> None:
        initial = {"on": today, "place": "" if court else "市役所の掲示場", "online_on": today if online else None}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["online_on"].required = online
        if court:
            del self.fields["online_on"]
            self.fields["place"].label = "裁判所"
            self.fields["on"].label = "裁判所の掲示（官報に載ったときは、その日）"
            self.fields["proof"].help_text = "裁判所の通知、官報の写しなど（PDF・JPEG・PNG・TIFF）"


class DownForm(forms.Form):
    on = Day(label="掲示を終えた日")
    proof = ProofField(label="掲示を終えたことの資料", allow_empty_file=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="取りやめる理由", max_length=200, help_text="例：戸籍の附票で新しい住所が分かったため"
    )
