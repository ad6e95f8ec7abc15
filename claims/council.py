"""A board of figures for meetings: a page, and the same as CSV, workbook and PDF. What one of them shows, all of them show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from claims.closing import papers
from toyota_collect import audit
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Council:
    """``code`` names its addresses (``code``, ``code-csv``, ``code-xlsx``, ``code-pdf``), its templates and its looks in the log.

    ``shown``: what a request asks for; ``sheets``: the same as tables, of which the CSV holds the one ``in_csv`` picks;
    ``stem``: of the files' names.
    """

    code: str
    permission: Permission
    shown: Callable[[HttpRequest], Shown]
    sheets: Callable[[Shown], list[papers.Sheet]]
    stem: Callable[[Shown], str]
    source: str
    template: str
    in_csv: Callable[[Shown], papers.Sheet] | None = None

    def urls(self) -> list[URLPattern]:
        """The page and its files, each guarded and logged."""
        page = path(f"{self.code}/", self._view(self.code, self._page), name=self.code)
        answers = {"csv": self._csv, "xlsx": self._xlsx, "pdf": self._pdf}
        return [
            page,
            *(
                path(f"{self.code}/{form}/", self._view(f"{self.code}.{form}", answer), name=f"{self.code}-{form}")
                for form, answer in answers.items()
            ),
        ]

    def _view(self, action: str, answer: Callable[[HttpRequest, Shown], HttpResponse]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            audit.log_view(request, action=action)
            return answer(request, self.shown(request))

        return require(self.permission)(view)

    def _page(self, request: HttpRequest, shown: Shown) -> HttpResponse:
        return render(request, f"claims/{self.template}", shown)

    def _csv(self, _: HttpRequest, shown: Shown) -> HttpResponse:
        sheet = self.in_csv(shown) if self.in_csv else self.sheets(shown)[0]
        content = ("\ufeff" + papers.csv_text(sheet)).encode()
        return _file(content, "text/csv; charset=utf-8", f"{self.stem(shown)}.csv")

    def _xlsx(self, _: HttpRequest, shown: Shown) -> HttpResponse:
        return _file(papers.workbook(self.sheets(shown)), XLSX, f"{self.stem(shown)}.xlsx")

    def _pdf(self, _: HttpRequest, shown: Shown) -> HttpResponse:
        return inline(papers.pdf(f"documents/{self.code}.html", shown, source=self.source), f"{self.stem(shown)}.pdf")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
