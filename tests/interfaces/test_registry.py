"""The public register of providers: streamed, resumed, never silently short of a row, never an address; and what it says of a licence."""

import csv
import io
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest

from serein.care.access.actions import registry as kept
from serein.care.access.actions.registry import look_up_licence
from serein.care.access.models import LicenceLook, RegistryEntry, RegistryFile, RegistryRefusal
from serein.care.access.registers import ByHand, NoSource, Nppes
from serein.foundation.people.keys import Refused
from serein.foundation.people.licences import NoLicence, may_practise
from serein.foundation.people.models import Licence
from serein.foundation.tasks.desk import desk_tasks
from serein.interfaces.cli import registry
from serein.interfaces.translate import nppes
from serein.interfaces.translate.bad_input import BadInput
from tests.people import AT, TestClinic, given, make_clinic, own_numbers

pytestmark = pytest.mark.django_db
NAME, ON = "npidata_pfile_20050523-20261108.csv", date(2026, 11, 8)
ADDRESS, TELEPHONE = "Provider First Line Business Mailing Address", "Provider Business Mailing Address Telephone Number"
HEADER = [
    *nppes.NAMES.values(), ADDRESS, TELEPHONE,
    *(name.format(n) for n in range(1, 16) for name in (nppes.TAXONOMY, nppes.NUMBER, nppes.NUMBER_STATE, nppes.PRIMARY)),
]  # fmt: skip


def row(npi: str = "1234567893", number: str = "L-1", **more: str) -> dict[str, str]:
    told = {
        "NPI": npi, "Entity Type Code": "1", nppes.NAMES["family"]: "OKAFOR", nppes.NAMES["given"]: "ADA", nppes.NAMES["state"]: "CA",
        ADDRESS: "9 Private Lane", TELEPHONE: "5595559999", nppes.TAXONOMY.format(1): "2084P0800X", nppes.NUMBER.format(1): number,
        nppes.NUMBER_STATE.format(1): "CA", nppes.PRIMARY.format(1): "Y",
    }  # fmt: skip
    return {**dict.fromkeys(HEADER, ""), **told, **{nppes.NAMES.get(k, k): v for k, v in more.items()}}


def written(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def on_disk(folder: Path, text: str, name: str = NAME) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def zipped(folder: Path, *members: tuple[str, str]) -> Path:
    path = folder / "NPPES.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return path


def test_a_file_is_kept_without_an_address_and_each_bad_row_is_named(tmp_path, capsys):
    other, _ = own_numbers()
    text = (
        written(row(), row("1234567890"), row(other, deactivated_on="2026-01-02"), row(other, entity_type="9"), row(other))
        + '"1","2"\n'
    )
    assert registry.bring_in(on_disk(tmp_path, text), None, AT) == 1
    assert sorted(RegistryEntry.objects.values_list("npi", flat=True)) == sorted(["1234567893", other])
    told = capsys.readouterr()
    for line, why in ((3, "check digit"), (4, "MM/DD/YYYY"), (5, "entity type"), (7, "2 columns")):
        assert f"line {line}: " in told.err and why in RegistryRefusal.objects.get(line=line).why
    assert "2 providers kept, 4 rows not kept" in told.out
    assert "Private" not in str(list(RegistryEntry.objects.values())) and "5595559999" not in str(
        list(RegistryEntry.objects.values())
    )


def test_a_second_import_changes_nothing_and_an_older_file_never_overwrites_a_newer(tmp_path, capsys):
    assert registry.bring_in(on_disk(tmp_path, written(row())), None, AT) == 0
    assert registry.bring_in(on_disk(tmp_path, written(row())), None, AT) == 0
    assert "Nothing changed" in capsys.readouterr().out and RegistryFile.objects.count() == 1
    older = on_disk(tmp_path, written(row(number="OLD")), "npidata_pfile_20050523-20251108.csv")
    registry.bring_in(older, None, AT)
    assert RegistryEntry.objects.get().licences[0][1] == "L-1"
    newer = on_disk(tmp_path, written(row(number="NEW")), "npidata_pfile_20261109-20261115.csv")
    registry.bring_in(newer, None, AT)
    assert RegistryEntry.objects.get().licences[0][1] == "NEW"


def test_an_import_that_was_killed_goes_on_behind_the_last_batch(tmp_path, monkeypatch, capsys):
    numbers = [own_numbers()[0] for _ in range(7)]
    path = on_disk(tmp_path, written(*(row(n) for n in numbers)))
    monkeypatch.setattr(registry, "BATCH", 3)
    real, batches = kept.keep_rows, []

    def killed_at_the_second(file_id, rows, upto):
        batches.append(len(rows))
        if len(batches) == 2:
            raise KeyboardInterrupt
        return real(file_id, rows, upto)

    monkeypatch.setattr(kept, "keep_rows", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        registry.bring_in(path, None, AT)
    assert RegistryEntry.objects.count() == 3
    assert registry.bring_in(path, None, AT) == 0
    assert "Going on after line 4" in capsys.readouterr().out
    assert RegistryEntry.objects.count() == 7 and batches == [3, 3, 3, 1]


def test_a_zip_is_read_from_its_one_data_file_wherever_it_says_it_lies(tmp_path):
    path = zipped(
        tmp_path, ("../../" + NAME, written(row())), (NAME.replace(".csv", "_fileheader.csv"), "x"), ("readme.pdf", "x")
    )
    assert registry.bring_in(path, None, AT) == 0
    assert RegistryEntry.objects.count() == 1 and [p.name for p in tmp_path.iterdir()] == ["NPPES.zip"]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([(NAME, "\0" * 5_000_000)], "far larger"),
        ([("other.csv", "x")], "holds 0 files"),
        ([(NAME, "x"), (NAME.replace("0523", "0524"), "x")], "holds 2 files"),
    ],
)
def test_a_zip_that_is_no_register_is_refused(tmp_path, members, says):
    with pytest.raises(BadInput, match=says):
        registry.bring_in(zipped(tmp_path, *members), None, AT)
    assert not RegistryEntry.objects.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [("name,npi\n", "no column"), ("x" * 70_000, "no registry file"), ('"NPI\n', "not CSV"), ("", "no column")],
)
def test_what_is_not_the_layout_is_refused_in_words(tmp_path, text, says):
    with pytest.raises(BadInput, match=says):
        registry.bring_in(on_disk(tmp_path, text), None, AT)


def test_a_file_that_does_not_say_its_day_asks_for_it(tmp_path):
    path = on_disk(tmp_path, written(row()), "export.csv")
    with pytest.raises(BadInput, match="--on"):
        registry.bring_in(path, None, AT)
    assert registry.bring_in(path, ON, AT) == 0


def test_memory_does_not_grow_with_the_file():
    """Twenty times the rows, the same peak: the reader holds one row, whatever the size of the file."""

    def peak(copies: int) -> int:
        line = written(row()).split("\n", 1)
        data = io.BytesIO((line[0] + "\n" + line[1] * copies).encode())
        tracemalloc.start()
        assert sum(1 for _ in nppes.rows(data)) == copies
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(4000) < peak(200) + 200_000


def licensed(clinic: TestClinic, number: str = "L-1"):
    ada = clinic.clinician()
    held = Licence.objects.get(practitioner=ada.practitioner_id)
    Licence.objects.filter(pk=held.id).update(number=number)
    return ada, held.id


@pytest.mark.parametrize(
    ("told", "verdict", "says"),
    [
        (row(), "match", ""),
        (row(number="l 1"), "match", ""),
        (row(number="L-2"), "differs", "has licence L-2"),
        (row(family="OTHER"), "differs", "ADA OTHER"),
        (row(entity_type="2"), "differs", "organization"),
        (row(**{nppes.NUMBER_STATE.format(1): "NV"}), "differs", "no licence in CA"),
        (row(deactivated_on="01/31/2026"), "deactivated", "31-Jan-2026"),
        (row(deactivated_on="01/31/2026", reactivated_on="02/28/2026"), "match", ""),
    ],
)
def test_a_licence_is_compared_with_the_register_and_nothing_is_verified_by_it(tmp_path, told, verdict, says):
    clinic = make_clinic()
    ada, licence = licensed(clinic)
    Licence.objects.filter(pk=licence).update(verified_on=None, verified_by=None)
    registry.bring_in(on_disk(tmp_path, written(told)), None, AT)
    looked = given(look_up_licence(clinic.people(), licence, Nppes(AT.date())))
    assert looked.seen.verdict == verdict and says in " ".join(looked.seen.differs)
    assert looked.seen.on == ON and NAME in looked.seen.where
    assert isinstance(may_practise(ada, kind="prescriber", at=AT), NoLicence)
    tasks = [t.kind for t in desk_tasks(clinic.people())]
    assert tasks == (["npi-deactivated"] if verdict == "deactivated" else [])


def test_what_is_not_there_is_said_and_what_was_seen_by_hand_is_kept(tmp_path):
    clinic = make_clinic()
    _, licence = licensed(clinic)
    nothing = given(look_up_licence(clinic.people(), licence, Nppes(AT.date())))
    assert nothing.seen == NoSource(AT.date()).look(None)  # type: ignore[arg-type]
    registry.bring_in(on_disk(tmp_path, written(row(own_numbers()[0]))), None, AT)
    assert given(look_up_licence(clinic.people(), licence, Nppes(AT.date()))).seen.verdict == "not-found"
    by_hand = ByHand("Current, no discipline", "Board of California, breeze.ca.gov", AT.date(), "scan 17")
    given(look_up_licence(clinic.people(), licence, by_hand))
    look = LicenceLook.objects.get(source="manual")
    assert (look.differs, look.document, look.by_id) == (["Current, no discipline"], "scan 17", clinic.officer.account_id)
    other = make_clinic()
    assert isinstance(look_up_licence(other.people(), licence, by_hand), Refused)


def test_somebody_whom_the_register_deactivated_is_on_compliances_list(tmp_path):
    clinic = make_clinic()
    licensed(clinic)
    assert registry.bring_in(on_disk(tmp_path, written(row(deactivated_on="01/31/2026"))), None, AT) == 0
    assert [t.title for t in desk_tasks(clinic.people())] == ["NPI of Ada Okafor is deactivated"]
    licence = Licence.objects.get(number="L-1", clinic=clinic.id).id
    given(look_up_licence(clinic.people(), licence, ByHand("Reactivated, the board says", "telephone", AT.date())))
    assert desk_tasks(clinic.people()) == []
