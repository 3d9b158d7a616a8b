"""Node: every case in one process, with `ca` as its only roots."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.clients.programs import Outcome, Program, ServedCase
from tests.clients.programs.reasons import says_nothing

_SCRIPT = Path(__file__).with_name("node_probe.js")

CODES = {
    "UNABLE_TO_GET_ISSUER_CERT": 2,
    "CERT_SIGNATURE_FAILURE": 7,
    "CERT_NOT_YET_VALID": 9,
    "CERT_HAS_EXPIRED": 10,
    "DEPTH_ZERO_SELF_SIGNED_CERT": 18,
    "SELF_SIGNED_CERT_IN_CHAIN": 19,
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": 20,
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE": 21,
    "INVALID_CA": 79,
    "PATH_LENGTH_EXCEEDED": 25,
    "INVALID_PURPOSE": 26,
    "CERT_UNTRUSTED": 27,
    "CERT_REJECTED": 28,
    "HOSTNAME_MISMATCH": 62,
}
"""OpenSSL's verify codes by Node's names (`src/crypto/crypto_common.cc`, X509ErrorCode)."""


class Node:
    """The node on PATH."""

    name = "node"
    family = "python"

    def version(self) -> str | None:
        """Return Node's version and its OpenSSL's."""
        if not shutil.which("node"):
            return None
        command = ("node", "-p", "`${process.versions.node}, OpenSSL ${process.versions.openssl}`")
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout.strip() or None

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Connect to each case; the address is overridden, so no proxy is needed."""
        del proxy
        jobs = folder / "jobs.json"
        jobs.write_text(json.dumps([(one.case.host, one.port, str(one.trust)) for one in served]))
        command, limit = ("node", str(_SCRIPT), str(jobs)), 60 + len(served)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
        answers = map(json.loads, done.stdout.splitlines())
        return {one.case.name: _outcome(answer) for one, answer in zip(served, answers, strict=False)}


def _outcome(answer: Mapping[str, Any]) -> Outcome:
    if answer["kind"] == "ok":
        return Outcome(True)
    name, reason = str(answer.get("code")), str(answer["reason"])
    if name in {"TIMEOUT", "ECONNRESET"} or says_nothing(reason):
        return Outcome(None, None, f"{name}: {reason}")
    return Outcome(False, 62 if name == "ERR_TLS_CERT_ALTNAME_INVALID" else CODES.get(name), f"{name}: {reason}")


PROGRAMS: tuple[Program, ...] = (Node(),)
