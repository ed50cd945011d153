"""What a question of the intake may be made of. Frozen: the form is data, and every door asks the same questions in the same words."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    CHOICE = "choice"
    MANY = "many"
    BLANKS = "blanks"
    DATE = "date"
    ROWS = "rows"
    INSTRUMENT = "instrument"


@dataclass(frozen=True)
class Option:
    """One answer. `alone`: it cannot be ticked together with another ("none of these")."""

    key: str
    words: str
    hint: str = ""
    alone: bool = False


@dataclass(frozen=True)
class Blank:
    """A line or box to write in. `number`: a plain decimal number is expected. `needs`: must be filled when one of these options is chosen."""

    key: str
    label: str
    hint: str = ""
    lines: int = 1
    longest: int = 200
    required: bool = False
    number: bool = False
    needs: tuple[str, ...] = ()
    autocomplete: str = ""


@dataclass(frozen=True)
class Only:
    """Asked only when `question` is on the path and was answered with one of `options`."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One page. `title` and `why` are for the patient; `short` names the answer on the clinician's chart."""

    key: str
    section: str
    kind: Kind
    title: str
    short: str
    why: str = ""
    options: tuple[Option, ...] = ()
    blanks: tuple[Blank, ...] = ()
    only: tuple[Only, ...] = ()

    def option(self, key: str) -> Option | None:
        return next((o for o in self.options if o.key == key), None)
