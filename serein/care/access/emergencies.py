"""What holds of every record that is opened for an emergency: reasons, times, verdicts."""

from datetime import timedelta

# code: in the words of the page. The code stands before the wall, so it says nothing about the patient's health that the deed itself does not.
REASONS = {
    "danger": "Somebody is in danger of life or serious harm now",
    "cannot-speak": "The patient cannot speak for themselves and has to be treated now",
    "supply": "Treatment would stop before the care team can be reached",
    "other": "Another emergency",
}
LASTS = timedelta(minutes=60)
REVIEWED_WITHIN = timedelta(hours=72)
JUSTIFIED, NOT_JUSTIFIED = "justified", "not justified"
VERDICTS = (JUSTIFIED, NOT_JUSTIFIED)
# More often than this within the span, and every officer is alarmed.
OFTEN, SPAN = 3, timedelta(days=7)
