"""The input of `serein taper` to a request for the planner. Strict: an unknown key is refused."""

import re
from datetime import date
from decimal import Decimal

from serein.clinical.taper import Cut, Pace, Product, Request
from serein.clinical.taper.amounts import FORMS, LIQUIDS
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.node import Node, Trace
from serein.interfaces.translate.strict_json import parse

TIMES = ("morning", "night")
MOST_MG, MOST_PRODUCTS, MOST_TIMES, MOST_DAYS = Decimal(1000), 12, 6, 366
_NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


def taper_request(data: bytes | str) -> tuple[Request, str]:
    """The request and the name of its policy. Raises BadInput with the path of what is wrong."""
    trace = Trace()
    root = Node(parse(data), "input", "input", trace)
    policy = root.text("policy") or "asam-2025"
    request = Request(
        substance=_name(root, "substance"),
        daily_dose_mg=_above_zero(root, "daily_dose_mg"),
        start_on=_day(root, "start_on"),
        pace=_pace(root),
        goal_mg=_zero_or_more(root, "goal_mg"),
        products=_products(root),
        times=_times(root),
        stable_since=_day(root, "stable_since") if root.has("stable_since") else None,
        recent_cuts=tuple(Cut(_day(n, "on"), _above_zero(n, "from_mg")) for n in root.children("recent_cuts")),
        days_per_week=_zero_or_more(root, "days_per_week") if root.has("days_per_week") else None,
        months_of_use=_zero_or_more(root, "months_of_use") if root.has("months_of_use") else None,
    )
    for node in trace.nodes:
        for key in node.unread():
            raise BadInput(f"{node.path}.{key}", "unknown key")
    return request, policy


def _needed(node: Node, key: str) -> Decimal:
    value = node.decimal(key)
    if value is None:
        raise node.bad(key, "missing")
    return value


def _above_zero(node: Node, key: str) -> Decimal:
    value = _needed(node, key)
    if not 0 < value <= MOST_MG:
        raise node.bad(key, f"{value} is not above zero and at most {MOST_MG}")
    if value != round(value, 4):
        raise node.bad(key, f"{value} has more than four decimal places")
    return value


def _zero_or_more(node: Node, key: str) -> Decimal:
    value = _needed(node, key)
    return value if value == 0 else _above_zero(node, key)


def _name(node: Node, key: str) -> str:
    text = node.text(key)
    if not _NAME.fullmatch(text):
        raise node.bad(key, f"{text!r} is not a name in lower case" if text else "missing")
    return text


def _day(node: Node, key: str) -> date:
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
    percent = _above_zero(node, "cut_percent")
    if percent > 100:
        raise node.bad("cut_percent", f"{percent} is more than 100")
    return Pace(percent, every)


def _times(root: Node) -> tuple[str, ...]:
    times = tuple(root.texts("times")) if root.has("times") else TIMES
    if not 1 <= len(times) <= MOST_TIMES or len(set(times)) != len(times) or not all(_NAME.fullmatch(t) for t in times):
        raise root.bad("times", f"must be one to {MOST_TIMES} different names in lower case, such as morning")
    return times


def _products(root: Node) -> tuple[Product, ...]:
    nodes = root.children("products")
    if len(nodes) > MOST_PRODUCTS:
        raise root.bad("products", f"more than {MOST_PRODUCTS}")
    products = tuple(_product(node) for node in nodes)
    if len({p.id for p in products}) != len(products):
        raise root.bad("products", "two products share an id")
    return products


def _product(node: Node) -> Product:
    form = node.text("form")
    if form not in FORMS:
        raise node.bad("form", f"{form!r} is none of: {', '.join(FORMS)}")
    liquid = form in LIQUIDS
    mg = _above_zero(node, "mg_per_ml" if liquid else "mg")
    smallest = _above_zero(node, "smallest_ml" if liquid else "smallest_part")
    if not liquid and (smallest > 1 or 1 % smallest != 0):
        raise node.bad("smallest_part", f"{smallest} does not divide one {form}")
    return Product(id=node.text("id") or _missing(node), form=form, mg=mg, smallest=smallest)


def _missing(node: Node) -> str:
    raise node.bad("id", "missing")
