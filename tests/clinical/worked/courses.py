"""The course: ASAM 2025 table 2 and recommendations 1, 2 and 6, boxed warning part 3, programme red flags (8)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from serein.clinical.case import ICD10CM, Answer, Case, Concept, DependenceFacts, Medicine, Order, Supply
from tests.clinical.drafts import TODAY, condition, established, medicine, mg, order, person
from tests.clinical.worked import case, of

ANY = Concept(text="diazepam")


def taking(single: str, times: str = "1", months: int = 8, **more: object) -> Case:
    asked = {"told": more.pop("told", {})}
    return person(medicines=(established(mg(single, times), months=months, **more),), **asked)


def then(single: str, times: str = "1", **more: object) -> Order:
    return order(mg(single, times), medicine=ANY, replaces="m9", **more)


def told(months: str, days: str = "7", mg_a_day: str = "10") -> Case:
    facts = DependenceFacts(months_of_use=Decimal(months), days_per_week=Decimal(days), daily_diazepam_mg=Decimal(mg_a_day))
    return person(told={"dependence": facts})


def by_five(months: int) -> tuple[Medicine, ...]:
    """Opioids of four other prescribers that ended so many months ago."""
    ended = TODAY - timedelta(days=31 * months)
    return tuple(medicine("oxycodone", f"p{n}", prescriber=f"Dr {n}", starts=ended, ends=ended) for n in "ABCD")


TABLE_2 = [
    case("3 days a week or fewer: rare", told("12", "3", "40"), None, "", "dependence-likely"),
    case("under 1 month, 4 days or more: lower", told("0.5", "7", "40"), None, "", "dependence-likely"),
    case("1 to 3 months, low dose: lower", told("2", "7", "10"), None, "", "dependence-likely"),
    case("1 to 3 months, moderate dose: yes", told("2", "7", "12"), None, "dependence-likely:note"),
    case("1 to 3 months, high dose: yes", told("1", "4", "16"), None, "dependence-likely:note"),
    case("3 months or more, any dose: yes", told("3", "4", "2"), None, "dependence-likely:note"),
    case("a diagnosis", person(conditions=(condition("", ICD10CM, "F13.20"),)), None, "dependence-likely:note"),
    case("a diagnosis in words", person(conditions=(condition("benzodiazepine dependence"),)), None, "dependence-likely:note"),
    case("the record shows 8 months", taking("5", "2"), then("5", "2"), "dependence-likely:note"),
    case("the record shows 2 weeks", taking("5", "2", months=0), then("5", "2"), "", "dependence-likely"),
    case("nothing before", None, None, "", "dependence-likely abrupt-stop cut-too-fast early-request"),
]
CUTS = [
    case("20 to 18 mg: a tenth", taking("20"), then("18"), "dependence-likely", "cut-too-fast"),
    case("20 to 15 mg: a quarter", taking("20"), then("15"), "", "cut-too-fast"),
    case("20 to 14 mg: more than a quarter", taking("20"), then("14"), "cut-too-fast:warn"),
    case("40 to 20 mg: half", taking("40"), then("20"), "cut-too-fast:warn"),
    case("2 to 1 mg at the very end", taking("2"), then("1"), "", "cut-too-fast"),
    case("5 to 4 mg in the terminal zone", taking("5"), then("4"), "", "cut-too-fast"),
    case("5 to 2.5 mg is no small step", taking("5"), then("2.5"), "cut-too-fast:warn"),
    case("halved after two weeks only", taking("20", months=0), then("10"), "", "cut-too-fast"),
]
ENDS = [
    case(
        "a written end and nothing after it",
        taking("10"),
        order(mg("10", "1", days=Decimal(30)), medicine=ANY, replaces="m9"),
        "abrupt-stop:warn",
    ),
    case("a month's supply without an end", taking("10"), then("10", supply=Supply(days=Decimal(30))), "", "abrupt-stop"),
    case("a week's supply and nothing after it", taking("10"), then("10", supply=Supply(days=Decimal(7))), "abrupt-stop:warn"),
    case(
        "a week's supply of an agreed taper",
        taking("10", told={"taper_runs": Answer.YES}),
        then("9", supply=Supply(days=Decimal(7))),
        "",
        "abrupt-stop",
    ),
    case(
        "replaced by another medicine at once",
        taking("10"),
        Order(reference="o1", medicine=Concept(text="sertraline"), replaces="m9", authored_on=TODAY),
        "abrupt-stop:warn",
    ),
    case(
        "no plan to end a long course",
        taking("10", told={"taper_plan": Answer.NO}),
        then("10", supply=Supply(days=Decimal(30))),
        "taper-missing:note",
    ),
    case("a plan to end it", taking("10"), then("10", supply=Supply(days=Decimal(30))), "", "taper-missing"),
    case("no plan for two weeks", person(told={"taper_plan": Answer.NO}), order(), "", "taper-missing"),
]
REVIEW = [
    case(
        "reviewed 5 months ago",
        taking("10", told={"last_review": TODAY - timedelta(days=150)}),
        then("10"),
        "review-overdue:warn",
    ),
    case(
        "reviewed 2 months ago", taking("10", told={"last_review": TODAY - timedelta(days=60)}), then("10"), "", "review-overdue"
    ),
    case("no review needed in the first weeks", None, None, "", "review-overdue"),
]
RELAXED = [
    case("kept above every label in dependence", taking("50"), then("50"), "dose-above-absolute:warn"),
    case("lowered above every label in dependence", taking("60"), then("54"), "dose-above-absolute:warn"),
    case("raised above every label in dependence", taking("40"), then("50"), "dose-above-absolute:stop"),
    case("an unreadable dose is never relaxed", taking("20"), order(dosages=(), replaces="m9"), "dose-unreadable:stop"),
]
HANDS = [
    case(
        "20 days of the last supply are left",
        taking("5", "2", supply=Supply(days=Decimal(30)), starts=TODAY - timedelta(days=10)),
        then("5", "2"),
        "early-request:warn",
    ),
    case(
        "5 days of the last supply are left",
        taking("5", "2", supply=Supply(days=Decimal(30)), starts=TODAY - timedelta(days=25)),
        then("5", "2"),
        "",
        "early-request",
    ),
    case(
        "a lower dose is no early request",
        taking("5", "2", supply=Supply(days=Decimal(30)), starts=TODAY - timedelta(days=10)),
        then("4.5", "2"),
        "",
        "early-request",
    ),
    case(
        "two prescribers",
        person(medicines=(medicine("oxycodone", prescriber="Dr B"),)),
        order(prescriber="Dr A"),
        "several-prescribers:warn",
    ),
    case(
        "one prescriber",
        person(medicines=(medicine("oxycodone", prescriber="Dr A"),)),
        order(prescriber="Dr A"),
        "",
        "several-prescribers",
    ),
    case("5 prescribers within 6 months", person(past=by_five(months=4)), order(prescriber="Dr E"), "several-prescribers:warn"),
    case("4 of 5 longer ago than 6 months", person(past=by_five(months=7)), order(prescriber="Dr E"), "", "several-prescribers"),
    case("4 prescribers within 6 months", person(past=by_five(4)[1:]), order(prescriber="Dr E"), "", "several-prescribers"),
    case("an earlier order of the same tablet goes on", taking("5", "2"), order(mg("5", "1")), "supply-overlap:warn"),
    case("an earlier order is replaced", taking("5", "2"), order(mg("5", "2"), replaces="m9"), "", "supply-overlap"),
]
SOON = [
    case("raised after 3 days", taking("5", "2", starts=TODAY - timedelta(days=3)), then("5", "3"), "increase-too-soon:warn"),
    case("raised after 60 days", taking("5", "2", starts=TODAY - timedelta(days=60)), then("5", "3"), "", "increase-too-soon"),
    case(
        "lorazepam raised after a day",
        person(medicines=(medicine("lorazepam 1 MG", "m9", dosages=(mg("1"),), starts=TODAY - timedelta(days=1)),)),
        of("lorazepam", "2", "2", replaces="m9"),
        "increase-too-soon:warn",
    ),
    case(
        "lorazepam raised after 4 days",
        person(medicines=(medicine("lorazepam 1 MG", "m9", dosages=(mg("1"),), starts=TODAY - timedelta(days=4)),)),
        of("lorazepam", "2", "2", replaces="m9"),
        "",
        "increase-too-soon",
    ),
    case(
        "a dose that nobody can read is taken already",
        person(medicines=(medicine("diazepam", "m1", source="statement"),)),
        order(),
        "established-dose-unknown:warn",
    ),
]
CASES = [*TABLE_2, *CUTS, *ENDS, *REVIEW, *RELAXED, *HANDS, *SOON]
