"""What patients consent to, in words that a sixth-grader can read. A changed word is a new version: old consents keep the old words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsentText:
    """`required`: without it nothing can start. `said` are the paragraphs; `yes` is the sentence that the patient ticks."""

    what: str
    version: str
    title: str
    said: tuple[str, ...]
    yes: str
    required: bool

    @property
    def text(self) -> str:
        return "\n\n".join((self.title, *self.said, self.yes))


_CARE = ConsentText(
    "care", "2026-11", "Your care and your record",
    (
        "We want to help you use this type of medicine in a safe way. To do that, we need to know about your health.",
        "We will ask you questions. Your care team will read what you say. They use it to plan your care with you.",
        "We keep a record of what you tell us, what we plan and what we prescribe. Your care team can see it. "
        "Your pharmacy can see the prescription that you show them. We do not sell it.",
        "Each time a person opens your record, we write down who it was and when. You can see that list at any time.",
        "This type of medicine can help. It can also harm. Your body can get used to it. Do not stop it all at once. "
        "Your care team will tell you how to take less, step by step.",
        "This page is not read day and night. If you are in danger, call for help at once. The numbers to call are on each page.",
        "You can change your mind. If you say no later, we stop. We keep what we wrote before, as the law asks us to.",
    ),
    "I have read this. I agree to be treated here, and that you keep a record of my care.",
    required=True,
)  # fmt: skip
_NOTICES = ConsentText(
    "notices", "2026-11", "Short notes by e-mail",
    (
        "We can send you a short e-mail when there is something new for you here.",
        "The e-mail does not name a drug, a dose or an illness. It asks you to sign in. Other people may still see it on your phone.",
        "You can say no. Then you will see what is new when you sign in.",
    ),
    "Yes, send me a short e-mail when there is something new.",
    required=False,
)  # fmt: skip

CONSENTS: dict[str, ConsentText] = {one.what: one for one in (_CARE, _NOTICES)}

# What the patient reads before records of substance use may leave the clinic. Who gets them and until when stands in the form beside it.
PASSING_ON_VERSION = "2026-11"
PASSING_ON = (
    "A part of your record may be about drug or alcohol use. The law guards that part. It stays in this clinic unless you say yes.",
    "You can let one person at another clinic have it. They may use it to treat you. They may not give it to others unless you say so again.",
    "You choose the last day. You can take this back at any time. What they have by then stays with them.",
    "You can say no. You still get the same care here.",
)
PASSING_ON_YES = "I agree that this part of my record goes to this person, so that they can treat me."
