"""The second factor of a demonstration account, and of nobody else."""

import base64

import pytest

from serein.config.demonstration import DEMONSTRATION, EMPTY, MODE_NOTE, main, sign_ins, totp
from serein.config.place import Place


@pytest.fixture
def place(tmp_path):
    found = Place(tmp_path / "state")
    found.make()
    found.secrets()
    return found


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_are_those_of_rfc_6238(seconds, code):
    # Appendix B prints eight digits for the key "12345678901234567890"; six digits are its last six.
    assert totp(base64.b32encode(b"12345678901234567890").decode(), seconds) == code


def test_a_demonstration_tells_its_codes(place, capsys, monkeypatch):
    place.write_note(MODE_NOTE, DEMONSTRATION)
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    assert main(["clinician", "--state", str(place.folder)]) == 0
    secret = next(s.totp_secret for s in sign_ins(place) if s.role == "clinician")
    assert capsys.readouterr().out.strip() == totp(secret, 1_800_000_000)


@pytest.mark.parametrize("mode", [EMPTY, None])
def test_outside_a_demonstration_no_code_is_told(place, capsys, mode):
    if mode:
        place.write_note(MODE_NOTE, mode)
    assert main(["clinician", "--state", str(place.folder)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "real second factors are known to their owners only" in told.err


def test_an_unknown_role_is_refused(place, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["director"])
    assert ended.value.code == 2


def test_two_installations_share_no_password(tmp_path):
    told = []
    for name in ("one", "two"):
        place = Place(tmp_path / name)
        place.make()
        place.secrets()
        told.append({s.password for s in sign_ins(place)} | {s.totp_secret for s in sign_ins(place) if s.totp_secret})
    assert len(told[0]) == 7
    assert not told[0] & told[1]
    assert all(len(secret) >= 12 for secret in told[0])
