from django.apps import AppConfig


class TaperingConfig(AppConfig):
    name = "serein.care.tapering"
    label = "tapering"
