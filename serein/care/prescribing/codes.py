"""The code that a patient shows at the pharmacy: short enough to be typed, too many to be guessed."""

import secrets

from serein.foundation.people.keys import CODE_ALPHABET, normal_code

LENGTH = 12  # 32 letters, 5 bits each: 60 bits. At a million guesses a second and a million open codes, a hit takes weeks; the door is slower.
GROUP = 4


def new_code() -> str:
    """Twelve characters of Crockford's alphabet (no I, L, O, U), from the operating system's randomness."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """7Q4MK2PD9XWA -> 7Q4M-K2PD-9XWA."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def typed(text: str) -> str:
    """The code in what somebody typed or scanned (groups, case, blanks, O for 0, a whole address), or '' when there is none."""
    last = text.strip().rstrip("/").rpartition("/")[2]
    code = normal_code(last[:60])
    return code if len(code) == LENGTH and set(code) <= set(CODE_ALPHABET) else ""


def address(base_url: str, code: str) -> str:
    """What the QR code holds: upper case, which a QR code packs at 5.5 bits a character (version 3 or 4: any telephone reads it)."""
    return f"{base_url.rstrip('/')}/rx/{code}".upper()
