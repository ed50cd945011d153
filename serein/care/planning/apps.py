from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "serein.care.planning"
    label = "planning"
