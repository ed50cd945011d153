"""Static files with their hash in their name, compressed once: made at the first start and whenever the files have changed."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites `import … from "./x.js"` to hashed names as well, so that plain ES modules need no bundler."""

    support_js_module_import_aggregation = True

    @cache  # noqa: B019 - there is one storage for as long as a process lives, and what it reads is made before it starts
    def url(self, name: str, force: bool = False) -> str:
        """Every page names the same few files."""
        return str(super().url(name, force))


def sources() -> dict[str, Path]:
    """Every static file of every app: name under /static/ -> file. The first app that has a name wins, as in serving."""
    found: dict[str, Path] = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            found.setdefault(name, Path(storage.path(name)))
    return found


def collect_static() -> None:
    """Fill `settings.STATIC_ROOT` from nothing, before the web server reads its settings, which look there for the list of names."""
    root = Path(settings.STATIC_ROOT)
    shutil.rmtree(root, ignore_errors=True)
    storage = HashedFiles(location=root, base_url=settings.STATIC_URL)
    for name, file in sources().items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    for _, _, outcome in storage.post_process({name: (storage, name) for name in sources()}, dry_run=False):
        if isinstance(outcome, Exception):
            raise outcome
