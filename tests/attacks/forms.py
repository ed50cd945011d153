"""The forms that a page hands out, filled in as somebody would who takes the first choice wherever there is one."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Fields as a browser would send them, the first choice taken wherever there is one, texts filled in by their kind."""

    action: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def shows(self, name: str) -> bool:
        """Whether the page asks for it: a day in three boxes may be sent as one text too."""
        return name in self.asked or any(re.fullmatch(rf"{re.escape(name)}_\d", one) for one in self.asked)


BY_NAME = {
    "email": "new.person@example.test", "birth_date_0": "3", "birth_date_1": "4", "birth_date_2": "1980", "phone": "555-0999", "given": "Nora",
    "family": "Newcomer", "name": "Nora Newcomer", "number": "N-77", "jurisdiction": "US-CA", "npi": "", "dea": "",
}  # fmt: skip


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.select, self.inside_main = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag == "main":
            self.inside_main = True
        if (
            tag == "form"
            and given.get("method", "").lower() == "post"
            and self.inside_main
            and "staying" not in given.get("class", "")
        ):
            self.inside = Form(given.get("action", ""))
            self.forms.append(self.inside)
        if self.inside is None:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        self.inside.asked.add(name)
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and given.get("value"):
            self.inside.fields.setdefault(self.select, [given["value"]])
        elif tag == "textarea" and name:
            self.inside.fields[name] = ["Seen and agreed today"]
        elif tag == "input" and name:
            self._take(name, kind, given)

    def _take(self, name: str, kind: str, given: dict[str, str]) -> None:
        assert self.inside is not None
        fields = self.inside.fields
        if kind == "checkbox":
            fields.setdefault(name, []).append(given.get("value", "on"))
        elif kind == "radio":
            fields.setdefault(name, [given.get("value", "")])
        elif kind == "hidden":
            fields[name] = [given.get("value", "")]
        elif kind not in ("submit", "password"):
            fields[name] = [given.get("value") or BY_NAME.get(name) or _filled(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.select = ""


def _filled(name: str) -> str:
    """A day in the year after the test's, box by box; a small number; words."""
    box = re.search(r"_([012])$", name)
    if box:
        return ("1", "15", "2027")[int(box[1])]
    return "3" if re.search(r"mg|units|days|quantity|number|percent|value", name) else "Seen and agreed today"


def forms_of(page: str) -> list[Form]:
    reader = _Forms()
    reader.feed(page)
    return reader.forms
