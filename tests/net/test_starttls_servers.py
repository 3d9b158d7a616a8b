"""Real servers that send their leaf alone: found out, repaired, reached by a real client with what was written.

And each protocol by every way to it: real proxies, another address, another name, IPv6, with a client certificate.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Template as StringTemplate
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.cli import tlschain
from tests.support.daemons import Running, running, wait_until
from tests.support.journeys import lab_trust, walk
from tests.support.nginx import free_port
from tests.support.programs import require_file, require_program
from tests.support.socks import carry
from tests.support.starttls_daemons import LEAF_ALONE
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.authority import Identity, Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
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
HTTPS = Case("nginx", "", "200 OK", (), "")
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.server} {case.protocol}".strip())
STARTTLS = pytest.mark.parametrize("case", CASES[:-1], ids=lambda case: case.protocol)
Serve = Callable[[str], Running]


@pytest.fixture(scope="module")
def roots(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's roots, as a file that outlives what the lab starts later."""
    return Path(shutil.copy(lab.trust_file, tmp_path_factory.mktemp("roots")))


@contextmanager
def prepared(leaf: Identity) -> Iterator[Path]:
    """A folder with a leaf and its key, as `daemons` wants them."""
    with TemporaryDirectory(prefix="tlschain-test-") as name:
        folder = Path(name)
        # a server that steps down from root has to reach its files
        folder.chmod(0o755)
        key = folder / "etc/ssl/private/localhost.key"
        key.parent.mkdir(parents=True)
        (folder / "leaf.pem").write_bytes(to_pem([leaf.der]))
        key.write_bytes(key_to_pem(leaf.key))
        key.chmod(0o600)
        yield folder


@pytest.fixture(scope="module")
def serve(lab: Lab) -> Iterator[Serve]:
    """Each server is started once, for the first test that needs it; its leaf says where its issuer is had."""
    issuing = lab.hierarchy["issuing"]
    with ExitStack() as stack:

        @cache
        def served(name: str) -> Running:
            daemon, line = LEAF_ALONE[name]
            leaf = issuing.issue_leaf(template=Template(urls=(lab.publish(f"/{name}.cer", issuing.der),)))
            folder = stack.enter_context(prepared(leaf))
            key = folder / "etc/ssl/private/localhost.key"
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


# every protocol by every way


LOGIN, PASSWORD = "joe", "s3cret&/"
QUOTED = f"{LOGIN}:s3cret%26%2F@"
WAYS = ("squid", "microsocks", "microsocks, names looked up here", "address", "names", "IPv6")
_SQUID = """
http_port 127.0.0.1:$port
auth_param basic program /usr/lib/squid/basic_ncsa_auth $folder/passwords
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
pid_filename $folder/pid
access_log stdio:$folder/access.log
cache_log $folder/cache.log
cache deny all
coredump_dir $folder
shutdown_lifetime 0 seconds
pinger_enable off
visible_hostname localhost
"""


@pytest.fixture(scope="module")
def squid() -> Iterator[str]:
    """A Squid that wants a login, by its URL."""
    program = require_program("squid")
    require_file(Path("/usr/lib/squid/basic_ncsa_auth"))
    port = free_port()
    with TemporaryDirectory(prefix="tlschain-test-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        hashed = subprocess.run(
            ("openssl", "passwd", "-apr1", PASSWORD), capture_output=True, text=True, check=True, timeout=SECONDS
        ).stdout
        (folder / "passwords").write_text(f"{LOGIN}:{hashed}")
        (folder / "squid.conf").write_text(StringTemplate(_SQUID).substitute(port=port, folder=folder))
        with started(str(program), "-N", "-f", str(folder / "squid.conf"), port=port):
            yield f"http://{QUOTED}127.0.0.1:{port}"


@pytest.fixture(scope="module")
def microsocks() -> Iterator[str]:
    """A SOCKS 5 proxy that wants a login, by its URL without the scheme."""
    program, port = require_program("microsocks"), free_port()
    with started(str(program), "-i", "127.0.0.1", "-p", str(port), "-u", LOGIN, "-P", PASSWORD, port=port):
        yield f"{QUOTED}127.0.0.1:{port}"


@contextmanager
def started(*words: str, port: int) -> Iterator[None]:
    """A proxy that listens at a port of this machine as long as the block runs."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _listens(port))
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS)
            process.kill()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
        return True
    return False


def options_of(way: str, lab: Lab, port: int, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a server by this way."""
    if way == "squid":
        return ("--proxy", request.getfixturevalue("squid"))
    if way.startswith("microsocks"):
        scheme = "socks5" if "here" in way else "socks5h"
        return ("--proxy", f"{scheme}://{request.getfixturevalue('microsocks')}")
    if way == "address":
        return ("--connect-to", f"127.0.0.1:{port}", "--bind", "127.0.0.3", "-4")
    if way == "names":
        return ("--sni", "www.example.test", "--verify-name", "127.0.0.1")
    return ("--connect-to", f"[::1]:{lab.listen(Relay(port), addresses=('::1',))}", "-6")


@dataclass
class Relay:
    """Listens by IPv6 in front of a server that has IPv4 alone."""

    port: int

    async def __call__(self, stream: Stream) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await carry(stream, reader, writer)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", [HTTPS, *CASES[:-1]], ids=lambda case: case.protocol or "https")
def test_each_protocol_is_repaired_by_each_way(
    lab: Lab, serve: Serve, roots: Path, case: Case, way: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server, bundle, issuing = serve(case.server), tmp_path / "bundle.pem", tmp_path / "issuing.pem"
    issuing.write_bytes(to_pem([lab.hierarchy["issuing"].der]))
    port = server.more.get(case.protocol, server.port)
    # where another place is said, the target has another port, at which nothing is
    named = f"{case.protocol}+starttls://localhost" if case.protocol else "localhost"
    target = f"{named}:9" if way in {"address", "IPv6"} else f"{named}:{port}"
    words: tuple[str | Path, ...] = (target, "--trust", roots, *options_of(way, lab, port, request))
    done = tlschain("fix", *words, "--pool", issuing, "--no-pool", "--offline", "-o", bundle, "--json")
    (found,) = done.objects
    assert (done.code, found["status"]) == (0, "repairable"), found["findings"]
    assert len(found["served"]) == 1
    assert bundle.read_bytes().count(b"BEGIN CERTIFICATE") == 2
    assert (found["address"] is None) == (found["proxy"] is not None) == ("--proxy" in words)
    if way == "squid":
        tested = tlschain("test", *words, "--bundle", bundle)
        assert tested.code == 0, tested.out
        assert re.search(rf"✓ after +{case.answer}", tested.out) or not case.answer, tested.out
        assert PASSWORD not in done.out + done.err + tested.out + tested.err


WITH_CLIENT_CERTIFICATES: Mapping[str, str] = {
    "nginx": "ssl_certificate {leaf}; ssl_client_certificate {roots}; ssl_verify_depth 3; ssl_verify_client on;",
    "Postfix": "smtpd_tls_cert_file = {leaf}\nsmtpd_tls_key_file = {key}\nsmtpd_tls_CAfile = {roots}\n"
    "smtpd_tls_req_ccert = yes\nsmtpd_tls_security_level = encrypt",
    "ProFTPD": "TLSCACertificateFile {roots}\nTLSVerifyClient on\nTLSVerifyDepth 3",
}


@pytest.mark.parametrize("name", WITH_CLIENT_CERTIFICATES)
def test_a_server_that_requires_a_client_certificate(lab: Lab, roots: Path, name: str, tmp_path: Path) -> None:
    daemon, _ = LEAF_ALONE[name]
    issuing = lab.hierarchy["issuing"]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    client = issuing.issue_leaf(("client.test",), Template(extensions=((usage, False),)))
    own = tmp_path / "client.pem"
    own.write_bytes(to_pem([client.der, issuing.der]) + key_to_pem(client.key))
    with prepared(issuing.issue_leaf()) as folder:
        (folder / "roots.pem").write_bytes(roots.read_bytes())
        key = folder / "etc/ssl/private/localhost.key"
        line = WITH_CLIENT_CERTIFICATES[name].format(leaf=folder / "leaf.pem", key=key, roots=folder / "roots.pem")
        with running(daemon, folder, line, requires_certificate=True) as server:
            words = (server.target, "--trust", roots, "--json")
            (refused,) = tlschain("check", *words).objects
            (taken,) = tlschain("check", *words, "--cert", own).objects
    if name == "ProFTPD":
        assert (refused["status"], refused["tls"]["client_certificate"]) == ("refused", "required")
    else:  # they shake hands with everybody, and refuse what comes then
        assert (refused["status"], refused["tls"]["client_certificate"]) == ("incomplete", "requested")
    assert taken["status"] == "incomplete", taken["findings"]


def test_postfix_that_takes_no_unknown_name_is_greeted_by_the_one_that_is_said(lab: Lab, roots: Path) -> None:
    daemon, line = LEAF_ALONE["Postfix"]
    known = "check_helo_access inline:{{mx.example.org=permit}}, reject"
    choosy = f"smtpd_delay_reject = no\nsmtpd_helo_restrictions = {known}"
    with prepared(lab.hierarchy["issuing"].issue_leaf()) as folder:
        key = folder / "etc/ssl/private/localhost.key"
        configured = f"{line}\n{choosy}".format(leaf=folder / "leaf.pem", key=key)
        with running(daemon, folder, configured, requires_certificate=True) as server:
            words = (server.target, "--trust", roots, "--json")
            (refused,) = tlschain("check", *words).objects
            (taken,) = tlschain("check", *words, "--ehlo", "mx.example.org").objects
    assert refused["status"] == "unreachable"
    assert "rejected" in str(refused["findings"])
    assert taken["status"] == "incomplete"
