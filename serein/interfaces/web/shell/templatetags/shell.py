"""`{% load shell %}`: what pages draw with. Each part is one partial in `templates/shell/parts/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from serein.interfaces.web.shell import once
from serein.interfaces.web.shell.forms import error_links
from serein.interfaces.web.shell.parts import SHAPES, TIERS, Card, Table

register = template.Library()

PHONE = re.compile(r"\+?\(?\d[\d ().-]*\d")


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    return mapping.get(key) if isinstance(mapping, Mapping) else None


@register.filter
def as_text(kind: str) -> str:
    """`<input type=number>` discards what it cannot read, and scrolls values away: numbers are typed as text."""
    return "text" if kind in ("number", "date", "datetime-local", "time") else kind


@register.filter
def tel(number: str) -> str:
    return re.sub(r"[^\d+]", "", str(number))


@register.filter
def phone_links(text: str) -> SafeString:
    """The text with each telephone number in it as a link: "Call or text 988" gives one link to 988."""
    pieces, end = [], 0
    for found in PHONE.finditer(str(text)):
        pieces.append(conditional_escape(str(text)[end : found.start()]))
        pieces.append(format_html('<a class="govuk-link" href="tel:{}">{}</a>', tel(found.group()), found.group()))
        end = found.end()
    return mark_safe("".join([*pieces, conditional_escape(str(text)[end:])]))  # noqa: S308 - every piece is escaped above


@register.simple_tag
def control_attrs(attrs: Mapping[str, Any]) -> str:
    """A widget's attributes, without its classes (the template sets those) and without what would let the browser refuse a value."""
    left_out = {"class", "required", "min", "max", "step", "maxlength", "minlength", "pattern", "placeholder"}
    return flatatt({k: v for k, v in attrs.items() if k not in left_out and v is not False})


@register.simple_tag
@lru_cache(maxsize=100)
def tier(name: str, word: str = "") -> SafeString:
    """Now, Today, This week, Steady: word, shape and colour. `word` replaces the word where the shape means a verdict (Stop, Warning).

    Lists draw the same few again and again, so each is rendered once.
    """
    return render_to_string("shell/parts/tier.html", {"tier": name, "word": word or TIERS[name], "path": SHAPES[name]})


@register.simple_tag
def shape(name: str) -> SafeString:
    return format_html('<svg viewBox="0 0 13 13" aria-hidden="true" focusable="false"><path d="{}"/></svg>', SHAPES[name])


@register.inclusion_tag("shell/parts/card.html")
def card(value: Card) -> dict[str, Card]:
    return {"card": value}


@register.inclusion_tag("shell/parts/table.html")
def table(value: Table) -> dict[str, Table]:
    return {"table": value}


@register.inclusion_tag("shell/parts/kv.html")
def kv(facts: list[tuple[str, Any]], extra: str = "") -> dict[str, Any]:
    """Label and value, no colon. `extra="kv--read"` for facts to be read aloud or compared."""
    return {"facts": facts, "extra": extra}


@register.inclusion_tag("shell/parts/timeline.html")
def timeline(events: list[Any]) -> dict[str, Any]:
    return {"events": events}


@register.inclusion_tag("shell/parts/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    return {"links": error_links(form) if getattr(form, "is_bound", False) else []}


@register.simple_tag(takes_context=True)
def nav_item(context: template.Context, text: str, url: str, count: int = 0) -> SafeString:
    """One entry of the main navigation; `url` is a route name or a path. The page below an entry counts as being there."""
    href = _address(url, settings.ROOT_URLCONF)
    request: HttpRequest | None = context.get("request")
    path = request.path if request else ""
    here = format_html(' aria-current="{}"', "page" if path == href else "true") if _below(path, href) else ""
    badge = format_html(' <span class="n">{}</span>', count) if count else ""
    return format_html('<li><a href="{}"{}>{}{}</a></li>', href, here, text, badge)


@lru_cache(maxsize=200)
def _address(url: str, _of: str) -> str:
    """Where a route without arguments leads, of this table of addresses; a path is one already."""
    try:
        return reverse(url)
    except NoReverseMatch:
        return url


@lru_cache(maxsize=200)
def _fixed(url: str, _of: str) -> str:
    """As `_address`, for a name that must be one: raises NoReverseMatch."""
    return str(conditional_escape(reverse(url)))


class FixedAddress(URLNode):
    """`{% url "name" %}` without arguments leads to the same address on every page, so it is worked out once for a process."""

    def render(self, context: template.Context) -> str:
        return _fixed(self.view_name.resolve(context), settings.ROOT_URLCONF)


@register.tag
def url(parser: template.base.Parser, token: template.base.Token) -> URLNode:
    """Django's own tag; the frame of every page names five addresses."""
    found = django_url(parser, token)
    if found.args or found.kwargs or found.asvar or found.view_name.is_var or found.view_name.filters:
        return found
    return FixedAddress(found.view_name, [], {}, None)


def _below(path: str, href: str) -> bool:
    return path == href or (href.count("/") > 2 and path.startswith(href))


@register.simple_tag(takes_context=True, name="once")
def once_tag(context: template.Context) -> SafeString:
    """Hidden one-time token; stands beside `csrf_token` in every form that changes something (see `shell.once`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', once.FIELD, once.new_token(context["request"]))


@register.simple_tag
def htmx() -> SafeString:
    return format_html('<script src="{}" defer></script>', static("serein/vendor/htmx-2.0.11/htmx.min.js"))
