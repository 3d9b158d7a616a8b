"""Libraries of Python that are clients, and that need not stand among the packages of the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "requests-2.28": ("requests==2.28.2", "urllib3==1.26.20"),
    "kafka": ("kafka-python",),
    "misc": ("ldap3", "pika", "paho-mqtt", "elasticsearch"),
}
"""What is installed into each folder, from which it is imported by PYTHONPATH."""
PLACE = Path(sys.prefix) / "explain"


def install() -> None:
    """Install what is missing."""
    for name, packages in LIBRARIES.items():
        if not (PLACE / name).is_dir():
            words = ("install", "--quiet", "--disable-pip-version-check", "--target", str(PLACE / name))
            subprocess.run((sys.executable, "-m", "pip", *words, *packages), check=True)
