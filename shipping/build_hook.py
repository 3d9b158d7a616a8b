"""Hatch's hook: a wheel has the manual pages and the completion of the commands that it has."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANUAL = "share/man/man1"


class SharedData(BuildHookInterface[Any]):
    """Makes them from the source that is built, so that no copy of them can be old."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's interface
        """Write them, and say where each belongs below the prefix of an installation."""
        self._folder = tempfile.TemporaryDirectory()
        sys.path.insert(0, self.root)
        for place, text in shared_files().items():
            file = Path(self._folder.name, place)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            build_data["shared_data"][str(file)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the written files, which stand in the wheel now."""
        self._folder.cleanup()


def shared_files() -> dict[str, str]:
    """Every file by its place below the prefix of an installation."""
    from shipping.completion import scripts  # found when hatchling has said where the source is
    from shipping.manual import pages

    return {**{f"{MANUAL}/{name}": text for name, text in pages().items()}, **scripts()}
