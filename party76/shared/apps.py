from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "party76.shared"
    label = "shared"
    verbose_name = "Dùng chung"
