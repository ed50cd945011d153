"""What a switch to diazepam changes in the record that an order is checked on: one medicine takes the place of what is switched away from."""

from decimal import Decimal

from msgspec.structs import replace

from serein.care.tapering.reads.courses import TaperCard, running_taper
from serein.care.tapering.reads.switches import total
from serein.care.tapering.reads.taken import switched_away
from serein.clinical.case import Case, Concept, Dosage, Medicine, Timing
from serein.clinical.quantities import Amount, Interval, Unit
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

ONE_DAY = Interval(Decimal(24))


@shown
def as_switched(chart: OpenChart, case: Case) -> tuple[Case, str]:
    """The case without the entries whose place a switch took, and the reference that an order of a running switch replaces ('' without one).

    While it runs, the whole dose at its start stands as one medicine that the order replaces, so that it is counted once and never hidden.
    An entry that is newer than the switch is none of these: it is a second benzodiazepine and stops the order.
    """
    gone = switched_away(chart)
    if not gone:
        return case, ""
    ended = tuple(replace(m, status="stopped") for m in case.medicines if m.reference in gone)
    kept = tuple(m for m in case.medicines if m.reference not in gone)
    course = running_taper(chart)
    if course is None or course.switch is None or course.switched_all:
        return replace(case, medicines=kept, past=(*case.past, *ended)), ""
    medicine = _whole(course)
    return replace(case, medicines=(*kept, medicine)), medicine.reference


def _whole(course: TaperCard) -> Medicine:
    switch = course.switch
    assert switch is not None
    mg = total(switch.before)
    text = f"{switch.daily_mg} mg a day, switched to diazepam one dose at a time (version {course.version}, agreed to)"
    dose = Dosage(text=text, low=Amount(mg, Unit.MG), timing=Timing(times=Decimal(1), per=ONE_DAY))
    return Medicine(
        reference=f"Switch/{course.id}", medicine=Concept(text=switch.substance), dosages=(dose,), source="statement",
    )  # fmt: skip
