"""Conditions, pregnancy, allergies, measurements and answers that make a benzodiazepine dangerous for this person."""

from __future__ import annotations

from decimal import Decimal

from serein.clinical.case import NO, UNKNOWN, YES
from serein.clinical.findings import Finding, Input, NotChecked, Severity
from serein.clinical.history import Regimen
from serein.clinical.knowledge.facts import Cite, Hazard
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene
from serein.clinical.quantities import plain

WARN, STOP, NOTE = Severity.WARN, Severity.STOP, Severity.NOTE
# LOINC of what a record measures: body mass index, filtration, PHQ-9 total and item 9, liver tests.
BMI = frozenset({"39156-5", "59574-4"})
EGFR = frozenset({"98979-8", "33914-3", "48642-3", "48643-1", "62238-1", "69405-9", "88293-6", "88294-4", "98980-6", "77147-7"})
PHQ9_TOTAL, PHQ9_ITEM_9 = frozenset({"44261-6"}), frozenset({"44260-8"})
LIVER = frozenset({"1742-6", "1920-8", "1975-2", "1968-7", "6768-6"})
LIVER_DISEASE = frozenset({"liver-disease", "severe-liver-disease"})
LOINC = "http://loinc.org"
LIVER_TESTS_UNJUDGED = NotChecked(
    "hepatic-impairment", "liver tests are in the record, but no confirmed threshold to judge them by"
)
LIVER_UNKNOWN = NotChecked("hepatic-impairment", "no condition or liver test in the record")
KIDNEY_UNKNOWN = NotChecked("kidney-disease", "no condition or filtration in the record")
GENOTYPE_UNKNOWN = NotChecked("slow-metaboliser", "no CYP2C19 result that Serein can read")
WORK_UNKNOWN = NotChecked("safety-critical-work", "nobody asked about work that needs alertness")
CONDITIONS_UNKNOWN = NotChecked("conditions", "no condition list in the record, not even an empty one")
OPEN_ANGLE = "open-angle-glaucoma"
ANY_BENZODIAZEPINE = ("benzodiazepine", "benzodiazepines")


def person(scene: Scene, regimen: Regimen) -> Said:
    """Every hazard of the person for this substance."""
    return (
        *(_hazards(scene, regimen) if scene.hazards else SILENT),
        *_allergy(scene, regimen),
        *_pregnancy(scene, regimen),
        *_measured(scene, regimen),
        *_told(scene, regimen),
        *_gaps(scene),
    )


def _hazards(scene: Scene, regimen: Regimen) -> list[Finding | NotChecked]:
    unaffected = scene.knowledge.substance(regimen.substance).unaffected_by
    others = [(h, inputs) for h, inputs in scene.hazards if h.id != OPEN_ANGLE and h.code not in unaffected]
    return [*[f for h, inputs in others for f in _hazard(scene, regimen, h, inputs)], *_open_angle(scene, regimen)]


def _hazard(scene: Scene, regimen: Regimen, hazard: Hazard, inputs: tuple[Input, ...]) -> Said:
    severity, cites = _weight(scene, regimen.substance, hazard)
    words = inputs[0].what or hazard.name
    detail, suggestions = _about(hazard, regimen.substance)
    texts = (f"{hazard.name[0].upper()}{hazard.name[1:]}: {words}" if words.casefold() != hazard.name else words, detail)
    because = Because(inputs=inputs, cites=cites, suggestions=suggestions)
    return (scene.finding(hazard.code, severity, regimen.order, texts, because),)


def _about(hazard: Hazard, substance: str) -> tuple[str, tuple[str, ...]]:
    """Detail and suggestions for this substance: what is known of one is not said of another."""
    if not hazard.about or substance in hazard.about:
        return hazard.detail, hazard.suggestions
    return hazard.elsewhere, hazard.elsewhere_suggestions


def _weight(scene: Scene, substance: str, hazard: Hazard) -> tuple[Severity, tuple[Cite, ...]]:
    """How grave a hazard is for this substance here, and who says so."""
    key, prepared = (hazard.id, substance, scene.case.jurisdiction), scene.knowledge.prepared
    made: tuple[Severity, tuple[Cite, ...]] | None = prepared.get(key)
    if made is None:
        forbidding = _forbidding(scene, substance, hazard)
        cites = (*((forbidding,) if forbidding else ()), *(c for c in hazard.cites if c != forbidding))
        made = prepared[key] = (STOP if forbidding else hazard.severity, cites)
    return made


def _forbidding(scene: Scene, substance: str, hazard: Hazard) -> Cite | None:
    """The label that forbids this substance here, if one does."""
    place = scene.case.jurisdiction
    return next((c.cite for c in hazard.contraindicated if (c.substance, c.jurisdiction) == (substance, place)), None)


def _open_angle(scene: Scene, regimen: Regimen) -> Said:
    """Treated open-angle glaucoma is allowed: a note; untreated is forbidden where the label says so."""
    if not scene.has_hazard(OPEN_ANGLE):
        return SILENT
    met = next((h, i) for h, i in scene.hazards if h.id == OPEN_ANGLE)
    hazard, inputs = met
    treated = tuple(Input(m.medicine.words, m.reference) for m, identity in scene.current if "glaucoma-drops" in identity.groups)
    treated += tuple(i for i in inputs if says(("treated", "under treatment"), i.what))
    if not treated:
        return _hazard(scene, regimen, hazard, inputs)
    texts = ("Open-angle glaucoma, under treatment", hazard.detail)
    because = Because(
        inputs=tuple(dict.fromkeys(inputs + treated)),
        cites=hazard.cites,
        suggestions=("Confirm that eye pressure is controlled.",),
    )
    return (scene.finding("open-angle-glaucoma", NOTE, regimen.order, texts, because),)


def _allergy(scene: Scene, regimen: Regimen) -> Said:
    if not scene.case.allergies:
        return SILENT
    to = tuple(
        Input(f"allergy: {a.concept.words}", a.reference)
        for a in scene.case.allergies
        if "benzodiazepine-code" in (meant := scene.knowledge.register.identify(a.concept)).groups
        or regimen.substance in meant.names
        or any(says(ANY_BENZODIAZEPINE, t) for t in (a.concept.text, *(c.display for c in a.concept.codings)) if t)
    )
    if not to:
        return SILENT
    texts = (
        f"Recorded {to[0].what}",
        "Hypersensitivity to it or to a benzodiazepine is a contraindication; cross-reaction within the class is possible.",
    )
    return (scene.finding("allergy-to-benzodiazepine", STOP, regimen.order, texts, Because(inputs=to)),)


def _pregnancy(scene: Scene, regimen: Regimen) -> Said:
    told, found, gaps = scene.told, list[Finding](), list[NotChecked]()
    if told.pregnant is NO and told.breastfeeding is NO:
        return SILENT
    if told.pregnant is YES:
        texts = (
            "The patient is pregnant",
            "Use late in pregnancy can sedate the newborn (floppiness, poor feeding, slow breathing) and cause withdrawal.",
        )
        because = Because(inputs=(Input("pregnant", told.reference("pregnant")),))
        found.append(scene.finding("pregnancy", WARN, regimen.order, texts, because))
    elif told.pregnant is UNKNOWN and _may_be_pregnant(scene):
        texts = ("Nobody has asked about pregnancy", "The person may be able to become pregnant and the record says nothing.")
        because = Because(
            inputs=(Input("pregnancy not recorded", told.reference("pregnant")), Input(scene.case.sex, scene.case.patient))
        )
        found.append(scene.finding("pregnancy-status-unknown", WARN, regimen.order, texts, because))
        gaps.append(NotChecked("pregnancy", "no pregnancy status in the record"))
    if told.breastfeeding is YES:
        texts = (
            "The patient is breastfeeding",
            "The US label of diazepam advises against: it and its metabolite build up in the infant. The guideline encourages "
            "breastfeeding after exposure in the womb.",
        )
        because = Because(inputs=(Input("breastfeeding", told.reference("breastfeeding")),))
        found.append(scene.finding("breastfeeding", WARN, regimen.order, texts, because))
    elif told.breastfeeding is UNKNOWN and _may_be_pregnant(scene):
        gaps.append(NotChecked("breastfeeding", "not recorded"))
    return (*found, *gaps)


def _may_be_pregnant(scene: Scene) -> bool:
    birth = scene.case.birth
    if scene.case.sex == "male" or birth is None:
        return False
    old_enough = scene.oldest_years >= scene.rule("pregnancy-from-years")
    return old_enough and scene.youngest_years <= scene.rule("pregnancy-to-years")


def _latest(scene: Scene, codes: frozenset[str]) -> tuple[Decimal, Input] | None:
    if not scene.case.observations:
        return None
    values = [o for o in scene.case.observations if o.value is not None and set(o.concept.codes(LOINC)) & codes]
    newest = max(values, key=lambda o: (o.on is not None, o.on), default=None)
    if newest is None or newest.value is None:
        return None
    return newest.value, Input(f"{newest.concept.words} {newest.value} {newest.unit}".strip(), newest.reference)


def _measured(scene: Scene, regimen: Regimen) -> Said:
    """Hazards that a number shows although no diagnosis names them."""
    if not scene.case.observations and not scene.case.questionnaires:
        return SILENT
    found: list[Finding] = []
    bmi, egfr = _latest(scene, BMI), _latest(scene, EGFR)
    adult = scene.case.birth is not None and scene.youngest_years >= scene.rule("child-years")
    if bmi and adult and bmi[0] >= scene.rule("obesity-bmi") and not scene.has_hazard("obesity"):
        found.append(_by_number(scene, regimen, "obesity", bmi[1]))
    if egfr and egfr[0] < scene.rule("kidney-egfr") and not scene.has_hazard("kidney-disease"):
        found.append(_by_number(scene, regimen, "kidney-disease", egfr[1]))
    total = _latest(scene, PHQ9_TOTAL) or _answered_total(scene)
    if total and total[0] >= scene.rule("phq9-depression") and not scene.has_hazard("depression"):
        found.append(_by_number(scene, regimen, "depression", total[1]))
    return tuple(found)


def _by_number(scene: Scene, regimen: Regimen, id: str, measured: Input) -> Finding:
    hazard = next(h for h in scene.knowledge.contraindications if h.id == id)
    detail, suggestions = _about(hazard, regimen.substance)
    texts = (f"{hazard.name[0].upper()}{hazard.name[1:]} by measurement: {measured.what}", detail)
    because = Because(inputs=(measured,), cites=hazard.cites, suggestions=suggestions)
    return scene.finding(hazard.code, hazard.severity, regimen.order, texts, because)


def _answered_total(scene: Scene) -> tuple[Decimal, Input] | None:
    for asked in reversed(scene.case.questionnaires):
        values = [v for k, v in asked.answers if k in {str(n) for n in range(1, 10)}]
        if asked.instrument == "phq-9" and len(values) == 9 and None not in values:
            total = sum(v for v in values if v is not None)
            return Decimal(total), Input(f"PHQ-9 {total}", asked.reference)
    return None


def _told(scene: Scene, regimen: Regimen) -> Said:
    """What the patient told: suicidal thoughts, falls, driving."""
    told, found = scene.told, list[Finding]()
    suicidal = _suicidal(scene)
    if suicidal and not scene.has_hazard("suicidal-thoughts"):
        found.append(_by_number(scene, regimen, "suicidal-thoughts", suicidal))
    if told.falls is YES and not scene.has_hazard("falls"):
        found.append(_by_number(scene, regimen, "falls", Input("falls, told by the patient", told.reference("falls"))))
    if told.drives is not NO:
        asked = "drives" if told.drives is YES else "driving not recorded"
        limit, cites = _driving_limit(scene, regimen.substance)
        texts = ("Driving: advise and record", f"Sedation can impair driving.{limit}")
        because = Because(inputs=(Input(asked, told.reference("drives")),), cites=cites)
        found.append(scene.finding("driving", NOTE, regimen.order, texts, because))
    if told.risky_work is UNKNOWN:
        return (*found, WORK_UNKNOWN)
    if told.risky_work is YES:
        texts = (
            "Work in which sleepiness can hurt: advise and record",
            "Sedation slows reactions, most of all in the first days.",
        )
        because = Because(inputs=(Input("work that needs alertness", told.reference("risky_work")),))
        found.append(scene.finding("safety-critical-work", NOTE, regimen.order, texts, because))
    return tuple(found)


def _driving_limit(scene: Scene, substance: str) -> tuple[str, tuple[Cite, ...]]:
    """What the law here lets a driver have in the blood, in words, and who says so; () leaves the catalogue's sources."""
    law = scene.knowledge.jurisdiction(scene.case.jurisdiction)
    limit = next((d for d in law.driving_limits if d.substance == substance), None)
    if limit is None:
        return (f" No blood limit for {substance} is known here." if law.driving_limits else ""), ()
    words = f" {law.name}: the limit is {plain(limit.micrograms_per_litre)} micrograms per litre of blood. "
    defence = "Ordinary doses can reach it; who takes it as prescribed and is not impaired has a medical defence."
    return words + defence, (limit.cite, *scene.knowledge.catalogue("driving").cites)


def _suicidal(scene: Scene) -> Input | None:
    told = scene.told
    if told.suicidal_thoughts is YES:
        return Input("suicidal thoughts, told by the patient", told.reference("suicidal_thoughts"))
    if not scene.case.observations and not scene.case.questionnaires:
        return None
    item = _latest(scene, PHQ9_ITEM_9)
    if item and item[0] > 0:
        return item[1]
    for asked in reversed(scene.case.questionnaires):
        if asked.instrument == "phq-9":
            answer = dict(asked.answers).get("9")
            return Input(f"PHQ-9 item 9: {answer}", asked.reference) if answer else None
    return None


def _gaps(scene: Scene) -> Said:
    """What the record does not let anybody check."""
    gaps, met, seen = [], scene.hazard_ids, scene.case.observations
    if LIVER_DISEASE.isdisjoint(met):
        tests = any(set(o.concept.codes(LOINC)) & LIVER for o in seen) if seen else False
        gaps.append(LIVER_TESTS_UNJUDGED if tests else LIVER_UNKNOWN)
    if "kidney-disease" not in met and _latest(scene, EGFR) is None:
        gaps.append(KIDNEY_UNKNOWN)
    if "slow-metaboliser" not in met and not scene.genotypes:
        gaps.append(GENOTYPE_UNKNOWN)
    if not scene.case.conditions and scene.case.conditions_known == "unknown":
        gaps.append(CONDITIONS_UNKNOWN)
    return (*gaps,)
