"""The other inputs of `serein taper`: a switch, use when needed, an alcohol-withdrawal course, and steps that somebody typed."""

from decimal import Decimal

from serein.clinical.taper.courses import AlcoholCourse, AsNeeded
from serein.clinical.taper.review import TypedStep, parts_from
from serein.clinical.taper.switch import SwitchRequest
from serein.clinical.taper.values import TimedDose
from serein.interfaces.translate.node import Node
from serein.interfaces.translate.taper_request import (
    FAR_ABOVE_MG,
    MOST_DAYS,
    above_zero,
    day_of,
    name_of,
    nothing_unread,
    products_of,
    whole_of,
    zero_or_more,
)

REDUCE, STOP, SWITCH, AS_NEEDED, COURSE, UNPRESCRIBED = "reduce", "stop", "switch", "as-needed", "course", "unprescribed"
KINDS = (REDUCE, STOP, SWITCH, AS_NEEDED, COURSE, UNPRESCRIBED)
MOST_STEPS = 1000


def kind_of(root: Node) -> str:
    """What is asked for; a reduction where nothing is said. Raises BadInput."""
    kind = root.text("kind") or REDUCE
    if kind not in KINDS:
        raise root.bad("kind", f"{kind!r} is none of: {', '.join(KINDS)}")
    return kind


def switch_request(root: Node) -> SwitchRequest:
    """`doses` are [{at, mg}] of `substance`; `equivalence` is {chosen_mg, by}; `person` is {age_years, liver_disease}. Raises BadInput."""
    chosen = root.child("equivalence")
    if chosen is None:
        raise root.bad("equivalence", "missing: the clinician chooses a value within the tables' range")
    person = root.child("person")
    doses = tuple((name_of(n, "at"), above_zero(n, "mg")) for n in root.children("doses"))
    if not doses or len({at for at, _ in doses}) != len(doses):
        raise root.bad("doses", "at least one dose, each at another time of the day")
    request = SwitchRequest(
        substance=name_of(root, "substance"), doses=doses, start_on=day_of(root, "start_on"), every_days=_every(root),
        chosen_mg=above_zero(chosen, "chosen_mg"), chosen_by=chosen.text("by") or _missing(chosen, "by"), products=products_of(root),
        diazepam=products_of(root, "diazepam_products"), age_years=_optional(person, "age_years"),
        liver_disease=person.flag("liver_disease") if person else None, despite=root.text("despite"),
    )  # fmt: skip
    nothing_unread(root)
    return request


def as_needed(root: Node) -> AsNeeded:
    """Raises BadInput."""
    uses, goal = root.whole("days_per_week"), root.whole("goal_days_per_week")
    if uses is None or not 1 <= uses <= 7:
        raise root.bad("days_per_week", "must be a whole number from 1 to 7")
    if goal is not None and not 0 <= goal <= 7:
        raise root.bad("goal_days_per_week", "must be a whole number from 0 to 7")
    found = AsNeeded(
        substance=name_of(root, "substance"), mg_per_use=above_zero(root, "mg_per_use"), uses=uses, goal_uses=goal or 0,
        start_on=day_of(root, "start_on"), every_days=_every(root), products=products_of(root),
    )  # fmt: skip
    nothing_unread(root)
    return found


def alcohol_course(root: Node) -> AlcoholCourse:
    """Raises BadInput."""
    person = root.child("person")
    found = AlcoholCourse(
        substance=name_of(root, "substance"), regimen=name_of(root, "regimen"), dose_mg=above_zero(root, "dose_mg"),
        start_on=day_of(root, "start_on"), before_mg=zero_or_more(root, "before_mg") if root.has("before_mg") else Decimal(0),
        products=products_of(root), supervised=root.flag("supervised") or False, age_years=_optional(person, "age_years"),
        liver_disease=person.flag("liver_disease") if person else None,
    )  # fmt: skip
    nothing_unread(root)
    return found


def typed_steps(root: Node) -> tuple[TypedStep, ...]:
    """`steps` as [{from, daily_mg, days?, doses?}]; what a plan printed may stand there too. Raises BadInput."""
    nodes = root.children("steps")
    if not 1 <= len(nodes) <= MOST_STEPS:
        raise root.bad("steps", f"must be 1 to {MOST_STEPS} steps")
    return tuple(_typed(node) for node in nodes)


def _typed(node: Node) -> TypedStep:
    node.skip(
        "number", "cut_mg", "cut_percent", "terminal", "level"
    )  # worked out anew: what a file says of itself proves nothing
    daily_mg = zero_or_more(node, "daily_mg", FAR_ABOVE_MG)
    days = node.whole("days")
    if days is not None and not 0 <= days <= 10 * MOST_DAYS:
        raise node.bad("days", f"must be 0 to {10 * MOST_DAYS}")
    doses = tuple(_dose(n) for n in node.children("doses")) if node.has("doses") else None
    return TypedStep(from_=day_of(node, "from"), daily_mg=daily_mg, days=days, doses=doses)


def _dose(node: Node) -> TimedDose:
    parts = tuple(
        (n.text("product") or _missing(n, "product"), above_zero(n, "units", FAR_ABOVE_MG)) for n in node.children("parts")
    )
    return TimedDose(name_of(node, "at"), above_zero(node, "mg", FAR_ABOVE_MG), parts_from(parts))


def _every(root: Node) -> int:
    every = whole_of(root, "every_days", MOST_DAYS)
    if every is None:
        raise root.bad("every_days", "missing")
    return every


def _optional(node: Node | None, key: str) -> Decimal | None:
    return zero_or_more(node, key) if node is not None and node.has(key) else None


def _missing(node: Node, key: str) -> str:
    raise node.bad(key, "missing")
