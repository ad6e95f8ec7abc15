from django.urls import path

from claims import views_closing, views_forecast, views_performance

urlpatterns = [
    path("programme/", views_closing.programme, name="programme"),
    path("programme/csv/", views_closing.programme_csv, name="programme-csv"),
    path("programme/xlsx/", views_closing.programme_xlsx, name="programme-xlsx"),
    path("programme/pdf/", views_closing.programme_pdf, name="programme-pdf"),
    path("forecast/", views_forecast.forecast, name="forecast"),
    path("forecast/csv/", views_forecast.forecast_csv, name="forecast-csv"),
    path("forecast/xlsx/", views_forecast.forecast_xlsx, name="forecast-xlsx"),
    path("forecast/pdf/", views_forecast.forecast_pdf, name="forecast-pdf"),
    path("performance/", views_performance.performance, name="performance"),
    path("performance/csv/", views_performance.performance_csv, name="performance-csv"),
    path("performance/xlsx/", views_performance.performance_xlsx, name="performance-xlsx"),
    path("performance/pdf/", views_performance.performance_pdf, name="performance-pdf"),
    path("closing/", views_closing.closing, name="closing"),
    path("closing/csv/", views_closing.closing_csv, name="closing-csv"),
    path("closing/xlsx/", views_closing.closing_xlsx, name="closing-xlsx"),
    path("closing/pdf/", views_closing.closing_pdf, name="closing-pdf"),
]
