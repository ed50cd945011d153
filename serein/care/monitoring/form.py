"""The check-in: five questions at most, in our own words, and what each answer raises. Not a licensed scale, and not scored.

Which sign belongs to which level of advice is the knowledge's (`advised`); this form only says which answer is which sign. Words for patients
stay at or below reading grade 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from serein.care.evaluation.answering import chosen
from serein.care.evaluation.question import Kind, Option, Question
from serein.clinical import knowledge

VERSION = "2026.1"
SECTION = "Check-in"
NONE = "none"
SCALE = {0: "0, wide awake", 5: "5, quite sleepy", 10: "10, cannot stay awake"}

QUESTIONS = (
    Question(
        "sleepy", SECTION, Kind.CHOICE, "How sleepy are you in the day?", "Sleepiness, 0 to 10",
        why="Think of today. 0 means wide awake. 10 means you cannot stay awake.",
        options=tuple(Option(str(n), SCALE.get(n, str(n))) for n in range(11)),
    ),
    Question(
        "body", SECTION, Kind.MANY, "How does your body feel?", "Body",
        why="Tick all that you have had since your last check-in. Some of them can come when you take less.",
        options=(
            Option("fine", "I feel fine", alone=True),
            Option("tense", "A bit tense, shaky or sweaty"),
            Option("badly", "Very shaky or sweaty, or my heart races"),
            Option("no_sleep", "I could not sleep at all"),
            Option("agitated", "So angry or restless that it is not like me"),
            Option("jaundice", "Yellow skin or dark urine"),
            Option("fever", "A fever or a sore throat"),
            Option("seizure", "A fit (seizure)"),
            Option("saw", "I saw or heard things that were not there"),
            Option("chest", "Pain in my chest"),
        ),
    ),
    Question(
        "falls", SECTION, Kind.MANY, "Did you fall, or get mixed up?", "Falls and confusion",
        why="Tick all that fit since your last check-in.",
        options=(
            Option(NONE, "No", alone=True),
            Option("fell", "I fell"),
            Option("unsteady", "I was not steady on my feet"),
            Option("mixed_up", "I got mixed up, or forgot things"),
            Option("head", "I hit my head and I am sleepy now"),
            Option("very_mixed_up", "I do not know the day or where I am"),
        ),
    ),
    Question(
        "mixing", SECTION, Kind.MANY, "Is any of this true?", "Breathing, other medicines, alcohol",
        why="You are not in trouble. It helps us keep you safe.",
        options=(
            Option(NONE, "No, none of these", alone=True),
            Option("alcohol", "I drank alcohol"),
            Option("opioid", "I took a strong pain drug (an opioid)"),
            Option("new_medicine", "I have a new medicine"),
            Option("ran_out", "I have no tablets left"),
            Option("pregnant", "I am pregnant, or I may be, or I breastfeed"),
            Option("too_much", "I took more than my plan says"),
            Option("breath", "My breath is slow or weak, or my lips are blue"),
            Option("swelling", "My face swelled up, or I could not breathe after a dose"),
        ),
    ),
    Question(
        "harm", SECTION, Kind.CHOICE, "Do you think of hurting yourself?", "Thoughts of self-harm",
        why="Or do you think that you would be better off dead? Many people do at times. We ask everyone, each time.",
        options=(Option("no", "No"), Option("thoughts", "Yes, but I will not act on it"), Option("act", "Yes, and I might act on it"),
                 Option("unsure", "I am not sure")),
    ),
)  # fmt: skip
BY_KEY = {q.key: q for q in QUESTIONS}


@dataclass(frozen=True)
class Flag:
    """A sign that needs somebody. `advice` is the entry of the knowledge that says how soon and what to do; `says` is for the clinician."""

    code: str
    advice: str
    says: str

    @property
    def level(self) -> str:
        return knowledge.load().advised(self.advice).level

    @property
    def tier(self) -> str:
        """Thoughts of self-harm are on Now even where no plan was told: they are asked about in person before anything else."""
        return "now" if self.level in ("emergency", "support") else "today"


EMERGENCY, SUPPORT, SAME_DAY = "emergency", "support", "same-day"
RANK = {EMERGENCY: 3, SUPPORT: 2, SAME_DAY: 1, "": 0}
# (question, option): flag
SIGNS = {
    ("body", "seizure"): Flag("seizure", EMERGENCY, "A seizure"),
    ("body", "saw"): Flag("hallucinations", EMERGENCY, "Saw or heard things that were not there"),
    ("body", "chest"): Flag("chest-pain", EMERGENCY, "Chest pain"),
    ("body", "badly"): Flag("severe-withdrawal", SAME_DAY, "Very shaky or sweaty, heart racing"),
    ("body", "no_sleep"): Flag("no-sleep", SAME_DAY, "No sleep at all"),
    ("body", "agitated"): Flag("agitation", SAME_DAY, "Unusual anger or restlessness"),
    ("body", "jaundice"): Flag("jaundice", SAME_DAY, "Yellow skin or dark urine"),
    ("body", "fever"): Flag("fever", SAME_DAY, "Fever or sore throat"),
    ("falls", "head"): Flag("head-injury", EMERGENCY, "Hit the head and is sleepy"),
    ("falls", "very_mixed_up"): Flag("severe-confusion", EMERGENCY, "Does not know day or place"),
    ("falls", "fell"): Flag("fall", SAME_DAY, "A fall"),
    ("falls", "unsteady"): Flag("unsteady", SAME_DAY, "Unsteady"),
    ("falls", "mixed_up"): Flag("confusion", SAME_DAY, "Mixed up or forgetful"),
    ("mixing", "breath"): Flag("slow-breathing", EMERGENCY, "Slow or weak breathing, or blue lips"),
    ("mixing", "swelling"): Flag("swelling", EMERGENCY, "Face swollen, or breathless after a dose"),
    ("mixing", "too_much"): Flag("too-much", EMERGENCY, "Took more than the plan"),
    ("mixing", "opioid"): Flag("opioid", SAME_DAY, "Took an opioid"),
    ("mixing", "new_medicine"): Flag("new-medicine", SAME_DAY, "A new medicine"),
    ("mixing", "ran_out"): Flag("ran-out", SAME_DAY, "No tablets left"),
    ("mixing", "pregnant"): Flag("pregnancy", SAME_DAY, "Pregnant, may be, or breastfeeding"),
    ("harm", "thoughts"): Flag("harm-thoughts", "suicidal-support", "Thoughts of self-harm, says will not act on them"),
    ("harm", "act"): Flag("harm-intent", "suicidal-emergency", "Thoughts of self-harm, might act on them"),
    ("harm", "unsure"): Flag("harm-unsure", "suicidal-emergency", "Thoughts of self-harm, not sure"),
}
SLEEPY = Flag("very-sleepy", SAME_DAY, "Very sleepy")
SEDATED = Flag("sedated-together", EMERGENCY, "Very sleepy beside alcohol or an opioid")
FLAGS = {f.code: f for f in (*SIGNS.values(), SLEEPY, SEDATED)}
HARM = frozenset(f.code for (question, _), f in SIGNS.items() if question == "harm")
# What whoever writes a further prescription must have read: breathing, and being too sleepy, alone or together with something else.
SEDATION = ("slow-breathing", "swelling", "sedated-together", "too-much", "severe-confusion", "very-sleepy", "opioid")
Answers = Mapping[str, Mapping[str, Any]]


def flags_of(answers: Answers) -> tuple[Flag, ...]:
    """What the answers so far raise, the most pressing first."""
    found = [flag for (question, option), flag in SIGNS.items() if option in chosen(answers.get(question, {}))]
    score = answers.get("sleepy", {}).get("choice")
    if score is not None and Decimal(score) >= knowledge.load().rule("very-sleepy").value:
        together = chosen(answers.get("mixing", {})) & {"alcohol", "opioid"}
        found.append(SEDATED if together else SLEEPY)
    return tuple(sorted(found, key=lambda f: -RANK[f.level]))


def highest(flags: tuple[Flag, ...]) -> str:
    return flags[0].level if flags else ""


def first_open(answers: Answers) -> Question | None:
    return next((q for q in QUESTIONS if q.key not in answers), None)


__all__ = [
    "BY_KEY", "EMERGENCY", "FLAGS", "HARM", "QUESTIONS", "RANK", "SAME_DAY", "SEDATION", "SUPPORT", "VERSION", "Answers", "Flag", "first_open",
    "flags_of",
    "highest",
]  # fmt: skip
