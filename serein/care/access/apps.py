from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "serein.care.access"
    label = "access"
