from importlib import import_module

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Đảng viên"

    def ready(self):
        # Receivers need the models, which are there only now.
        import_module("members.receivers")
