"""Ten traps met while reading the sources. Each was somebody's published mistake."""

from __future__ import annotations

import importlib.resources
import re
from decimal import Decimal

import pytest

from serein.clinical import instruments, knowledge
from serein.clinical.case import RXNORM, SNOMED, Coding, Concept, Supply
from serein.clinical.knowledge.reading import build
from serein.clinical.knowledge.recognise import Identity
from serein.clinical.quantities import Unit
from tests.clinical.drafts import codes, judge, mg, order, person, severity

KNOWN = knowledge.load()


def identify(system: str, code: str, display: str = "") -> Identity:
    return KNOWN.register.identify(Concept((Coding(system, code, display),)))


def everything() -> str:
    folder = importlib.resources.files("serein.clinical.knowledge")
    files = [f for room in folder.iterdir() if room.is_dir() for f in _files(room)]
    return "\n".join(f.read_text("utf-8") for f in files)


def _files(room):  # type: ignore[no-untyped-def]
    for f in room.iterdir():
        if f.is_dir():
            yield from _files(f)
        elif f.name.endswith(".yaml"):
            yield f


@pytest.mark.parametrize(("code", "strength"), [("197590", "2"), ("197591", "5"), ("197589", "10")])
def test_1_the_number_of_an_rxnorm_tablet_does_not_follow_its_strength(code, strength):
    assert identify(RXNORM, code).mg == Decimal(strength)
    (product,) = [p for p in KNOWN.products_of("diazepam") if code in p.rxnorm]
    assert product.mg == Decimal(strength)


@pytest.mark.parametrize("wrong", ["314249", "312961", "309845", "197593"])
def test_1_codes_that_circulate_as_diazepam_5_mg_stop_the_order(wrong):
    draft = order(medicine=Concept((Coding(RXNORM, wrong, "Diazepam 5 MG Oral Tablet"),)))
    assert severity(judge(person(), draft), "code-text-disagree") == "stop"
    assert not identify(RXNORM, wrong).substances


def test_1_a_tablet_code_with_the_words_of_another_strength_stops_the_order():
    draft = order(medicine=Concept((Coding(RXNORM, "197589", "Diazepam 5 MG Oral Tablet"),)))
    assert severity(judge(person(), draft), "code-text-disagree") == "stop"


def test_2_the_snomed_code_of_fluoxetine_is_not_diazepam():
    assert identify(SNOMED, "387264003").substances == {"diazepam"}
    fluoxetine = identify(SNOMED, "372767007")
    assert fluoxetine.names == {"fluoxetine"} and not fluoxetine.substances
    draft = order(medicine=Concept((Coding(SNOMED, "372767007", "Diazepam"),)))
    assert severity(judge(person(), draft), "code-text-disagree") == "stop"


def test_2_the_code_of_diazepam_on_another_medicine_is_said():
    assert identify(SNOMED, "387264003", "Metamizole").problems


@pytest.mark.parametrize("id", ["gad-7", "phq-9", "phq-2"])
def test_3_the_lowest_option_is_not_at_all(id):
    assert [o.label for o in KNOWN.instrument(id).options] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]
    assert "Not at all sure" not in [o.label for i in KNOWN.instruments for o in i.options]


def test_4_phq_9_runs_from_0_to_27_and_gad_7_to_21():
    assert instruments.score("phq-9", {str(n): 3 for n in range(1, 10)}).total == 27 == KNOWN.instrument("phq-9").maximum
    assert instruments.score("gad-7", {str(n): 3 for n in range(1, 8)}).total == 21 == KNOWN.instrument("gad-7").maximum
    assert KNOWN.instrument("phq-9").bands[-1].high == 27


def test_5_the_oral_suspension_has_14_days_and_the_tablet_28():
    suspension = Concept(text="diazepam 2 mg/5 mL oral suspension")
    three_weeks = Supply(days=Decimal(20))
    liquid = order(mg("5", unit=Unit.ML), medicine=suspension, supply=three_weeks)
    found = judge(person(), liquid).of("duration-beyond-guidance")
    assert [f.summary for f in found] == ["The course goes beyond 14 days"]
    assert "duration-beyond-guidance" not in codes(judge(person(), order(supply=three_weeks)))
    assert "duration-beyond-guidance" not in codes(judge(person(), order(supply=Supply(days=Decimal(28)))))
    (longer,) = judge(person(), order(supply=Supply(days=Decimal(29)))).of("duration-beyond-guidance")
    assert longer.summary == "The course goes beyond 28 days"


def test_6_no_instrument_with_a_closed_licence_is_shipped():
    """Each is named once, with the reason; none of its questions stands anywhere."""
    shipped = {"gad-7", "phq-9", "phq-2", "audit-c", "ciwa-ar", "withdrawal-checklist", "sleepiness", "spasticity-grade"}
    assert {i.id for i in KNOWN.instruments} == shipped
    withheld = {w.id: w for w in KNOWN.withheld}
    assert {"c-ssrs", "epworth", "stop-bang", "audit", "dast-10", "sds", "peg"} <= withheld.keys()
    assert all(w.why and w.instead for w in withheld.values()) and not withheld.keys() & shipped
    text = everything().casefold()
    for question in ("sitting and reading", "wished you were dead", "snore loudly", "how often during the last year"):
        assert question not in text


def test_7_the_genotype_study_with_an_implausible_volume_is_cited_nowhere():
    assert not re.search(r"\bqin\b", everything(), re.IGNORECASE)


def test_8_nobody_is_told_to_make_a_person_vomit():
    emergency = KNOWN.advised("emergency")
    assert "Do not make the person vomit." in emergency.advice
    assert "induce vomiting" not in everything().casefold()


def test_9_equivalents_are_kept_by_table_and_never_mixed():
    def by_table(id):  # type: ignore[no-untyped-def]
        return {e.table: e.mg.low for e in KNOWN.substance(id).equivalents}

    assert by_table("lorazepam") == {"va-dod-2021": 2, "ashton-2002": 1, "uk": 1}
    assert by_table("clonazepam") == {"va-dod-2021": 1, "ashton-2002": Decimal("0.5"), "uk": Decimal("0.5")}
    assert by_table("temazepam")["va-dod-2021"] < by_table("temazepam")["ashton-2002"]


def test_10_small_last_steps_are_not_called_too_fast():
    """A proportional taper never reaches nothing; near the end 1 mg is allowed although it is more than 25 %."""
    from tests.clinical.drafts import established

    before = established(mg("2", "1"))
    last = order(mg("1", "1"), medicine=Concept(text="diazepam 2 mg tablet"), replaces="m9")
    assert "cut-too-fast" not in codes(judge(person(medicines=(before,)), last))
    deep = order(mg("5", "1"), replaces="m9")
    assert "cut-too-fast" in codes(judge(person(medicines=(established(mg("5", "3")),)), deep))


def test_a_confidence_of_c_and_a_float_and_a_stranger_are_refused():
    cite = {"source": "serein-rule", "where": "x", "confidence": "C"}
    with pytest.raises(knowledge.BadKnowledge, match="none of"):
        build(knowledge.Cite, cite, "here")
    with pytest.raises(knowledge.BadKnowledge, match="unknown key"):
        build(knowledge.Cite, {**cite, "confidence": "A", "page": 3}, "here")
    with pytest.raises(knowledge.BadKnowledge, match="missing where"):
        build(knowledge.Cite, {"source": "serein-rule", "confidence": "A"}, "here")
    with pytest.raises(knowledge.BadKnowledge, match="is no Decimal"):
        build(Decimal, 0.1, "here")
