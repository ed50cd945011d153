"""Dose, form and how it is written: FDA label of diazepam (section 1.2 and 1.9 of the facts), UK SmPC, and our own rules on slips."""

from __future__ import annotations

from decimal import Decimal

from serein.clinical.case import ICD10CM, Answer, Coding, Concept, Supply
from serein.clinical.quantities import Unit
from tests.clinical.drafts import TABLETS, born, condition, established, medicine, mg, order, person, tablet
from tests.clinical.worked import case, for_, of

RINGS = "dose-above-absolute dose-above-recommended tenfold-slip"
OLD, CHILD = person(birth=born(70)), person(birth=born(10))
UK, UK_OLD, UK_CHILD = (
    person(jurisdiction="UK"),
    person(jurisdiction="UK", birth=born(70)),
    person(jurisdiction="UK", birth=born(10)),
)
LIVER, LUNGS = person(conditions=(condition("cirrhosis of the liver"),)), person(conditions=(condition("COPD"),))
OPIOID = person(medicines=(medicine("oxycodone 5 mg tablet", "m7"),))
COURSE = person(told={"alcohol_course": Answer.YES})
DETOX = "acute alcohol withdrawal"


def days(n: int, quantity: int | None = None, repeats: int | None = None) -> Supply:
    many = Decimal(quantity) if quantity is not None else None
    return Supply(days=Decimal(n), quantity=many, unit=Unit.TABLET if quantity else None, repeats=repeats)


US_ADULT = [
    case("anxiety: 2 mg, twice", None, for_("anxiety", "2"), "", RINGS),
    case("anxiety: 10 mg, 4 times", None, for_("anxiety", "10", "4"), "", RINGS + " frequency-out-of-range"),
    case(
        "anxiety: a fifth dose is outside the range",
        None,
        for_("anxiety", "8", "5"),
        "frequency-out-of-range:warn",
        "dose-above-absolute",
    ),
    case(
        "anxiety: 50 mg a day is above 40",
        None,
        for_("anxiety", "10", "5"),
        "dose-above-absolute:stop frequency-out-of-range:warn",
    ),
    case("anxiety: 41 mg a day is above 40", None, for_("anxiety", "20.5"), "dose-above-absolute:stop"),
    case(
        "anxiety: 12 mg at a time is above 2 to 10",
        None,
        for_("anxiety", "12"),
        "dose-above-recommended:warn",
        "dose-above-absolute",
    ),
    case("anxiety: once a day is below 2 to 4", None, for_("anxiety", "5", "1"), "frequency-out-of-range:note", RINGS),
    case("muscle spasm: 10 mg, 4 times", None, for_("muscle spasm", "10", "4"), "", RINGS),
    case("muscle spasm: twice is below 3 or 4", None, for_("muscle spasm", "5"), "frequency-out-of-range:note", RINGS),
    case("muscle spasm: 45 mg a day", None, for_("back spasm", "15", "3"), "dose-above-absolute:stop"),
    case("convulsive disorders: 2 mg, twice", None, for_("epilepsy", "2"), "", RINGS + " indication-not-labelled"),
    case("convulsive disorders: 10 mg, 4 times", None, for_("seizures", "10", "4"), "", RINGS),
    case(
        "convulsive disorders: 60 mg is the UK's most",
        None,
        for_("epilepsy", "15", "4"),
        "dose-above-recommended:warn",
        "dose-above-absolute",
    ),
    case("convulsive disorders: 64 mg is above every label", None, for_("epilepsy", "16", "4"), "dose-above-absolute:stop"),
    case("spasticity: 40 mg a day in the US", None, for_("spasticity", "10", "4"), "", RINGS),
    case(
        "spasticity: 60 mg a day by the UK label",
        None,
        for_("cerebral palsy", "15", "4"),
        "dose-above-recommended:warn",
        "dose-above-absolute",
    ),
    case("spasticity: 80 mg a day", None, for_("spasticity", "20", "4"), "dose-above-absolute:stop"),
    case("stiff-person syndrome is labelled", None, for_("stiff-man syndrome", "10", "3"), "", "indication-not-labelled"),
    case(
        "stiff-person syndrome by code",
        None,
        order(mg("10", "3"), reasons=(Concept((Coding(ICD10CM, "G25.82"),)),)),
        "",
        "indication-not-labelled",
    ),
    case("insomnia is no US label use", None, for_("insomnia", "5", "1"), "indication-not-labelled:warn"),
    case("stress of everyday life is no use", None, for_("stress at work", "5"), "indication-not-labelled:warn"),
    case("no reason at all", None, order(reasons=()), "indication-missing:warn"),
    case("without a reason the narrowest usual limit holds", None, order(mg("15", "3"), reasons=()), "dose-above-absolute:stop"),
    case(
        "the widest of two reasons counts",
        None,
        order(mg("15", "4"), reasons=(Concept(text="anxiety"), Concept(text="spasticity"))),
        "",
        "dose-above-absolute",
    ),
    case(
        "alcohol withdrawal: 10 mg, 4 times, supervised",
        COURSE,
        for_(DETOX, "10", "4"),
        "",
        RINGS + " alcohol-withdrawal-setting",
    ),
    case("alcohol withdrawal: outside a course", None, for_(DETOX, "10", "4"), "alcohol-withdrawal-setting:stop"),
    case("alcohol withdrawal: 50 mg a day on a schedule", COURSE, for_(DETOX, "10", "5"), "dose-above-absolute:stop"),
    case(
        "alcohol withdrawal: repeats as needed in a course have no printed maximum",
        COURSE,
        order(mg("20", "4", as_needed=True, maximum="80"), reasons=(Concept(text=DETOX),)),
        "dose-limit-unknown:warn",
        "dose-above-absolute",
    ),
]
PEOPLE = [
    case("older: first dose 2.5 mg, twice", OLD, for_("anxiety", "2.5"), "older-adult:warn", "start-dose-too-high " + RINGS),
    case("older: 5 mg a day is the first dose", OLD, for_("anxiety", "2.5", "2"), "", "start-dose-too-high"),
    case(
        "older: 10 mg a day is above the first dose", OLD, for_("anxiety", "5"), "start-dose-too-high:warn", "dose-above-absolute"
    ),
    case("older: half of 40 mg", OLD, for_("anxiety", "12", "2"), "dose-above-absolute:stop"),
    case("older: 65 is old", person(birth=born(65)), for_("anxiety", "2"), "older-adult:warn"),
    case("older: 64 is not", person(birth=born(64)), for_("anxiety", "2"), "", "older-adult"),
    case("older: epilepsy is an exception of the criteria", OLD, for_("epilepsy", "2"), "older-adult:warn"),
    case("older: 30 mg a day for spasticity", OLD, for_("spasticity", "10", "3"), "", "dose-above-absolute"),
    case("older: 32 mg a day for spasticity", OLD, for_("spasticity", "8", "4"), "dose-above-absolute:stop"),
    case(
        "debilitated people begin as the old do",
        person(conditions=(condition("frailty"),)),
        for_("anxiety", "5"),
        "debility:warn start-dose-too-high:warn",
        "older-adult",
    ),
    case("liver disease asks for less: 5 mg a day", LIVER, for_("anxiety", "2.5"), "liver-disease:warn", "start-dose-too-high"),
    case("liver disease asks for less: 10 mg a day", LIVER, for_("anxiety", "5"), "start-dose-too-high:warn"),
    case("lung disease asks for less: 6 mg a day", LUNGS, for_("anxiety", "2", "3"), "start-dose-too-high:warn"),
    case("lung disease: 2 mg twice", LUNGS, for_("anxiety", "2"), "respiratory-disease:warn", "start-dose-too-high"),
    case("with an opioid the least: 4 mg a day", OPIOID, for_("anxiety", "2"), "opioid-together:warn", "start-dose-too-high"),
    case("with an opioid the least: 15 mg a day", OPIOID, for_("anxiety", "5", "3"), "start-dose-too-high:warn"),
    case("an opioid that the patient tells of", person(told={"opioids": Answer.YES}), None, "start-dose-too-high:warn"),
    case(
        "a dose that goes on with an opioid is no first dose",
        person(medicines=(established(mg("5"), months=6), medicine("oxycodone", "m7"))),
        order(mg("5"), replaces="m9"),
        "opioid-together:warn",
        "start-dose-too-high",
    ),
    case(
        "of lorazepam no first dose was read",
        LIVER,
        of("lorazepam 1 mg tablet", "1"),
        "liver-disease:warn",
        "start-dose-too-high",
    ),
    case(
        "child: first dose 1 to 2.5 mg, 3 or 4 times",
        CHILD,
        for_("epilepsy", "2.5", "4"),
        "child:warn",
        "start-dose-too-high " + RINGS,
    ),
    case("child: 5 mg at a time is above the first dose", CHILD, for_("epilepsy", "5", "2"), "start-dose-too-high:warn"),
    case("child: 12 mg a day is above what is printed", CHILD, for_("anxiety", "3", "4"), "dose-above-absolute:stop"),
    case("child: 17 is young", person(birth=born(17)), for_("anxiety", "2"), "child:warn"),
    case("child: 18 is not", person(birth=born(18)), for_("anxiety", "2"), "", "child"),
    case("child: UK spasticity up to 40 mg", UK_CHILD, for_("spasticity", "10", "4"), "child:warn", RINGS),
    case("child: UK spasticity above 40 mg", UK_CHILD, for_("spasticity", "14", "3"), "dose-above-absolute:stop"),
    case("age unknown", person(birth=None), None, "age-unknown:stop"),
]
UK_LABEL = [
    case("anxiety: 5 to 30 mg a day", UK, for_("severe anxiety", "10", "3"), "", RINGS),
    case(
        "anxiety: 36 mg is above 30", UK, for_("severe anxiety", "12", "3"), "dose-above-recommended:warn", "dose-above-absolute"
    ),
    case("anxiety: 44 mg is above every label", UK, for_("severe anxiety", "11", "4"), "dose-above-absolute:stop"),
    case("insomnia: 15 mg at night", UK, for_("insomnia", "15", "1"), "", RINGS + " indication-not-labelled"),
    case("insomnia: 20 mg at night", UK, for_("insomnia", "20", "1"), "dose-above-absolute:stop"),
    case("muscle spasm: 15 mg a day", UK, for_("muscle spasm", "5", "3"), "", RINGS),
    case("muscle spasm: 18 mg a day", UK, for_("muscle spasm", "6", "3"), "dose-above-recommended:warn", "dose-above-absolute"),
    case("spasticity: 60 mg a day", UK, for_("cerebral palsy", "20", "3"), "", RINGS),
    case("spasticity: 66 mg a day", UK, for_("cerebral palsy", "22", "3"), "dose-above-absolute:stop"),
    case("epilepsy: 60 mg a day", UK, for_("epilepsy", "20", "3"), "", RINGS),
    case(
        "older: half of 30 mg",
        UK_OLD,
        for_("anxiety", "5", "3"),
        "older-adult:warn",
        "dose-above-recommended dose-above-absolute",
    ),
    case(
        "older: 16 mg is above half of 30",
        UK_OLD,
        for_("anxiety", "8", "2"),
        "dose-above-recommended:warn",
        "dose-above-absolute",
    ),
    case("older: half of 15 mg at night", UK_OLD, for_("insomnia", "7.5", "1"), "", "dose-above-recommended dose-above-absolute"),
    case("older: 8 mg at night", UK_OLD, for_("insomnia", "8", "1"), "dose-above-absolute:stop"),
]
OTHERS = [
    case(f"no limit of {s} was read", None, of(s, mg_), "dose-limit-unknown:warn", RINGS + " indication-not-labelled")
    for s, mg_ in (
        ("alprazolam", "0.5"), ("chlordiazepoxide", "10"), ("clobazam", "10"), ("clonazepam", "0.5"), ("clorazepate", "7.5"),
        ("estazolam", "1"), ("flurazepam", "15"), ("lorazepam", "1"), ("lormetazepam", "1"), ("loprazolam", "1"), ("nitrazepam", "5"),
        ("oxazepam", "10"), ("quazepam", "7.5"), ("temazepam", "10"), ("triazolam", "0.125"), ("zolpidem", "5"), ("zopiclone", "7.5"),
    )
]  # fmt: skip
WRITTEN = [
    case(
        "197590 is the 2 mg tablet",
        None,
        order(
            medicine=Concept((Coding("http://www.nlm.nih.gov/research/umls/rxnorm", TABLETS["2"], "diazepam 5 MG Oral Tablet"),))
        ),
        "code-text-disagree:stop",
    ),
    case("197589 is the 10 mg tablet", None, order(mg("10"), medicine=tablet("10")), "", "code-text-disagree dose-not-makeable"),
    case("a 5 mg tablet makes halves", None, order(mg("2.5"), medicine=tablet("5")), "", "dose-not-makeable"),
    case("a 5 mg tablet makes no thirds", None, order(mg("2"), medicine=tablet("5")), "dose-not-makeable:warn"),
    case("no 3 mg tablet is sold", None, order(mg("3"), medicine=Concept(text="diazepam 3 mg tablet")), "dose-not-makeable:warn"),
    case(
        "the concentrate is five times the solution",
        None,
        order(mg("5"), medicine=Concept(text="diazepam 5 mg/mL oral concentrate")),
        "concentration-mixup:warn",
    ),
    case(
        "the solution is no concentrate",
        None,
        order(mg("5"), medicine=Concept(text="diazepam 1 mg/mL oral solution")),
        "",
        "concentration-mixup",
    ),
    case(
        "millilitres without a strength",
        None,
        order(mg("5", unit=Unit.ML), medicine=Concept(text="diazepam oral solution")),
        "concentration-mixup:warn dose-unreadable:stop",
    ),
    case(
        "5 mL of 1 mg/mL is 5 mg",
        None,
        order(mg("5", unit=Unit.ML), medicine=Concept(text="diazepam 1 mg/mL oral solution")),
        "",
        "dose-unreadable " + RINGS,
    ),
    case("as needed with a maximum", None, order(mg("5", "3", as_needed=True, maximum="15")), "", "as-needed-without-maximum"),
    case("as needed without one", None, order(mg("5", "3", as_needed=True)), "as-needed-without-maximum:warn"),
    case("no dose", None, order(dosages=()), "dose-unreadable:stop"),
    case("100 mg for 10", None, order(mg("100", "3")), "tenfold-slip:stop dose-above-absolute:stop"),
    case("0.5 mg for 5", None, order(mg("0.5", "3"), medicine=Concept(text="diazepam")), "tenfold-slip:warn"),
    case("words say 50, the code says 5", None, order(mg("5", text="take 50 mg twice a day")), "tenfold-slip:stop"),
    case("words and code agree", None, order(mg("5", text="take 5 mg twice a day")), "", "tenfold-slip"),
    case(
        "ten times the dose before",
        person(medicines=(established(mg("2", "2")),)),
        order(mg("10", "4"), replaces="m9"),
        "tenfold-slip:stop",
    ),
    case("28 tablets for 14 days twice", None, order(supply=days(14, 28)), "", "quantity-mismatch"),
    case("60 tablets for 14 days twice", None, order(supply=days(14, 60)), "quantity-mismatch:warn"),
    case("10 % more is no mismatch", None, order(supply=days(14, 30)), "", "quantity-mismatch"),
    case("6 repeats in the US", None, order(supply=days(14, repeats=6)), "refills-beyond-law:stop"),
    case("5 repeats in the US", None, order(supply=days(14, repeats=5)), "", "refills-beyond-law"),
    case("nothing that can be placed", None, order(medicine=Concept(text="blurb 5 mg")), "medicine-not-recognised:stop"),
    case(
        "372767007 is fluoxetine",
        None,
        order(medicine=Concept((Coding("http://snomed.info/sct", "372767007", "diazepam"),))),
        "code-text-disagree:stop",
    ),
]
LENGTH = [
    case("28 days", None, order(supply=days(28)), "", "duration-beyond-guidance"),
    case("29 days", None, order(supply=days(29)), "duration-beyond-guidance:warn"),
    case("4 months", None, order(supply=days(30, repeats=4)), "duration-beyond-guidance:warn"),
    case(
        "suspension: 14 days",
        UK,
        order(mg("5", unit=Unit.ML), medicine=Concept(text="diazepam 2 mg/5 mL oral suspension"), supply=days(14)),
        "",
        "duration-beyond-guidance",
    ),
    case(
        "suspension: 15 days",
        UK,
        order(mg("5", unit=Unit.ML), medicine=Concept(text="diazepam 2 mg/5 mL oral suspension"), supply=days(15)),
        "duration-beyond-guidance:warn",
    ),
    case("lorazepam: 28 days", None, of("lorazepam", "1", supply=days(28)), "", "duration-beyond-guidance"),
    case("lorazepam: 29 days", None, of("lorazepam", "1", supply=days(29)), "duration-beyond-guidance:warn"),
    case(
        "a taper gets a note",
        person(medicines=(established(mg("5", "3")),)),
        order(mg("4.5", "3"), medicine=Concept(text="diazepam"), replaces="m9"),
        "duration-beyond-guidance:note",
    ),
]
CASES = [*US_ADULT, *PEOPLE, *UK_LABEL, *OTHERS, *WRITTEN, *LENGTH]
