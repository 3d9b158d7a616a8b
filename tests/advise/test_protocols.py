"""The advice for what speaks no HTTP, run as it stands at a real server that sends its leaf alone.

A setting is tried with the file that helps, with one that does not, and with one that does not where the client's own
trust store would do: that tells whether the setting adds to it or replaces it.
"""

from __future__ import annotations

import re
import shutil
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pymongo.common import SERVER_SELECTION_TIMEOUT

from tests.advise.calls import PROTOCOL_CALLS
from tests.advise.calls.call import Call, CodeCall, apart
from tests.advise.conftest import HOSTILE, run
from tests.support.mongo import mongo
from tests.support.programs import require_program
from tests.support.protocols import SERVICES, server_context
from tests.support.standin import DefaultStore, default_store
from tui_chain.advise.instructions import client_advice
from tui_chain.clients.advice import ADDS, Advice, beside
from tui_chain.core.output_kind import OutputKind
from tui_chain.diagnose.explain.explanation import Explanation, explain
from tui_chain.lab.authority import Authority, key_to_pem, to_pem
from tui_chain.net.starttls.registry import protocols
from tui_chain.net.target import Target

ADDRESS = "127.0.0.1"
"""Where every server can be reached too; only that of LDAP has it in its certificate."""
PROTOCOLS = tuple(dict.fromkeys(call.protocol for call in PROTOCOL_CALLS))
EACH = pytest.mark.parametrize("call", PROTOCOL_CALLS, ids=lambda call: call.client)


@dataclass(frozen=True)
class Trust:
    """What each server's chain leads to, and two files of one hostile name: one that helps, and one that does not.

    `own` is a place where the client's own trust store has what helps.
    """

    folder: Path
    chain: bytes
    issuing: Authority
    own: DefaultStore

    @property
    def good(self) -> Path:
        return self.folder / "good" / HOSTILE

    @property
    def bad(self) -> Path:
        return self.folder / "bad" / HOSTILE


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("protocols")
    root, elsewhere = (Authority.root(f"{name} Root", now=datetime.now(UTC)) for name in ("Lab", "Elsewhere"))
    issuing = root.issue_ca("Lab Issuing")
    own = default_store(folder / "own", root.der)
    chain = to_pem([issuing.der, root.der])
    (own.folder / "certs/ca-certificates.crt").write_bytes(chain)
    own.add(issuing.der)
    made = Trust(folder, chain, issuing, own)
    for bundle, pem in ((made.good, chain), (made.bad, to_pem([elsewhere.der]))):
        bundle.parent.mkdir()
        for file in (bundle, beside(bundle, OutputKind.CLIENT_STORE)):
            file.write_bytes(pem)
    return made


@dataclass(frozen=True)
class Served:
    """A server of one protocol, and the advice for it with the file that helps and with the one that does not."""

    target: Target
    good: Mapping[str, Advice]
    bad: Mapping[str, Advice]


@pytest.fixture(scope="module")
def serve(trust: Trust) -> Iterator[Callable[[str], Served]]:
    """Each server is started once, for the first call that needs it."""
    with ExitStack() as stack:

        @cache
        def served(protocol: str) -> Served:
            # a server that steps down from root has to reach its files
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tlschain-test-")))
            folder.chmod(0o755)
            # libldap takes localhost for the machine's own name
            host = ADDRESS if protocol == "ldap" else "localhost"
            leaf = trust.issuing.issue_leaf((host,))
            (folder / "leaf.pem").write_bytes(to_pem([leaf.der]))
            (folder / "key.pem").write_bytes(key_to_pem(leaf.key))
            (folder / "key.pem").chmod(0o600)
            port = stack.enter_context(SERVICES[protocol](folder))
            target = Target(host, port, protocol if protocol in protocols() else None)
            return Served(target, advice_of(target, trust.good), advice_of(target, trust.bad))

        yield served


def advice_of(target: Target, bundle: Path) -> dict[str, Advice]:
    return {one.client: one for one in client_advice(target, bundle)}


def output(call: Call | CodeCall, served: Served, home: Path, code: str = "", own: DefaultStore | None = None) -> str:
    """What the client prints: a call with `code` before its own command, or `code` by its runner."""
    home.mkdir(exist_ok=True)
    place = {"host": served.target.host, "port": str(served.target.port)}
    if isinstance(call, Call):
        words = ("bash", "-c", f'{code}\n"$@"', "bash", *(word.format(**place) for word in call.words))
    else:
        words = (*call.runner, code or call.bare.format(**place))
    env = {"HOME": str(home), **call.variables}
    if own is None:
        done = run(*words, env=env, cwd=home)
    else:
        libpq_store(home, own)
        done = run(*own.words, *words, env=own.variables | env, cwd=home)
    return done.stdout + done.stderr


def libpq_store(home: Path, own: DefaultStore) -> None:
    """libpq's own trust store is a file in the home folder."""
    (home / ".postgresql").mkdir()
    shutil.copy(own.folder / "certs/ca-certificates.crt", home / ".postgresql/root.crt")


def symptom_of(text: str) -> str:
    found = explain(text)
    assert isinstance(found, Explanation), text
    return found.symptom.name


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_client_of_a_protocol_is_run(serve: Callable[[str], Served], protocol: str) -> None:
    mine = {call.client for call in PROTOCOL_CALLS if call.protocol == protocol}
    told = serve(protocol).good
    assert mine <= told.keys()
    if protocol in protocols():
        https = {one.client for one in client_advice(Target("localhost"), Path("/x"))}
        assert told.keys() - https <= mine


@EACH
def test_the_advice_works_and_another_file_does_not(
    serve: Callable[[str], Served], call: Call | CodeCall, tmp_path: Path
) -> None:
    require_program(call.program)
    served = serve(call.protocol)
    good, bad = served.good[call.client], served.bad[call.client]
    said = output(call, served, tmp_path / "good", good.code)
    assert call.told in said, said
    said = output(call, served, tmp_path / "bad", bad.code.replace("MS=5000", "MS=1000"))
    assert call.told not in said
    assert symptom_of(said) in {"unknown-issuer", "verify-failed", "handshake-failed"}, said
    assert not [*tmp_path.rglob("pwned*")]


@EACH
def test_a_setting_has_the_effect_that_the_advice_says(
    serve: Callable[[str], Served], trust: Trust, call: Call | CodeCall, tmp_path: Path
) -> None:
    require_program(call.program)
    served = serve(call.protocol)
    bad = served.bad[call.client]
    said = output(call, served, tmp_path / "set", bad.code.replace("MS=5000", "MS=1000"), trust.own)
    assert (call.told in said) == (bad.effect is ADDS), said
    if bad.effect is not ADDS:
        said = output(call, served, tmp_path / "bare", own=trust.own)
        assert call.told in said, f"the client has no such root by itself: {said}"


@pytest.mark.parametrize("call", [one for one in PROTOCOL_CALLS if isinstance(one, Call)], ids=lambda one: one.client)
def test_what_a_setting_leaves_is_taken_back(serve: Callable[[str], Served], call: Call, tmp_path: Path) -> None:
    require_program(call.program)
    served = serve(call.protocol)
    advice = served.good[call.client]
    assert advice.undo
    said = output(call, served, tmp_path / "undone", f"{advice.code}\n{advice.undo}")
    assert call.told not in said, said


# -- what the notes say


@dataclass(frozen=True)
class Note:
    """Code that shows what a note says of a client, and what it prints; `port` and the files stand in it by name.

    `own` says that the client's own trust store has what helps.
    """

    client: str
    code: str
    told: str
    own: bool = False
    runner: tuple[str, ...] = ()


_PSQL = "psql 'host=localhost port={port} sslmode=%s sslrootcert={bad}' -Atc '%s'"
_SSL = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
_PSYCOPG = """import os, psycopg
os.environ.update(%s)
print(psycopg.connect(host='localhost', port={port}, sslrootcert='system').pgconn.ssl_in_use)"""
_PSYCOPG2 = """import psycopg2
arguments = dict(host='localhost', port={port}, sslmode='verify-full', sslrootcert='{file}')
print(psycopg2.connect(**arguments).info.ssl_in_use)"""
_MARIADB = "mariadb -h 127.0.0.1 -P {port} --ssl-ca={file} %s -e status"
_PYMYSQL = "import pymysql; print(pymysql.connect(host='localhost', port={port}, ssl_ca='{bad}').get_server_info())"
_REDIS = "import redis; print(redis.Redis('127.0.0.1', {port}, ssl=True, ssl_ca_certs='{file}').ping())"
_REDIS_CLI = "redis-cli --tls --cacert {file} -h 127.0.0.1 -p {port} PING"
_MAIL = """import %s as mail
with mail.%s('localhost', {port}) as client:
    client.starttls()
    print(client.noop())"""
_LDAP = "LDAPTLS_CACERT={file} ldapsearch -ZZ -H ldap://%s:{port} -x -s base -b ''"
_PGSSLROOTCERT = "PGSSLROOTCERT={bad} psql 'host=localhost port={port} sslmode=verify-full%s' -c '\\conninfo'"
_MY_CNF = "printf '[client]\\nssl-ca={bad}\\n' >~/.my.cnf; mariadb -h localhost -P {port} -e status"
_LDAPRC = "echo TLS_CACERT {bad} >~/.ldaprc; "
_REFUSED = "certificate verify failed"
_NOT_THE_NAME = "IP address mismatch|Validation of SSL server certificate failed"
NOTES = {
    "psql goes on without TLS": Note("psql", _PSQL % ("prefer", _SSL), "f\n"),
    "psql does not where it must": Note("psql", _PSQL % ("verify-full", _SSL), _REFUSED),
    "libpq 16 has a word for OpenSSL's store": Note("psycopg", _PSYCOPG % "SSL_CERT_FILE='{file}'", "True\n"),
    "which the wheel of psycopg lacks": Note("psycopg", _PSYCOPG % "", _REFUSED, own=True),
    "--ssl-ca alone compares no name": Note("mariadb, mysql", _MARIADB % "", "Cipher in use is TLS"),
    "the other switch does": Note("mariadb, mysql", _MARIADB % "--ssl-verify-server-cert", _NOT_THE_NAME),
    "ssl_ca= alone verifies nothing": Note("PyMySQL", _PYMYSQL, "MariaDB"),
    "redis-cli compares no name": Note("redis-cli", _REDIS_CLI, "PONG\n"),
    "redis-py compares it": Note("redis-py", _REDIS, _NOT_THE_NAME),
    "redis-py 5 does not": Note("redis-py", _REDIS, "True\n", runner=(apart("redis"), "-c")),
    "smtplib without a context": Note("smtplib", _MAIL % ("smtplib", "SMTP"), "250"),
    "imaplib without a context": Note("imaplib", _MAIL % ("imaplib", "IMAP4"), "OK"),
    "libldap and localhost": Note("ldapsearch", _LDAP % "localhost", "Connect error"),
    "psycopg2 has the same arguments": Note("psycopg", _PSYCOPG2.format(port="{port}", file="{file}"), "True\n"),
    "and the same check": Note("psycopg", _PSYCOPG2.format(port="{port}", file="{bad}"), _REFUSED),
    "sslrootcert wins": Note("psql", _PGSSLROOTCERT % " sslrootcert={file}", "SSL connection"),
    "over PGSSLROOTCERT": Note("psql", _PGSSLROOTCERT % "", _REFUSED),
    "--ssl-ca wins": Note("mariadb, mysql", f"{_MY_CNF} --ssl-ca={{file}}", "Cipher in use is TLS"),
    "over ~/.my.cnf": Note("mariadb, mysql", _MY_CNF, "unable to get local issuer"),
    "LDAPTLS_CACERT wins": Note("ldapsearch", _LDAPRC + _LDAP % "127.0.0.1", "result: 0 Success"),
    "over ~/.ldaprc": Note("ldapsearch", _LDAPRC + (_LDAP % "127.0.0.1").split("} ", 1)[1], "Connect error"),
}


@pytest.mark.parametrize("name", NOTES)
def test_what_a_note_says_is_so(serve: Callable[[str], Served], trust: Trust, name: str, tmp_path: Path) -> None:
    note = NOTES[name]
    call = next(one for one in PROTOCOL_CALLS if one.client == note.client)
    assert isinstance(call, CodeCall)
    for program in (call.program, *note.runner[:1]):
        require_program(program)
    for file in (trust.good, trust.bad):
        shutil.copy(file, tmp_path / f"{file.parent.name}.pem")
    places = {"port": serve(call.protocol).target.port, "file": tmp_path / "good.pem", "bad": tmp_path / "bad.pem"}
    runs = replace(call, runner=note.runner or call.runner)
    own = trust.own if note.own else None
    said = output(runs, serve(call.protocol), tmp_path / "home", note.code.format(**places), own)
    assert re.search(note.told, said), said
    if note.told == _NOT_THE_NAME:
        assert symptom_of(said) in {"host-mismatch", "ip-mismatch"}


@pytest.mark.parametrize(
    ("client", "port"),
    [("smtplib", 465), ("imaplib", 993), ("ldapsearch", 636), ("pymongo", 27017), ("redis-cli", 6379)],
)
def test_tls_from_the_first_byte_is_advised_at_its_port_alone(client: str, port: int) -> None:
    told = {one.client: one for one in client_advice(Target("host.test", port), Path("/x.pem"))}
    assert client in told
    assert told.keys() & {"curl", "requests", "smtplib", "imaplib", "ldapsearch", "pymongo", "redis-cli"} == {client}
    assert {"-ZZ", "starttls("}.isdisjoint(re.split(r"[ .]|(?<=\()", told[client].code))
    assert client not in {one.client for one in client_advice(Target("host.test"), Path("/x.pem"))}


@pytest.mark.parametrize(
    ("client", "code"),
    [
        ("psql", "psql 'host=localhost port={port} sslmode=verify-full sslrootcert={file}'"),
        ("mariadb, mysql", "mariadb -h localhost -P {port} --ssl-ca={file}"),
        ("redis-cli", "redis-cli --tls --cacert {file} -p {port} PING"),
    ],
)
@pytest.mark.parametrize("text", ["junk", None], ids=["no PEM", "no file"])
def test_a_file_that_is_unusable_is_explained(
    serve: Callable[[str], Served], tmp_path: Path, client: str, code: str, text: str | None
) -> None:
    call = next(one for one in PROTOCOL_CALLS if one.client == client)
    require_program(call.program)
    file = tmp_path / "bundle.pem"
    if text is not None:
        file.write_text(text)
    served = serve(call.protocol)
    said = output(call, served, tmp_path / "home", code.format(port=served.target.port, file=file))
    assert symptom_of(said) == "bundle-unusable", said


@pytest.mark.parametrize("given", [(), ("--sni", "name.test")])
def test_redis_cli_sends_sni_where_it_is_given_alone(given: tuple[str, ...], trust: Trust, tmp_path: Path) -> None:
    program = require_program("redis-cli")
    heard: list[str | None] = []
    leaf = trust.issuing.issue_leaf()
    (tmp_path / "leaf.pem").write_bytes(to_pem([leaf.der]))
    (tmp_path / "key.pem").write_bytes(key_to_pem(leaf.key))
    context = server_context(tmp_path)

    def refuse(_: ssl.SSLObject | ssl.SSLSocket, name: str | None, __: ssl.SSLContext) -> int:
        heard.append(name)
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = refuse
    with mongo(context) as port:
        run(str(program), "--tls", "--cacert", str(trust.good), "-h", "localhost", "-p", str(port), *given, "PING")
    assert set(heard) == {given[1] if given else None}


def test_pymongo_waits_as_long_as_the_note_says() -> None:
    assert SERVER_SELECTION_TIMEOUT == 30
