"""What can be planned instead of what was asked for, and what one click would change."""

from dataclasses import replace

from serein.care.planning.text import Mistaken
from serein.care.tapering.actions import previewed
from serein.care.tapering.reads import Start
from serein.care.tapering.text import NoPlan, Previewed, TaperText
from serein.foundation.people.keys import OpenChart

from .taper_form import MORE, TaperForm

MAY_BE_EMPTY = ("months_of_use", "days_per_week", "no_dates", *MORE)
# Where typed steps were made from: they mean nothing beside another start.
STARTS = frozenset({"daily_mg", "starts_on"})


def asked_by(form: TaperForm) -> TaperText | None:
    """What was sent, or before anything was sent what the form offers."""
    if form.is_bound:
        return form.text() if form.is_valid() else None
    return _offered_by(form)


def _offered_by(form: TaperForm) -> TaperText | None:
    offered = TaperForm({**form.initial, **{name: form.initial.get(name) or "" for name in MAY_BE_EMPTY}})
    offered.fields["products"].choices = form.fields["products"].choices  # type: ignore[attr-defined]
    return offered.text() if offered.is_valid() else None


def mended(key: OpenChart, start: Start, form: TaperForm, said: tuple[TaperText, Mistaken]) -> TaperText | None:
    """The request with what the page itself would offer where it cannot be used (a start in the past, a dose of nothing); None where
    that leads to no plan either."""
    asked, found = said
    usual, wrong = _offered_by(form), {name for name, _ in found.by_field}
    if usual is None:
        return None
    better = replace(asked, **{name: getattr(usual, name) for name in wrong if hasattr(usual, name)})
    if wrong & STARTS:
        better = replace(better, typed=())
    looked = previewed(key, start, better)
    if isinstance(looked, Previewed):
        return better
    return looked.nearest if isinstance(looked, NoPlan) else None


def fix_words(asked: TaperText, nearest: TaperText) -> str:
    """What one click would change."""
    more = sorted(set(nearest.products) - set(asked.products))
    less = sorted(set(asked.products) - set(nearest.products))
    said = [f"add {p}" for p in more] + [f"leave out {p}" for p in less]
    if nearest.daily_mg != asked.daily_mg:
        said.append(f"start from {nearest.daily_mg} mg a day")
    if nearest.starts_on != asked.starts_on:
        said.append(f"first change on {nearest.starts_on:%d-%b-%Y}")
    if nearest.cut_percent != asked.cut_percent or nearest.every_days != asked.every_days:
        said.append(f"lower by {nearest.cut_percent} % every {nearest.every_days} days")
    if nearest.goal_mg != asked.goal_mg:
        said.append(f"end at {nearest.goal_mg} mg")
    return ", ".join(said) or "the nearest that works"
