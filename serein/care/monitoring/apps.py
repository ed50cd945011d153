from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "serein.care.monitoring"
    label = "monitoring"
