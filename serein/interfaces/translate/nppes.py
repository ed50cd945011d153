"""The public NPPES file (npidata_pfile_….csv, or the zip that it comes in), one row at a time: a file of any size needs the same memory.

Columns are found by their names in the header, because the layout grew over the years; fifteen taxonomies with a licence each are known.
Addresses, telephone numbers and names of officials are never read. A zip is streamed from its one data file and never unpacked to the disk.
"""

import csv
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

from .bad_input import BadInput

LONGEST_LINE = 64 * 1024  # a real row has about 330 columns and 3 KB
MOST_BYTES = 40 * 10**9
MOST_RATIO = 200  # CSV of mostly empty quoted columns shrinks about thirtyfold
TAXONOMIES = 15
NAMES = {
    "npi": "NPI", "entity_type": "Entity Type Code", "organization": "Provider Organization Name (Legal Business Name)",
    "family": "Provider Last Name (Legal Name)", "given": "Provider First Name", "middle": "Provider Middle Name",
    "credential": "Provider Credential Text", "state": "Provider Business Practice Location Address State Name",
    "deactivated_on": "NPI Deactivation Date", "reactivated_on": "NPI Reactivation Date",
}  # fmt: skip
TAXONOMY, NUMBER = "Healthcare Provider Taxonomy Code_{}", "Provider License Number_{}"
NUMBER_STATE, PRIMARY = "Provider License Number State Code_{}", "Healthcare Provider Primary Taxonomy Switch_{}"
DATA_FILE = re.compile(r"npidata_pfile_\d{8}-(\d{8})\.csv", re.IGNORECASE)


@dataclass(frozen=True)
class RegistryRow:
    """One provider. `licences` are (taxonomy, licence number, state, primary), each text as the file has it, trimmed."""

    line: int
    npi: str
    entity_type: str
    family: str
    given: str
    middle: str
    organization: str
    credential: str
    state: str
    licences: tuple[tuple[str, str, str, bool], ...]
    deactivated_on: date | None
    reactivated_on: date | None


@dataclass(frozen=True)
class BadRow:
    """A row that is not kept, and why."""

    line: int
    why: str


def day_in_name(name: str) -> date | None:
    """The last day that a file speaks for, by its name; None where the name does not say it."""
    found = DATA_FILE.search(Path(name).name)
    try:
        return datetime.strptime(found[1], "%Y%m%d").date() if found else None  # noqa: DTZ007 - a date without a zone
    except ValueError:
        return None


@contextmanager
def opened(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The name and bytes of the data file, from a CSV or from inside a zip. Raises BadInput for a file that is neither, or not safe to read."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_data_member(archive)) as data:
                yield data.name, data
        else:
            with path.open("rb") as data:
                yield path.name, data
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BadInput("", f"cannot be read: {error}") from None


def _data_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = [m for m in archive.infolist() if DATA_FILE.fullmatch(Path(m.filename).name)]
    if len(found) != 1:
        raise BadInput("", f"the zip holds {len(found)} files called npidata_pfile_….csv; one is expected")
    if found[0].flag_bits & 1:
        raise BadInput("", "the file in the zip is encrypted")
    if found[0].file_size > MOST_BYTES or found[0].file_size > MOST_RATIO * max(found[0].compress_size, 1024):
        raise BadInput("", "the file in the zip would be far larger than any registry file; it is not unpacked")
    return found[0]


def rows(data: IO[bytes]) -> Iterator[RegistryRow | BadRow]:
    """Every row below the header. Raises BadInput where the header is not that of NPPES or the bytes are no text of lines."""
    text = TextIOWrapper(data, encoding="utf-8-sig", errors="strict", newline="")
    reader = csv.reader(_lines(text), strict=True)
    try:
        places = _places(next(reader, []))
        yield from _each(reader, places)
    except csv.Error as error:
        raise BadInput(f"line {reader.line_num}", f"not CSV: {error}") from None
    except UnicodeDecodeError:
        raise BadInput(f"after line {reader.line_num}", "not UTF-8") from None


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """Lines of bounded length: a file without a line break must not be read into memory whole."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise BadInput("", f"a line is longer than {LONGEST_LINE} characters; this is no registry file")
        yield line


def _places(header: list[str]) -> dict[str, int]:
    places = {name.strip(): i for i, name in enumerate(header)}
    missing = [
        name for name in (*NAMES.values(), TAXONOMY.format(1), NUMBER.format(1), NUMBER_STATE.format(1)) if name not in places
    ]
    if missing:
        raise BadInput("header", f"this is not the NPPES layout: no column {missing[0]!r}")
    return {**places, "": len(header)}


def _each(reader: Any, places: dict[str, int]) -> Iterator[RegistryRow | BadRow]:
    for cells in reader:
        line = reader.line_num
        if len(cells) != places[""]:
            yield BadRow(line, f"{len(cells)} columns instead of {places['']}")
            continue
        try:
            yield _row(line, cells, places)
        except ValueError as wrong:
            yield BadRow(line, str(wrong))


def _row(line: int, cells: list[str], places: dict[str, int]) -> RegistryRow:
    if any("\x00" in cell for cell in cells):
        raise ValueError("a NUL character")
    told = {field: cells[places[name]].strip() for field, name in NAMES.items()}
    if re.fullmatch(r"[12][0-9]{9}", told["npi"]) is None:
        raise ValueError("the NPI is not ten digits")
    gone = _day(told["deactivated_on"], "deactivation date")
    if told["entity_type"] not in ("1", "2") and not (gone and told["entity_type"] == ""):
        raise ValueError("the entity type is neither 1 nor 2")
    return RegistryRow(
        line, told["npi"], told["entity_type"], told["family"], told["given"], told["middle"], told["organization"], told["credential"],
        told["state"], tuple(_licences(cells, places)), gone, _day(told["reactivated_on"], "reactivation date"),
    )  # fmt: skip


def _licences(cells: list[str], places: dict[str, int]) -> Iterator[tuple[str, str, str, bool]]:
    for n in range(1, TAXONOMIES + 1):
        code, number, state, primary = (
            _cell(cells, places, name.format(n)) for name in (TAXONOMY, NUMBER, NUMBER_STATE, PRIMARY)
        )
        if code or number:
            yield code, number, state, primary == "Y"


def _cell(cells: list[str], places: dict[str, int], name: str) -> str:
    return cells[places[name]].strip() if name in places else ""


def _day(text: str, what: str) -> date | None:
    """MM/DD/YYYY, as NPPES writes its dates."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a date without a zone
    except ValueError:
        raise ValueError(f"the {what} is not MM/DD/YYYY") from None
