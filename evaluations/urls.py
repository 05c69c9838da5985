from django.urls import path

from evaluations.views import sheets

app_name = "evaluations"
urlpatterns = [
    path("nhan-xet/", sheets.sheet_list, name="sheet_list"),
]
