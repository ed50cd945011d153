"""Passwords made of the words that stand here: what somebody who wants in would try first."""

import re

from django.core.exceptions import ValidationError

from serein.foundation.people.models import Account, Clinic

HERE = (
    "serein", "diazepam", "valium", "benzodiazepine", "benzo", "xanax", "clinic", "doctor", "patient", "pharmacy", "password", "prescription",
)  # fmt: skip
SHORTEST_WORD, FEWEST_LEFT = 4, 8
MADE_OF_HERE = (
    "Your password is made of words that anybody would try here: the name of the clinic, of this software, of a medicine."
)


class NoLocalWords:
    """Refuses a password of which fewer than eight letters and digits are left without the words of this place. Asked when one is chosen."""

    def validate(self, password: str, user: Account | None = None) -> None:
        whole = left = re.sub(r"[\W_]", "", password.casefold())
        for word in sorted({*HERE, *_words_of(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        if left != whole and len(left) < FEWEST_LEFT:
            raise ValidationError(MADE_OF_HERE, code="password_of_local_words")

    def get_help_text(self) -> str:
        return MADE_OF_HERE


def _words_of(user: Account | None) -> set[str]:
    clinic = Clinic.objects.filter(pk=user.clinic_id).values_list("name", flat=True).first() if user and user.clinic_id else ""
    return {word for word in re.findall(r"[a-z]+", (clinic or "").casefold()) if len(word) >= SHORTEST_WORD}
