"""What the knowledge says to patients can be read by people who left school early: grade 6 at most (Flesch-Kincaid, textstat)."""

from __future__ import annotations

import pytest
import textstat

from serein.clinical import knowledge

KNOWN = knowledge.load()
ADVICE = {a.id: a for f in KNOWN.advice for a in f.advice}
# Names that cannot be said more simply.
NAMES = (
    "diazepam",
    "naloxone",
    "opioid",
    "antifungal",
    "tuberculosis",
    "fluvoxamine",
    "epilepsy",
    "medicine",
    "emergency",
    "prescriber",
    "pregnancy",
)


def grade(lines: tuple[str, ...]) -> float:
    text = " ".join(line if line[-1] in ".?!" else f"{line}." for line in lines)
    for name in NAMES:
        text = text.replace(name, "pill")
    return float(textstat.flesch_kincaid_grade(text))


@pytest.mark.parametrize("id", ADVICE)
def test_advice_is_at_most_grade_6(id):
    assert grade(ADVICE[id].advice) <= 6
    if len(" ".join(ADVICE[id].signs).split()) >= 8:
        assert grade(ADVICE[id].signs) <= 6


@pytest.mark.parametrize("id", ["withdrawal-checklist", "sleepiness"])
def test_our_own_scales_are_at_most_grade_6(id):
    asked = KNOWN.instrument(id)
    assert grade((asked.stem, *(i.text for i in asked.items))) <= 6


def test_every_level_has_its_words_and_the_missed_dose_is_never_doubled():
    assert {a.level for a in ADVICE.values()} == {"emergency", "same-day", "routine", "support"}
    assert "Never take two doses at once." in ADVICE["missed-dose"].advice
