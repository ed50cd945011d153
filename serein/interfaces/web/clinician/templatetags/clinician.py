"""`{% load clinician %}`: how staff read names of drugs, dates and people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import template
from django.utils.safestring import SafeString, mark_safe

from serein.interfaces.web.clinician.banner import Banner
from serein.interfaces.web.clinician.offered import may
from serein.interfaces.web.shell.tall_man import tall_man
from serein.interfaces.web.shell.templatetags.shell import tier

if TYPE_CHECKING:
    from serein.interfaces.web.clinician.panel import Row

register = template.Library()


@register.filter
def tallman(text: object) -> str:
    """diazepam 5 mg tablet -> diazePAM 5 mg tablet."""
    return tall_man(str(text))


@register.filter
def day(value: date | datetime | None) -> str:
    """22-Nov-2026: the month as a word, so that nobody reads it the other way round."""
    return f"{value:%d-%b-%Y}" if value else "unknown"


@register.filter
def instant(value: datetime | None, zone: str) -> str:
    """22-Nov-2026 14:05, in that time zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%d-%b-%Y %H:%M}" if value else "unknown"


# A row of a list is drawn thousands of times an hour: as a template it took longer than finding all that stands in it.
HEAD = (
    '<div class="scroll"><table class="dense stack" role="table"><caption class="govuk-visually-hidden">{}</caption><thead><tr role="row">'
    '<th scope="col" role="columnheader">When</th><th scope="col" role="columnheader">Patient</th>'
    '<th scope="col" role="columnheader">Why, and from where</th><th scope="col" role="columnheader">Plan</th>'
    '<th scope="col" role="columnheader">Next action</th></tr></thead><tbody>\n'
)
ROW = (
    '<tr class="r-{tier}" role="row"><td role="cell">{shape}</td><th scope="row" role="rowheader">'
    '<a class="govuk-link" href="{chart}">{name}</a>'
    '<span class="sub">{about}</span></th><td role="cell">{why}{more}</td><td role="cell" class="plan">{plan}{plan_sub}</td>'
    '<td role="cell" class="act"><a class="govuk-button govuk-button--secondary btn-s" href="{href}">{action}'
    '<span class="govuk-visually-hidden"> {name}</span></a></td></tr>\n'
)
FOOT = "</tbody></table></div>\n"


@register.simple_tag
def patient_rows(rows: Sequence[Row], caption: str) -> SafeString:
    """The table of a list of patients. Every value of a row is escaped, whatever it is."""
    return mark_safe("".join([HEAD.format(escape(caption)), *map(_patient_row, rows), FOOT]))  # noqa: S308 - every value is escaped


# No text from the database holds it, so that all values of a row are escaped as one text: ten short ones take four times as long.
APART = "\0"


def _patient_row(row: Row) -> str:
    more = f"{row.source}; {row.more} more in the chart" if row.more else row.source
    said = (row.tier, row.chart, row.name, row.about, row.why, more, row.plan, row.plan_sub, row.href, row.action)
    tier_, chart, name, about, why, more, plan, plan_sub, href, action = escape(APART.join(said)).split(APART)
    return ROW.format(
        tier=tier_, shape=tier(row.tier), chart=chart, name=name, about=about, why=why, more=_sub(more), plan=plan,
        plan_sub=_sub(plan_sub), href=href, action=action,
    )  # fmt: skip


def _sub(escaped: str) -> str:
    return f'<span class="sub">{escaped}</span>' if escaped else ""


@register.filter
def offers(banner: Banner, page: str) -> bool:
    """`{% if banner|offers:"plan" %}`: whether the key of this page may do what that page is there for."""
    return may(banner.may, page)
