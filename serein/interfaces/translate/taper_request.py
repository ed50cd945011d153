"""The input of `serein taper` to a request for the planner. Strict: an unknown key is refused."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from serein.clinical.kinetics.somebody import Person
from serein.clinical.taper import ASAM, MOST_MG, NO_CONSTRAINTS, OWN, Constraints, Cut, OwnLimits, Pace, Product, Request
from serein.clinical.taper.amounts import FORMS, LIQUIDS
from serein.clinical.taper.written import WEEKDAYS
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.node import Node, Trace
from serein.interfaces.translate.strict_json import parse

TIMES = ("morning", "night")
MOST_PRODUCTS, MOST_TIMES, MOST_DAYS = 12, 6, 366
# Far above any dose that a plan is made for, so that a slip of the hand gets the planner's reason and its nearest request.
FAR_ABOVE_MG = Decimal(1_000_000)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


@dataclass(frozen=True)
class Asked:
    """A reduction as it is asked for, with the name of its policy and, for a clinician's own, the limits."""

    request: Request
    policy: str
    own: OwnLimits | None = None


def taper_request(data: bytes | str) -> tuple[Request, str]:
    """The request and the name of its policy. Raises BadInput with the path of what is wrong."""
    asked = taper_asked(Node(parse(data), "input", "input", Trace(ours=True)))
    return asked.request, asked.policy


def taper_asked(root: Node, also: tuple[str, ...] = ()) -> Asked:
    """The request in a document; `also` are keys that another reader takes. Raises BadInput."""
    policy = root.text("policy") or ASAM
    request = Request(
        substance=name_of(root, "substance"),
        daily_dose_mg=zero_or_more(root, "daily_dose_mg", FAR_ABOVE_MG),
        start_on=day_of(root, "start_on"),
        pace=_pace(root),
        goal_mg=zero_or_more(root, "goal_mg", FAR_ABOVE_MG),
        products=products_of(root),
        times=times_of(root),
        stable_since=day_of(root, "stable_since") if root.has("stable_since") else None,
        recent_cuts=tuple(Cut(day_of(n, "on"), above_zero(n, "from_mg")) for n in root.children("recent_cuts")),
        days_per_week=_days_per_week(root),
        months_of_use=zero_or_more(root, "months_of_use") if root.has("months_of_use") else None,
        constraints=_constraints(root.child("constraints")),
    )
    own = _own(root.child("own_limits"))
    if own is not None and policy != OWN:
        raise root.bad("own_limits", f"only with the policy {OWN}")
    root.skip(*also)
    nothing_unread(root)
    return Asked(request, policy, own)


def nothing_unread(root: Node) -> None:
    """An unknown key may be a limit that was meant: it is refused, never dropped."""
    for node in root.trace.nodes:
        for key in node.unread():
            raise BadInput(f"{node.path}.{key}", "unknown key")


def _days_per_week(root: Node) -> Decimal | None:
    days = zero_or_more(root, "days_per_week") if root.has("days_per_week") else None
    if days is not None and days > 7:
        raise root.bad("days_per_week", f"{days} is more than 7")
    return days


def _constraints(node: Node | None) -> Constraints:
    if node is None:
        return NO_CONSTRAINTS
    names = node.texts("no_change_weekdays")
    for name in names:
        if name not in WEEKDAYS:
            raise node.bad("no_change_weekdays", f"{name!r} is none of: {', '.join(WEEKDAYS)}")
    return Constraints(
        no_change_weekdays=frozenset(WEEKDAYS.index(name) for name in names),
        no_change_dates=frozenset(_days(node, "no_change_dates")),
        dispense_every_days=whole_of(node, "dispense_every_days", MOST_DAYS),
        dispense_from=day_of(node, "dispense_from") if node.has("dispense_from") else None,
        most_products=whole_of(node, "most_products", MOST_PRODUCTS),
        whole_tablets=node.flag("whole_tablets") or False,
        night_last=node.flag("night_last") or False,
    )


def _days(node: Node, key: str) -> list[date]:
    found = []
    for text in node.texts(key):
        try:
            found.append(date.fromisoformat(text))
        except ValueError:
            raise node.bad(key, f"{text!r} is not a day (YYYY-MM-DD)") from None
    return found


def whole_of(node: Node, key: str, most: int) -> int | None:
    value = node.whole(key)
    if value is not None and not 1 <= value <= most:
        raise node.bad(key, f"must be a whole number from 1 to {most}")
    return value


def person_of(node: Node | None) -> Person | None:
    """Whose levels to estimate, as `serein levels` asks for it. Raises BadInput."""
    if node is None:
        return None

    def number(key: str) -> Decimal | None:
        return zero_or_more(node, key) if node.has(key) else None

    return Person(
        age_years=number("age_years"), sex=node.text("sex"), weight_kg=number("weight_kg"), height_cm=number("height_cm"),
        cirrhosis=node.flag("cirrhosis") or False, cyp2c19=node.text("cyp2c19"), medicines=tuple(node.texts("medicines")),
    )  # fmt: skip


def _own(node: Node | None) -> OwnLimits | None:
    if node is None:
        return None
    return OwnLimits(
        cut_percent=above_zero(node, "cut_percent") if node.has("cut_percent") else None,
        every_days=whole_of(node, "every_days", MOST_DAYS),
        terminal_from_mg=zero_or_more(node, "terminal_from_mg") if node.has("terminal_from_mg") else None,
        terminal_cut_mg=above_zero(node, "terminal_cut_mg") if node.has("terminal_cut_mg") else None,
    )


def _needed(node: Node, key: str) -> Decimal:
    value = node.decimal(key)
    if value is None:
        raise node.bad(key, "missing")
    return value


def above_zero(node: Node, key: str, most: Decimal = MOST_MG) -> Decimal:
    value = _needed(node, key)
    if not 0 < value <= most:
        raise node.bad(key, f"{value} is not above zero and at most {most}")
    if value != round(value, 4):
        raise node.bad(key, f"{value} has more than four decimal places")
    return value


def zero_or_more(node: Node, key: str, most: Decimal = MOST_MG) -> Decimal:
    value = _needed(node, key)
    return abs(value) if value == 0 else above_zero(node, key, most)


def name_of(node: Node, key: str) -> str:
    text = node.text(key)
    if not _NAME.fullmatch(text):
        raise node.bad(key, f"{text!r} is not a name in lower case" if text else "missing")
    return text


def day_of(node: Node, key: str) -> date:
    text = node.text(key)
    moment = node.moment(key)
    if moment is None or len(text) != 10:
        raise node.bad(key, f"{text!r} is not a day (YYYY-MM-DD)" if text else "missing")
    return moment.day


def _pace(root: Node) -> Pace:
    node = root.child("pace")
    if node is None:
        raise root.bad("pace", "missing")
    every = node.whole("every_days")
    if every is None or not 0 < every <= MOST_DAYS:
        raise node.bad("every_days", f"must be a whole number from 1 to {MOST_DAYS}")
    percent = above_zero(node, "cut_percent")
    if percent > 100:
        raise node.bad("cut_percent", f"{percent} is more than 100")
    return Pace(percent, every)


def times_of(root: Node) -> tuple[str, ...]:
    times = tuple(root.texts("times")) if root.has("times") else TIMES
    if not 1 <= len(times) <= MOST_TIMES or len(set(times)) != len(times) or not all(_NAME.fullmatch(t) for t in times):
        raise root.bad("times", f"must be one to {MOST_TIMES} different names in lower case, such as morning")
    return times


def products_of(root: Node, key: str = "products") -> tuple[Product, ...]:
    nodes = root.children(key)
    if len(nodes) > MOST_PRODUCTS:
        raise root.bad(key, f"more than {MOST_PRODUCTS}")
    products = tuple(_product(node) for node in nodes)
    if len({p.id for p in products}) != len(products):
        raise root.bad(key, "two products share an id")
    return products


def _product(node: Node) -> Product:
    form = node.text("form")
    if form not in FORMS:
        raise node.bad("form", f"{form!r} is none of: {', '.join(FORMS)}")
    liquid = form in LIQUIDS
    mg = above_zero(node, "mg_per_ml" if liquid else "mg")
    smallest = above_zero(node, "smallest_ml" if liquid else "smallest_part")
    if not liquid and (smallest > 1 or 1 % smallest != 0):
        raise node.bad("smallest_part", f"{smallest} does not divide one {form}")
    return Product(id=node.text("id") or _missing(node), form=form, mg=mg, smallest=smallest)


def _missing(node: Node) -> str:
    raise node.bad("id", "missing")
