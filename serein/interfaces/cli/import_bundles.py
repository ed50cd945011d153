"""`serein import BUNDLE… [--for EMAIL]`: FHIR R4 bundles become records of the clinic, as often as one likes, without duplicates."""

import argparse
import os
from datetime import UTC, datetime


def import_command(argv: list[str]) -> int:
    """0: all imported. 1: the clinic refused one. 2: one could not be read, or there is nobody to take it over. The others are imported."""
    parser = argparse.ArgumentParser(
        prog="serein import", description="Bring FHIR R4 bundles, one patient each, into the clinic."
    )
    parser.add_argument("bundles", nargs="+", metavar="BUNDLE", help="a file, or - for standard input")
    parser.add_argument("--for", dest="email", default="", metavar="EMAIL", help="the clinician who takes the patients over")
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serein.config.settings")
    import django

    django.setup()
    from serein.interfaces.cli.taking_over import take_over

    return take_over(asked.bundles, email=asked.email, at=datetime.now(UTC))
