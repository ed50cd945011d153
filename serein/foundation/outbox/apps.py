from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "serein.foundation.outbox"
    label = "outbox"
