from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "serein.foundation.audit"
    label = "audit"
