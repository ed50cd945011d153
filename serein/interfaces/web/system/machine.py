"""What can be known of the machinery without any record: tables as this release expects them, worker, queue, disk, the newest backup.

Ages are by the database's own clock, which also writes the worker's heartbeat: a demonstration's clock may be shifted.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# A worker says every ten seconds that it is there; after this long it counts as gone.
SILENT_SECONDS = 60
# A round of letters is every ten seconds, a round of tasks takes a minute: what waits longer is stuck.
STUCK_SECONDS = 600
LITTLE_ROOM = 0.10
BACKUPS = "backups"

BEAT = "SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))::float8 FROM procrastinate_workers"
QUEUE = """
SELECT j.task_name, count(DISTINCT j.id) FILTER (WHERE j.status = 'todo'), count(DISTINCT j.id) FILTER (WHERE j.status = 'doing'),
       count(DISTINCT j.id) FILTER (WHERE j.status = 'failed'),
       extract(epoch FROM clock_timestamp() - min(e.at) FILTER (WHERE j.status IN ('todo', 'doing')))::float8
FROM procrastinate_jobs j LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
WHERE j.status IN ('todo', 'doing', 'failed') GROUP BY j.task_name ORDER BY j.task_name
"""


@dataclass(frozen=True)
class Waiting:
    """One kind of job. `oldest_seconds`: since when the first that is not done was put there; None when all are done."""

    name: str
    todo: int
    doing: int
    failed: int
    oldest_seconds: float | None

    @property
    def stuck(self) -> bool:
        return self.oldest_seconds is not None and self.oldest_seconds > STUCK_SECONDS


@dataclass(frozen=True)
class Disk:
    total_bytes: int
    free_bytes: int
    database_bytes: int

    @property
    def nearly_full(self) -> bool:
        return self.free_bytes < LITTLE_ROOM * self.total_bytes


@dataclass(frozen=True)
class Backup:
    made_at: datetime
    size_bytes: int


def silent_seconds() -> float | None:
    """How long ago a worker last said that it is there; None when none ever did."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT)
        (seconds,) = cursor.fetchone()
    return None if seconds is None else float(seconds)


def queue() -> tuple[Waiting, ...]:
    with connection.cursor() as cursor:
        cursor.execute(QUEUE)
        return tuple(Waiting(*row) for row in cursor.fetchall())


def migrations() -> tuple[int, tuple[str, ...]]:
    """How many are in the database, and the names of those that this release has and the database has not."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(executor.loader.applied_migrations), tuple(f"{m.app_label}.{m.name}" for m, _ in missing)


def disk(state: Path) -> Disk:
    # The folder may not be made yet where the database is somebody else's: the disk is that of the nearest folder above.
    usage = shutil.disk_usage(next(f for f in (state, *state.absolute().parents) if f.is_dir()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    return Disk(usage.total, usage.free, size)


def newest_backup(state: Path) -> Backup | None:
    """The newest file in the folder `backups` of the state; None when there is none, or no such folder."""
    found = [Backup(datetime.fromtimestamp(s.st_mtime, UTC), s.st_size) for s in _files(state / BACKUPS)]
    return max(found, key=lambda b: b.made_at, default=None)


def _files(folder: Path) -> Iterator[os.stat_result]:
    if folder.is_dir():
        yield from (f.stat() for f in folder.iterdir() if f.is_file())
