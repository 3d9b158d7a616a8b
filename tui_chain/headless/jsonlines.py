"""One host as a line of JSON; the keys are a promise."""

from __future__ import annotations

import json
from pathlib import Path

from tui_chain.advise.host_json import (
    CertificateJSON,
    FindingJSON,
    HostJSON,
    MissingJSON,
    ProfileJSON,
    host_object,
)
from tui_chain.state import HostState

__all__ = ["CertificateJSON", "FindingJSON", "HostJSON", "MissingJSON", "ProfileJSON", "host_object", "json_line"]


def json_line(state: HostState, written: Path | None = None) -> str:
    """One line of JSON for a host, ASCII only."""
    return json.dumps(host_object(state, written))
