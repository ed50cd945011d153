"""A calendar on paper leaves a row: which version, in which form, and the digest of the file that was handed out."""

from uuid import UUID

from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart

from .. import reads
from .recording import done


@deed
def record_taper_print(chart: OpenChart, course_id: UUID, *, paper: str, sha256: str) -> bool:
    """False when the version is not in this chart: then no copy may be given."""
    if reads.taper(chart, course_id) is None:
        return False
    done(chart, "print_taper", course_id, paper=paper, sha256=sha256)
    return True
