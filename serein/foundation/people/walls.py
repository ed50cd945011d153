"""The second wall: row-level security that the database holds even where our own code forgets.

A key (`keys.py`) sets transaction-local settings; a policy compares each row with them. Without a key every setting is null and no row is
visible. The settings are read once a statement as `(SELECT nullif(current_setting('…', true), ''))`: a bare call would run per row, and a
setting that was ever set in a connection comes back as the empty string, not as null. Its cast stands inside the sub-select for the same
reason. No FORCE: the owner migrates and never serves.
"""

from dataclasses import dataclass

from django.db import migrations

CLINIC = "(SELECT nullif(current_setting('serein.clinic', true), '')::uuid)"
PATIENT = "(SELECT nullif(current_setting('serein.patient', true), '')::uuid)"
ACCOUNT = "(SELECT nullif(current_setting('serein.account', true), '')::uuid)"
SLIP = "(SELECT nullif(current_setting('serein.slip', true), '')::uuid)"
AT = "(SELECT nullif(current_setting('serein.at', true), '')::timestamptz)"
PAGE = "(SELECT nullif(current_setting('serein.page', true), '')::uuid[])"
BORN = "(SELECT nullif(current_setting('serein.born', true), '')::date)"
SCOPE = "(SELECT nullif(current_setting('serein.scope', true), ''))"

_TEAM = f"SELECT t.patient_id FROM people_careteam t WHERE t.account_id = {ACCOUNT} AND t.since <= {AT} AND (t.until IS NULL OR t.until > {AT})"  # noqa: S608


# Uncorrelated, so that PostgreSQL asks it once a statement and not once a row.
ON_ROTA = (
    f"EXISTS (SELECT 1 FROM people_rota r WHERE r.account_id = {ACCOUNT} AND r.clinic_id = {CLINIC} AND r.since <= {AT} AND r.until > {AT}"  # noqa: S608
    " AND r.ended_at IS NULL)"
)


def sees(patient_column: str, slip_column: str = "", *, staff: bool = False) -> str:
    """The condition under which a row of one patient's record may be seen or written with the key in force."""
    ways = [
        f"({SCOPE} = 'chart' AND {patient_column} = {PATIENT})",
        f"({SCOPE} = 'list' AND {patient_column} IN ({_TEAM}))",
        f"{SCOPE} = 'job'",
    ]
    if slip_column:
        ways.append(f"({SCOPE} = 'slip' AND {slip_column} = {SLIP})")
    if staff:
        ways.append(f"({SCOPE} = 'people' AND {patient_column} IS NULL)")
    return f"clinic_id = {CLINIC} AND ({' OR '.join(ways)})"


def part(setting: str, what: str) -> str:
    """Whether the key names this part of the record in `serein.sees` or `serein.writes`. A sub-select, so that it is asked once a statement."""
    return f"(SELECT strpos(nullif(current_setting('serein.{setting}', true), ''), ',{what},') > 0)"


def segments(setting: str, column: str) -> str:
    """A row that carries a segment is shown only to a key that names it; most rows carry none."""
    return (
        f"({column} = '' OR strpos((SELECT nullif(current_setting('serein.{setting}', true), '')), ',' || {column} || ',') > 0)"
    )


@dataclass(frozen=True)
class Ward:
    """How one table stands behind the wall. `part`: the `Sight` that its rows belong to; `segment`: the column that names a narrower one;
    `private`: the column that hides a row from caregivers; `author`: the column whose account alone meets the row; the rest as
    for `wall`."""

    part: str
    patient_column: str = "patient_id"
    slip_column: str = ""
    segment: str = ""
    private: str = ""
    staff: bool = False
    author: str = ""


def condition(ward: Ward, setting: str) -> str:
    """Under which a row may be seen (`setting` "sees") or written ("writes") with the key in force."""
    asked = [f"({sees(ward.patient_column, ward.slip_column, staff=ward.staff)})", part(setting, ward.part)]
    if ward.staff:
        # Letters to staff about no patient belong to no part of a record.
        asked[1] = f"({asked[1]} OR {ward.patient_column} IS NULL)"
    if ward.segment:
        asked.append(segments(setting, ward.segment))
    if ward.private:
        asked.append(f"(NOT {ward.private} OR {part(setting, 'private')})")
    if ward.author:
        asked.append(f"{ward.author} = {ACCOUNT}")
    return " AND ".join(asked)


def rewall(table: str, ward: Ward) -> migrations.RunSQL:
    """Migration step: the rows of `table` belong to one part of the record, and a key shows and writes only the parts that its rule names."""
    old = sees(ward.patient_column, ward.slip_column, staff=ward.staff)
    return migrations.RunSQL(
        f"ALTER POLICY wall ON {table} USING ({condition(ward, 'sees')}) WITH CHECK ({condition(ward, 'writes')});",
        f"ALTER POLICY wall ON {table} USING ({old}) WITH CHECK ({old});",
    )


def one_more_way(table: str, name: str, scope: str, part_: str, narrower: str = "") -> migrations.RunSQL:
    """Migration step: a narrow scope that shows rows of `table` beside the wall's own ways, to read and never to write.
    `narrower` is a further condition."""
    asked = " AND ".join(filter(None, [f"clinic_id = {CLINIC}", f"{SCOPE} = '{scope}'", part("sees", part_), narrower]))
    return migrations.RunSQL(
        f"CREATE POLICY {name} ON {table} FOR SELECT USING ({asked});",
        f"DROP POLICY {name} ON {table};",
    )


def on_a_page(table: str, part_: str, patient_column: str = "patient_id") -> migrations.RunSQL:
    """Migration step: the key to one page of a list shows rows of `table` about the patients on it and of nobody else.

    It asks of them what the list's own way asks, whether they are in the care of whoever holds the key: of 25 people and not of thousands.
    """
    # The second cast changes nothing: without it ANY would take the sub-select for a list of rows.
    return one_more_way(
        table, "on_a_page", "page", part_, f"{patient_column} IN ({_TEAM} AND t.patient_id = ANY ({PAGE}::uuid[]))"
    )


def wall(table: str, *, patient_column: str = "patient_id", slip_column: str = "", staff: bool = False) -> migrations.RunSQL:
    """Migration step that puts `table` behind the wall. `slip_column` names the column that one prescription's code may open;
    with `staff`, compliance reaches the rows that speak of no patient."""
    condition = sees(patient_column, slip_column, staff=staff)
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY wall ON {table} USING ({condition}) WITH CHECK ({condition});",
        f"DROP POLICY wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )
