"""Dose days in every zone and over every change of the clocks: each dose belongs to exactly one day, and days follow each other."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from serein.care.monitoring.days import NIGHT, USUAL_HOUR, current_slot, dose_day, local, usual_instant

ZONES = st.sampled_from(sorted(z for z in available_timezones() if "/" in z and not z.startswith(("posix", "right", "Etc"))))
SLOTS = st.sampled_from(sorted(USUAL_HOUR))
INSTANTS = st.integers(0, 8 * 366 * 24 * 60).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
DATES = st.dates(date(2024, 1, 1), date(2032, 1, 1))


@given(INSTANTS, ZONES, SLOTS)
def test_a_dose_belongs_to_the_day_at_home_or_a_night_dose_to_the_evening_before(at, zone, slot):
    here = at.astimezone(ZoneInfo(zone))
    day = dose_day(at, zone, slot)
    assert day in (here.date(), here.date() - timedelta(days=1))
    assert day == here.date() or (slot == NIGHT and here.hour < 4)


@given(DATES, ZONES, SLOTS)
def test_the_usual_instant_of_a_day_is_of_that_day_in_every_zone(day, zone, slot):
    at = usual_instant(day, zone, slot)
    assert at.utcoffset() == timedelta(0)
    assert dose_day(at, zone, slot) == day and local(at, zone).hour == USUAL_HOUR[slot]


@given(DATES, ZONES, SLOTS)
def test_the_same_dose_of_two_days_is_about_a_day_apart_even_when_the_clocks_change(day, zone, slot):
    apart = usual_instant(day + timedelta(days=1), zone, slot) - usual_instant(day, zone, slot)
    assert timedelta(hours=22) <= apart <= timedelta(hours=26)


@given(INSTANTS, st.integers(0, 48 * 60), ZONES, SLOTS)
def test_later_doses_never_belong_to_an_earlier_day(at, minutes, zone, slot):
    assert dose_day(at, zone, slot) <= dose_day(at + timedelta(minutes=minutes), zone, slot)


@given(INSTANTS, ZONES, st.sets(SLOTS, min_size=1))
def test_exactly_one_of_a_days_doses_is_near(at, zone, slots):
    assert current_slot(tuple(slots), at, zone) in slots


def test_the_night_the_clocks_go_back_has_two_half_past_ones_and_both_are_last_nights():
    zone = "America/Los_Angeles"
    for hour in (8, 9):  # 01:30 daylight time and 01:30 standard time on 1-Nov-2026
        at = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
        assert local(at, zone).hour == 1
        assert dose_day(at, zone, NIGHT) == date(2026, 10, 31)
