from django.apps import AppConfig


class PrescribingConfig(AppConfig):
    name = "serein.care.prescribing"
    label = "prescribing"
