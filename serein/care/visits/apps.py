from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "serein.care.visits"
    label = "visits"
