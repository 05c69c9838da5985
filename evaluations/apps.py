from importlib import import_module

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Nhận xét"

    def ready(self):
        import_module("evaluations.receivers")
