"""The first people of an installation: `python -m serein.config.found MODE`, as the app role, by the actions that all others use."""

import os
import sys
from getpass import getpass
from importlib import import_module, util

from .demonstration import DEMONSTRATION


def ask(what: str) -> str:
    while not (answer := input(f"{what}: ").strip()):
        print("An answer is needed.")
    return answer


def ask_password() -> str:
    # Where no terminal is (a script, a test) the answers come line by line.
    read = getpass if sys.stdin.isatty() else ask
    while True:
        first = read("Password (12 characters or more)" + (": " if read is getpass else ""))
        if first == read("The same password again" + (": " if read is getpass else "")):
            return first
        print("The two differ; once more.")


def load_demonstration() -> int:
    if util.find_spec("serein.config.demo") is None:
        return 0
    print("Loading the demonstration clinic", flush=True)
    import_module("serein.config.demo").load()
    return 0


def found_on_the_console() -> int:
    """Ask for the clinic and its first compliance officer, who invites everybody else."""
    found_clinic = getattr(import_module("serein.care.access.actions"), "found_clinic", None)
    if found_clinic is None:
        print("serein: this release cannot found a clinic", file=sys.stderr)
        return 1
    print("A new clinic. Its first compliance officer invites all others.")
    answers = {"clinic": ask("Name of the clinic"), "name": ask("Name of the compliance officer"), "email": ask("E-mail address")}
    found_clinic(**answers, password=ask_password())
    return 0


def main(argv: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django

    django.setup()
    try:
        return load_demonstration() if argv == [DEMONSTRATION] else found_on_the_console()
    except (EOFError, KeyboardInterrupt):
        print("\nserein: nothing was founded", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
