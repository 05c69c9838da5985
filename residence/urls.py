from django.urls import path

from residence.views import (
    attendance,
    guests,
    meetings,
    notice_start,
    notice_steps,
    notices,
    opinions,
    steps,
)

app_name = "residence"
urlpatterns = [
    # Meetings
    path("ky-hop/", meetings.meeting_list, name="meeting_list"),
    path("ky-hop/them/", meetings.meeting_add, name="meeting_add"),
    path("ky-hop/<int:pk>/", meetings.meeting_detail, name="meeting_detail"),
    path("ky-hop/<int:pk>/sua/", meetings.meeting_edit, name="meeting_edit"),
    # Their steps
    path("ky-hop/<int:pk>/danh-sach/", steps.meeting_fix_list, name="meeting_fix_list"),
    path("ky-hop/<int:pk>/bat-dau/", steps.meeting_open, name="meeting_open"),
    path("ky-hop/<int:pk>/ket-thuc/", steps.meeting_close, name="meeting_close"),
    path("ky-hop/<int:pk>/khong-hop/", steps.meeting_not_held, name="meeting_not_held"),
    # Who came
    path(
        "ky-hop/<int:pk>/diem-danh/",
        attendance.meeting_attendance,
        name="meeting_attendance",
    ),
    path(
        "ky-hop/<int:pk>/nguoi-duoc-mien/",
        guests.meeting_guest_add,
        name="meeting_guest_add",
    ),
    path("ky-hop/<int:pk>/in/", attendance.meeting_print, name="meeting_print"),
    # What was said
    path("y-kien/", opinions.opinion_list, name="opinion_list"),
    path("y-kien/tim-dong-chi/", opinions.opinion_find, name="opinion_find"),
    path(
        "ky-hop/<int:pk>/y-kien/them/",
        opinions.meeting_opinion_add,
        name="meeting_opinion_add",
    ),
    path("y-kien/them/<int:pk>/", opinions.opinion_add, name="opinion_add"),
    path("y-kien/<int:pk>/sua/", opinions.opinion_edit, name="opinion_edit"),
    # What a workplace is told of its people
    path("thong-bao/", notices.notice_list, name="notice_list"),
    path("thong-bao/lap/", notice_start.notice_start, name="notice_start"),
    path("thong-bao/tien-do/", notice_start.notice_progress, name="notice_progress"),
    path("thong-bao/gui/", notice_steps.notices_send, name="notices_send"),
    path("thong-bao/<int:pk>/", notices.notice_detail, name="notice_detail"),
    path("thong-bao/<int:pk>/mo/", notices.notice_open, name="notice_open"),
    path("thong-bao/<int:pk>/sua/", notices.notice_edit, name="notice_edit"),
    path("thong-bao/<int:pk>/so/", notices.notice_number, name="notice_number"),
    path(
        "thong-bao/<int:pk>/rut/", notice_steps.notice_withdraw, name="notice_withdraw"
    ),
    path(
        "thong-bao/<int:pk>/tra-loi/", notice_steps.notice_answer, name="notice_answer"
    ),
]
