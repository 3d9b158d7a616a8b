"""Real servers that send their leaf alone: found out, repaired, reached by a real client with what was written."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.cli import tlschain
from tests.support.daemons import Running, running
from tests.support.journeys import lab_trust, walk
from tests.support.programs import require_program
from tests.support.starttls_daemons import LEAF_ALONE
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.authority import Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.livetest.programs import program_run, programs, run_programs
from tui_chain.net.starttls.registry import protocols
from tui_chain.net.target import AUTO, Target, parse_target
from tui_chain.probe import protocols as probe_protocols

SECONDS = 15.0
UNKNOWN_ISSUER = 20
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY."""


@dataclass(frozen=True)
class Case:
    """A protocol of a server, and the first words of its answer over TLS, a regular expression.

    `client` is a real one, in which {port} and {bundle} stand; it prints `told` only where it accepts the chain.
    `named` says whether the protocol is told where nobody named it, at a port that is nobody's.
    """

    server: str
    protocol: str
    answer: str
    client: tuple[str, ...]
    told: str
    named: bool = True


def _openssl(*words: str) -> tuple[str, ...]:
    own = ("-CAfile", "{bundle}", "-no-CApath", "-no-CAstore", "-verify_return_error", "-brief")
    return ("openssl", "s_client", "-connect", "127.0.0.1:{port}", *words, "-verify_hostname", "localhost", *own)


def _curl(scheme: str) -> tuple[str, ...]:
    return ("curl", "-q", "-v", "-sS", "--ssl-reqd", "--cacert", "{bundle}", f"{scheme}://localhost:{{port}}/")


_VERIFIED = "Verification: OK"
_CURL_VERIFIED = "SSL certificate verify ok"
_LDAPSEARCH = ("ldapsearch", "-ZZ", "-x", "-H", "ldap://127.0.0.1:{port}", "-s", "base", "-b", "")
_PSQL = "host=localhost port={port} user=postgres sslmode=verify-full sslrootcert={bundle}"
_MARIADB = (
    *("mariadb", "--no-defaults", "--protocol=tcp", "-h", "localhost", "-P", "{port}"),
    *("--ssl-ca={bundle}", "--ssl-verify-server-cert", "-e", "status"),
)
CASES = (
    Case("Postfix", "smtp", "250 localhost", _curl("smtp"), _CURL_VERIFIED),
    Case("Dovecot", "imap", r"\* CAPABILITY IMAP4rev1", _curl("imap"), _CURL_VERIFIED),
    Case("Dovecot", "pop3", r"\+OK", _curl("pop3"), _CURL_VERIFIED),
    Case("Dovecot", "sieve", '"IMPLEMENTATION" "Dovecot', _openssl("-starttls", "sieve"), _VERIFIED),
    Case("Dovecot", "lmtp", r"250 [\w.-]+", _openssl("-starttls", "lmtp"), _VERIFIED),
    Case("ProFTPD", "ftp", "211 Features", _curl("ftp"), _CURL_VERIFIED),
    Case("OpenLDAP", "ldap", "LDAP shows its root DSE", _LDAPSEARCH, "result: 0 Success", named=False),
    Case(
        "PostgreSQL",
        "postgres",
        "PostgreSQL asks for no login",
        ("psql", _PSQL, "-c", "\\conninfo"),
        "TLSv1",
    ),
    Case("MariaDB", "mysql", "MySQL lets anybody in", _MARIADB, "Cipher in use is TLS"),
    Case(
        "Prosody",
        "xmpp",
        "stream features: mechanisms",
        _openssl("-starttls", "xmpp", "-xmpphost", "localhost"),
        _VERIFIED,
    ),
    Case(
        "Prosody",
        "xmpp-server",
        "stream error: undefined-condition",
        _openssl("-starttls", "xmpp-server", "-xmpphost", "localhost"),
        _VERIFIED,
    ),
    Case("InspIRCd", "irc", r":irc\.localhost CAP \S+ LS", _openssl("-starttls", "irc"), _VERIFIED, named=False),
    Case("ngIRCd", "", "", _openssl(), _VERIFIED),
)
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.server} {case.protocol}".strip())
STARTTLS = pytest.mark.parametrize("case", CASES[:-1], ids=lambda case: case.protocol)
Serve = Callable[[str], Running]


@pytest.fixture(scope="module")
def roots(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's roots, as a file that outlives what the lab starts later."""
    return Path(shutil.copy(lab.trust_file, tmp_path_factory.mktemp("roots")))


@pytest.fixture(scope="module")
def serve(lab: Lab) -> Iterator[Serve]:
    """Each server is started once, for the first test that needs it; its leaf says where its issuer is had."""
    issuing = lab.hierarchy["issuing"]
    with ExitStack() as stack:

        @cache
        def served(name: str) -> Running:
            daemon, line = LEAF_ALONE[name]
            leaf = issuing.issue_leaf(template=Template(urls=(lab.publish(f"/{name}.cer", issuing.der),)))
            # a server that steps down from root has to reach its files
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tlschain-test-")))
            folder.chmod(0o755)
            key = folder / "etc/ssl/private/localhost.key"
            key.parent.mkdir(parents=True)
            (folder / "leaf.pem").write_bytes(to_pem([leaf.der]))
            key.write_bytes(key_to_pem(leaf.key))
            key.chmod(0o600)
            return stack.enter_context(
                running(daemon, folder, line.format(leaf=folder / "leaf.pem", key=key, data=folder / "data"))
            )

        yield served


def run(server: Running, case: Case, bundle: Path, home: Path) -> str:
    """What the real client prints with a file as its only trust."""
    require_program(case.client[0])
    port = server.more.get(case.protocol, server.port)
    words = [word.format(port=port, bundle=bundle) for word in case.client]
    env = {"PATH": server.environment["PATH"], "HOME": str(home), "LDAPTLS_CACERT": str(bundle)}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=SECONDS, check=False, env=env, stdin=subprocess.DEVNULL
    )
    return done.stdout + done.stderr


@EACH
def test_the_chain_is_repaired_and_the_real_client_takes_it(
    serve: Serve, roots: Path, case: Case, tmp_path: Path
) -> None:
    server, bundle = serve(case.server), tmp_path / "bundle.pem"
    # GnuTLS asks for a client certificate, and says in silence that none will do
    hasty = () if case.protocol else ("--timeout", "2")
    words = ("fix", server.target_in(case.protocol), "--trust", roots, "-o", bundle, "--no-pool")
    done = tlschain(*words, *hasty)
    assert done.code == 0, done.err
    assert bundle.read_bytes().count(b"BEGIN CERTIFICATE") == 2
    said = run(server, case, roots, tmp_path)
    assert case.told not in said, said
    said = run(server, case, bundle, tmp_path)
    assert case.told in said, said


@STARTTLS
def test_the_protocol_is_found_out_and_its_answer_heard_over_tls(
    lab: Lab, serve: Serve, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_protocols, "GREETING_SECONDS", 0.2)  # five of them wait for the client
    target = parse_target(serve(case.server).target_in(case.protocol))
    assert isinstance(target, Target)
    journey = Journey(Context(lab_trust(lab)))
    tested = walk(HostState(replace(target, starttls=AUTO)), journey.probe, journey.fix, journey.test)
    assert tested.target == target
    live = tested.live_test
    assert live is not None
    assert live.before.code == UNKNOWN_ISSUER
    assert live.after is not None
    assert re.match(case.answer, live.after.text), live.after.text
    assert (live.after.ok, live.after.tls_version) == (True, "TLSv1.3")


@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: case.protocol)
def test_the_programs_that_speak_mail_judge_the_bundle(
    lab: Lab, serve: Serve, roots: Path, case: Case, tmp_path: Path
) -> None:
    require_program("curl")
    server = serve(case.server)
    target = parse_target(server.target_in(case.protocol))
    assert isinstance(target, Target)
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(to_pem([lab.hierarchy["issuing"].der]) + roots.read_bytes())
    for file, accepted in ((bundle, True), (roots, False)):
        asked = programs(program_run(target, file, tmp_path, None, None))
        ran = asyncio.run(run_programs(asked, {"PATH": server.environment["PATH"]}, tmp_path))
        assert {one.name: one.ok for one in ran} == {"curl": accepted, "openssl": accepted}


@STARTTLS
def test_where_nobody_names_it_the_target_to_write_is_said(serve: Serve, roots: Path, case: Case) -> None:
    target = serve(case.server).target_in(case.protocol)
    done = tlschain("check", target.rpartition("/")[2], "--trust", roots, "--json", "--timeout", "1")
    hints = [finding["hint"] for found in done.objects for finding in found["findings"]]
    said = [hint for hint in hints if "This is " in hint]
    assert len(said) == case.named, hints
    assert all(target in hint and protocols()[case.protocol].title in hint for hint in said)
