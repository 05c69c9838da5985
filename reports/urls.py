from django.urls import path

from reports.views import audit, home, members, summaries, workplace

app_name = "reports"
urlpatterns = [
    path("", home.home, name="home"),
    path("tong-hop/", summaries.summary_start, name="summary"),
    path("tong-hop/<int:pk>/<int:year>/", summaries.summary_unit, name="summary_unit"),
    path(
        "tong-hop/<int:pk>/<int:year>/tep-excel/",
        summaries.summary_export,
        name="summary_export",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/noi-dung/",
        summaries.summary_items,
        name="summary_items",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/doi-chieu/",
        summaries.reconciliation,
        name="reconciliation",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/danh-sach/<slug:figure>/",
        summaries.summary_list,
        name="summary_list",
    ),
    path(
        "tong-hop/<int:pk>/<int:year>/danh-sach/<slug:figure>/tep-excel/",
        summaries.summary_list_export,
        name="summary_list_export",
    ),
    path("nhan-xet-noi-cu-tru/", workplace.workplace_view, name="workplace_view"),
    path(
        "nhan-xet-noi-cu-tru/tep-excel/",
        workplace.workplace_export,
        name="workplace_export",
    ),
    path("dang-vien/<int:pk>/", members.member_file, name="member_file"),
    path("nhat-ky/", audit.audit_list, name="audit_list"),
]
