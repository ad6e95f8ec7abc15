"""The boards: 進行管理, 縮減の内訳, 実績, 見通し and 決算の表. All from what was counted once for everybody."""

from django.http import HttpRequest

from claims import board_page, board_papers
from claims.closing import kept as closing
from claims.closing import papers
from claims.closing.pages import closing_context, programme_context
from claims.council import Council, Shown
from claims.forecast import kept as forecast
from claims.forecast import papers as forecast_papers
from claims.forecast.pages import context_of as forecast_context
from claims.forms_closing import ClosingForm, ProgrammeForm
from claims.forms_performance import PerformanceForm
from claims.performance import kept as performance
from claims.performance import papers as performance_papers
from claims.performance.pages import context_of as performance_context
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission


def _board(request: HttpRequest) -> Shown:
    return board_page.context_of(request.user, on=business_date())


def _programme(request: HttpRequest) -> Shown:
    found = closing.counted(on=business_date())
    form = ProgrammeForm(request.GET, flows=found.value.flows)
    return programme_context(found, **form.chosen) | {"form": form}


def _performance(request: HttpRequest) -> Shown:
    found = performance.counted(on=business_date())
    form = PerformanceForm(request.GET, found=found.value)
    return performance_context(found, **form.chosen) | {"form": form}


def _forecast(_: HttpRequest) -> Shown:
    return forecast_context(forecast.counted(on=business_date()))


def _closing(request: HttpRequest) -> Shown:
    found = closing.counted(on=business_date())
    form = ClosingForm(request.GET, flows=found.value.flows)
    return closing_context(found, **form.chosen) | {"form": form}


BOARDS = [
    Council(
        "board", Permission.BOARD_VIEW, _board, board_papers.sheets, lambda shown: f"shinkou-{shown['on']:%Y%m%d}",
        board_papers.SOURCE, "board.html", in_csv=board_papers.one_sheet,
    ),
    Council(
        "programme", Permission.BOARD_VIEW, _programme, papers.programme_sheets,
        lambda shown: f"shukugen-{shown['since']}-{shown['until']}", papers.SOURCE, "closing/programme.html",
    ),
    Council(
        "performance", Permission.BOARD_VIEW, _performance, performance_papers.sheets,
        lambda shown: f"jisseki-{shown['year']}", performance_papers.SOURCE, "performance.html",
    ),
    # Its CSV holds the years that were tested: what is foretold without them would be worth nothing.
    Council(
        "forecast", Permission.BOARD_VIEW, _forecast, forecast_papers.sheets, lambda shown: f"mitooshi-{shown['year']}",
        forecast_papers.SOURCE, "forecast.html", in_csv=lambda shown: forecast_papers.sheets(shown)[1],
    ),
    Council(
        "closing", Permission.MONEY_VIEW, _closing, papers.closing_sheets, lambda shown: f"kessan-{shown['year']}",
        papers.SOURCE, "closing/closing.html",
    ),
]  # fmt: skip
