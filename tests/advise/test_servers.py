"""The lines of the letter, as they stand, in the real server: it sends the leaf alone, the chain, and the leaf."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.advise.conftest import Site, run
from tests.support.cli import tlschain
from tests.support.daemons import (
    APACHE,
    DAEMONS,
    HAPROXY,
    Daemon,
    Running,
    running,
    wait_until,
)
from tests.support.programs import require_program
from tui_chain.net.target import Target, parse_target
from tui_chain.servers.registry import server_lines

FORGETTING: Mapping[str, str] = {
    "nginx": "ssl_certificate {leaf};",
    "Apache": "SSLCertificateFile {leaf}",
    "HAProxy": "bind 127.0.0.1:{port} ssl crt {both}",
    "Caddy": "localhost:{port} {{\n    tls {leaf} {key}\n}}",
    "Postfix": "smtpd_tls_cert_file = {leaf}\nsmtpd_tls_key_file = {key}",
    "Dovecot": "ssl_cert = <{leaf}",
}
"""How each server is told to send the leaf alone."""


@dataclass(frozen=True)
class Cure:
    """What the letter says of one server: the command before, the configuration, and the command after."""

    first: str
    line: str
    then: str


def cure_in(letter: str, server: str, port: int) -> Cure:
    """Take it out of the letter; it is to listen on loopback only."""
    found = re.search(rf"^{server}[^\n]*:[^\n]*\n\n```\w*\n(.*?)\n```$", letter, re.MULTILINE | re.DOTALL)
    assert found is not None, letter
    lines = found[1].replace(f"bind :{port}", f"bind 127.0.0.1:{port}").splitlines()
    words = {sign: [line.removeprefix(sign) for line in lines if line.startswith(sign)] for sign in (_FIRST, _THEN)}
    rest = "\n".join(line for line in lines if not line.startswith((_FIRST, _THEN)))
    return Cure("\n".join(words[_FIRST]), rest, words[_THEN][0])


_FIRST, _THEN = "# first: ", "# then: "


def moved(text: str, folder: Path) -> str:
    """The machine's /etc is not touched: everything stands in a folder of the test's."""
    return text.replace("/etc/", f"{folder}/etc/")


def do(command: str, server: Running) -> None:
    done = subprocess.run(
        ("sh", "-c", moved(command, server.folder)),
        env=dict(server.environment),
        cwd=server.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def etc(site: Site) -> Iterator[Path]:
    """A folder with the leaf and the key of a server, where the letter wants its files; every user may pass it."""
    with TemporaryDirectory(prefix="tlschain-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        private = folder / "etc" / "ssl" / "private"
        private.mkdir(parents=True, mode=0o700)
        shutil.copy(site.key, private / "localhost.key")
        shutil.copy(site.leaf, folder / "leaf.pem")
        (folder / "both.pem").write_bytes(site.leaf.read_bytes() + site.key.read_bytes())
        yield folder


def forgetting(daemon: Daemon, etc: Path) -> str:
    places = {"leaf": etc / "leaf.pem", "key": etc / "etc/ssl/private/localhost.key", "both": etc / "both.pem"}
    return FORGETTING[daemon.name].format(**places, port="$port")


def checked(site: Site, server: Running) -> tuple[int, str]:
    done = tlschain("check", server.target, "--trust", site.lab.trust_file, "--json")
    return done.code, done.objects[0]["status"]


def letter_to(site: Site, server: Running, chain: Path) -> str:
    """The letter about this server; the chain file is made by the command for it, and is the one in the letter."""
    given = (server.target, "--trust", site.lab.trust_file)
    made = tlschain("fix", *given, "--as", "server", "-o", chain)
    assert made.code == 0, made.err
    said = tlschain("advise", *given, "--format", "markdown", "--only", "letter")
    assert said.code == 0, said.err
    assert chain.read_text() in said.out
    return said.out


@pytest.mark.parametrize("daemon", DAEMONS, ids=lambda daemon: daemon.name)
def test_the_line_of_the_letter_fixes_the_server(site: Site, etc: Path, daemon: Daemon) -> None:
    chain = etc / "etc/ssl/localhost-chain.pem"
    with running(daemon, etc, forgetting(daemon, etc)) as server:
        assert checked(site, server) == (1, "incomplete")
        letter = letter_to(site, server, chain)
        cure = cure_in(letter, daemon.name, server.port)
        require_program(cure.then.split()[0])
        do(cure.first, server)
        server.configure(moved(cure.line, etc))
        do(cure.then, server)
        # a server goes on with its old processes for a moment
        wait_until(lambda: server.trusted_by(site.lab.trust_file))
        wait_until(lambda: checked(site, server) == (0, "complete"))
        wait_until(lambda: verified_by_the_letter(site, letter))
        wait_until(lambda: verified_by_curl(site, server))
        # a file that changes under the same line, as at every renewal, is read again by the same commands
        shutil.copy(etc / "leaf.pem", chain)
        do(cure.first, server)
        do(cure.then, server)
        wait_until(lambda: not server.trusted_by(site.lab.trust_file))


def verified_by_the_letter(site: Site, letter: str) -> bool:
    """Run the command that the letter gives for checking, as it stands."""
    require_program("openssl")
    check = re.search(r"^openssl s_client .*$", letter, re.MULTILINE)
    assert check is not None
    said = run("sh", "-c", check[0], env={"SSL_CERT_FILE": str(site.lab.trust_file)})
    return "Verify return code: 0 (ok)" in said.stdout


ASK = {
    "": ("https://",),
    "smtp": ("--ssl-reqd", "-X", "NOOP", "smtp://"),
    "imap": ("--ssl-reqd", "-X", "NOOP", "imap://"),
}


def verified_by_curl(site: Site, server: Running) -> bool:
    require_program("curl")
    *options, scheme = ASK[server.daemon.starttls]
    own = ("-q", "-sS", "--capath", "/nonexistent", "--cacert", str(site.lab.trust_file))
    return run("curl", *own, *options, f"{scheme}localhost:{server.port}/").returncode == 0


def test_haproxys_file_with_the_key_is_for_nobody_else(site: Site, etc: Path) -> None:
    chain = etc / "etc/ssl/localhost-chain.pem"
    both = chain.with_name("localhost-chain-and-key.pem")
    with running(HAPROXY, etc, forgetting(HAPROXY, etc)) as server:
        cure = cure_in(letter_to(site, server, chain), "HAProxy", server.port)
        both.write_text("a file that all may read was there")
        both.chmod(0o644)
        do(f"umask 022; {cure.first}", server)
        assert both.stat().st_mode & 0o777 == 0o600
        assert both.read_bytes() == chain.read_bytes() + site.key.read_bytes()


def test_an_old_chain_file_of_apache_wins_as_the_note_says(site: Site, etc: Path) -> None:
    chain = etc / "etc/ssl/localhost-chain.pem"
    old = etc / "old.pem"
    shutil.copy(site.lab.trust_file, old)
    with running(APACHE, etc, forgetting(APACHE, etc)) as server:
        letter = letter_to(site, server, chain)
        assert "SSLCertificateChainFile would win" in letter
        cure = cure_in(letter, "Apache", server.port)
        server.configure(f"{moved(cure.line, etc)}\nSSLCertificateChainFile {old}")
        do(cure.then, server)
        wait_until(lambda: "Lab Root" in served_by(server))
        assert not server.trusted_by(site.lab.trust_file)


def served_by(server: Running) -> str:
    target = f"localhost:{server.port}"
    return run("sh", "-c", f"openssl s_client -connect {target} -showcerts < /dev/null").stdout


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("host.test", "nginx"),
        ("host.test:8443", "nginx"),
        ("smtp+starttls://host.test:25", "Postfix"),
        ("host.test:465", "Postfix"),
        ("imap+starttls://host.test", "Dovecot"),
        ("host.test:993", "Dovecot"),
    ],
)
def test_the_server_that_is_likely_comes_first(text: str, first: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    names = [each.server.partition(" ")[0] for each in server_lines("host.test", endpoint=target)]
    assert names[0] == first
    assert {"nginx", "Apache", "HAProxy", "Caddy", "IIS", "Postfix"} <= set(names)
    assert ("Dovecot" in names) == (first == "Dovecot")


def test_the_file_for_iis_is_made_by_the_command_that_is_given(site: Site, etc: Path) -> None:
    """What can be tried without Windows: the PKCS#7 file, which holds what the server sends, and no key."""
    require_program("openssl")
    said = tlschain("advise", site.target, "--trust", site.lab.trust_file, "--format", "markdown", "--only", "letter")
    cure = cure_in(said.out, "IIS", site.port)
    chain = etc / "localhost-chain.pem"
    made = tlschain("fix", site.target, "--trust", site.lab.trust_file, "--as", "server", "-o", chain)
    assert made.code == 0, made.err
    assert run("sh", "-c", cure.first, cwd=etc).returncode == 0
    file = Path(re.findall(r"-FilePath C:\\(\S+)", cure.line)[0])
    printed = run("openssl", "pkcs7", "-in", str(etc / file), "-print_certs").stdout
    assert re.findall(r"subject=.*CN = (.+)", printed) == ["localhost", "Lab Issuing CA G2"]
    assert cure.line.endswith("-CertStoreLocation Cert:\\LocalMachine\\CA")
    assert cure.then == "iisreset"
