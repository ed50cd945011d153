"""The page of data classes: every table in one class, and what the class needs."""

from dataclasses import dataclass

from django.apps import apps

from serein.foundation.people import wards


@dataclass(frozen=True)
class Kind:
    """One class of data. `tables`: those in front of the wall or without a patient; those of a record come from the table of wards."""

    name: str
    what: str
    needs: str
    tables: frozenset[str] = frozenset()


def _named(text: str) -> frozenset[str]:
    return frozenset(text.split())


WALL = "a key with its row on the trail; the policy of the table; no cache, no letter, no log; kept as long as the law asks of the clinic"
KINDS = (
    Kind(
        "psychotherapy notes", "an author's own notes", f"{WALL}; the author's key alone, no whole record, no export",
        _named("visits_psychotherapynote"),
    ),
    Kind("record", "what is known about one patient, substance-use records and what is kept from helpers among it", WALL),
    Kind(
        "who belongs to whom", "which account is whose, who cares, who helps, which code leads where; nothing about health",
        "no policy, because the wall or the door asks it before there is a key; codes and tokens as digests only; never shown by itself",
        _named("""people_careteam people_slip people_calendarslip people_offer people_caregiving people_brokenglass people_invitation
        people_rota people_emergencyfind access_provensubject"""),
    ),
    Kind(
        "credentials", "accounts, password hashes, second factors, sessions",
        "hashed (scrypt) or encrypted (AES-256-GCM) where they are secrets; never shown, never logged; sessions end by themselves",
        _named("people_account mfa_authenticator django_session account_emailaddress account_emailconfirmation people_factortry"),
    ),
    Kind(
        "people who work here", "roles, licences, rights, what was proved about them, what compliance has to do",
        "keys of compliance, of whoever answers for the right to sign, numbers alone for an administrator; every change a row",
        _named("""people_rolegrant people_practitioner people_licence access_signinggrant access_licencelook access_staffproof
        access_staffidentity tasks_desktask"""),
    ),
    Kind(
        "trail", "who looked, who did, who was refused",
        "rows are added, never changed; no name of a patient, no answer, no dose; compliance reads",
        _named("audit_trailrow"),
    ),
    Kind(
        "clinic and public registers", "name and telephone of the clinic; what a public register says",
        "no patient in it; changed on the server's console",
        _named("people_clinic access_registryfile access_registryentry access_registryrefusal"),
    ),
    Kind(
        "machinery", "jobs, pages that were sent, migrations, counters of limits",
        "ids and codes alone, no content; swept away by the worker",
        _named("""shell_submission django_content_type django_migrations auth_permission auth_group auth_group_permissions
        procrastinate_jobs procrastinate_events procrastinate_periodic_defers procrastinate_workers serein_cache"""),
    ),
)  # fmt: skip


def tables() -> frozenset[str]:
    """Every table of every installed app."""
    return frozenset(m._meta.db_table for m in apps.get_models(include_auto_created=True))


def of_class(kind: Kind) -> frozenset[str]:
    notes = next(k.tables for k in KINDS if k.name == "psychotherapy notes")
    return frozenset(wards.TABLES) - notes if kind.name == "record" else kind.tables


def without_a_class() -> frozenset[str]:
    return tables() - frozenset().union(*(of_class(k) for k in KINDS))


def page(printed: str) -> str:
    assert not without_a_class(), f"which class of data: {sorted(without_a_class())}?"
    rows = [f"| {k.name} | {k.what} | {k.needs} | {', '.join(f'`{t}`' for t in sorted(of_class(k)))} |" for k in KINDS]
    return "\n".join(
        [
            printed, "# Classes of data", "",
            "Every table belongs to one class, the most guarded first. Files: signing keys and secrets (`keys/`, `secrets.json`, "
            "`connections.json`) are credentials; the database's files and backups are a record; `logs/` and `static/` are machinery. What is a "
            "record lies unencrypted in the database's files: use an encrypted disk.", "",
            "| Class | What | What it needs | Tables |", "| --- | --- | --- | --- |", *rows, "",
        ]
    )  # fmt: skip
