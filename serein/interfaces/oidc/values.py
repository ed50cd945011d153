"""What a provider's answer comes to: proven, or not and why."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NotProven:
    """Nothing was proved. `code` is stable; `why` may be shown to whoever asked."""

    code: str
    why: str


@dataclass(frozen=True)
class Proven:
    """What the provider vouched for. `subject` is its own name for the person; `level` says in the operator's words what `acr` means;
    `proved_at` is when the person showed themselves to the provider, in seconds since 1970. Names and birth date: as told, or empty."""

    provider: str
    issuer: str
    subject: str
    acr: str
    level: str
    proved_at: int
    given: str = ""
    family: str = ""
    birth_date: date | None = None


class Stop(Exception):
    """Ends a flow from within; `flow` turns it into its value. It never leaves this room."""

    def __init__(self, why: NotProven) -> None:
        super().__init__(why.code)
        self.why = why


DOWN = NotProven(
    "provider-down",
    "The provider could not be reached. Nothing was recorded and nothing is lost. Try again later, or show a document.",
)
BUSY = NotProven("provider-busy", "Several people are doing this right now. Try again in a minute.")
UNUSABLE = NotProven(
    "provider-answer", "The provider's answer could not be used. Nothing was recorded. Try again later, or show a document."
)
STOPPED = NotProven("provider-stopped", "The provider did not go on, or you stopped there. Nothing was recorded.")
NOT_OURS = NotProven("answer-not-ours", "This answer does not belong to what you began here. Nothing was recorded. Begin again.")
TOO_LATE = NotProven("answer-too-late", "This took too long. Nothing was recorded. Begin again.")
OTHER_ISSUER = NotProven("issuer-differs", "The answer came from another provider than the one asked. Nothing was recorded.")
NOT_GENUINE = NotProven("token-not-genuine", "The provider's answer could not be shown to be genuine. Nothing was recorded.")
NOT_FRESH = NotProven("not-fresh", "The provider did not ask you to show yourself again. Nothing was recorded.")
NO_LEVEL = NotProven("assurance-missing", "The provider did not say how well it knows you. That proves nothing here.")
LOW_LEVEL = NotProven(
    "assurance-not-accepted", "The provider does not know you well enough for this clinic. That proves nothing here."
)
