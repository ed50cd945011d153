"""Text that means one thing to everybody who reads it. On a prescription an invisible or look-alike character is an attack or an accident."""

import unicodedata

# Control, format (bidi overrides, zero-width, soft hyphen, BOM), surrogates, private use, unassigned, line and paragraph separators.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters that pass for other letters only because of another script in the same word: Latin a, Cyrillic а, Greek α.
LOOK_ALIKE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
DRESSED = ("FULLWIDTH", "HALFWIDTH", "MATHEMATICAL", "CIRCLED", "SQUARED", "NEGATIVE", "PARENTHESIZED")
# Drawn as nothing, though they are no format characters.
BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f")


class NotPlain(ValueError):
    """The message says what is wrong with the text, without the text."""


def plain_text(text: str, *, longest: int, digits_only: bool = False) -> str:
    """NFC, trimmed, single blanks. Refuses what is hidden, dressed up or mixed; `digits_only` also refuses number signs such as ½."""
    if len(text) > longest * 4:
        raise NotPlain(f"is longer than {longest} characters")
    for char in text:
        if (
            unicodedata.category(char) in HIDDEN
            or char in BLANK
            or 0xFE00 <= ord(char) <= 0xFE0F
            or 0xE0100 <= ord(char) <= 0xE01EF
        ):
            raise NotPlain(f"holds a hidden character (U+{ord(char):04X})")
        if unicodedata.name(char, "").startswith(DRESSED):
            raise NotPlain(f"holds a look-alike character (U+{ord(char):04X})")
        if (digits_only and unicodedata.category(char) in ("No", "Nl")) or (char.isdecimal() and not char.isascii()):
            raise NotPlain("holds a number sign where a number in digits or words belongs")
    normal = " ".join(unicodedata.normalize("NFC", text).split())
    if len(normal) > longest:
        raise NotPlain(f"is longer than {longest} characters")
    for word in normal.split():
        if len(_scripts(word)) > 1:
            raise NotPlain("mixes letters of different alphabets in one word")
    return normal


def _scripts(word: str) -> set[str]:
    names = (unicodedata.name(char, "") for char in word if char.isalpha())
    return {script for name in names for script in LOOK_ALIKE_SCRIPTS if name.startswith(script)}
