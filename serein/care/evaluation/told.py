"""What the patient's answers mean to the clinical core. One table from answers to conditions; everything else is yes, no or unknown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from serein.clinical.case import Answer, Circumstances, Concept, Condition, DependenceFacts

from .answering import chosen

# (question, option) -> the condition in the words by which the knowledge knows it. A patient states no code, so none is written.
CONDITIONS = {
    ("sleep_apnea", "yes"): "Sleep apnea",
    ("breathing", "severe"): "Severe respiratory insufficiency",
    ("breathing", "yes"): "Lung disease",
    ("liver", "severe"): "Severe liver disease",
    ("liver", "yes"): "Liver disease",
    ("kidney", "yes"): "Kidney disease",
    ("myasthenia", "yes"): "Myasthenia gravis",
    ("glaucoma", "narrow"): "Narrow-angle glaucoma",
    ("glaucoma", "open_untreated"): "Open-angle glaucoma, untreated",
    ("glaucoma", "open_treated"): "Open-angle glaucoma, treated",
    ("glaucoma", "kind_unknown"): "Possible narrow-angle glaucoma (kind of glaucoma not known)",
    ("other_health", "depression"): "Depression",
    ("other_health", "psychosis"): "Psychosis",
    ("other_health", "epilepsy"): "Epilepsy",
    ("other_health", "dementia"): "Dementia",
    ("other_health", "substance_use"): "Substance use disorder",
    ("falls", "more"): "Repeated falls",
    ("reasons", "seizures"): "Seizures",
}
RISKY_WORK, DRIVING = ("drives", "machines", "heights", "people", "other"), ("car",)
ASKED_ABOUT = ("sleep_apnea", "breathing", "liver", "kidney", "myasthenia", "glaucoma", "falls", "other_health")
# 365.25 / 12 days in a month on average; years and months are exact.
MONTHS = {
    "days": Decimal(1) / Decimal("30.4375"),
    "weeks": Decimal(7) / Decimal("30.4375"),
    "months": Decimal(1),
    "years": Decimal(12),
}


def _answer(value: bool | None) -> Answer:
    return Answer.UNKNOWN if value is None else Answer.YES if value else Answer.NO


@dataclass(frozen=True)
class Told:
    """The live answers of one intake that was sent, and how to name it in a finding."""

    answers: Mapping[str, Mapping[str, Any]]
    reference: str

    def _picked(self, question: str) -> frozenset[str]:
        return chosen(self.answers.get(question, {}))

    def _says(self, question: str, yes: tuple[str, ...], no: tuple[str, ...]) -> Answer:
        picked = self._picked(question)
        return Answer.YES if picked & set(yes) else Answer.NO if picked & set(no) else Answer.UNKNOWN

    @property
    def birth_date(self) -> date | None:
        day = self.answers.get("birth_date", {}).get("date")
        return date.fromisoformat(day) if day else None

    @property
    def sex(self) -> str:
        return next(iter(self._picked("sex")), "unknown")

    @property
    def medicines_known(self) -> bool:
        return bool(self._picked("takes_medicines") & {"yes", "none"})

    @property
    def allergies_known(self) -> bool:
        return bool(self._picked("has_allergies") & {"yes", "none"})

    @property
    def conditions_known(self) -> bool:
        """Every illness was asked about and answered; one "I do not know" leaves the list open."""
        return all(self._picked(q) and "unknown" not in self._picked(q) for q in ASKED_ABOUT)

    def conditions(self) -> Iterator[Condition]:
        for (question, option), words in CONDITIONS.items():
            if option in self._picked(question):
                yield Condition(reference=self.reference, concept=Concept(text=words))
        more = str(self.answers.get("other_health", {}).get("words", "")).strip()
        if more:
            yield Condition(reference=self.reference, concept=Concept(text=more))

    def circumstances(self, *, suicidal: tuple[bool | None, str]) -> Circumstances:
        """`suicidal` comes from the questionnaires: whether, and where it was read."""
        whether, where = suicidal
        known = Circumstances(
            pregnant=self._says("pregnant", ("yes",), ("no", "cannot")),
            breastfeeding=self._says("breastfeeding", ("yes",), ("no",)),
            alcohol=self._says("alcohol", ("monthly", "weekly", "most", "daily"), ("never",)),
            drives=self._drives(),
            risky_work=Answer.NO if "no" in self._picked("drives") else self._says("work", RISKY_WORK, DRIVING),
            opioids=self._says("opioids", ("yes",), ("no",)),
            falls=self._says("falls", ("once", "more"), ("no",)),
            suicidal_thoughts=_answer(whether),
            dependence=self._dependence(),
        )
        told = {name: self.reference for name in known.__struct_fields__ if getattr(known, name) in (Answer.YES, Answer.NO)}
        return replace(known, references=tuple(sorted((told | ({"suicidal_thoughts": where} if where else {})).items())))

    def _drives(self) -> Answer:
        """The first question is about driving and risky work together; who then ticks work alone does not drive."""
        ticked = self._picked("work")
        if "yes" in self._picked("drives") and ticked and ticked.isdisjoint({*DRIVING, "drives", "unknown"}):
            return Answer.NO
        return self._says("drives", ("yes",), ("no",))

    def _dependence(self) -> DependenceFacts:
        """Earlier use says how likely dependence is now only while the use goes on, or ended within the last month.

        Of a range of days ("5 or 6") the lower end counts. The dose stays in the patient's words: milligrams of diazepam are for a clinician to
        work out.
        """
        use = self._picked("benzo_use")
        if use & {"never"}:
            return DependenceFacts(said_dependent=Answer.NO, reference=self.reference)
        if not use & {"now", "lately"}:
            return DependenceFacts()
        days = next((Decimal(d) for d in self._picked("benzo_days") if d.isdigit()), None)
        return DependenceFacts(
            said_dependent=self._says("benzo_need", ("yes",), ("no",)),
            months_of_use=self._months(),
            days_per_week=days,
            reference=self.reference,
        )

    def _months(self) -> Decimal | None:
        answer = self.answers.get("benzo_long", {})
        factor = MONTHS.get(str(answer.get("choice")))
        return None if factor is None else (Decimal(str(answer["number"]).strip()) * factor).quantize(Decimal("0.1"))
