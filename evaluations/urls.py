from django.urls import path

from evaluations.views import evaluations, sheets, steps, years

app_name = "evaluations"
urlpatterns = [
    # Sheets
    path("nhan-xet/", sheets.sheet_list, name="sheet_list"),
    path("nhan-xet/bang/<int:pk>/", sheets.sheet_detail, name="sheet_detail"),
    path("nhan-xet/bang/<int:pk>/<slug:stage>/", steps.sheet_step, name="sheet_step"),
    # One person
    path(
        "nhan-xet/nguoi/<int:pk>/",
        evaluations.evaluation_detail,
        name="evaluation_detail",
    ),
    path(
        "nhan-xet/nguoi/<int:pk>/phieu/",
        evaluations.comment_print,
        name="comment_print",
    ),
    path(
        "nhan-xet/nguoi/<int:pk>/dinh-chinh/",
        evaluations.evaluation_correct,
        name="evaluation_correct",
    ),
    # Rating years
    path("nhan-xet/dot/", years.year_list, name="year_list"),
    path("nhan-xet/dot/them/", years.year_add, name="year_add"),
    path("nhan-xet/dot/quy-dinh/", years.rule_set_add, name="rule_set_add"),
    path("nhan-xet/dot/<int:pk>/", years.year_detail, name="year_detail"),
    path("nhan-xet/dot/<int:pk>/cap-nhat/", years.year_refresh, name="year_refresh"),
    path("nhan-xet/dot/<int:pk>/khoa/", years.year_close, name="year_close"),
    path("nhan-xet/dot/<int:pk>/mo-lai/", years.year_reopen, name="year_reopen"),
]
