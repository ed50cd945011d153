from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "serein.foundation.tasks"
    label = "tasks"
