"""Labels of the other benzodiazepines, the sizes that studies give for one medicine each, and the UK label on premedication.

Triazolam: the maker's page of the label, sections 4 and 5.8. Alprazolam: highlights, sections 2.6 and 4. Estazolam, lorazepam,
clonazepam and oxybate: pages that quote the label.
"""

from __future__ import annotations

import dataclasses

from serein.clinical.case import ICD10CM, SNOMED, Case
from tests.clinical.drafts import born, condition, medicine, person
from tests.clinical.worked import Worked, case, for_, of


def takes(*texts: str) -> Case:
    return person(medicines=tuple(medicine(t, f"m{n}") for n, t in enumerate(texts)))


def ill(text: str = "", system: str = "", code: str = "", place: str = "US") -> Case:
    return person(conditions=(condition(text, system, code),), jurisdiction=place)


def says(words: str, worked: Worked) -> Worked:
    return dataclasses.replace(worked, words=words)


SHUT_ANGLE = "acute angle-closure glaucoma"
UK, UK_OLD, UK_CHILD = (person(jurisdiction="UK", birth=born(years)) for years in (40, 70, 10))
FORBIDDEN = [
    *(
        case(f"triazolam: {other} is named by its label", takes(other), of("triazolam", "0.125"), "contraindicated-pair:stop")
        for other in ("nefazodone", "ritonavir", "indinavir", "nelfinavir", "saquinavir", "lopinavir")
    ),
    case("triazolam: Paxlovid holds ritonavir", takes("Paxlovid"), of("triazolam", "0.125"), "contraindicated-pair:stop"),
    case("estazolam: ritonavir is as strong", takes("ritonavir"), of("estazolam", "1"), "contraindicated-pair:stop"),
    case(
        "alprazolam: its label excepts ritonavir",
        takes("ritonavir"),
        of("alprazolam", "0.5"),
        "inhibitor-together:warn",
        "contraindicated-pair",
    ),
    case("alprazolam: cobicistat is not excepted", takes("cobicistat"), of("alprazolam", "0.5"), "contraindicated-pair:stop"),
    case("triazolam: cimetidine is no strong one", takes("cimetidine"), of("triazolam", "0.125"), "", "contraindicated-pair"),
    says(
        "names benzodiazepines",
        case("oxybate: what the label says of benzodiazepines", takes("Lumryz"), None, "contraindicated-pair:stop"),
    ),
]
CONDITIONS = [
    *(
        case(f"{one}: acute narrow-angle glaucoma", ill(SHUT_ANGLE), of(one, "1"), "narrow-angle-glaucoma:stop")
        for one in ("lorazepam", "clonazepam")
    ),
    case("oxazepam: no label was read", ill(SHUT_ANGLE), of("oxazepam", "10"), "narrow-angle-glaucoma:warn"),
    case(
        "lorazepam in the UK: no label was read", ill(SHUT_ANGLE, place="UK"), of("lorazepam", "1"), "narrow-angle-glaucoma:warn"
    ),
    case("clonazepam: significant liver disease", ill("liver failure"), of("clonazepam", "0.5"), "severe-liver-disease:stop"),
    case("lorazepam: liver failure", ill("liver failure"), of("lorazepam", "1"), "severe-liver-disease:warn"),
    case("oxazepam: liver failure", ill("liver failure"), of("oxazepam", "10"), "severe-liver-disease:warn"),
    case("porphyria, in words", ill("acute intermittent porphyria"), of("clonazepam", "0.5"), "porphyria:note"),
    case("porphyria, by code", ill("", ICD10CM, "E80.21"), None, "porphyria:note"),
    case("porphyria, by concept", ill("", SNOMED, "418470004"), None, "porphyria:note"),
    case("Gilbert's syndrome is none", ill("", ICD10CM, "E80.4"), None, "", "porphyria"),
]
SIZES = [
    says(size, case(f"{name}: how much", takes(name), None, "inhibitor-together:warn"))
    for name, size in (
        ("cimetidine", "57 % higher"),
        ("fluvoxamine", "0.40 to 0.14 mL/min/kg, half-life 51 to 118 hours"),
        ("fluoxetine", "no change of effect was seen"),
        ("omeprazole", "26 % lower in rapid metabolisers"),
        ("esomeprazole", "about 45 % lower"),
        ("itraconazole", "rise a little"),
        ("voriconazole", "about twice the exposure"),
        ("isoniazid", "half-life 34 to 45 hours"),
        ("grapefruit juice", "exposure 3.2 times"),
        ("ethinyl estradiol", "by how much was not verified"),
        ("clarithromycin", "the size was not verified"),
        ("fluconazole", "the size was not verified"),
        ("ciprofloxacin", "the size of the effect was not verified"),
        ("disulfiram", "the size of the effect was not verified"),
    )
] + [
    says("about 4 times as high", case("rifampicin: how much", takes("rifampicin"), None, "inducer-together:warn")),
    says("about 3 times as high", case("carbamazepine: how much", takes("carbamazepine"), None, "inducer-together:warn")),
    says("the size was not verified", case("phenobarbital: not known", takes("phenobarbital"), None, "inducer-together:warn")),
]
BEFORE = "premedication before surgery"
PREMEDICATION = [
    case(
        "UK, before surgery: 20 mg",
        UK,
        for_(BEFORE, "20", "1"),
        "",
        "dose-above-absolute dose-above-recommended indication-not-labelled",
    ),
    case("UK, before surgery: 25 mg", UK, for_(BEFORE, "25", "1"), "dose-above-absolute:stop"),
    case("UK, before surgery at 70: 10 mg", UK_OLD, for_(BEFORE, "10", "1"), "", "dose-above-absolute dose-above-recommended"),
    case("UK, before surgery at 70: 15 mg", UK_OLD, for_(BEFORE, "15", "1"), "dose-above-absolute:stop"),
    case("UK, before surgery at 10: 10 mg", UK_CHILD, for_(BEFORE, "10", "1"), "", "dose-above-absolute dose-above-recommended"),
    case("UK, before surgery at 10: 12 mg", UK_CHILD, for_(BEFORE, "12", "1"), "dose-above-absolute:stop"),
    case("US: no label names it", None, for_(BEFORE, "5", "1"), "indication-not-labelled:warn"),
]
CASES = [*FORBIDDEN, *CONDITIONS, *SIZES, *PREMEDICATION]
