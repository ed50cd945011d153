"""How the system runs, on one page, for whoever runs it. Nothing here opens a record: the key is for a list without patients."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from serein.care.access.reads import accounts_by_role, who_works_here
from serein.clinical import knowledge
from serein.clinical.knowledge.library import ROOMS
from serein.foundation.outbox.reads import letters_in_wait
from serein.foundation.people.keys import OpenList, Refused, open_list
from serein.foundation.people.models import Role
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.context import clinic_of, versions
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.pages import refused_page
from serein.interfaces.web.shell.parts import Cell, Column, Table, TableRow

from . import machine
from .words import age_words, instant_words, size_words

Facts = list[tuple[str, str]]


@desk("administrator")
def state(request: HttpRequest, who: Person) -> HttpResponse:
    key = open_list(who, purpose="the system", at=now(request))
    if isinstance(key, Refused):
        return refused_page(request, key)
    zone, folder = clinic_of(request).time_zone, Path(settings.STATE)
    silent, jobs, disk = machine.silent_seconds(), machine.queue(), machine.disk(folder)
    applied, missing = machine.migrations()
    letters, backup = letters_in_wait(key), machine.newest_backup(folder)
    wrong = [
        *([f"Migrations missing in the database: {len(missing)}. Restart Serein"] if missing else []),
        *(["The worker is silent: letters and tasks wait"] if silent is None or silent > machine.SILENT_SECONDS else []),
        *(["Jobs wait longer than ten minutes"] if any(j.stuck for j in jobs) else []),
        *([f"Letters given up after twelve attempts: {letters.given_up}. Look at the mail server"] if letters.given_up else []),
        *(["Less than a tenth of the disk is free"] if disk.nearly_full else []),
    ]
    facts: Facts = [
        ("Serein", versions()["serein"]),
        ("Migrations", f"{applied} in the database, " + (f"missing: {', '.join(missing)}" if missing else "none missing")),
        ("Worker", "never seen" if silent is None else f"last seen {age_words(silent)} ago"),
        ("Letters", _letters(letters.waiting, instant_words(letters.oldest, zone) if letters.oldest else "", letters.given_up)),
        ("Disk", f"{size_words(disk.free_bytes)} of {size_words(disk.total_bytes)} free; the database has {size_words(disk.database_bytes)}"),
        ("Last backup", f"{instant_words(backup.made_at, zone)}, {size_words(backup.size_bytes)}" if backup else "none in the folder backups"),
        *_knowledge(),
    ]  # fmt: skip
    context = {
        "title": "The system",
        "wrong": wrong,
        "facts": facts,
        "jobs": _jobs(jobs),
        "accounts": _accounts(key),
        "staff": _staff(key),
    }
    return render(request, "system/state.html", context)


def _letters(waiting: int, since: str, given_up: int) -> str:
    said = f"{waiting} wait" + (f", the oldest since {since}" if since else "")
    return f"{said}; {given_up} given up" if given_up else said


def _knowledge() -> Facts:
    known = knowledge.load()
    every = [f for name in ROOMS for f in getattr(known, name)]
    confirmed = sum(bool(f.confirmed_by) for f in every)
    return [("Knowledge", f"{known.version}: {confirmed} of {len(every)} files confirmed by a licensed human")]


def _jobs(jobs: tuple[machine.Waiting, ...]) -> Table | None:
    rows = [
        TableRow(
            (
                Cell(j.name.replace("_", " ").capitalize(), header=True), Cell(j.todo, style="num"), Cell(j.doing, style="num"),
                Cell(j.failed, style="num"), Cell("" if j.oldest_seconds is None else age_words(j.oldest_seconds), style="num"),
            ),
            "now" if j.stuck else "",
        )
        for j in jobs
    ]  # fmt: skip
    columns = (Column("Job"), Column("Waiting", True), Column("Running", True), Column("Failed", True), Column("Oldest", True))
    return Table("What the worker has to do", columns, rows, hide_caption=True) if rows else None


def _accounts(key: OpenList) -> Table:
    rows = [TableRow((Cell(Role(role).label, header=True), Cell(count, style="num"))) for role, count in accounts_by_role(key)]
    return Table("Accounts by role", (Column("Role"), Column("Accounts", True)), rows, hide_caption=True)


def _staff(key: OpenList) -> Table:
    rows = [
        TableRow((Cell(w.name, header=True), Cell(", ".join(str(Role(r).label) for r in w.roles)))) for w in who_works_here(key)
    ]
    return Table("Who works here", (Column("Name"), Column("Role")), rows, hide_caption=True)
