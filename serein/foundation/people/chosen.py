"""Whom a key's predicate chose, without carrying thousands of ids from the database to the page and back with every request."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from threading import Lock
from uuid import UUID

from serein.foundation.rows import answer

WHOSE = """
FROM people_careteam
WHERE account_id = %(account)s AND clinic_id = %(clinic)s AND since <= %(at)s AND (until IS NULL OR until > %(at)s)
"""
# The database gives the digest of who they are, and the ids themselves only when nobody here knows that digest.
DIGEST = (
    f"SELECT encode(sha256(coalesce(string_agg(uuid_send(patient_id), ''::bytea ORDER BY patient_id), ''::bytea)), 'hex') {WHOSE}"
)
IDS = f"SELECT coalesce(string_agg(uuid_send(patient_id), ''::bytea ORDER BY patient_id), ''::bytea) {WHOSE}"
KEPT = 64


class Chosen(tuple[UUID, ...]):
    """Ids of patients in the order of their numbers, with what is made of all of them together worked out once."""

    @cached_property
    def digest(self) -> str:
        return digest(self)

    @cached_property
    def members(self) -> frozenset[UUID]:
        return frozenset(self)

    @cached_property
    def literal(self) -> str:
        """As an array of PostgreSQL."""
        return f"{{{','.join(map(str, self))}}}"

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._hash


def digest(ids: Iterable[UUID]) -> str:
    return sha256(b"".join(sorted(i.bytes for i in ids))).hexdigest()


# By digest and by nothing else: whoever is told the same digest by the database has exactly these patients, so there is nothing to go stale.
_known: OrderedDict[str, Chosen] = OrderedDict()
_one_at_a_time = Lock()


def my_patients(account_id: UUID, clinic_id: UUID, at: datetime) -> Chosen:
    """The patients whose care team this account is in at that instant, as the database says now."""
    asked = {"account": account_id, "clinic": clinic_id, "at": at}
    told: str = answer(DIGEST, asked)[0][0]
    with _one_at_a_time:
        if told in _known:
            _known.move_to_end(told)
            return _known[told]
    read = bytes(answer(IDS, asked)[0][0])
    found = Chosen(UUID(bytes=read[n : n + 16]) for n in range(0, len(read), 16))
    with _one_at_a_time:
        _known[found.digest] = found
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found
