"""The first people of an installation: `python -m serein.config.found MODE`, as the app role, by the actions that all others use."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from .demonstration import DEMONSTRATION

# What a person in danger calls; offered as the answer, and asked for all the same.
NUMBERS = {"US": ("911", "988 Suicide & Crisis Lifeline (call or text 988)")}


@dataclass(frozen=True)
class Asked:
    """A question of the console: an empty answer means `usual`, if there is one."""

    what: str
    usual: str = ""


def ask(one: Asked, read: Callable[[str], str] = input) -> str:
    hint = f" [{one.usual}]" if one.usual else ""
    while not (answer := read(f"{one.what}{hint}: ").strip() or one.usual):
        print("An answer is needed.")
    return answer


def load_demonstration() -> int:
    from .demo import load

    print("Loading the demonstration clinic", flush=True)
    load(now())
    return 0


def found_on_the_console() -> int:
    """Ask for the clinic and its first compliance officer, and print the officer's link. Asked again until the answers can be used."""
    from serein.care.access.actions import Founded

    print("A new clinic. Its first compliance officer invites all others.")
    while not isinstance(founded := ask_and_found(), Founded):
        print(f"{founded}. Once more.", file=sys.stderr)
    from django.conf import settings

    print("", "The clinic is founded. This link lets the officer choose a password. It works once, for 14 days:", sep="\n")
    print(f"  {settings.BASE_URL}/invitation/{founded.officer.token}/", "", sep="\n", flush=True)
    return 0


def ask_and_found() -> object:
    """`Founded`, or what was wrong with the answers, in words."""
    from django.core.exceptions import ValidationError

    from serein.care.access.actions import FirstOfficer, NewClinic, found_clinic

    name = ask(Asked("Name of the clinic"))
    jurisdiction = ask(Asked("State or country, as an ISO 3166-2 code", "US-CA")).upper()
    time_zone = ask(Asked("Time zone", "America/Los_Angeles" if jurisdiction == "US-CA" else ""))
    phone, address = ask(Asked("Telephone")), ask(Asked("Address"))
    emergency, crisis = NUMBERS.get(jurisdiction.partition("-")[0], ("", ""))
    emergency = ask(Asked("Emergency number that patients call", emergency))
    crisis = ask(Asked("Crisis line that patients call", crisis))
    officer = ask(Asked("Name of the compliance officer")), ask(Asked("E-mail address of the compliance officer"))
    try:
        return found_clinic(
            NewClinic(name, jurisdiction, time_zone, phone, emergency, crisis, address), FirstOfficer(*officer), now()
        )
    except ZoneInfoNotFoundError:
        return f"There is no time zone {time_zone}"
    except ValidationError as error:
        return error.messages[0].rstrip(".")
    except ValueError as error:
        return str(error)[:1].upper() + str(error)[1:]


def now() -> datetime:
    """The instant of the installation's clock: the demonstration may have another than the machine."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    at: datetime = import_string(settings.SEREIN_CLOCK)()
    return at


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
