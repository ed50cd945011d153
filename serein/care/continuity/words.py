"""A handover in words: the same parts on the page, on paper and in the document, the problems first."""

from dataclasses import dataclass
from datetime import date

from .facts import CheckInFacts, DiaryFacts, DoseFacts, EntryFacts, HandoverFacts, HoldFacts, StepFacts, SupplyFacts, TaperFacts

STAYS = "The sender stays responsible for this patient until the receiver has accepted."
NOT_STOPPED = "Do not stop the medicine all at once: a sudden stop can cause seizures. Doses go down step by step."
NOT_CONFIRMED_HERE = "From another clinic, not confirmed here"
NOBODY_CONFIRMED = "No licensed human has confirmed the knowledge that Serein worked with."
WITHHELD = "Part of the record is withheld: it may not be passed on without the patient's own consent. This is not all of it. Ask the patient."
GUARDED = "substance-use record"
KINDS = {"condition": "Conditions", "medicine": "Other medicines", "allergy": "Allergies", "observation": "Measurements"}


@dataclass(frozen=True)
class Part:
    """One heading with its lines. `code` is the key of the part; `loud`: read this first. `table`: its columns, then its rows."""

    code: str
    heading: str
    lines: tuple[str, ...]
    loud: bool = False
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.table[0] if self.table else ()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        return self.table[1:]

    @property
    def spoken(self) -> tuple[str, ...]:
        """Lines and rows as sentences, for where there are no tables."""
        return (*self.lines, *("; ".join(f"{c}: {v}" for c, v in zip(self.columns, row, strict=True)) for row in self.rows))


def day(value: date | None) -> str:
    """22-Nov-2026: nobody reads it the other way round."""
    return f"{value:%d-%b-%Y}" if value else "not known"


def parts(facts: HandoverFacts) -> tuple[Part, ...]:
    """Everything, in the order in which a stranger needs it."""
    record = (_record(facts, kind) for kind in ("allergy", "medicine", "condition", "observation"))
    return (
        Part("responsible", "Who is responsible", responsible_lines(facts)), *_passed_on(facts), _problems(facts), _dose(facts), _plan(facts),
        _taper(facts),
        Part("supplies", "Prescriptions and dispensing", tuple(supply_words(s) for s in facts.supplies) or ("None.",)), *record,
        Part("check-ins", "Check-ins", _check_ins(facts)),
        Part("scores", "Questionnaires", tuple(_score(facts))), Part("diary", "Dose diary", _diary(facts.diary)),
        Part("tasks", "Still to do", tuple(f"{t.title}, by {day(t.due_on)}. {t.why}" for t in facts.tasks) or ("Nothing is open.",)),
    )  # fmt: skip


def _passed_on(facts: HandoverFacts) -> tuple[Part, ...]:
    """The notice that travels with records of substance use, in our own words, and by which consent they go."""
    given = facts.passed_on
    if given is None:
        return ()
    guard = f"{given.law} guards them" if given.law else "The law may guard them"
    return (
        Part(
            "passed-on", "Substance-use records: not to be passed on",
            (
                f"Some entries are marked '{GUARDED}'. They are here because the patient agreed on {day(given.given_on)} that they go to "
                f"{given.recipient}, {given.recipient_clinic}, for {given.purpose}, until {day(given.until)}. The patient can take this back.",
                f"{guard}. Whoever receives them may not use them otherwise or pass them on unless the patient agrees in writing or the law "
                "allows it, and may not use them against the patient in a legal proceeding.",
            ),
            loud=True,
        ),
    )  # fmt: skip


def responsible_lines(facts: HandoverFacts) -> tuple[str, ...]:
    who = facts.clinician
    through = (f"Plan and taper come from {facts.came_from} and are not confirmed by the sender.",) if facts.came_from else ()
    reach = (f"How the patient wants to be reached: {facts.patient.reach}.",) if facts.patient.reach else ()
    return (f"{who.name}, {who.clinic}, {who.phone or who.clinic_phone}", STAYS, *reach, *through)


def _problems(facts: HandoverFacts) -> Part:
    lines = [f"{r.words} ({day(r.on)})" if r.on else r.words for r in facts.risks]
    if facts.dose and facts.dose.unconfirmed:
        lines.append(unconfirmed_words(facts.dose))
    lines += [
        f"{'; '.join(c.flags)} (check-in of {day(c.on)}). {c.done or 'Nobody has answered it yet.'}" for c in flagged(facts)
    ]
    if facts.plan and facts.plan.reassess_on <= facts.as_of:
        lines.append(f"The review of the treatment was due on {day(facts.plan.reassess_on)}.")
    if facts.dose and facts.dose.held:
        lines.append("The dose is held: no change comes before a new plan is agreed.")
    if facts.withheld:
        lines.append(WITHHELD)
    if not facts.allergies_known:
        lines.append("Nobody has asked about allergies.")
    return Part(
        "problems", "Problems first", (*lines, NOT_STOPPED) if facts.dose else tuple(lines) or ("None is known.",), loud=True
    )


def flagged(facts: HandoverFacts) -> tuple[CheckInFacts, ...]:
    return tuple(c for c in facts.check_ins if c.flags)


def unconfirmed_words(dose: DoseFacts) -> str:
    change = dose.unconfirmed
    assert change is not None, "only said of an unconfirmed change"
    supply = "" if change.supplied else " No supply for it is on record."
    return f"Unconfirmed: a change from {change.from_mg} mg to {change.to_mg} mg a day was due on {day(change.on)}.{supply}"


def _dose(facts: HandoverFacts) -> Part:
    dose = facts.dose
    if dose is None:
        return Part("dose", "Dose in force", ("No plan for a medicine is in force.",))
    lines = [f"Diazepam {dose.mg} mg a day since {day(dose.since)}: {'; '.join(dose.words) or 'how is not known'}."]
    lines.append(unconfirmed_words(dose) if dose.unconfirmed else "Every change so far is confirmed.")
    lines.append(next_change_words(facts))
    return Part("dose", "Dose in force", tuple(lines))


def next_change_words(facts: HandoverFacts) -> str:
    coming = facts.next_change
    if coming is not None:
        return f"Next change on {day(coming.from_on)}: {coming.daily_mg} mg a day."
    if facts.taper and facts.taper.hold:
        return "Next change: none while the dose is held."
    return "Next change: none is planned."


def _plan(facts: HandoverFacts) -> Part:
    plan = facts.plan
    if plan is None:
        return Part("plan", "Plan", ("No plan is agreed.",))
    also = ", ".join(plan.supportive_care_words)
    lines = (
        f"For {plan.indication_name}. {plan.indication_words}".strip(), f"Goal: {plan.goal}",
        f"{plan.product_name}, {plan.daily_mg} mg a day at most: {'; '.join(d.words for d in plan.doses)}.",
        f"From {day(plan.starts_on)} to {day(plan.ends_on)}. Agreed by the patient on {day(plan.agreed_on)}.",
        f"Next review: {day(plan.reassess_on)}.",
    )  # fmt: skip
    return Part("plan", "Plan", (*lines, *([f"Also: {also}. {plan.supportive_note}".strip()] if also else [])))


def _taper(facts: HandoverFacts) -> Part:
    taper = facts.taper
    if taper is None:
        return Part("taper", "Taper", ("No taper runs.",))
    now = taper.current(facts.as_of)
    where = f"Step {now.number} of {len(taper.steps)}" if now else f"Before step 1 of {len(taper.steps)}"
    holds = [
        *(f"Held earlier: {hold_words(h)}" for h in taper.earlier_holds),
        *([f"Held: {hold_words(taper.hold)}"] if taper.hold else []),
    ]
    head = f"Version {taper.version}, agreed on {day(taper.agreed_on)}: from {taper.start_mg} to {taper.goal_mg} mg a day, {taper.pace}."
    table = (("Step", "From", "A day", "How", "State"), *(_row(taper, s, facts.as_of) for s in taper.steps))
    return Part("taper", "Taper", (head, f"{where}; it ends on {day(taper.ends_on)}.", *holds), table=table)


def _row(taper: TaperFacts, step: StepFacts, on: date) -> tuple[str, ...]:
    how = "; ".join(d.words for d in step.doses) or "nothing more is taken"
    return str(step.number), day(step.from_on), f"{step.daily_mg} mg", how, step_state(taper, step, on)


def hold_words(hold: HoldFacts) -> str:
    until = f"until {day(hold.until_on)}" if hold.until_on else "until somebody decides"
    asked = ", asked for by the patient" if hold.asked_by_patient else ""
    return f"from {day(hold.from_on)} {until}{asked}. {hold.why}"


def step_state(taper: TaperFacts, step: StepFacts, on: date) -> str:
    """Where a step stands on a day: confirmed, due and not confirmed, held, or to come."""
    if step.confirmed_on:
        return f"confirmed {day(step.confirmed_on)}"
    if step in taper.reached(on):
        later = any(s.confirmed_on and s.number > step.number for s in taper.steps)
        return "passed" if later else "due, not confirmed"
    return "held" if taper.hold else "to come"


def step_line(taper: TaperFacts, step: StepFacts, on: date) -> str:
    how = "; ".join(d.words for d in step.doses) or "nothing more is taken"
    return f"Step {step.number}, {day(step.from_on)}: {step.daily_mg} mg a day ({how}); {step_state(taper, step, on)}."


def supply_words(supply: SupplyFacts) -> str:
    given = f"dispensed {day(supply.dispensed_on)}, {supply.pharmacy}" if supply.dispensed_on else "not dispensed"
    return (
        f"{day(supply.signed_on)}: {supply.words}, {supply.quantity_words}. {supply.directions} By {supply.prescriber}; {given}."
    )


def _record(facts: HandoverFacts, kind: str) -> Part:
    mine = [e for e in facts.entries if getattr(e, kind) is not None]
    none = {
        "allergy": "None known." if facts.allergies_known else "Not asked yet.",
        "medicine": "None known." if facts.medicines_known else "Not asked yet.",
    }
    lines = tuple(_entry(e) for e in mine)
    return Part(kind, KINDS[kind], lines or (none.get(kind, "None on record."),))


def _entry(entry: EntryFacts) -> str:
    """The words of the record, and how a medicine is taken where the words do not say it."""
    how = "; ".join(d.text for d in entry.medicine.dosages if d.text and d.text not in entry.words) if entry.medicine else ""
    marks = [m for m in (entry.status if entry.status != "active" else "", GUARDED if entry.segment else "") if m]
    return entry.words + (f", {how}" if how else "") + (f" ({', '.join(marks)})" if marks else "")


def _check_ins(facts: HandoverFacts) -> tuple[str, ...]:
    lines = tuple(
        f"{day(c.on)}: {'; '.join(f'{q}: {a}' for q, a in c.answers)}{'. Raised: ' + '; '.join(c.flags) if c.flags else ''}."
        for c in facts.check_ins
    )
    return lines or ("None.",)


def _score(facts: HandoverFacts) -> list[str]:
    found = [
        f"{day(s.on)}: {s.name} {'not scored' if s.total is None else f'{s.total} of {s.maximum}, {s.band}'}."
        for s in facts.scores
    ]
    return found or ["None."]


def _diary(diary: DiaryFacts | None) -> tuple[str, ...]:
    if diary is None:
        return ("None.",)
    told = f"taken {diary.taken}, missed {diary.missed}, not sure {diary.unsure}, nothing said {diary.silent}, uses when needed {diary.uses}"
    return (f"{day(diary.since)} to {day(diary.until)}: {told}.", "Nothing said is unknown: it does not mean not taken.")
