"""Consent: the patient's own, in plain words, versioned."""

import dataclasses
from datetime import timedelta

import pytest
import textstat

from serein.care.access import actions as access
from serein.care.access import consent_texts
from serein.care.access.consent_texts import CONSENTS
from serein.care.access.reads import consents
from serein.foundation.people.keys import Refused
from tests.people import AT, four_people, given, open_for, own_chart


@pytest.mark.parametrize("what", list(CONSENTS))
def test_every_consent_reads_at_grade_six(what: str):
    text = " ".join((*CONSENTS[what].said, CONSENTS[what].yes))
    assert textstat.flesch_kincaid_grade(text) <= 6, textstat.flesch_kincaid_grade(text)


@pytest.mark.django_db
def test_only_the_patient_consents():
    people = four_people()
    for deed in (access.give_consent, access.withdraw_consent):
        refused = deed(open_for(people.clinician, people.patient), "care")
        assert isinstance(refused, Refused) and refused.code == "not-permitted"
        assert isinstance(deed(own_chart(people.patient), "everything"), Refused)


@pytest.mark.django_db
def test_saying_yes_twice_is_one_consent_and_new_words_are_a_new_one(monkeypatch: pytest.MonkeyPatch):
    people = four_people()
    first = given(access.give_consent(own_chart(people.patient), "care"))
    assert given(access.give_consent(own_chart(people.patient), "care")) == first
    newer = dataclasses.replace(CONSENTS["care"], version="2099-01", said=("New words.",))
    monkeypatch.setitem(consent_texts.CONSENTS, "care", newer)
    later = AT + timedelta(days=1)
    assert given(access.give_consent(own_chart(people.patient, later), "care")).consent_id != first.consent_id
    new, old = consents(own_chart(people.patient, later))
    assert (new.version, new.in_force, old.in_force, old.withdrawn_at) == ("2099-01", True, False, later)
    assert "New words." in new.text and "We will ask you questions." in old.text


@pytest.mark.django_db
def test_consent_is_withdrawn_from_now_on():
    people = four_people()
    later = AT + timedelta(days=1)
    assert given(access.withdraw_consent(own_chart(people.patient, later), "care")).count == 1
    assert given(access.withdraw_consent(own_chart(people.patient, later), "care")).count == 0
    [line] = consents(own_chart(people.patient, later))
    assert not line.in_force and line.given_at == AT
