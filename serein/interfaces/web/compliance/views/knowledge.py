"""What the checks rest on: which knowledge is in force, who has confirmed it, and where it comes from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from serein.clinical import knowledge
from serein.clinical.knowledge.library import ROOMS, Knowledge
from serein.foundation.people.persons import Person, clinic_day
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.parts import Cell, Column, Table, TableRow, Verdict

from ..words import day_words


def _rooms(known: Knowledge) -> Table:
    rows = []
    for name in ROOMS:
        files = getattr(known, name)
        confirmed = sum(bool(f.confirmed_by) for f in files)
        due, shown = min((f.review_by for f in files), default=None), name.replace("_", " ").capitalize()
        rows.append(
            TableRow(
                (
                    Cell(shown, header=True), Cell(len(files), style="num"), Cell(f"{confirmed} of {len(files)}", style="num"),
                    Cell(day_words(due) if due else "", style="num"),
                )
            )
        )  # fmt: skip
    columns = (Column("What"), Column("Files", True), Column("Confirmed", True), Column("Review by", True))
    return Table("Knowledge by kind", columns, rows, hide_caption=True)


def _sources(known: Knowledge) -> Table:
    rows = []
    for s in sorted(known.sources, key=lambda s: s.title.lower()):
        kind, due = s.kind.value.capitalize(), day_words(s.review_by)
        rows.append(TableRow((Cell(s.title, sub=s.reports, header=True), Cell(kind), Cell(s.read), Cell(due, style="num"))))
    columns = tuple(map(Column, ("Source", "Kind", "Read at", "Review by")))
    return Table("Sources", columns, rows, stack=True, hide_caption=True)


@desk("compliance")
def status(request: HttpRequest, who: Person) -> HttpResponse:
    known, today = knowledge.load(), clinic_day(who.clinic_id, now(request))
    every = [f for name in ROOMS for f in getattr(known, name)]
    confirmed, overdue = sum(bool(f.confirmed_by) for f in every), sum(f.review_by < today for f in every)
    verdict = Verdict(
        "good" if known.confirmed else "unknown",
        "Confirmed by licensed humans" if known.confirmed else "Not confirmed by a licensed human",
        f"Knowledge {known.version}: {confirmed} of {len(every)} files confirmed, {overdue} past their review date."
        + ("" if known.confirmed else " Until each is confirmed, what the checks say is for demonstration only."),
    )
    context = {"title": "Knowledge", "verdict": verdict, "rooms": _rooms(known), "sources": _sources(known)}
    return render(request, "compliance/knowledge.html", context)
