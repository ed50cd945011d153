"""The person: contraindications and precautions of the FDA label (1.4, 1.5), of the UK SmPC (2), AGS Beers 2023, kinetics (3.3)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal

from serein.clinical.case import (
    ICD10CM,
    LOINC,
    SNOMED,
    Allergy,
    Answer,
    Birth,
    Case,
    Coding,
    Concept,
    Known,
    Observation,
    QuestionnaireAnswers,
)
from tests.clinical.drafts import TODAY, allergy, born, condition, medicine, person
from tests.clinical.worked import case, of


def ill(text: str = "", system: str = "", code: str = "", **more: object) -> Case:
    where = str(more.pop("place", "US"))
    return person(conditions=(condition(text, system, code, **more),), jurisdiction=where)


def told(**answers: Answer) -> Case:
    return person(told=answers, sex="female", birth=born(30))


def measured(code: str, value: str, unit: str, text: str = "") -> Case:
    seen = Observation(reference="ob1", concept=Concept((Coding(LOINC, code, text),)), value=Decimal(value), unit=unit, on=TODAY)
    return person(observations=(seen,))


def allergic(*to: str) -> Case:
    return person(allergies=tuple(Allergy(reference=f"a{n}", concept=Concept(text=t)) for n, t in enumerate(to)))


YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
PHQ = tuple((str(n), 0) for n in range(1, 9))
DROPS = medicine("latanoprost", "m1")

FORBIDDEN_US = [
    case("under 6 months", person(birth=Birth.day(TODAY - timedelta(days=150))), None, "under-six-months:stop child:warn"),
    case("6 months and older", person(birth=Birth.day(TODAY - timedelta(days=190))), None, "child:warn", "under-six-months"),
    case("myasthenia gravis", ill("myasthenia gravis"), None, "myasthenia-gravis:stop"),
    case("myasthenia gravis by code", ill("", ICD10CM, "G70.00"), None, "myasthenia-gravis:stop"),
    case(
        "severe respiratory insufficiency",
        ill("chronic respiratory failure"),
        None,
        "severe-respiratory-disease:stop",
        "respiratory-disease",
    ),
    case("severe respiratory insufficiency by code", ill("", ICD10CM, "J96.11"), None, "severe-respiratory-disease:stop"),
    case("severe hepatic insufficiency", ill("hepatic failure"), None, "severe-liver-disease:stop", "liver-disease"),
    case("severe hepatic insufficiency by code", ill("", ICD10CM, "K72.90"), None, "severe-liver-disease:stop"),
    case("sleep apnoea syndrome", ill("obstructive sleep apnea"), None, "sleep-apnoea:stop"),
    case("sleep apnoea by code", ill("", ICD10CM, "G47.33"), None, "sleep-apnoea:stop"),
    case("acute narrow-angle glaucoma", ill("acute angle-closure glaucoma"), None, "narrow-angle-glaucoma:stop"),
    case("untreated open-angle glaucoma", ill("primary open angle glaucoma"), None, "open-angle-glaucoma:stop"),
    case(
        "treated open-angle glaucoma is allowed",
        person(conditions=(condition("open-angle glaucoma"),), medicines=(DROPS,)),
        None,
        "open-angle-glaucoma:note",
    ),
    case("glaucoma of a kind that nobody wrote down", ill("glaucoma"), None, "narrow-angle-glaucoma:warn", "open-angle-glaucoma"),
    case("hypersensitivity to diazepam", allergic("diazepam"), None, "allergy-to-benzodiazepine:stop"),
    case("hypersensitivity to another benzodiazepine", allergic("lorazepam"), None, "allergy-to-benzodiazepine:stop"),
    case("hypersensitivity to the class in words", allergic("benzodiazepines"), None, "allergy-to-benzodiazepine:stop"),
    case("hypersensitivity to penicillin", allergic("penicillin"), None, "", "allergy-to-benzodiazepine allergies-unknown"),
    case("a product by its brand", person(allergies=(allergy("Valium"),)), None, "allergy-to-benzodiazepine:stop"),
]
NOT_FORBIDDEN = [
    case("a refuted illness", ill("sleep apnoea", verification="refuted"), None, "", "sleep-apnoea"),
    case("an illness entered in error", ill("myasthenia gravis", verification="entered-in-error"), None, "", "myasthenia-gravis"),
    case("an illness that is over", ill("hepatic failure", status="resolved"), None, "", "severe-liver-disease liver-disease"),
    case("no sleep apnoea", ill("no sleep apnoea"), None, "", "sleep-apnoea"),
    case("glaucoma in the family", ill("family history of glaucoma"), None, "", "narrow-angle-glaucoma open-angle-glaucoma"),
    case("lorazepam in severe liver disease", ill("hepatic failure"), of("lorazepam", "1"), "severe-liver-disease:warn"),
    case("oxazepam in severe liver disease", ill("hepatic failure"), of("oxazepam", "10"), "severe-liver-disease:warn"),
    *(
        case(f"{what} beside lorazepam, whose label was not read", ill(what), of("lorazepam", "1"), f"{code}:warn")
        for what, code in (
            ("myasthenia gravis", "myasthenia-gravis"),
            ("sleep apnoea", "sleep-apnoea"),
            ("chronic respiratory failure", "severe-respiratory-disease"),
            ("primary open angle glaucoma", "open-angle-glaucoma"),
        )
    ),
    case("a phobic state in the US", ill("obsessive compulsive disorder"), None, "", "phobic-or-obsessional-state:stop"),
    case("chronic narrow-angle glaucoma", ill("chronic angle-closure glaucoma"), None, "narrow-angle-glaucoma:warn"),
    case("psychosis in the US", ill("schizophrenia"), None, "psychosis:warn"),
    case("attention disorder in the US", ill("ADHD"), None, "attention-disorder:warn"),
]
FORBIDDEN_UK = [
    case(
        "phobic or obsessional state", ill("obsessive compulsive disorder", place="UK"), None, "phobic-or-obsessional-state:stop"
    ),
    case("chronic psychosis", ill("schizophrenia", place="UK"), None, "psychosis:stop"),
    case("hyperkinesis", ill("hyperkinetic disorder", place="UK"), None, "attention-disorder:stop"),
    case("respiratory depression", ill("respiratory failure", place="UK"), None, "severe-respiratory-disease:stop"),
    case("UK myasthenia gravis", ill("myasthenia gravis", place="UK"), None, "myasthenia-gravis:stop"),
    case("UK severe hepatic insufficiency", ill("hepatic failure", place="UK"), None, "severe-liver-disease:stop"),
    case("UK sleep apnoea", ill("sleep apnoea", place="UK"), None, "sleep-apnoea:stop"),
]
PRECAUTIONS = [
    case("chronic lung disease", ill("COPD"), None, "respiratory-disease:warn", "severe-respiratory-disease"),
    case("asthma by code", ill("", ICD10CM, "J45.909"), None, "respiratory-disease:warn"),
    case("cirrhosis", ill("cirrhosis of liver"), None, "liver-disease:warn", "severe-liver-disease"),
    case("fatty liver", ill("", ICD10CM, "K76.0"), None, "liver-disease:warn"),
    case("kidney disease", ill("chronic kidney disease stage 3"), None, "kidney-disease:warn"),
    case("filtration of 45", measured("33914-3", "45", "mL/min"), None, "kidney-disease:warn"),
    case("filtration of 90", measured("33914-3", "90", "mL/min"), None, "", "kidney-disease"),
    case("obesity", ill("obesity"), None, "obesity:note"),
    case("a body mass index of 31", measured("39156-5", "31", "kg/m2"), None, "obesity:note"),
    case("a body mass index of 29", measured("39156-5", "29", "kg/m2"), None, "", "obesity"),
    case("depression", ill("", ICD10CM, "F32.1"), None, "depression:warn"),
    case("PHQ-9 of 10", measured("44261-6", "10", "points"), None, "depression:warn"),
    case("PHQ-9 of 9", measured("44261-6", "9", "points"), None, "", "depression"),
    case("suicidal ideation", ill("suicidal ideation"), None, "suicidal-thoughts:warn"),
    case(
        "PHQ-9 item 9",
        person(questionnaires=(QuestionnaireAnswers(reference="q1", instrument="phq-9", answers=(*PHQ, ("9", 1))),)),
        None,
        "suicidal-thoughts:warn",
    ),
    case(
        "PHQ-9 item 9 of none",
        person(questionnaires=(QuestionnaireAnswers(reference="q1", instrument="phq-9", answers=(*PHQ, ("9", 0))),)),
        None,
        "",
        "suicidal-thoughts",
    ),
    case("abuse and addiction: a disorder of use", ill("opioid use disorder"), None, "substance-use-disorder:warn"),
    case("epilepsy", ill("epilepsy"), None, "seizure-disorder:note"),
    case("falls", ill("", ICD10CM, "Z91.81"), None, "falls:warn"),
    case("falls as told", told(falls=YES), None, "falls:warn"),
    case("dementia", ill("", ICD10CM, "F03.90"), None, "dementia:warn"),
    case("delirium", ill("delirium"), None, "delirium:warn"),
    case("delirium tremens is no reason against", ill("delirium tremens"), None, "", "delirium"),
    case("earlier paradoxical reaction", ill("paradoxical reaction to benzodiazepine"), None, "paradoxical-reaction:warn"),
    case("poor metaboliser", ill("CYP2C19 poor metabolizer"), None, "slow-metaboliser:warn"),
    case("depression of breathing is no low mood", ill("respiratory depression"), None, "", "depression"),
]
PREGNANCY = [
    case("pregnant as told", told(pregnant=YES), None, "pregnancy:warn", "pregnancy-status-unknown"),
    case(
        "pregnant by code",
        person(sex="female", birth=born(30), conditions=(condition("", ICD10CM, "O09.90"),), told={"pregnant": UNKNOWN}),
        None,
        "pregnancy:warn",
    ),
    case(
        "pregnant by concept",
        person(sex="female", birth=born(30), conditions=(condition("", SNOMED, "77386006"),), told={"pregnant": UNKNOWN}),
        None,
        "pregnancy:warn",
    ),
    case(
        "a pregnancy that is over",
        person(sex="female", birth=born(30), conditions=(condition("pregnancy", status="resolved"),)),
        None,
        "",
        "pregnancy",
    ),
    case("nobody asked a woman of 30", told(pregnant=UNKNOWN), None, "pregnancy-status-unknown:warn"),
    case("a man of 40", None, None, "", "pregnancy pregnancy-status-unknown"),
    case("a woman of 70", person(sex="female", birth=born(70), told={"pregnant": UNKNOWN}), None, "", "pregnancy-status-unknown"),
    case("breastfeeding", told(breastfeeding=YES), None, "breastfeeding:warn"),
    case("not breastfeeding", told(breastfeeding=NO), None, "", "breastfeeding"),
]
LIMITS = (("diazepam", "550"), ("oxazepam", "300"), ("temazepam", "1000"), ("lorazepam", "100"), ("clonazepam", "50"))
REST = [
    *(
        dataclasses.replace(
            case(f"UK drivers, {name}: {most}", person(told={"drives": YES}, jurisdiction="UK"), of(name, "1"), "driving:note"),
            words=f"the limit is {most} micrograms per litre",
        )
        for name, most in LIMITS
    ),
    case("who drives is advised", told(drives=YES), None, "driving:note"),
    case("who does not drive is not", None, None, "", "driving"),
    case("who works with dangerous machines is advised", told(risky_work=YES), None, "safety-critical-work:note"),
    case("whose work is not dangerous is not", None, None, "", "safety-critical-work"),
    case("nobody asked about allergies", person(allergies_known=Known.NO), None, "allergies-unknown:warn"),
    case("nobody asked about medicines", person(medicines_known=Known.NO), None, "medicines-unknown:warn"),
    case(
        "an ordinary man of 40", None, None, "", "older-adult child liver-disease medicines-unknown allergies-unknown age-unknown"
    ),
    case("a birth date in the future", person(birth=Birth.day(TODAY + timedelta(days=3))), None, "age-unknown:stop"),
]
CASES = [*FORBIDDEN_US, *NOT_FORBIDDEN, *FORBIDDEN_UK, *PRECAUTIONS, *PREGNANCY, *REST]
