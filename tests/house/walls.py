"""What the database itself says about the tables that hold one patient's record."""

import re
from collections.abc import Mapping

import psycopg

# Tables that know a patient's id and stand in front of the wall, because the wall or the door asks them. None holds a fact about health.
BEFORE_THE_WALL: Mapping[str, str] = {
    "people_account": "signing in comes before any key; an account says which patient it is, and nothing about them",
    "people_careteam": "the policies themselves ask who is in the team; a policy here would refer back to itself",
    "people_slip": "found by the digest of a prescription's code before there is any key",
    "people_calendarslip": "found by the digest of a dose calendar's code without any key; it says since when and until when the code counts",
    "people_offer": "asked for the key of a colleague who is not in the care team yet; it names a handover and nothing about it",
    "people_caregiving": "asked for a caregiver's key; it names who helps whom and what was shared, nothing of it",
    "people_brokenglass": "asked for an emergency's key, and reviewed by compliance, who see no record; it names a code, never the words",
    "people_invitation": "found by the digest of an invitation's token before there is any account",
}
OWN_TABLE_OF_A_PATIENT = "people_patient"

TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       (SELECT format_type(a.atttypid, NULL) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1),
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'clinic_id' AND a.attnotnull),
       ARRAY(SELECT coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
             FROM pg_policy p WHERE p.polrelid = c.oid),
       pg_get_userbyid(c.relowner)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
  AND (c.relname = %s OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'patient_id' AND NOT a.attisdropped))
ORDER BY 1
"""
SETTING = re.compile(r"current_setting\(")
SETTING_ONCE_A_STATEMENT = re.compile(
    r"SELECT\s+\(?(?:strpos\()?NULLIF\(current_setting\('serein\.\w+'::text, true\), ''::text\)", re.IGNORECASE
)


def patient_tables(connection: psycopg.Connection) -> list[str]:
    return [row[0] for row in connection.execute(TABLES, [OWN_TABLE_OF_A_PATIENT]).fetchall()]


def gaps(connection: psycopg.Connection) -> list[str]:
    """Every patient-scoped table that lacks a part of the wall, with what is missing."""
    found = []
    for name, walled, forced, key, clinic, policies, owner in connection.execute(TABLES, [OWN_TABLE_OF_A_PATIENT]).fetchall():
        missing = [] if clinic else ["no clinic"]
        missing += [] if key == "uuid" else ["no uuid key"]
        missing += [] if owner == "serein_owner" else [f"owned by {owner}"]
        if name not in BEFORE_THE_WALL:
            text = " ".join(policies)
            asked, asked_once = len(SETTING.findall(text)), len(SETTING_ONCE_A_STATEMENT.findall(text))
            missing += [] if walled else ["row-level security is off"]
            missing += ["FORCE would blind the owner's migrations"] if forced else []
            missing += [] if policies and asked_once else ["no policy that reads the key's settings"]
            missing += ["a setting is read once per row"] if asked != asked_once else []
        found += [f"{name}: {what}" for what in missing]
    return found
