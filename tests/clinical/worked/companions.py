"""What else is taken: label interactions (1.6), boxed warning (1.3), AGS Beers and PQA on several CNS-active medicines (8)."""

from __future__ import annotations

from datetime import timedelta

from serein.clinical.case import ATC, RXNORM, Answer, Case, Coding, Concept
from tests.clinical.drafts import TODAY, born, established, medicine, mg, order, person
from tests.clinical.worked import case, of


def takes(*texts: str, **more: object) -> Case:
    return person(medicines=tuple(medicine(t, f"m{n}") for n, t in enumerate(texts)), **more)


def coded(system: str, code: str) -> Case:
    return person(medicines=(medicine("", concept=Concept((Coding(system, code),))),))


LEVEL = "inhibitor-together inducer-together"
WEAKER_OR_LATER = [
    case(
        "theophylline can weaken the effect",
        takes("theophylline 200 mg"),
        None,
        "effect-weakened:note",
        "medicine-not-recognised",
    ),
    case("aminophylline is theophylline", coded(ATC, "R03DA05"), None, "effect-weakened:note"),
    case("theophylline beside lorazepam", takes("theophylline"), of("lorazepam", "1"), "effect-weakened:note"),
    case("theophylline beside oxazepam: nothing was read", takes("theophylline"), of("oxazepam", "10"), "", "effect-weakened"),
    case(
        "metoclopramide: the peak comes sooner",
        takes("metoclopramide 10 MG"),
        None,
        "absorption-changed:note",
        "medicine-not-recognised",
    ),
    case(
        "metoclopramide beside lorazepam: nothing was read",
        takes("metoclopramide"),
        of("lorazepam", "1"),
        "",
        "absorption-changed",
    ),
    case("food: the peak comes later", None, order(mg("5", text="5 mg twice a day with food")), "absorption-changed:note"),
    case("food: after meals", None, order(mg("5", text="one tablet after meals")), "absorption-changed:note"),
    case("food: not with food", None, order(mg("5", text="not with food")), "", "absorption-changed"),
    case("food: before meals", None, order(mg("5", text="one tablet before meals")), "", "absorption-changed"),
]
DEPRESSANTS = [
    case("an opioid", takes("oxycodone 5 MG Oral Tablet"), None, "opioid-together:warn"),
    case("an opioid by class code", coded(ATC, "N02AA05"), None, "opioid-together:warn"),
    case("an opioid by ingredient code", coded(RXNORM, "7804"), None, "opioid-together:warn"),
    case(
        "codeine inside a combination",
        takes("Acetaminophen 300 MG / Codeine Phosphate 30 MG Oral Tablet"),
        None,
        "opioid-together:warn",
    ),
    case("methadone", takes("methadone"), None, "opioid-together:warn"),
    case("buprenorphine", takes("buprenorphine 8 MG"), None, "opioid-together:warn"),
    case("dextromethorphan is no opioid here", coded(ATC, "R05DA09"), None, "", "opioid-together"),
    case("an opioid as told", person(told={"opioids": Answer.YES}), None, "opioid-together:warn"),
    case("alcohol as told", person(told={"alcohol": Answer.YES}), None, "alcohol-together:warn"),
    case("no alcohol", None, None, "", "alcohol-together"),
    case("a barbiturate", takes("butalbital"), None, "cns-depressant-together:warn"),
    case("an antipsychotic", takes("quetiapine 100 MG"), None, "cns-depressant-together:warn"),
    case("a sedating antihistamine", takes("diphenhydramine 25 MG"), None, "cns-depressant-together:warn"),
    case("a muscle relaxant", takes("cyclobenzaprine 10 MG"), None, "cns-depressant-together:warn"),
    case("a hypnotic", takes("zolpidem 5 MG"), None, "cns-depressant-together:warn"),
    case("a sedating antidepressant", takes("mirtazapine 15 MG"), None, "cns-depressant-together:warn"),
    case("another antidepressant", takes("sertraline 50 MG"), None, "cns-depressant-together:note"),
    case("a MAO inhibitor", takes("phenelzine"), None, "cns-depressant-together:note"),
    case("an anticonvulsant", takes("lamotrigine 100 MG"), None, "cns-depressant-together:note"),
    case("gabapentin", takes("gabapentin 300 MG"), None, "gabapentinoid-together:warn"),
    case("pregabalin", takes("pregabalin 75 MG"), None, "gabapentinoid-together:warn"),
    case("clozapine", takes("clozapine 100 MG"), None, "clozapine-together:warn"),
    case("phenytoin", takes("phenytoin 100 MG"), None, "cns-depressant-together:note"),
    case(
        "a medicine for the blood pressure",
        takes("lisinopril 10 MG Oral Tablet"),
        None,
        "",
        "cns-depressant-together three-cns-active medicine-not-recognised",
    ),
    case("three that act on the brain, at 70", takes("gabapentin", "oxycodone", birth=born(70)), None, "three-cns-active:warn"),
    case("three that act on the brain, at 40", takes("gabapentin", "oxycodone"), None, "three-cns-active:note"),
    case("two that act on the brain", takes("gabapentin"), None, "", "three-cns-active"),
]
RAISED = ["cimetidine", "ketoconazole", "fluvoxamine", "fluoxetine", "omeprazole", "esomeprazole", "itraconazole", "voriconazole", "fluconazole",
          "isoniazid", "ciprofloxacin", "disulfiram", "clarithromycin", "erythromycin", "ritonavir", "verapamil", "diltiazem", "idelalisib",
          "grapefruit juice", "ethinyl estradiol"]  # fmt: skip
LOWERED = ["rifampicin", "carbamazepine", "phenobarbital", "St John's wort"]
LEVELS = [
    *(case(f"{name} raises diazepam", takes(name), None, "inhibitor-together:warn", "contraindicated-pair") for name in RAISED),
    *(case(f"{name} lowers diazepam", takes(name), None, "inducer-together:warn", "contraindicated-pair") for name in LOWERED),
    *(case(f"{name} changes nothing", takes(name), None, "", LEVEL) for name in ("famotidine", "ranitidine", "nizatidine")),
    case(
        "an antacid delays the peak",
        takes("calcium carbonate 500 MG"),
        None,
        "absorption-changed:note",
        "medicine-not-recognised " + LEVEL,
    ),
    case("long corticosteroids", takes("prednisone 5 MG"), None, "inducer-together:note"),
    *(
        case(f"{one} is not touched by cimetidine", takes("cimetidine"), of(one, "1"), "", "inhibitor-together")
        for one in ("lorazepam", "oxazepam", "temazepam")
    ),
    case("lorazepam with valproate: halve", takes("valproic acid 250 MG"), of("lorazepam", "1"), "inhibitor-together:warn"),
    case("lorazepam with probenecid: halve", takes("probenecid"), of("lorazepam", "1"), "inhibitor-together:warn"),
    case("diazepam with valproate", takes("valproic acid 250 MG"), None, "", "inhibitor-together contraindicated-pair"),
    case("clobazam with omeprazole", takes("omeprazole"), of("clobazam", "10"), "inhibitor-together:warn"),
    case(
        "alprazolam with diltiazem",
        takes("diltiazem"),
        of("alprazolam", "0.5"),
        "inhibitor-together:warn",
        "contraindicated-pair",
    ),
    case("alprazolam with carbamazepine", takes("carbamazepine"), of("alprazolam", "0.5"), "inducer-together:warn"),
]
PAIRS = [
    *(
        case(f"{one} with {other} is forbidden", takes(other), of(one, "0.5"), "contraindicated-pair:stop")
        for one in ("alprazolam", "triazolam", "estazolam")
        for other in ("ketoconazole", "itraconazole", "clarithromycin")
    ),
    case("diazepam with ketoconazole is not", takes("ketoconazole"), None, "inhibitor-together:warn", "contraindicated-pair"),
    case("oxybate with diazepam", takes("sodium oxybate"), None, "contraindicated-pair:stop"),
    case("oxybate with lorazepam", takes("Xyrem"), of("lorazepam", "1"), "contraindicated-pair:stop"),
    case("oxybate with zolpidem", takes("Xyrem"), of("zolpidem", "5"), "contraindicated-pair:stop"),
]
lately, long_ago = TODAY - timedelta(days=5), TODAY - timedelta(days=300)
DRIFT = [
    case(
        "carbamazepine begun 5 days ago",
        person(medicines=(medicine("carbamazepine", starts=lately),)),
        None,
        "level-drift:note inducer-together",
    ),
    case(
        "carbamazepine for 300 days",
        person(medicines=(medicine("carbamazepine", starts=long_ago),)),
        None,
        "inducer-together",
        "level-drift",
    ),
    case(
        "fluvoxamine stopped 5 days ago",
        person(past=(medicine("fluvoxamine", ends=lately),)),
        None,
        "level-drift:warn",
        "inhibitor-together",
    ),
    case("fluvoxamine stopped 300 days ago", person(past=(medicine("fluvoxamine", ends=long_ago),)), None, "", "level-drift"),
    case("famotidine begun 5 days ago", person(medicines=(medicine("famotidine", starts=lately),)), None, "", "level-drift"),
]
ALIKE = [
    case("another benzodiazepine", takes("lorazepam 1 MG"), None, "benzodiazepine-duplicate:stop"),
    case("two drafts of two", None, (order(), of("lorazepam", "1", reference="o2")), "benzodiazepine-duplicate:stop"),
    case(
        "a recorded switch",
        person(medicines=(medicine("lorazepam 1 MG", "m9", dosages=(mg("1"),)),)),
        order(replaces="m9"),
        "",
        "benzodiazepine-duplicate",
    ),
    case("two strengths of one plan", None, (order(), order(reference="o2")), "", "benzodiazepine-duplicate"),
    case(
        "a rescue form",
        takes("diazepam 10 MG rectal gel"),
        None,
        "rescue-form-noted:note",
        "benzodiazepine-duplicate dose-above-absolute",
    ),
    case("levodopa beside a benzodiazepine", takes("carbidopa/levodopa 25 MG/100 MG"), None, "effect-weakened:note"),
    case("another medicine for Parkinson's disease", takes("pramipexole 0.25 MG"), None, "", "effect-weakened"),
    case("a Z-drug beside a benzodiazepine", takes("lorazepam 1 MG"), of("zolpidem", "5"), "cns-depressant-together:warn"),
    case(
        "atomoxetine: what its label warns of",
        takes("atomoxetine 40 MG"),
        None,
        "attention-medicine-together:note",
        "cns-depressant-together",
    ),
    case(
        "a medicine for the blood pressure is none for attention",
        takes("lisinopril 10 MG"),
        None,
        "",
        "attention-medicine-together",
    ),
    case(
        "a current medicine whose code and words disagree",
        person(medicines=(medicine("", concept=Concept((Coding(RXNORM, "7804", "lisinopril 10 MG Oral Tablet"),))),)),
        None,
        "code-text-disagree:warn opioid-together:warn",
    ),
    case("the same substance going on", person(medicines=(established(),)), None, "", "benzodiazepine-duplicate"),
    case("a medicine that nobody can place", takes("blurbinol 5 MG"), None, "medicine-not-recognised:warn"),
    case(
        "half a combination that nobody can place",
        takes("Acetaminophen 300 MG / Blurbinol 30 MG"),
        None,
        "medicine-not-recognised:warn",
    ),
]
CASES = [*DEPRESSANTS, *WEAKER_OR_LATER, *LEVELS, *PAIRS, *DRIFT, *ALIKE]
