"""Two entries may bear one reference: two systems number alike, two intakes of a day count from one. Nobody's record breaks on that."""

from serein.care.evaluation.actions import NewEntry, Recorded, record_entry
from serein.care.evaluation.reads.case import case_of
from tests.care.prescribed import medicine, value_words
from tests.people import AT, four_people, open_for


def test_each_of_three_medicines_with_one_reference_is_in_the_case(db):
    people = four_people()
    chart = open_for(people.clinician, people.patient)
    for words in ("omeprazole", "omeprazole", "omeprazole (2)", "oxycodone"):
        assert isinstance(record_entry(chart, NewEntry(medicine(words), value_words(medicine(words)))), Recorded)
    names = [m.reference for m in case_of(open_for(people.clinician, people.patient), AT.date()).medicines]
    assert len(names) == len(set(names)) == 4
    assert {f"MedicationStatement/{words}" for words in ("omeprazole", "omeprazole (2)", "oxycodone")} < set(names)
