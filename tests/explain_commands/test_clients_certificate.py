"""Why a server refused a client's certificate: the command in a server's log, run on certificates of that fault."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.programs import require_program
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.diagnose.explain.explanation import Explanation, explain
from tui_chain.lab.authority import Template, days, self_signed_leaf, to_pem
from tui_chain.lab.internet import Lab, open_lab

LOG = (
    "2026/11/27 06:00:00 [info] 12#12: *7 client SSL certificate verify error: ({reason}) while reading client "
    'request headers, client: 192.0.2.7, server: api.example.org, request: "GET / HTTP/1.1", host: "api.example.org"'
)
"""What nginx writes."""
CLIENT = ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),)
SITUATIONS = {
    Code.CA_FILE: ("20:unable to get local issuer certificate", ("leaf", "issuing"), "other-root"),
    Code.MISSING_ISSUER: ("21:unable to verify the first certificate", ("leaf",), "root"),
    Code.UNTRUSTED_ROOT: (
        "19:self-signed certificate in certificate chain",
        ("leaf", "issuing", "root"),
        "other-root",
    ),
    Code.SELF_SIGNED: ("18:self-signed certificate", ("alone",), "root"),
    Code.EXPIRED: ("10:certificate has expired", ("expired", "issuing"), "root"),
    Code.PURPOSE: ("26:unsuitable certificate purpose", ("server", "issuing"), "root"),
}
"""What the log says of each cause, what the client sends, and whom the server trusts."""


@pytest.fixture(scope="module")
def certificates() -> Iterator[dict[str, bytes]]:
    with open_lab(["complete"]) as lab:
        yield {label: lab.hierarchy[label].der for label in ("root", "issuing", "other-root")} | _leaves(lab)


def _leaves(lab: Lab) -> dict[str, bytes]:
    issuing = lab.hierarchy["issuing"]
    return {
        "leaf": issuing.issue_leaf(["client.test"], Template(extensions=CLIENT)).der,
        "expired": issuing.issue_leaf(["client.test"], Template(days(-33, -3), extensions=CLIENT)).der,
        "server": issuing.issue_leaf(["client.test"]).der,
        "alone": self_signed_leaf(["client.test"], now=issuing.now, template=Template(extensions=CLIENT)).der,
    }


def _printed(command: str, folder: Path) -> str:
    done = subprocess.run(
        ("bash", "-c", command), cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def _serve(folder: Path, certificates: dict[str, bytes], sent: tuple[str, ...], trusted: str) -> None:
    (folder / "CERTIFICATE").write_bytes(to_pem(certificates[label] for label in sent))
    (folder / "CA_FILE").write_bytes(to_pem([certificates[trusted]]))


@pytest.mark.parametrize("code", SITUATIONS)
def test_the_command_shows_what_the_log_says(certificates: dict[str, bytes], tmp_path: Path, code: Code) -> None:
    require_program("openssl")
    reason, sent, trusted = SITUATIONS[code]
    found = explain(LOG.format(reason=reason))
    assert isinstance(found, Explanation)
    assert [cause.code for cause in found.causes] == [Code.CLIENT_CERTIFICATE, code]
    assert "server's certificate" not in " ".join(cause.message for cause in found.causes)
    (command,) = {cause.command for cause in found.causes}
    _serve(tmp_path, certificates, sent, trusted)
    printed = _printed(command, tmp_path)
    assert all(any(text in printed for text in cause.shows) for cause in found.causes), printed
    _serve(tmp_path, certificates, ("leaf", "issuing"), "root")
    printed = _printed(command, tmp_path)
    assert not any(text in printed for cause in found.causes for text in cause.shows), printed
