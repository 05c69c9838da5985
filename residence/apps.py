from django.apps import AppConfig


class ResidenceConfig(AppConfig):
    name = "residence"
    verbose_name = "Nơi cư trú"
