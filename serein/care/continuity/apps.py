from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    name = "serein.care.continuity"
    label = "continuity"
