"""The build hook: the wheel, and an installed checkout, carry the knowledge as one file that was checked against its YAML."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileKnowledge(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Writes the file; knowledge that contradicts itself fails the build."""
        sys.path.insert(0, self.root)
        try:
            from serein.clinical.knowledge.library import write_compiled

            written = write_compiled()
        finally:
            sys.path.remove(self.root)
        build_data["artifacts"].append(str(Path(written).relative_to(self.root)))
