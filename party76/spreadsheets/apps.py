from django.apps import AppConfig


class SpreadsheetsConfig(AppConfig):
    name = "party76.spreadsheets"
    label = "spreadsheets"
    verbose_name = "Bảng tính vào và ra"
