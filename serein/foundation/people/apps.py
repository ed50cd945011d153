from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "serein.foundation.people"
    label = "people"
