from importlib import import_module

from django.apps import AppConfig


class ResidenceConfig(AppConfig):
    name = "residence"
    verbose_name = "Nơi cư trú"

    def ready(self):
        # Receivers need the models, which are there only now.
        import_module("residence.receivers")
