"""Other medicines, other illnesses, and what nobody knows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from serein.clinical.case import (
    ATC,
    ICD10CM,
    LOINC,
    RXNORM,
    SNOMED,
    Answer,
    Coding,
    Concept,
    Known,
    Observation,
    QuestionnaireAnswers,
)
from tests.clinical.drafts import TODAY, allergy, born, codes, condition, judge, medicine, mg, order, person, severity


def beside(*texts: str, **more):  # type: ignore[no-untyped-def]
    return judge(person(medicines=tuple(medicine(t, f"m{n}") for n, t in enumerate(texts)), **more))


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("oxycodone 5 mg tablet", "opioid-together", "warn"),
        ("Acetaminophen 300 MG / Codeine Phosphate 30 MG Oral Tablet", "opioid-together", "warn"),
        ("methadone", "opioid-together", "warn"),
        ("Suboxone", "opioid-together", "warn"),
        ("gabapentin 300 mg", "gabapentinoid-together", "warn"),
        ("clozapine", "clozapine-together", "warn"),
        ("quetiapine", "cns-depressant-together", "warn"),
        ("zolpidem 10 mg", "cns-depressant-together", "warn"),
        ("sertraline", "cns-depressant-together", "note"),
        ("phenelzine", "cns-depressant-together", "note"),
        ("hydroxyzine", "cns-depressant-together", "warn"),
        ("omeprazole", "inhibitor-together", "warn"),
        ("fluvoxamine", "inhibitor-together", "warn"),
        ("rifampin 300 mg", "inducer-together", "warn"),
        ("St. John's Wort", "inducer-together", "warn"),
        ("lorazepam 1 mg", "benzodiazepine-duplicate", "stop"),
        ("Xyrem", "contraindicated-pair", "stop"),
        ("atomoxetine 100 MG Oral Capsule", "attention-medicine-together", "note"),
        ("blurbomycin 3 mg", "medicine-not-recognised", "warn"),
        ("blurbomycin 3 mg / codeine 2 mg", "medicine-not-recognised", "warn"),
    ],
)
def test_company_is_found_by_name(text, code, how):
    assert severity(beside(text), code) == how


@pytest.mark.parametrize(
    "text",
    ["lisinopril 10 mg", "famotidine", "ranitidine", "nizatidine", "atorvastatin 20 MG Oral Tablet", "losartan potassium 50 MG"],
)
def test_medicines_that_no_source_names_make_no_noise(text):
    assert codes(beside(text)) == set()


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (ATC, "N02AA05", "opioid-together"),
        (ATC, "N05BA06", "benzodiazepine-duplicate"),
        (ATC, "N05BA", "benzodiazepine-duplicate"),
        (RXNORM, "6813", "opioid-together"),
        (SNOMED, "372767007", "inhibitor-together"),
    ],
)
def test_company_is_found_by_code_alone(system, code, expected):
    coded = medicine("", concept=Concept((Coding(system, code),)))
    assert expected in codes(judge(person(medicines=(coded,))))


def test_naloxone_is_offered_and_methadone_is_not_interrupted():
    (opioid,) = beside("oxycodone").of("opioid-together")
    assert any("naloxone" in s.casefold() for s in opioid.suggestions)
    (treatment,) = beside("methadone").of("opioid-together")
    assert any("Do not stop" in s for s in treatment.suggestions)


def test_lorazepam_is_no_inhibitors_business_but_valproate_is():
    lorazepam = order(mg("1", "2"), medicine=Concept(text="lorazepam 1 mg tablet"))
    taking = person(medicines=(medicine("omeprazole", "m1"),))
    assert "inhibitor-together" not in codes(judge(taking, lorazepam))
    assert "inhibitor-together" in codes(judge(person(medicines=(medicine("Depakote"),)), lorazepam))


def test_alprazolam_with_ketoconazole_is_forbidden_and_diazepam_with_it_is_not():
    taking = person(medicines=(medicine("ketoconazole 200 mg"),))
    alprazolam = order(mg("0.5", "2"), medicine=Concept(text="alprazolam 0.5 mg tablet"))
    assert severity(judge(taking, alprazolam), "contraindicated-pair") == "stop"
    assert "contraindicated-pair" not in codes(judge(taking))


def test_three_cns_active_medicines_warn_from_65():
    texts = ("oxycodone", "sertraline")
    assert severity(beside(*texts), "three-cns-active") == "note"
    assert severity(beside(*texts, birth=born(70)), "three-cns-active") == "warn"


def test_a_recorded_switch_is_no_duplicate():
    taking = person(
        medicines=(medicine("lorazepam 1 mg tablet", dosages=(mg("1", "2"),), authored_on=TODAY - timedelta(days=90)),)
    )
    found = judge(taking, order(mg("10", "2"), replaces="m1"))
    assert "benzodiazepine-duplicate" not in codes(found) and found.orders[0].purpose == "same"


def test_a_rescue_form_is_noted_and_not_summed():
    rectal = medicine("diazepam 10 mg rectal gel", dosages=(mg("10", "1"),), authored_on=TODAY)
    found = judge(person(medicines=(rectal,)))
    assert severity(found, "rescue-form-noted") == "note"
    assert "benzodiazepine-duplicate" not in codes(found) and found.orders[0].purpose == "start"


def test_two_drafts_of_two_benzodiazepines_are_duplicates():
    other = order(mg("1", "2"), reference="o2", medicine=Concept(text="lorazepam 1 mg tablet"))
    assert "benzodiazepine-duplicate" in codes(judge(person(), order(), other))


def test_a_draft_of_an_opioid_is_judged_beside_the_diazepam_that_is_taken():
    taking = person(medicines=(medicine("diazepam 5 mg tablet", dosages=(mg("5"),)),))
    opioid = order(mg("5", "4"), medicine=Concept(text="oxycodone 5 mg tablet"))
    found = judge(taking, opioid)
    assert found.of("opioid-together")[0].order == "o1"
    assert any(n.check.startswith("dose of oxycodone") for n in found.not_checked)


def test_an_order_for_nothing_known_is_stopped():
    assert severity(judge(person(), order(medicine=Concept(text="Blurb"))), "medicine-not-recognised") == "stop"


@pytest.mark.parametrize(
    ("system", "code", "text", "expected", "how"),
    [
        (ICD10CM, "G47.33", "", "sleep-apnoea", "stop"),
        ("", "", "Obstructive sleep apnea", "sleep-apnoea", "stop"),
        (ICD10CM, "G70.00", "", "myasthenia-gravis", "stop"),
        (ICD10CM, "J96.11", "", "severe-respiratory-disease", "stop"),
        (ICD10CM, "J44.9", "", "respiratory-disease", "warn"),
        (ICD10CM, "K72.90", "", "severe-liver-disease", "stop"),
        (ICD10CM, "K74.60", "", "liver-disease", "warn"),
        (ICD10CM, "H40.219", "", "narrow-angle-glaucoma", "stop"),
        (ICD10CM, "H40.229", "", "narrow-angle-glaucoma", "warn"),
        (ICD10CM, "H40.1190", "", "open-angle-glaucoma", "stop"),
        (ICD10CM, "N18.31", "", "kidney-disease", "warn"),
        (ICD10CM, "F32.1", "", "depression", "warn"),
        (ICD10CM, "R45.851", "", "suicidal-thoughts", "warn"),
        (ICD10CM, "F20.9", "", "psychosis", "warn"),
        (ICD10CM, "F11.20", "", "substance-use-disorder", "warn"),
        (ICD10CM, "Z91.81", "", "falls", "warn"),
        (ICD10CM, "G30.9", "", "dementia", "warn"),
        (ICD10CM, "E66.9", "", "obesity", "note"),
        (SNOMED, "192127007", "", "attention-disorder", "warn"),
        ("", "", "CYP2C19 poor metabolizer", "slow-metaboliser", "warn"),
        ("", "", "Paradoxical reaction to midazolam", "paradoxical-reaction", "warn"),
    ],
)
def test_conditions_are_found_by_code_or_words(system, code, text, expected, how):
    assert severity(judge(person(conditions=(condition(text, system, code),))), expected) == how


@pytest.mark.parametrize(
    "text", ["No sleep apnea", "Family history of depression", "respiratory depression excluded", "Screening for dementia"]
)
def test_what_is_denied_is_not_found(text):
    assert codes(judge(person(conditions=(condition(text),)))) <= set()


def test_respiratory_depression_is_no_low_mood():
    found = codes(judge(person(conditions=(condition("Respiratory depression"),))))
    assert "depression" not in found and "severe-respiratory-disease" in found


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_a_refuted_condition_counts_for_nothing(verification):
    assert codes(judge(person(conditions=(condition("Sleep apnoea", verification=verification),)))) == set()


def test_the_graver_illness_silences_the_milder():
    both = (condition("COPD", ICD10CM, "J44.9"), condition("Respiratory failure", ICD10CM, "J96.11", reference="c2"))
    found = codes(judge(person(conditions=both)))
    assert "severe-respiratory-disease" in found and "respiratory-disease" not in found


def test_lorazepam_in_severe_liver_disease_is_a_warning():
    sick = person(conditions=(condition("", ICD10CM, "K72.90"),))
    lorazepam = order(mg("1", "2"), medicine=Concept(text="lorazepam 1 mg tablet"))
    assert severity(judge(sick, lorazepam), "severe-liver-disease") == "warn"


def test_uk_labels_forbid_what_us_labels_do_not():
    adhd = (condition("", SNOMED, "192127007"),)
    assert severity(judge(person(conditions=adhd, jurisdiction="UK")), "attention-disorder") == "stop"


def test_treated_open_angle_glaucoma_is_a_note():
    treated = person(conditions=(condition("", ICD10CM, "H40.1190"),), medicines=(medicine("latanoprost eye drops"),))
    assert severity(judge(treated), "open-angle-glaucoma") == "note"


@pytest.mark.parametrize("text", ["diazepam", "Lorazepam", "benzodiazepines", "allergy to benzodiazepine"])
def test_an_allergy_to_any_benzodiazepine_stops(text):
    assert severity(judge(person(allergies=(allergy(text),))), "allergy-to-benzodiazepine") == "stop"
    assert "allergy-to-benzodiazepine" not in codes(judge(person(allergies=(allergy("penicillin"),))))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"pregnant": Answer.YES}, "pregnancy"),
        ({"breastfeeding": Answer.YES}, "breastfeeding"),
        ({"alcohol": Answer.YES}, "alcohol-together"),
        ({"opioids": Answer.YES}, "opioid-together"),
        ({"falls": Answer.YES}, "falls"),
        ({"suicidal_thoughts": Answer.YES}, "suicidal-thoughts"),
        ({"drives": Answer.UNKNOWN}, "driving"),
        ({"risky_work": Answer.YES}, "safety-critical-work"),
    ],
)
def test_what_the_patient_tells_counts(told, expected):
    assert expected in codes(judge(person(told=told)))


def test_work_that_nobody_asked_about_is_said_not_to_be_checked():
    unasked = judge(person(told={"risky_work": Answer.UNKNOWN}))
    assert "safety-critical-work" in {n.check for n in unasked.not_checked} and not unasked.of("safety-critical-work")
    assert "safety-critical-work" not in {n.check for n in judge(person()).not_checked}


def test_pregnancy_is_asked_about_once_it_is_possible():
    unasked = {"pregnant": Answer.UNKNOWN}
    assert "pregnancy-status-unknown" in codes(judge(person(sex="female", told=unasked)))
    assert "pregnancy-status-unknown" in codes(judge(person(sex="unknown", told=unasked)))
    assert "pregnancy-status-unknown" not in codes(judge(person(sex="male", told=unasked)))
    assert "pregnancy-status-unknown" not in codes(judge(person(sex="female", birth=born(70), told=unasked)))


def test_the_record_answers_where_nobody_asked():
    unasked = {"pregnant": Answer.UNKNOWN, "alcohol": Answer.UNKNOWN}
    expecting = person(sex="female", told=unasked, conditions=(condition("", ICD10CM, "Z33.1"),))
    assert "pregnancy" in codes(judge(expecting))
    status = Observation(
        reference="s1", concept=Concept((Coding(LOINC, "82810-3"),)), on=TODAY, answer=Concept(text="Not pregnant")
    )
    assert "pregnancy-status-unknown" not in codes(judge(person(sex="female", told=unasked, observations=(status,))))
    stale = msgspec.structs.replace(status, on=TODAY - timedelta(days=400))
    assert "pregnancy-status-unknown" in codes(judge(person(sex="female", told=unasked, observations=(stale,))))


def number(code: str, value: str, words: str = "") -> Observation:
    return Observation(reference=code, concept=Concept((Coding(LOINC, code, words),)), on=TODAY, value=Decimal(value))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (number("39156-5", "31"), "obesity"),
        (number("98979-8", "45"), "kidney-disease"),
        (number("44261-6", "12"), "depression"),
        (number("44260-8", "1"), "suicidal-thoughts"),
    ],
)
def test_measurements_count_without_a_diagnosis(seen, expected):
    assert expected in codes(judge(person(observations=(seen,))))


def test_item_nine_of_an_answered_phq_9_is_never_only_added_up():
    answers = tuple((str(n), 1 if n == 9 else 0) for n in range(1, 10))
    asked = QuestionnaireAnswers(reference="q1", instrument="phq-9", answers=answers, on=TODAY)
    found = codes(judge(person(questionnaires=(asked,))))
    assert "suicidal-thoughts" in found and "depression" not in found


def test_unknown_is_not_none():
    blank = person(medicines_known=Known.NO, allergies_known=Known.NO)
    assert {"medicines-unknown", "allergies-unknown"} <= codes(judge(blank))
    assert severity(judge(person(birth=None)), "age-unknown") == "stop"
    assert {n.check for n in judge(person()).not_checked} >= {"licence", "identity", "jurisdiction", "hepatic-impairment"}


def test_a_rescue_form_is_not_judged_by_the_limits_of_tablets():
    rectal = order(mg("10", "1", as_needed=True, maximum="20"), medicine=Concept(text="diazepam 10 mg rectal gel"))
    found = judge(person(birth=born(75)), rectal)
    assert "dose-limit-unknown" in codes(found)
    assert not {"dose-above-absolute", "start-dose-too-high", "dose-above-recommended", "dose-unreadable"} & codes(found)


def test_a_z_drug_beside_a_benzodiazepine_is_said_from_both_sides():
    zolpidem = order(mg("10", "1"), medicine=Concept(text="zolpidem 10 mg tablet"))
    taking = person(medicines=(medicine("diazepam 5 mg tablet", dosages=(mg("5"),)),))
    assert severity(judge(taking, zolpidem), "cns-depressant-together") == "warn"


def test_how_an_unstudied_benzodiazepine_is_broken_down_is_said_to_be_unknown():
    found = judge(person(medicines=(medicine("omeprazole"),)), order(mg("1", "1"), medicine=Concept(text="clonazepam 1 mg")))
    assert {"inhibitor-together", "inducer-together"} <= {n.check for n in found.not_checked}


def test_a_measured_genotype_counts():
    seen = Observation(
        reference="g1",
        concept=Concept(text="CYP2C19 gene product metabolic activity interpretation"),
        on=TODAY,
        answer=Concept(text="Poor metabolizer"),
    )
    assert "slow-metaboliser" in codes(judge(person(observations=(seen,))))
    usual = msgspec.structs.replace(seen, answer=Concept(text="Normal metabolizer"))
    assert "slow-metaboliser" not in codes(judge(person(observations=(usual,))))


def test_a_corticosteroid_is_a_note_and_its_cream_is_none():
    assert severity(beside("prednisone 10 mg tablet"), "inducer-together") == "note"
    assert "inducer-together" not in codes(beside("clobetasol cream"))


TOLD = {
    "Sleep apnea": ("sleep-apnoea", "stop"),
    "Severe respiratory insufficiency": ("severe-respiratory-disease", "stop"),
    "Lung disease": ("respiratory-disease", "warn"),
    "Possible narrow-angle glaucoma (kind of glaucoma not known)": ("narrow-angle-glaucoma", "warn"),
    "Respiratory disease": ("respiratory-disease", "warn"),
    "Severe liver disease": ("severe-liver-disease", "stop"),
    "Liver disease": ("liver-disease", "warn"),
    "Kidney disease": ("kidney-disease", "warn"),
    "Myasthenia gravis": ("myasthenia-gravis", "stop"),
    "Narrow-angle glaucoma": ("narrow-angle-glaucoma", "warn"),
    "Open-angle glaucoma, untreated": ("open-angle-glaucoma", "stop"),
    "Open-angle glaucoma, treated": ("open-angle-glaucoma", "note"),
    "Glaucoma, kind not known": ("narrow-angle-glaucoma", "warn"),
    "Depression": ("depression", "warn"),
    "Psychosis": ("psychosis", "warn"),
    "Epilepsy": ("seizure-disorder", "note"),
    "Seizures": ("seizure-disorder", "note"),
    "Dementia": ("dementia", "warn"),
    "Substance use disorder": ("substance-use-disorder", "warn"),
    "Repeated falls": ("falls", "warn"),
}


@pytest.mark.parametrize(("words", "expected"), TOLD.items())
def test_the_words_of_the_intake_are_understood(words, expected):
    code, how = expected
    found = judge(person(conditions=(condition(words),)), order(mg("2.5")))
    assert codes(found) == {code} and severity(found, code) == how


def test_every_illness_that_the_intake_asks_about_is_understood():
    from serein.care.evaluation.told import CONDITIONS

    assert set(CONDITIONS.values()) <= TOLD.keys()
