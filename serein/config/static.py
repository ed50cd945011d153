"""Static files, hashed and compressed, in the state folder: `python -m serein.config.static`, run by `serein up` when they have changed."""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import version

from .place import PACKAGE, Place

MARK = "made-from"


class StaticError(Exception):
    """The static files could not be prepared; the message ends with what was said."""


def fingerprint() -> str:
    """Of our own files byte for byte, and of the versions of those who bring others. Without Django, because every start asks."""
    whole = hashlib.sha256()
    for name in ("Django", "django-allauth", "whitenoise"):
        whole.update(f"{name} {version(name)}\n".encode())
    for file in sorted(f for folder in PACKAGE.rglob("static") for f in folder.rglob("*") if f.is_file()):
        whole.update(f"{file.relative_to(PACKAGE)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def prepare(place: Place) -> bool:
    """Bring the static files up to date; False when they were. Raises StaticError."""
    mark = place.folder / "static" / MARK
    made_from = fingerprint()
    if mark.exists() and mark.read_text() == made_from:
        return False
    environment = os.environ | {"SEREIN_STATE": str(place.folder), "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-m", "serein.config.static"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise StaticError("\n".join(["the static files could not be prepared:", *done.stderr.strip().splitlines()[-6:]]))
    mark.write_text(made_from)
    return True


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from serein.interfaces.web.shell.collect import collect_static

    collect_static(settings.STATIC_ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
