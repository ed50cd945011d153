"""The worker: what was put into the outbox and the queue is carried out here, behind the same walls as the web."""

import os
import sys

from .guard import refuse_to_serve_without_walls


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    refuse_to_serve_without_walls()
    call_command("procrastinate", "worker")
    return 0


if __name__ == "__main__":
    sys.exit(main())
