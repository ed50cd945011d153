"""Migrate as the owner: `python -m serein.config.migrate`, a process of its own, so that none that serves holds the owner's password."""

import os
import subprocess
import sys

from .place import PACKAGE, Place
from .roles import OWNER


class MigrationError(Exception):
    """The migrations did not run through; the message ends with what the database said."""


def migrate(place: Place, *, static: bool = False) -> None:
    """Bring the schema of the installation up to date, and with `static` the files that the web serves. Raises MigrationError."""
    environment = os.environ | {
        "SEREIN_STATE": str(place.folder),
        "SEREIN_DATABASE_ROLE": OWNER,
        "PYTHONPATH": str(PACKAGE.parent),
    }
    command = [sys.executable, "-m", "serein.config.migrate", *(["static"] if static else [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise MigrationError("\n".join(["the migrations did not run through:", *done.stderr.strip().splitlines()[-6:]]))


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if sys.argv[1:] == ["static"]:
        from serein.interfaces.web.shell.collect import collect_static

        collect_static()
    return 0


if __name__ == "__main__":
    sys.exit(main())
