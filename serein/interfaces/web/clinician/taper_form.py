"""The planner's settings. The form is sent by GET for a look and by POST to keep what was seen: both carry the same fields."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms

from serein.care.planning.text import TIMES
from serein.care.tapering.reads import Start, TaperCard
from serein.care.tapering.text import KEEPS, MOST_TYPED, OFFERED_POLICIES, POLICY, SLOTS, TaperText, offered, usual_pace
from serein.clinical.quantities import plain
from serein.clinical.taper import Constraints
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm

from .templatetags.clinician import tallman

NARROW = {"class": "govuk-input--width-5", "inputmode": "decimal", "autocomplete": "off"}
# Time to be prescribed, sent and fetched before the first change.
DAYS_AHEAD = 7
MORE = ("dispense_days", "own_percent", "own_days", "own_end_mg", "own_from_mg")
RARE = ("no_dates", *MORE)


def number(label: str, hint: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=24, required=required, widget=forms.TextInput(NARROW))


class TaperForm(PageForm):
    """What the planner is asked. `text()` is it as a value."""

    daily_mg = number("Dose now, mg a day")
    cut_percent = number("Lower each step by, %", "Usually 5 to 10; never above 25 in two weeks.")
    every_days = forms.IntegerField(label="Days between steps", help_text="14 or more.", widget=forms.TextInput(NARROW))
    goal_mg = number("End at, mg a day")
    starts_on = DateField(label="First change on")
    products = forms.MultipleChoiceField(
        label="Made from", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one product"}
    )
    times = forms.MultipleChoiceField(
        label="Taken", choices=[(at, TIMES[at].capitalize()) for at in SLOTS], widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one time of the day"},
    )  # fmt: skip
    months_of_use = number("Months of use", "If known.", required=False)
    days_per_week = number("Days a week", "If known.", required=False)
    stable_since = DateField(label="This dose since", required=False, help_text="If known. A coarse first cut needs it.")

    policy = forms.ChoiceField(label="Rules", choices=list(OFFERED_POLICIES.items()), required=False)
    keeps = forms.MultipleChoiceField(
        label="Keep to", choices=list(KEEPS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )

    no_dates = forms.CharField(
        label="No change on these days",
        required=False,
        max_length=500,
        help_text="Such as 2026-12-24, 2027-01-01. Commas between them.",
    )
    dispense_days = number("Tablets handed out every, days", "If set, changes come only on those days.", required=False)
    own_percent = number("My limit: cut at most, %", "Only with my own limits.", required=False)
    own_days = number("My limit: days between steps, at least", required=False)
    own_end_mg = number("My limit: near the end cut at most, mg", required=False)
    own_from_mg = number(
        "My limit: the end begins at, mg a day",
        "The dose from which small steps of a fixed size lead to the end. Only lower than the rules say.",
        required=False,
    )

    def clean_no_dates(self) -> tuple[date, ...]:
        try:
            return tuple(sorted({date.fromisoformat(one) for one in self.cleaned_data["no_dates"].replace(",", " ").split()}))
        except ValueError:
            raise forms.ValidationError("Write each day as year-month-day, such as 2026-12-24.") from None

    def usual(self) -> list[forms.BoundField]:
        """What every taper is asked for; the rest is `rare`."""
        return [field for field in self if field.name not in RARE]

    def rare(self) -> list[forms.BoundField]:
        return [self[name] for name in RARE]

    def rare_open(self) -> bool:
        """Whether one of the rare settings says something or is wrong: then it is not folded away."""
        return any(field.value() or field.errors for field in self.rare())

    def offer(self, jurisdiction: str) -> None:
        field = self.fields["products"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(p.id, tallman(p.name)) for p in offered(jurisdiction)]

    def text(self) -> TaperText:
        data = self.cleaned_data
        same = ("daily_mg", "cut_percent", "every_days", "goal_mg", "starts_on", "months_of_use", "days_per_week", "stable_since")
        return TaperText(
            products=tuple(data["products"]), times=tuple(data["times"]), policy=data["policy"] or POLICY, keeps=tuple(data["keeps"]),
            typed=typed_of(self.data), **{name: data[name] for name in (*same, "no_dates", *MORE)},
        )  # fmt: skip


def typed_of(sent: Any) -> tuple[tuple[date, str], ...]:
    """The typed steps of an address, `typed=2027-01-04_18` each. What is none is left out: the page shows what it understood."""
    found = []
    for one in sent.getlist("typed")[: MOST_TYPED + 1] if hasattr(sent, "getlist") else ():
        day, _, mg = one.partition("_")
        with suppress(ValueError):
            found.append((date.fromisoformat(day), mg.strip()))
    return tuple(found)


def initial(start: Start, on: date, jurisdiction: str, before: TaperCard | None) -> dict[str, Any]:
    """The last version's settings where there is one, else the usual pace, from tablets and what fills the gaps between them."""
    here = [p.id for p in offered(jurisdiction)]
    usual = usual_pace()
    found: dict[str, Any] = {
        "daily_mg": plain(start.mg), "cut_percent": plain(usual.cut_percent), "every_days": usual.every_days, "goal_mg": "0",
        "starts_on": on + timedelta(days=DAYS_AHEAD), "times": list(start.times), "stable_since": start.since,
        "products": [p.id for p in offered(jurisdiction) if p.form == "tablet" or p.id in start.products],
    }  # fmt: skip
    if before is not None:
        r = before.request
        found |= {
            "cut_percent": plain(r.pace.cut_percent), "every_days": r.pace.every_days, "goal_mg": plain(r.goal_mg), "times": list(r.times),
            "products": [p.id for p in r.products if p.id in here], "months_of_use": plain(r.months_of_use) if r.months_of_use else "",
            "days_per_week": plain(r.days_per_week) if r.days_per_week else "",
            "policy": before.plan.policy if before.plan.policy in OFFERED_POLICIES else POLICY, "keeps": _keeps(r.constraints),
            **_kept(before),
        }  # fmt: skip
        found["starts_on"] = max(found["starts_on"], before.starts_on) if before.state == "draft" else found["starts_on"]
    return found


def _keeps(c: Constraints) -> list[str]:
    kept = {"no-weekend": bool(c.no_change_weekdays), "whole": c.whole_tablets, "night-last": c.night_last}
    return [name for name, on in kept.items() if on]


def _kept(before: TaperCard) -> dict[str, str]:
    c, own = before.request.constraints, before.own
    found = {
        "no_dates": ", ".join(day.isoformat() for day in sorted(c.no_change_dates)),
        "dispense_days": str(c.dispense_every_days) if c.dispense_every_days is not None else "",
    }
    if own is not None:
        found |= {
            "own_percent": plain(own.cut_percent) if own.cut_percent else "", "own_days": str(own.every_days) if own.every_days else "",
            "own_end_mg": plain(own.terminal_cut_mg) if own.terminal_cut_mg else "",
            "own_from_mg": plain(own.terminal_from_mg) if own.terminal_from_mg else "",
        }  # fmt: skip
    return found


def query(text: TaperText, **more: str) -> str:
    """The address of a look at this text."""
    pairs: list[tuple[str, str]] = [
        ("daily_mg", text.daily_mg), ("cut_percent", text.cut_percent), ("every_days", str(text.every_days)), ("goal_mg", text.goal_mg),
        ("starts_on", text.starts_on.isoformat()), *(("products", p) for p in text.products), *(("times", t) for t in text.times),
    ]  # fmt: skip
    pairs += [(name, value) for name in ("months_of_use", "days_per_week") if (value := getattr(text, name))]
    pairs += [
        ("policy", text.policy),
        *(("keeps", k) for k in text.keeps),
        *(("typed", f"{day.isoformat()}_{mg}") for day, mg in text.typed),
    ]
    pairs += [(name, value) for name in MORE if (value := getattr(text, name))]
    if text.no_dates:
        pairs.append(("no_dates", ",".join(day.isoformat() for day in text.no_dates)))
    if text.stable_since is not None:
        pairs.append(("stable_since", text.stable_since.isoformat()))
    return "?" + urlencode([*pairs, *more.items()])
