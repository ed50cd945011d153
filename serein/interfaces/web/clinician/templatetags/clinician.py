"""`{% load clinician %}`: how staff read names of drugs, dates and people."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template

from serein.interfaces.web.clinician.banner import Banner
from serein.interfaces.web.clinician.offered import may
from serein.interfaces.web.shell.tall_man import tall_man

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


@register.filter
def offers(banner: Banner, page: str) -> bool:
    """`{% if banner|offers:"plan" %}`: whether the key of this page may do what that page is there for."""
    return may(banner.may, page)
