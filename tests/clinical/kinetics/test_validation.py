"""The page that compares the model with published levels is what the model says today."""

from .validation import PAGE, page, rows


def test_the_page_is_printed_from_the_model():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.clinical.kinetics.validation"


def test_steady_levels_hold_and_peaks_are_said_to_miss():
    verdicts = {(r.id, r.what): r.verdict for r in rows()}
    assert verdicts["V3", "diazepam"] == verdicts["V3", "nordiazepam"] == verdicts["V4", "diazepam"] == "holds"
    assert verdicts["V1", "peak"] == "**misses**" and "Peaks are not to be trusted" in page()


def test_a_parameters_own_source_is_no_evidence():
    assert all(r.verdict == "its source" for r in rows() if r.own)
    assert f"of {sum(not r.own for r in rows())} rows hold" in page()
