"""What a patient keeps from people who help them: single lines of the diary and single check-ins, before or after they were written."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.care.evaluation.actions.own import not_the_patient, put_on_trail
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record

from ..models import CheckIn, DoseEntry

NOTHING_THERE = Refused("nothing-there", "This is not in your record.")


@dataclass(frozen=True)
class Kept:
    """`private`: kept from people who help; else they may see it again, where it is shared."""

    id: UUID
    private: bool


@deed
@transaction.atomic
def keep_from_helpers(chart: OpenChart, kept_id: UUID, *, private: bool) -> Kept | Refused:
    """Keep one line of the diary, or one check-in with every earlier wording of it, from people who help; or show it to them again."""
    if refused := not_the_patient(chart, "keep_from_helpers"):
        return refused
    own = {"patient": chart.patient_id, "pk": kept_id}
    if DoseEntry.objects.filter(**own).update(private=private) == 1:
        put_on_trail(chart, "keep_from_helpers", ("dose_entry", kept_id), private=int(private))
        return Kept(kept_id, private)
    one = CheckIn.objects.filter(**own).first()
    if one is None:
        return refuse_on_record(chart, "keep_from_helpers", NOTHING_THERE)
    CheckIn.objects.filter(pk__in=_wordings(one)).update(private=private)
    put_on_trail(chart, "keep_from_helpers", ("check_in", kept_id), private=int(private))
    return Kept(kept_id, private)


def _wordings(one: CheckIn) -> list[UUID]:
    """The check-in and all that it corrects or that corrects it: what one wording hides, another must not show."""
    rows = dict(CheckIn.objects.filter(patient=one.patient_id).values_list("id", "corrects_id"))
    found, size = {one.id}, 0
    while size != len(found):
        size = len(found)
        found |= {c for i, c in rows.items() if i in found and c is not None} | {i for i, c in rows.items() if c in found}
    return sorted(found)
