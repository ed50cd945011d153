"""What a letter says. Neutral by rule: a notification lies open on a phone, so it names no drug, dose, illness, plan or person."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from serein.foundation.outbox.delivery import LetterToSend
from serein.foundation.people.persons import ClinicCard


@dataclass(frozen=True)
class Office:
    """What every letter of this installation needs: whose address it bears, and where its links lead."""

    base_url: str
    sender: str


# Letters to somebody else than the patient whom they come from: whether that patient wants notices is not asked.
TO_OTHERS = frozenset({"sharing"})
SOMETHING_NEW = ("Something is waiting for you", "Something new is waiting for you. Sign in to read it:")
# kind: (subject, first sentence). A kind that is not here is told as "something new": neutral even when somebody forgets this table.
TEXTS: dict[str, tuple[str, str]] = {
    "emergency": ("Something must be looked at today", "Something was done that you must look at today. Sign in to read it:"),
    "invitation": ("Your invitation", "You are invited to sign in to {clinic}. Open this link and choose a password:"),
}
AFTER_INVITATION = (
    "The link works once, until {until}. Do not pass it on.\n"
    "If you did not expect this, you need not do anything. You can ask us: {phone}."
)
AFTER_ALL = "Please do not answer this e-mail: nobody reads the answers. You can reach us at {phone}."


def link_of(letter: LetterToSend, base_url: str) -> str:
    token = letter.body.get("token")
    return f"{base_url}/invitation/{token}/" if token else f"{base_url}/"


def written(letter: LetterToSend, clinic: ClinicCard, office: Office, *, until: str = "") -> EmailMessage:
    """The e-mail. Its Message-ID is the letter's id: a letter that is sent twice after a crash is one letter to a mail program."""
    subject, first = TEXTS.get(letter.kind, SOMETHING_NEW)
    after = AFTER_INVITATION if letter.body.get("token") else AFTER_ALL
    paragraphs = (
        first.format(clinic=clinic.name),
        link_of(letter, office.base_url),
        after.format(until=until, phone=clinic.phone),
        clinic.name,
    )
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = office.sender
    message["To"] = letter.to
    message["Date"] = letter.written_at
    message["Message-ID"] = f"<{letter.id}@serein.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    text = "\n\n".join(paragraphs) + "\n"
    # As it stands wherever it can: a link that is cut into encoded lines cannot be copied out of a file of the sandbox.
    message.set_content(text, cte="7bit" if text.isascii() else "quoted-printable")
    return message
