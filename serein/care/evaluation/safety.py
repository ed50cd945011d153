"""What is asked at once after thoughts of being better off dead: three questions in our own words, and where each answer leads.

Not a licensed scale, and not scored: each question can only raise the alarm. "I am not sure" counts as unsafe.
"""

from dataclasses import dataclass

EMERGENCY, SUPPORT = "emergency", "support"
ANSWERS = (("yes", "Yes"), ("no", "No"), ("unsure", "I am not sure"))
NOT_REACHED = "not reached"
WAYS = (("in person", "In person"), ("video", "By video"), ("telephone", "By telephone"), (NOT_REACHED, "Not reached"))
CLEAN = "no present risk"
JUDGEMENTS = (
    (CLEAN, "No present risk found"),
    ("safe with plan", "Thoughts, safe with the agreed plan"),
    ("urgent referral", "Urgent referral made"),
    ("emergency", "Emergency services called"),
)
TASK, ASK_ITEM = "assess-risk", "ask-item"


@dataclass(frozen=True)
class SafetyQuestion:
    key: str
    title: str
    why: str
    short: str
    calm: str  # the only answer that does not raise the alarm


QUESTIONS = (
    SafetyQuestion(
        "intent", "Might you act on it?",
        "You told us that you have had thoughts of being dead or of hurting yourself. Thank you for telling us. Do you think you might act on "
        "these thoughts?",
        "Might act on it", "no",
    ),
    SafetyQuestion("plan", "Do you have a plan?", "Have you thought about how, when or where you would do it?", "Has a plan", "no"),
    SafetyQuestion("safe_now", "Are you safe now?", "Can you keep yourself safe today?", "Safe now", "yes"),
)  # fmt: skip
BY_KEY = {q.key: q for q in QUESTIONS}


def outcome(answers: dict[str, str]) -> str:
    """emergency at the first alarming answer, support when all three are calm, empty while something is still to be asked."""
    if any(answers.get(q.key) and answers[q.key] != q.calm for q in QUESTIONS):
        return EMERGENCY
    return SUPPORT if all(answers.get(q.key) for q in QUESTIONS) else ""


def next_question(answers: dict[str, str]) -> SafetyQuestion | None:
    if outcome(answers):
        return None
    return next(q for q in QUESTIONS if not answers.get(q.key))
