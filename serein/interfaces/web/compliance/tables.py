"""The compliance desk's tables."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from serein.care.access.reads import InvitationLine, LicenceLine, StaffMember
from serein.foundation.people.models import Role
from serein.interfaces.web.shell.parts import SHAPES, TIERS, Cell, Column, Table, TableRow

from .words import KINDS, ROLES, Standing, day_words, instant_words, left_words, recheck_words, schedule_words, standing


def link(text: str, name: str, *args: object) -> SafeString:
    return format_html('<a class="govuk-link" href="{}">{}</a>', reverse(f"compliance:{name}", args=args), text)


def tier_chip(tier: str) -> SafeString:
    return render_to_string("shell/parts/tier.html", {"tier": tier, "word": TIERS[tier], "path": SHAPES[tier]})


def _standings(
    lines: tuple[LicenceLine, ...] | list[LicenceLine], members: list[StaffMember]
) -> list[tuple[LicenceLine, Standing]]:
    held = {m.account_id: m.licences for m in members}
    return [(line, standing(line, held.get(line.account_id, ()))) for line in lines]


ORDER = {"now": 0, "today": 1, "week": 2, "steady": 3}


def lapses_table(lines: list[LicenceLine], members: list[StaffMember]) -> Table | None:
    """What ends next and what stops then, the most pressing first."""
    working = {m.account_id for m in members if m.active}
    rows = [(line, s) for line, s in _standings(lines, members) if line.account_id in working]
    rows.sort(key=lambda one: (ORDER[one[1].tier], one[0].expires_on, one[0].id))
    if not rows:
        return None
    cells = [
        TableRow(
            (
                Cell(tier_chip(s.tier), style="plan"), Cell(link(line.holder, "person", line.account_id), header=True),
                Cell(f"{KINDS[line.kind]}, {line.jurisdiction}", sub=s.state),
                Cell(day_words(line.expires_on), sub=left_words(line.days_left)), Cell(s.stops),
            ),
            s.tier,
        )
        for line, s in rows
    ]  # fmt: skip
    columns = tuple(map(Column, ("When", "Who", "What", "Last day", "What stops then")))
    return Table("Licences, the next to end first", columns, cells, stack=True, hide_caption=True)


def people_table(members: list[StaffMember], lines: list[LicenceLine]) -> Table:
    in_force = {x.account_id for x in lines if x.state == "in force"}
    rows = []
    for m in members:
        needs = m.practitioner_id is not None
        state = (
            "Left"
            if not m.active
            else "Licence in force"
            if m.account_id in in_force
            else "No licence in force"
            if needs
            else "No licence needed"
        )
        roles = ", ".join(str(Role(r).label) for r in m.roles)
        rows.append(TableRow((Cell(link(m.name, "person", m.account_id), header=True), Cell(roles), Cell(state), Cell(m.email))))
    return Table(
        "People who work here", tuple(map(Column, ("Name", "Role", "Licence", "E-mail"))), rows, stack=True, hide_caption=True
    )


def invitations_table(lines: list[InvitationLine], zone: str) -> Table | None:
    if not lines:
        return None
    rows = [
        TableRow(
            (
                Cell(i.name, header=True), Cell(ROLES.get(i.role, i.role)), Cell(i.email),
                Cell("Over: invite again" if i.over else f"Open until {instant_words(i.expires_at, zone)}"),
            )
        )
        for i in lines
    ]  # fmt: skip
    return Table(
        "Invited, not here yet", tuple(map(Column, ("Name", "Role", "E-mail", "State"))), rows, stack=True, hide_caption=True
    )


def licences_table(member: StaffMember) -> Table:
    columns = tuple(map(Column, ("Licence", "Last day", "State", "What you can do")))
    rows = [_licence_row(line, standing(line, member.licences)) for line in member.licences]
    return Table(f"Licences of {member.name}", columns, rows, stack=True, hide_caption=True)


def _licence_row(line: LicenceLine, s: Standing) -> TableRow:
    about = format_html('<span class="govuk-visually-hidden"> licence {}</span>', line.number)
    acts = [link(format_html("Verify{}", about), "verify_licence", line.id)] if line.state == "waiting" else []
    acts += [link(format_html("What registers say{}", about), "looks", line.id)] if line.state != "ended" else []
    acts += [link(format_html("Look up again{}", about), "recheck_licence", line.id)] if line.state == "in force" else []
    acts += [link(format_html("Suspend{}", about), "suspend_licence", line.id)] if line.state in ("in force", "waiting") else []
    acts += [link(format_html("Lift the suspension{}", about), "lift_suspension", line.id)] if line.state == "suspended" else []
    acts += [link(format_html("End{}", about), "end_licence", line.id)] if line.state != "ended" else []
    seen = f" Seen: {'; '.join(line.evidence.splitlines())}" if line.evidence else ""
    covers = f" {schedule_words(line)}." if line.kind == "prescriber" else ""
    cells = (
        Cell(f"{KINDS[line.kind]} {line.number}", sub=f"Valid in {line.jurisdiction}.{covers}{seen}", header=True),
        Cell(day_words(line.expires_on), sub=left_words(line.days_left)),
        Cell(
            s.state,
            sub=". ".join(
                filter(None, (s.stops, "" if line.recheck_overdue or line.state != "in force" else recheck_words(line)))
            ),
        ),
        Cell(format_html_join(" · ", "{}", [(act,) for act in acts])),
    )
    return TableRow(cells, s.tier if line.state != "ended" else "")
