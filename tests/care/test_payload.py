"""What is signed is what was shown: one content, one byte string, no hidden letter, nothing missing."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from serein.care.prescribing import codes, payload, words
from serein.care.prescribing.payload import NotAPrescription, build, read
from serein.foundation.people.keys import CODE_ALPHABET

from .contents import contents, plain_content


@given(contents())
def test_what_is_read_is_what_was_built(content):
    built = build(content)
    assert read(built.canonical) == content
    assert build(read(built.canonical)).canonical == built.canonical


@given(contents())
def test_the_bytes_hold_no_float_and_no_unnormalised_text(content):
    def walk(value):
        for one in value.values() if isinstance(value, dict) else [value]:
            if isinstance(one, dict):
                walk(one)
            else:
                assert type(one) in (str, int)

    walk(json.loads(build(content).canonical))


def test_the_bytes_are_what_they_were():
    # A prescription that was signed last year must read the same for ever: whoever changes the form makes a new schema.
    built = build(plain_content())
    assert built.canonical.startswith(b'{"clinic":{"clinic_address":"1 Clinic Road, Sacramento, CA","id":"00000000-')
    assert (
        b'"schema":"serein.prescription/1"' in built.canonical and b'"quantity_words":"42 (forty-two) tablets"' in built.canonical
    )
    assert built.sha256 == "f8925b5271783fc02ff13bea72c5992898b6ea239c4db90931b32ff0dacea3d8"


@given(st.data())
def test_two_spellings_of_one_name_are_one_prescription(data):
    patient = plain_content().patient
    composed = replace(patient, given="José", address="Å 1")
    decomposed = replace(patient, given=" José ", address="Å  1")
    assert build(plain_content(patient=composed)).canonical == build(plain_content(patient=decomposed)).canonical


def every_field(value, path=()):
    for one in fields(value):
        inner = getattr(value, one.name)
        if is_dataclass(inner):
            yield from every_field(inner, (*path, one.name))
        else:
            yield (*path, one.name)


def with_field(value, path, new):
    if len(path) == 1:
        return replace(value, **{path[0]: new})
    return replace(value, **{path[0]: with_field(getattr(value, path[0]), path[1:], new)})


ALL = sorted(every_field(plain_content()))


@pytest.mark.parametrize("path", ALL, ids=".".join)
@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_a_prescription_with_anything_missing_cannot_be_built(path, nothing):
    if path[-1] == "npi" and nothing is not None:
        return
    with pytest.raises(NotAPrescription):
        with_field(plain_content(), path, nothing)


TEXTS = [path for path in ALL if isinstance(reduce(getattr, path, plain_content()), str)]
HIDDEN = [
    "\x00",
    "\x1f",
    "\n",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "\ud800",
    "\u2028",
    "\ue000",
    "\u3164",
    "\ufe0f",
]


@pytest.mark.parametrize("path", TEXTS, ids=".".join)
@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_no_field_takes_a_hidden_character(path, hidden):
    with pytest.raises(NotAPrescription):
        with_field(plain_content(), path, f"a{hidden}b")


@pytest.mark.parametrize("word", ["Tоrres", "Ρeter", "ｄiazepam", "𝐝iazepam", "dіazepam", "٤٢"])
def test_no_field_takes_a_look_alike(word):
    with pytest.raises(NotAPrescription):
        plain_content(medicine=replace(plain_content().medicine, drug=word))


@pytest.mark.parametrize("name", ["Ἑλένη", "Иван", "Đặng Thị", "O’Neill-Smith", "李小龍", "عمر"])
def test_names_of_one_script_are_taken(name):
    assert plain_content(patient=replace(plain_content().patient, given=name)).patient.given


@pytest.mark.parametrize("sign", ["½", "¼ tablet", "Ⅳ"])
def test_directions_take_no_fraction_sign(sign):
    with pytest.raises(NotAPrescription):
        plain_content(directions=f"Take {sign} at night.")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": Decimal("0")}, {"quantity": Decimal("-1")}, {"quantity": Decimal("NaN")}, {"quantity": Decimal("Infinity")},
        {"quantity": 42}, {"quantity": 42.0}, {"quantity": Decimal("1.0001")}, {"quantity": Decimal("1E+6")}, {"refills": 1}, {"refills": True},
        {"draft_version": 0}, {"directions": "x" * 1001}, {"valid_from": date(2026, 11, 21)}, {"valid_until": date(2026, 11, 21)},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_never_cut_to_fit(changes):
    with pytest.raises(NotAPrescription):
        plain_content(**changes)


def other_spellings(canonical: bytes) -> list[bytes]:
    plain = json.loads(canonical)
    return [
        json.dumps(plain).encode(), canonical + b" ", b"\xef\xbb\xbf" + canonical, canonical[:-1] + b',"x":1}',
        canonical[:-1] + b',"refills":0}', canonical.replace(b'"42"', b'"42.0"'), canonical.replace(b'"42"', b"42"),
        canonical.replace(b'"refills":0', b'"refills":0.0'), canonical.replace(b'"refills":0', b'"refills":false'),
        canonical.replace(b'"refills":0', b'"refills":' + b"9" * 5000), canonical.replace(b"Maria", b"\\ud800"),
        canonical.replace(b"forty-two", b"forty-one"), canonical.replace(b"/1", b"/2", 1), canonical.replace(b"Maria", b"\\u004daria"),
        canonical.replace(b"Maria", b" Maria"), rfc8785.dumps({**plain, "patient": None}), b"", b"[]", b"null", b"[" * 100_000,
        b"\xff", b"{" * 9, canonical * 20, canonical.replace(b"2026-11-22", b"20261122"), canonical.replace(b"00000000-", b"{00000000-"),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(25))
def test_no_other_spelling_of_the_bytes_is_read(number):
    with pytest.raises(NotAPrescription):
        read(other_spellings(build(plain_content()).canonical)[number])


@given(st.binary(max_size=200))
def test_no_other_bytes_are_read(raw):
    with pytest.raises(NotAPrescription):
        read(raw)


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("0.5", "half a tablet"), ("0.25", "a quarter of a tablet"), ("0.75", "three quarters of a tablet"), ("1", "1 tablet"),
        ("1.5", "1 and a half tablets"), ("2", "2 tablets"), ("2.25", "2 and a quarter tablets"), ("10", "10 tablets"),
    ],
)  # fmt: skip
def test_halves_are_worded_as_halves(units, said):
    assert words.units_in_words(Decimal(units), "tablet") == said


@given(st.decimals(Decimal("0"), Decimal("20"), places=2))
def test_tablets_are_whole_halves_and_quarters_or_refused(units):
    try:
        said = words.units_in_words(units, "tablet")
    except words.NotWordable:
        assert units == 0 or units % Decimal("0.25")
    else:
        assert "." not in said and said.endswith(("tablet", "tablets"))


def test_directions_read_as_a_sentence():
    unit = words.Unit("tablet", Decimal("5"))
    many = [
        words.TimedDose("morning", Decimal("1")),
        words.TimedDose("14:30", Decimal("0.5")),
        words.TimedDose("night", Decimal("2")),
    ]
    assert (
        words.regular_directions(many, unit, days=1)
        == "Take 1 tablet (5 mg) in the morning, half a tablet (2.5 mg) at 14:30 and 2 tablets (10 mg) at night, for 1 day."
    )
    assert (
        words.as_needed_directions(Decimal("0.5"), unit, words.Most(day=Decimal("2"), week=Decimal("5")), days=14)
        == "Take half a tablet (2.5 mg) when needed, at most 2 tablets (10 mg) in any 24 hours and 5 tablets (25 mg) in any 7 days, for 14 days."
    )
    for bad in ("25:00", "8:00", "12:60", "soon", "١٢:٠٠"):
        with pytest.raises(words.NotWordable):
            words.regular_directions([words.TimedDose(bad, Decimal("1"))], unit, days=1)


def spoken(text: str) -> Decimal:
    """The number behind the words, by another way than the one that made them: look each word up and add."""
    whole, _, rest = text.partition(" point ")
    total = part = 0
    for word in whole.replace("-", " ").split():
        if word in ("hundred", "thousand"):
            part *= 100 if word == "hundred" else 1000
            if word == "thousand":
                total, part = total + part, 0
        else:
            part += words.ONES.index(word) if word in words.ONES else words.TENS.index(word) * 10
    return Decimal(total + part) + (Decimal("0." + "".join(str(words.ONES.index(w)) for w in rest.split())) if rest else 0)


@given(st.decimals(Decimal("0"), Decimal("9999"), places=3))
def test_the_words_of_a_quantity_say_its_digits(number):
    assert spoken(words.number_in_words(number)) == number


def test_every_whole_number_has_its_own_words():
    said = [words.number_in_words(Decimal(n)) for n in range(10_000)]
    assert len(set(said)) == 10_000 and all(spoken(text) == n for n, text in enumerate(said))


def test_codes_are_long_enough_and_forgive_how_they_are_typed():
    code = codes.new_code()
    assert len(CODE_ALPHABET) ** codes.LENGTH >= 2**59 and set(code) <= set(CODE_ALPHABET)
    assert codes.shown("7Q4MK2PD9XWA") == "7Q4M-K2PD-9XWA"
    for way in ("7q4m-k2pd-9xwa", " 7Q4M K2PD 9XWA ", "HTTP://LOCALHOST:8000/RX/7Q4MK2PD9XWA", "https://x.test/rx/7Q4MK2PD9XWA/"):
        assert codes.typed(way) == "7Q4MK2PD9XWA"
    assert codes.typed("O1IL-0000-0000") == "011100000000"
    for no in ("", "7Q4M", "7Q4M-K2PD-9XWU", "7Q4M-K2PD-9XWA-0", "７Q4MK2PD9XWA", "x" * 10_000, "\x00", "\ud800" * 12):
        assert codes.typed(no) == ""


def test_new_codes_do_not_repeat():
    assert len({codes.new_code() for _ in range(20_000)}) == 20_000


def test_the_statement_is_part_of_what_is_signed():
    assert "legally sign" in payload.STATEMENT and len(payload.statement_sha256()) == 64
    assert payload.statement_sha256().encode() in build(plain_content()).canonical
    later = plain_content().issued_on + timedelta(days=1)
    assert build(plain_content(issued_on=later, valid_from=later)).sha256 != build(plain_content()).sha256
