"""Java's HttpsURLConnection: every case in one JVM, with the certificates of the bundle as its only trust store."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.clients.programs import Outcome, Program, ServedCase

_SOURCE = Path(__file__).with_name("JavaProbe.java")
_NOTHING = re.compile(
    "timed out|Connection reset|terminated the handshake|certificate_verify|Unsupported signature|signature scheme"
    "|MalformedURLException|Unable to tunnel"
)
"""Errors that say nothing of the chain: the leaf's key is of no use in TLS to Java, or the host in no URL."""


class Java:
    """The java on PATH, with its javac."""

    name = "java"
    family = "java"

    def version(self) -> str | None:
        """Return the version of the Java runtime."""
        if not shutil.which("java") or not shutil.which("javac"):
            return None
        done = subprocess.run(("java", "-version"), capture_output=True, text=True, check=False, timeout=60)
        found = re.search(r'version "([^"]+)"', done.stderr)
        return found[1] if found else None

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Compile the probe and connect to each case by the proxy."""
        _run(("javac", "-d", str(folder), str(_SOURCE)), 120)
        jobs = folder / "jobs.tsv"
        jobs.write_text("".join(f"{one.case.host}\t{one.port}\t{one.trust}\n" for one in served), encoding="utf-8")
        command = ("java", "-XX:TieredStopAtLevel=1", "-cp", str(folder), "JavaProbe", str(jobs), str(proxy))
        answers = _run(command, 60 + len(served)).splitlines()
        return {one.case.name: _outcome(answer) for one, answer in zip(served, answers, strict=True)}


def _run(command: Sequence[str], limit: int) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit).stdout


def _outcome(answer: str) -> Outcome:
    verdict, _, reason = answer.partition("\t")
    if verdict == "ok":
        return Outcome(True)
    return Outcome(None if _NOTHING.search(reason) else False, None, reason)


PROGRAMS: tuple[Program, ...] = (Java(),)
