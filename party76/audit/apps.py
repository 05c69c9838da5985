from django.apps import AppConfig
from django.db.models.signals import post_migrate

from party76.audit.triggers import install_after_migrate


class AuditConfig(AppConfig):
    name = "party76.audit"
    label = "audit"
    verbose_name = "Nhật ký"

    def ready(self):
        # SQLite drops triggers when it remakes a table, so every migration ends here.
        post_migrate.connect(install_after_migrate, sender=self)
