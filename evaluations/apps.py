from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from evaluations.triggers import install_after_migrate, make_way_for_migrations


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Nhận xét"

    def ready(self):
        import_module("evaluations.receivers")
        pre_migrate.connect(make_way_for_migrations, sender=self)
        # SQLite drops triggers when it remakes a table, so every migration ends here.
        post_migrate.connect(install_after_migrate, sender=self)
