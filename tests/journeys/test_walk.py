"""The walk: one patient, from an empty clinic to the last dose and the next clinician.

With and without JavaScript, on an ordinary day and on a leap day.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from serein.interfaces.web.shell import clock
from tests.journeys import first_half, second_half
from tests.journeys.first_half import Days, Walk

MONDAY, LEAP_DAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC), datetime(2028, 2, 29, 17, 0, tzinfo=UTC)


@pytest.fixture
def days(start, settings, tmp_path, monkeypatch) -> Iterator[Days]:
    settings.STATE = tmp_path
    days = Days(start)
    monkeypatch.setattr(clock, "now", lambda: days.at)
    yield days


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("start", "js"), [(MONDAY, True), (LEAP_DAY, False)])
def test_a_patient_walks_from_the_invitation_to_the_last_dose_and_the_next_clinician(live_clinic, days, open_page, js):
    walk = Walk(live_clinic.url, days, open_page, js)
    first_half.access_given(walk)
    first_half.evaluated(walk)
    first_half.planned(walk)
    first_half.prescribed(walk)
    first_half.dispensed(walk)
    first_half.looked_at(walk)
    second_half.watched(walk)
    second_half.reassessed(walk)
    second_half.tapered(walk)
    second_half.held(walk)
    second_half.handed_over(walk)
    second_half.closed(walk)
