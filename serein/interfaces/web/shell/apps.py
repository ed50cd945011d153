from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "serein.interfaces.web.shell"
    label = "shell"
