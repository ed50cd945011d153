"""Each number that a label, a guideline or a rule prints, at its edge: what it still allows, and what is just beyond it."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

from serein.clinical.case import LOINC, SNOMED, Answer, Case, Coding, Concept, Observation, Order, Supply
from tests.clinical.drafts import TODAY, born, condition, established, medicine, mg, order, person
from tests.clinical.worked import Worked, case, for_, of

UK, COURSE = {"jurisdiction": "UK"}, {"told": {"alcohol_course": Answer.YES}}
OLD, CHILD = {"birth": born(70)}, {"birth": born(10)}
DETOX = "acute alcohol withdrawal"
ABOVE, OUTER, OFTEN, FIRST = "dose-above-recommended", "dose-above-absolute", "frequency-out-of-range", "start-dose-too-high"
SLIP, LENGTH, SOON = "tenfold-slip", "duration-beyond-guidance", "increase-too-soon"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


# Who, for what, a tenth of a dose that the label prints: a point that slipped is asked about.
TENTHS = [
    ("US, anxiety, 2 to 10 mg", {}, "anxiety", "0.25"),
    ("US, muscle spasm, 2 to 10 mg", {}, "muscle spasm", "0.25"),
    ("US, spasticity, 2 to 10 mg", {}, "spasticity", "0.25"),
    ("US, seizures, 2 to 10 mg", {}, "epilepsy", "0.25"),
    ("US, alcohol withdrawal, 5 to 10 mg", COURSE, DETOX, "0.75"),
    ("US, older, 2 to 2.5 mg", OLD, "anxiety", "0.225"),
    ("US, child, 1 to 2.5 mg", CHILD, "epilepsy", "0.15"),
    ("UK, insomnia, 5 to 15 mg", UK, "insomnia", "0.75"),
    ("UK, alcohol withdrawal, 5 to 20 mg", UK | COURSE, DETOX, "0.75"),
    ("UK, older, alcohol withdrawal, half of 5 to 20 mg", UK | COURSE | OLD, DETOX, "0.4"),
    ("UK, premedication, 5 to 20 mg", UK, "premedication", "0.75"),
    ("UK, older, premedication, half of 5 to 20 mg", UK | OLD, "premedication", "0.4"),
    ("UK, child, premedication, 2 to 10 mg", UK | CHILD, "premedication", "0.3"),
]
# Who, for what, the largest single dose of the label and one above it, how often.
SINGLES = [
    ("US, alcohol withdrawal, up to 10 mg", COURSE, DETOX, "10", "12", "3"),
    ("US, muscle spasm, up to 10 mg", {}, "muscle spasm", "10", "12", "3"),
    ("US, spasticity, up to 10 mg", {}, "spasticity", "10", "12", "3"),
    ("US, seizures, up to 10 mg", {}, "epilepsy", "10", "12", "3"),
    ("UK, alcohol withdrawal, up to 20 mg", UK | COURSE, DETOX, "20", "25", "1"),
    ("UK, older, alcohol withdrawal, up to 10 mg", UK | COURSE | OLD, DETOX, "10", "12", "1"),
]
# Who, for what, mg at a time; fewest and most times a day that the label prints.
TIMES = [
    ("US, anxiety, 2 to 4 times", {}, "anxiety", "5", 2, 4),
    ("US, alcohol withdrawal, 3 or 4 times", COURSE, DETOX, "5", 3, 4),
    ("US, muscle spasm, 3 or 4 times", {}, "muscle spasm", "5", 3, 4),
    ("US, spasticity, 3 or 4 times", {}, "spasticity", "5", 3, 4),
    ("US, seizures, 2 to 4 times", {}, "epilepsy", "5", 2, 4),
    ("US, older, once or twice at first", OLD, "anxiety", "2", 1, 2),
    ("US, child, 3 or 4 times at first", CHILD, "epilepsy", "1", 3, 4),
]
# Who, for what, single dose and times that make the most of a day, and one above it with what it is then.
DAYS = [
    ("UK, older, muscle spasm, half of 15 mg", UK | OLD, "muscle spasm", ("2.5", "3"), ("4", "2"), ABOVE),
    ("UK, older, spasticity, half of 60 mg", UK | OLD, "spasticity", ("10", "3"), ("8", "4"), OUTER),
    ("UK, older, seizures, half of 60 mg", UK | OLD, "epilepsy", ("10", "3"), ("8", "4"), OUTER),
    ("US, older, alcohol withdrawal, half of 40 mg", OLD | COURSE, DETOX, ("10", "2"), ("11", "2"), OUTER),
    ("US, older, muscle spasm, half of 40 mg", OLD, "muscle spasm", ("10", "2"), ("11", "2"), OUTER),
    ("US, older, seizures, half of 60 mg", OLD, "epilepsy", ("10", "3"), ("8", "4"), OUTER),
    ("US, child, anxiety, 2.5 mg 4 times", CHILD, "anxiety", ("2.5", "4"), ("3", "4"), OUTER),
    ("US, child, muscle spasm, 2.5 mg 4 times", CHILD, "muscle spasm", ("2.5", "4"), ("3", "4"), OUTER),
    ("US, child, seizures, 2.5 mg 4 times", CHILD, "epilepsy", ("2.5", "4"), ("3", "4"), OUTER),
]


def edges(says: str, who: dict[str, object], code: str, within: Order, beyond: Order) -> list[Worked]:
    return [
        case(f"{says}: kept", person(**who), within, "", f"{ABOVE} {OUTER}" if (code, who) == (OUTER, UK | OLD) else code),
        case(f"{says}: passed", person(**who), beyond, code),
    ]


LABELS = [
    *[case(f"{says}: a tenth of it", person(**who), for_(why, dose, "3"), f"{SLIP}:warn") for says, who, why, dose in TENTHS],
    *[
        c
        for says, who, why, most, more, times in SINGLES
        for c in edges(f"{says} at a time", who, ABOVE, for_(why, most, times), for_(why, more, times))
    ],
    *[
        c
        for says, who, why, dose, least, most in TIMES
        for c in (
            case(f"{says}: the fewest", person(**who), for_(why, dose, str(least)), "", OFTEN),
            case(f"{says}: the most", person(**who), for_(why, dose, str(most)), "", OFTEN),
            case(f"{says}: once more", person(**who), for_(why, dose, str(most + 1)), f"{OFTEN}:warn"),
        )
    ],
    *[case(f"{says}: once less", person(**who), for_(why, dose, str(n - 1)), f"{OFTEN}:note") for says, who, why, dose, n, _ in TIMES if n > 1],
    *[c for says, who, why, most, more, code in DAYS for c in edges(f"{says} a day", who, code, for_(why, *most), for_(why, *more))],
    case("US, older, 2.5 mg at first: 3 mg", person(**OLD), for_("anxiety", "3", "1"), FIRST),
    case("US, child, 10 mg a day at first: 12 mg", person(**CHILD), for_("epilepsy", "2.4", "5"), FIRST),
]  # fmt: skip

LIMITED = ["alprazolam", "chlordiazepoxide", "clobazam", "clonazepam", "clorazepate", "estazolam", "flurazepam", "loprazolam",
           "lormetazepam", "nitrazepam", "oxazepam", "quazepam", "temazepam", "triazolam"]  # fmt: skip


def says(words: str, worked: Worked) -> Worked:
    """The same case, in which some finding must say these words."""
    return dataclasses.replace(worked, words=words)


def lasting(days: int) -> dict[str, object]:
    return {"supply": Supply(days=Decimal(days))}


LENGTHS = [
    *[
        c
        for name in LIMITED
        for c in edges(f"guideline, 2 to 4 weeks of {name}", {}, LENGTH, of(name, "1", **lasting(28)), of(name, "1", **lasting(29)))
    ],
    says("beyond 28 days", case("US, four months: 122 days are not above it", None, order(**lasting(122)), LENGTH)),
    says("beyond 4 months", case("US, four months: 123 days are", None, order(**lasting(123)), LENGTH)),
]  # fmt: skip

# Substance, age, days until 90 % of steady state by its published half-life (3.32 half-lives), what else is known of the person.
SETTLED = [
    ("diazepam, 20 h at 20 years", "diazepam", 20, 3, {}),
    ("diazepam, 90 h at 80 years", "diazepam", 80, 13, {}),
    ("diazepam, 2.3 times as long in cirrhosis", "diazepam", 20, 7, {"conditions": (condition("cirrhosis of liver"),)}),
    ("diazepam, 88 h in poor metabolisers", "diazepam", 20, 13, {"conditions": (condition("CYP2C19 poor metabolizer"),)}),
    ("lorazepam, 14.6 h", "lorazepam", 20, 3, {}),
    ("lorazepam, 1.9 times as long in cirrhosis", "lorazepam", 20, 4, {"conditions": (condition("cirrhosis of liver"),)}),
    ("temazepam, unchanged in cirrhosis", "temazepam", 20, 3, {"conditions": (condition("cirrhosis of liver"),)}),
    ("nitrazepam, 26 h in the young", "nitrazepam", 20, 4, {}),
    ("nitrazepam, 38 h in the old", "nitrazepam", 80, 6, {}),
    *[
        (f"{name}, {hours} h at {years} years", name, years, days, {})
        for name, hours, days in (("alprazolam", "11.2", 2), ("chlordiazepoxide", "78", 11), ("clobazam", "74", 11),
                                  ("clonazepam", "40", 6), ("oxazepam", "6.7", 1), ("temazepam", "15.5", 3))
        for years in (20, 80)
    ],
    ("lorazepam, 14.6 h at 80 years", "lorazepam", 80, 3, {}),
]  # fmt: skip


def raised(name: str, years: int, days: int, **more: object) -> Case:
    """Somebody of so many years who has taken 1 mg for so many days."""
    before = medicine(f"{name} 1 MG", "m9", dosages=(mg("1", "1"),), starts=ago(days))
    return person(birth=born(years), medicines=(before,), **more)


LEVELS = [
    *[
        case(f"{says}: raised once settled, on day {days}", raised(name, years, days, **more), of(name, "2", replaces="m9"), "", SOON)
        for says, name, years, days, more in SETTLED
    ],
    *[
        case(f"{says}: raised on day {days - 1}", raised(name, years, days - 1, **more), of(name, "2", replaces="m9"), SOON)
        for says, name, years, days, more in SETTLED
    ],
    case("no half-life of triazolam: moving for 28 days", person(medicines=(medicine("carbamazepine", starts=ago(20)),)),
         of("triazolam", "0.125"), "level-drift:note"),
    case("no half-life of triazolam: settled after 28 days", person(medicines=(medicine("carbamazepine", starts=ago(29)),)),
         of("triazolam", "0.125"), "inducer-together", "level-drift"),
]  # fmt: skip


def girl(years: int) -> Case:
    return person(sex="female", birth=born(years), told={"pregnant": Answer.UNKNOWN})


def tested(days: int) -> Case:
    """A woman of 30 whose pregnancy was observed so many days ago."""
    status = Concept((Coding(LOINC, "82810-3"),))
    seen = Observation(reference="ob1", concept=status, on=ago(days), answer=Concept((Coding(SNOMED, "77386006", "Pregnant"),)))
    return person(sex="female", birth=born(30), told={"pregnant": Answer.UNKNOWN}, observations=(seen,))


def since(months: int, ended: int, dose: str = "10") -> Case:
    """Diazepam for so many months that ended so many days ago."""
    return person(past=(established(mg(dose, "1"), months=months, ends=ago(ended)),))


def lowered(ended: int) -> Case:
    """20 mg until so many days ago, 16 mg now."""
    now = medicine("diazepam", "m8", dosages=(mg("16", "1"),), starts=ago(ended))
    return person(medicines=(now,), past=(established(mg("20", "1"), ends=ago(ended)),))


TAKING = person(medicines=(established(mg("10", "1")),))
RENEWED = {"medicine": Concept(text="diazepam"), "replaces": "m9"}
RULES = [
    case("a pregnancy may be from 12 years on", girl(13), None, "pregnancy-status-unknown:warn"),
    case("no pregnancy is asked about at 10", girl(10), None, "", "pregnancy-status-unknown"),
    case("a pregnancy seen 30 days ago", tested(30), None, "pregnancy:warn", "pregnancy-status-unknown"),
    case("a pregnancy seen 60 days ago", tested(60), None, "pregnancy-status-unknown:warn", "pregnancy"),
    case("use that ended 20 days ago goes on", since(8, 20), None, "dependence-likely:note"),
    case("use that ended 40 days ago is over", since(8, 40), None, "", "dependence-likely"),
    case("14 days of supply are a bridge and need a successor", TAKING, order(mg("10", "1"), **RENEWED, **lasting(14)),
         "abrupt-stop:warn"),
    case("15 days of supply are an ordinary renewal", TAKING, order(mg("10", "1"), **RENEWED, **lasting(15)), "", "abrupt-stop"),
    case("cuts of 10 days are one cut", lowered(10), order(mg("14", "1"), **RENEWED | {"replaces": "m8"}), "cut-too-fast:warn"),
    case("cuts 20 days apart are two", lowered(20), order(mg("14", "1"), **RENEWED | {"replaces": "m8"}), "", "cut-too-fast"),
    case("9 days of the last supply are left", person(medicines=(established(mg("5"), supply=Supply(days=Decimal(30)), starts=ago(21)),)),
         order(mg("5"), **RENEWED), "early-request:warn"),
    case("18 % more tablets than the days need", None, order(supply=Supply(days=Decimal(14), quantity=Decimal(33), unit="tablet")),
         "quantity-mismatch:warn"),
    case("3 to 2 mg in the terminal zone", person(medicines=(established(mg("3", "1")),)), order(mg("2", "1"), **RENEWED), "", "cut-too-fast"),
    case("reviewed 2 months ago, renewed", person(medicines=(established(mg("10", "1")),), told={"last_review": ago(70)}),
         order(mg("10", "1"), **RENEWED), "", "review-overdue"),
]  # fmt: skip
CASES = [*LABELS, *LENGTHS, *LEVELS, *RULES]
