"""Typst as a function: a template of this folder and plain data in, the bytes of a tagged PDF out, the same bytes each time."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from importlib.resources import as_file, files
from typing import Any

import segno
import typst


class Paper(StrEnum):
    """By the name that Typst knows."""

    A4 = "a4"
    LETTER = "us-letter"


class CannotPrint(ValueError):
    """The content cannot be put on paper without loss; the message says why."""


def pressed(template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF/UA of `template` with `data`, which reaches it as JSON and is only ever placed as text. `at` is the document's date.

    Raises CannotPrint when a letter is not in the bundled font: an empty box could stand for anything.
    """
    with as_file(files(__package__)) as folder:
        try:
            pdf = typst.compile(
                str(folder / template), root=str(folder), font_paths=[str(folder / "fonts")], ignore_system_fonts=True, format="pdf",
                sys_inputs={"data": json.dumps(data)}, pdf_standards=["ua-1"], timestamp=int(at.timestamp()),
            )  # fmt: skip
        except typst.TypstError as error:
            if "could not be displayed" in str(error):
                raise CannotPrint("a letter is not in the font that Serein brings") from None
            # Typst quotes the text that it stumbled over, and that is a name: it must not reach a log.
            raise RuntimeError(f"{template} does not compile") from None
    return bytes(pdf)


def qr_of(address: str) -> str:
    """An address as QR code (SVG), error level M. In upper case it needs fewer modules: 33 at most for up to 90 characters."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=4, scale=4, omitsize=True)
    return out.getvalue().decode()
