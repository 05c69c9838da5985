from django.urls import path

from residence.views import attendance, meetings, opinions, steps

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
]
