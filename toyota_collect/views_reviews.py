"""利用者の棚卸し: the quarter's list of accounts, each with its word."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from toyota_collect import audit, services_reviews
from toyota_collect.business_date import business_date
from toyota_collect.forms import ReviewForm
from toyota_collect.models import AccountReview, User
from toyota_collect.permissions import Permission, require


@require(Permission.ACCOUNT_REVIEW)
def reviews(request: HttpRequest) -> HttpResponse:
    quarter = services_reviews.quarter_of(business_date())
    if request.method == "POST":
        _say(request, quarter)
        return redirect("users:reviews")
    audit.log_view(request, action="account_reviews")
    lines = services_reviews.lines(quarter)
    context = {"quarter": services_reviews.quarter_text(quarter), "lines": lines, "verdicts": AccountReview.Verdict}
    context["done"] = sum(1 for line in lines if line.review)
    return render(request, "users/reviews.html", context)


def _say(request: HttpRequest, quarter: str) -> None:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(text for errors in form.errors.values() for text in errors))
        return
    said = form.cleaned_data
    try:
        review = services_reviews.review(
            quarter=quarter, account_id=said["account"], verdict=said["verdict"], note=said["note"], by=request.user
        )
    except User.DoesNotExist:
        messages.warning(request, "その利用者は見つかりません。一覧を開き直してください。")
    except services_reviews.ReviewRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"{review.account}：{review.get_verdict_display()}と記録しました。")
