"""A Go program: crypto/tls with the bundle as its roots."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients.making import PrivateKey
from tests.clients.programs import Outcome, ServedCase

_SOURCE = Path(__file__).with_name("dial.go")
_PATIENCE = 600.0
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_NO_SCHEME = Outcome(None, detail="no server has a signature scheme for this key")
_ACCEPTED = {"accepted": True, "refused": False}


class Go:
    """One process that dials every case."""

    name = "go"
    family = "go"

    def version(self) -> str | None:
        """Return Go's version, whose standard library is the TLS library."""
        if shutil.which("go") is None:
            return None
        printed = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=True)
        return f"Go {printed.stdout.strip().removeprefix('go')}, crypto/tls"

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Compile the client into `folder` and dial each case with its host as the server name."""
        del proxy
        program = _compiled(folder)
        lines = [f"{one.case.name}\t{one.port}\t{one.case.host}\t{one.trust}\n" for one in served]
        printed = subprocess.run(
            [program], input="".join(lines), capture_output=True, text=True, check=True, timeout=_PATIENCE
        )
        outcomes = dict(map(_outcome, printed.stdout.splitlines()))
        accepted = (one.case for one in served if one.case.name in outcomes and outcomes[one.case.name].accepted)
        return outcomes | {one.name: _NO_SCHEME for one in accepted if not _has_scheme(one.key)}


def _has_scheme(key: PrivateKey) -> bool:
    """Tell whether TLS 1.3 has a signature scheme for a curve: Go does not look at the curve behind the scheme."""
    return not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name in _CURVES


def _compiled(folder: Path) -> Path:
    program = folder / "dial"
    command = ["go", "build", "-o", str(program), str(_SOURCE)]
    subprocess.run(command, check=True, env={**os.environ, "GO111MODULE": "off"}, timeout=_PATIENCE)
    return program


def _outcome(line: str) -> tuple[str, Outcome]:
    name, outcome, detail = line.split("\t", 2)
    return name, Outcome(_ACCEPTED.get(outcome), detail=detail)


PROGRAMS = (Go(),)
