from types import SimpleNamespace

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "serein.interfaces.web.shell"
    label = "shell"

    def ready(self) -> None:
        """One clock for one-time codes: at the door (allauth reads `time.time`) and at signing (`people.factors` is given `at`). Under a
        demonstration's borrowed time the same code would otherwise be right at one and wrong at the other."""
        from allauth.mfa.totp.internal import auth

        from . import clock

        auth.time = SimpleNamespace(time=lambda: clock.now().timestamp())
