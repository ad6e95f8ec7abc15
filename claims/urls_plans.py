from django.urls import path

from claims import views_plan

urlpatterns = [
    path("plans/", views_plan.plan_list, name="plans"),
    path("plans/<int:pk>/", views_plan.plan, name="plan"),
    path("plans/<int:pk>/deed/", views_plan.make_deed, name="plan-deed"),
    path("plans/<int:pk>/sign/", views_plan.sign, name="plan-sign"),
    path("plans/<int:pk>/notice/", views_plan.make_notice, name="plan-notice"),
    path("plans/<int:pk>/close/", views_plan.close, name="plan-close"),
    path("plans/<int:pk>/documents/<int:document>/", views_plan.document, name="plan-document"),
    path("of/<str:number>/plan/", views_plan.build, name="plan-build"),
    path("of/<str:number>/plan/preview/", views_plan.preview, name="plan-preview"),
    path("of/<str:number>/plans/", views_plan.panel_plans, name="panel-plans"),
    path("wage-seizure/", views_plan.wage_seizure, name="wage-seizure"),
]
