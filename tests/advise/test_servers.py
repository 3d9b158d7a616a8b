"""The lines of the letter, as they stand, in the real server: it sends the leaf alone, the chain, and the leaf."""

from __future__ import annotations

import base64
import getpass
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
from tests.support.daemon_programs import APACHE, DAEMONS, HAPROXY, MARIADB, NGINX, TOMCAT
from tests.support.daemons import Daemon, Running, running, wait_until
from tests.support.journeys import lab_trust
from tests.support.posix import is_root
from tests.support.programs import require_program
from tests.support.starttls_daemons import PROFTPD, PROSODY
from tui_chain.advise.letter import check_command, file_stem
from tui_chain.lab.authority import to_pem
from tui_chain.net.target import Target, parse_target
from tui_chain.servers.registry import server_lines

LEAF_ALONE: Mapping[str, str] = {
    "nginx": "ssl_certificate {leaf};",
    "Apache": "SSLCertificateFile {leaf}",
    "HAProxy": "bind 127.0.0.1:{port} ssl crt {both}",
    "Caddy": "localhost:{port} {{\n    tls {leaf} {key}\n}}",
    "Postfix": "smtpd_tls_cert_file = {leaf}\nsmtpd_tls_key_file = {key}",
    "Dovecot": "ssl_cert = <{leaf}",
    "Exim": "tls_certificate = {leaf}",
    "OpenLDAP": "",
    "PostgreSQL": "ssl_cert_file = '{leaf}'",
    "MariaDB": "[mysqld]\nssl_cert = {leaf}",
    "Prosody": 'ssl = {{ certificate = "{leaf}", key = "{data}/server.key" }}',
    "ProFTPD": "",
    "Tomcat": '<Certificate certificateFile="{leaf}" certificateKeyFile="{key}"/>',
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
    comments = [match for line in lines if (match := _COMMAND.fullmatch(line)) is not None]
    first, then = ([match[2] for match in comments if match[1] == when] for when in ("first", "then"))
    return Cure("\n".join(first), "\n".join(line for line in lines if not _COMMAND.fullmatch(line)), then[0])


_COMMAND = re.compile(r"(?:#|--|<!--) (first|then): (.*?)(?: -->)?")


def moved(text: str, folder: Path) -> str:
    """The machine's /etc is not touched: everything stands in a folder of the test's."""
    return text.replace("/etc/", f"{folder}/etc/")


def do(command: str, server: Running) -> None:
    """Run a command of the letter; afterwards the server serves, one that was restarted too."""
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
    wait_until(server.shakes_hands)


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


def leaf_alone(daemon: Daemon, etc: Path) -> str:
    places = {"leaf": etc / "leaf.pem", "key": etc / "etc/ssl/private/localhost.key", "both": etc / "both.pem"}
    places["data"] = etc / "data"
    return LEAF_ALONE[daemon.name].format(**places, port="$port")


def checked(site: Site, server: Running) -> tuple[int, str]:
    done = tlschain("check", server.target, "--trust", site.lab.trust_file, "--json")
    return done.code, done.objects[0]["status"]


def letter_to(site: Site, server: Running, chain: Path, *more: str) -> str:
    """The letter about this server; the chain file is made by the command for it, and is the one in the letter."""
    given = (server.target, "--trust", site.lab.trust_file, "--no-pool")
    made = tlschain("fix", *given, "--as", "server", "-o", chain, *more)
    assert made.code == 0, made.err
    said = tlschain("advise", *given, "--format", "markdown", "--only", "letter")
    assert said.code == 0, said.err
    assert chain.read_text() in said.out
    return said.out


@pytest.mark.parametrize("daemon", [*DAEMONS, PROFTPD, PROSODY], ids=lambda daemon: daemon.name)
def test_the_line_of_the_letter_fixes_the_server(site: Site, etc: Path, daemon: Daemon) -> None:
    chain = etc / "etc/ssl/localhost-chain.pem"
    with running(daemon, etc, leaf_alone(daemon, etc)) as server:
        assert checked(site, server) == (1, "incomplete")
        letter = letter_to(site, server, chain)
        assert last_line_of_check(site, letter) != "0"
        cure = cure_in(letter, daemon.name, server.port)
        do(cure.first, server)
        server.configure(moved(cure.line, etc))
        do(cure.then, server)
        # a server goes on with its old processes for a moment
        wait_until(lambda: server.trusted_by(site.lab.trust_file))
        wait_until(lambda: checked(site, server) == (0, "complete"))
        wait_until(lambda: last_line_of_check(site, letter) == "0")
        wait_until(lambda: verified_by_a_client(site, server))
        # a file that changes under the same line, as at every renewal, is read again by the same commands
        shutil.copy(etc / "leaf.pem", chain)
        do(cure.first, server)
        do(cure.then, server)
        wait_until(lambda: not server.trusted_by(site.lab.trust_file))


def last_line_of_check(site: Site, letter: str) -> str:
    """Run the command that the letter gives for checking, as it stands, where root.pem is the private root."""
    check = re.search(r"^openssl s_client .*$", letter, re.MULTILINE)
    assert check is not None
    return last_line(site, check[0])


def last_line(site: Site, command: str, **variables: str) -> str:
    require_program("openssl")
    with TemporaryDirectory() as name:
        shutil.copy(site.lab.trust_file, Path(name) / "root.pem")
        return run("sh", "-c", command, cwd=Path(name), env=variables).stdout.splitlines()[-1]


def test_the_check_is_about_the_host_that_it_names(site: Site, etc: Path) -> None:
    """With a private root, and with the machine's own store, which a variable stands for here."""
    chain = etc / "etc/ssl/localhost-chain.pem"
    made = tlschain("fix", site.target, "--trust", site.lab.trust_file, "--as", "server", "-o", chain)
    assert made.code == 0, made.err
    root = lab_trust(site.lab).anchors[0]
    with running(NGINX, etc, f"ssl_certificate {chain};") as server:
        good, bad = Target("127.0.0.1", server.port), Target("127.0.0.2", server.port)
        for anchor, store in ((root, {}), (None, {"SSL_CERT_FILE": str(site.lab.trust_file)})):
            assert last_line(site, check_command(good, anchor), **store) == "0"
            # another address of this machine, at which nginx does not listen; then a name that is not covered
            assert last_line(site, check_command(bad, anchor), **store) != "0"
            wrong = check_command(Target("localhost", server.port), anchor).replace(
                "verify_hostname local", "verify_hostname other"
            )
            assert last_line(site, wrong, **store) != "0"
        assert last_line(site, check_command(good, None)) != "0"


_OPENSSL = (
    "openssl s_client -starttls {protocol} -connect localhost:{port} -CAfile {roots} -no-CApath -no-CAstore "
    "-verify_return_error -verify_hostname localhost"
)
CLIENTS: Mapping[str, str] = {
    "": "curl -q -sS --capath /nonexistent --cacert {roots} https://localhost:{port}/ -o /dev/null",
    "smtp": "curl -q -sS --capath /nonexistent --cacert {roots} --ssl-reqd -X NOOP smtp://localhost:{port}/",
    "imap": "curl -q -sS --capath /nonexistent --cacert {roots} --ssl-reqd -X NOOP imap://localhost:{port}/",
    # its library takes the machine's own name for localhost
    "ldap": "LDAPTLS_CACERT={roots} ldapwhoami -x -ZZ -H ldap://127.0.0.1:{port}",
    "postgres": "psql 'host=localhost port={port} sslmode=verify-full sslrootcert={roots} user={user} "
    "dbname=postgres' -c ''",
    "ftp": _OPENSSL,
    "xmpp": _OPENSSL,
    "mysql": "mariadb --no-defaults --protocol=tcp -h localhost -P {port} --ssl-ca={roots} "
    "--ssl-verify-server-cert -e 'SELECT 1'",
}
"""A client of each protocol that verifies the server with the root alone."""


def verified_by_a_client(site: Site, server: Running) -> bool:
    command = CLIENTS[server.daemon.starttls]
    program = next(word for word in command.split() if "=" not in word)
    require_program(program)
    user = "postgres" if is_root() else getpass.getuser()
    protocol = server.daemon.starttls
    filled = command.format(roots=site.lab.trust_file, port=server.port, user=user, protocol=protocol)
    return run("sh", "-c", filled).returncode == 0


def test_a_server_that_sends_its_leaf_last_is_fixed_by_the_chain_file(site: Site, etc: Path) -> None:
    """Java takes a file in any order, and signs with the leaf's key: a client reads the CA and cannot verify that."""
    turned, chain = etc / "turned.pem", etc / "etc/ssl/localhost-chain.pem"
    given = ("--trust", site.lab.trust_file)
    issuing = site.lab.hierarchy["issuing"].der
    turned.write_text(to_pem([issuing]).decode() + site.leaf.read_text())
    line = f'<Certificate certificateFile="{turned}" certificateKeyFile="$key"/>'
    with running(TOMCAT, etc, line.replace("$key", str(etc / "etc/ssl/private/localhost.key"))) as server:
        assert checked(site, server) == (1, "invalid")
        made = tlschain("fix", server.target, *given, "--as", "server", "-o", chain, "--json")
        assert (made.code, made.objects[0]["written"]) == (0, str(chain))
        assert [one["code"] for one in made.objects[0]["findings"]] == ["leaf-not-first"]
        letter = letter_to(site, server, chain, "--replace")
        assert "does not send its own certificate first" in letter
        assert last_line_of_check(site, letter) != "0"
        cure = cure_in(letter, "Tomcat", server.port)
        server.configure(moved(cure.line, etc))
        do(cure.then, server)
        assert checked(site, server) == (0, "complete")
        assert last_line_of_check(site, letter) == "0"


def test_haproxys_file_with_the_key_is_for_nobody_else(site: Site, etc: Path) -> None:
    chain = etc / "etc/ssl/localhost-chain.pem"
    both = chain.with_name("localhost-chain-and-key.pem")
    with running(HAPROXY, etc, leaf_alone(HAPROXY, etc)) as server:
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
    with running(APACHE, etc, leaf_alone(APACHE, etc)) as server:
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


def test_mariadb_reads_a_file_again_without_a_restart_as_the_note_says(site: Site, etc: Path) -> None:
    chain = etc / "etc/ssl/localhost-chain.pem"
    shutil.copy(etc / "leaf.pem", chain)
    with running(MARIADB, etc, f"[mysqld]\nssl_cert = {chain}") as server:
        letter = letter_to(site, server, chain, "--replace")
        assert "FLUSH SSL (MariaDB 10.4 and later)" in letter
        assert not server.trusted_by(site.lab.trust_file)
        do(f"mariadb --no-defaults -S {etc}/data/socket -e 'FLUSH SSL'", server)
        assert server.trusted_by(site.lab.trust_file)


@pytest.mark.parametrize(("server", "port"), [("Tomcat", 443), ("Kafka", 9093)])
def test_a_key_store_that_is_made_anew_has_the_whole_chain(site: Site, etc: Path, server: str, port: int) -> None:
    """Read by Java's own tool; without the terminal that openssl asks, the password is given."""
    require_program("keytool")
    chain, store = etc / "etc/ssl/localhost-chain.pem", etc / "etc/ssl/private/localhost.p12"
    made = tlschain("fix", site.target, "--trust", site.lab.trust_file, "--as", "server", "-o", chain)
    assert made.code == 0, made.err
    lines = next(
        each
        for each in server_lines("localhost", endpoint=Target("localhost", port))
        if each.server.startswith(server)
    )
    command = re.search(r"openssl pkcs12 .*$", lines.note)
    assert command is not None
    done = run("sh", "-c", f"{moved(command[0], etc)} -passout pass:changeit")
    assert done.returncode == 0, done.stderr
    listed = run("keytool", "-list", "-v", "-keystore", str(store), "-storepass", "changeit").stdout
    assert "Entry type: PrivateKeyEntry" in listed
    assert "Certificate chain length: 2" in listed
    assert re.findall(r"^Owner: CN=([^,\n]+)", listed, re.MULTILINE) == ["localhost", "Lab Issuing CA G2"]


def test_kafkas_file_has_the_key_as_it_reads_it_and_the_chain(site: Site, etc: Path) -> None:
    require_program("openssl")
    chain, both = etc / "etc/ssl/localhost-chain.pem", etc / "etc/ssl/private/localhost-and-chain.pem"
    made = tlschain("fix", site.target, "--trust", site.lab.trust_file, "--as", "server", "-o", chain)
    assert made.code == 0, made.err
    kafka = server_lines("localhost", endpoint=Target("localhost", 9093))[0]
    assert run("sh", "-c", moved(kafka.first, etc)).returncode == 0
    assert both.stat().st_mode & 0o777 == 0o600
    # PKCS#8 (RFC 5958), not the form of one algorithm
    assert both.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert both.read_text().endswith(chain.read_text())


def test_the_secret_of_kubernetes_holds_the_whole_chain(site: Site, etc: Path) -> None:
    """Its tool refuses a key that is not the first certificate's; nothing is applied here."""
    kubectl = require_program("kubectl")
    chain = etc / "etc/ssl/localhost-chain.pem"
    made = tlschain("fix", site.target, "--trust", site.lab.trust_file, "--as", "server", "-o", chain)
    assert made.code == 0, made.err
    lines = next(each for each in server_lines("localhost") if each.server.startswith("Kubernetes"))
    create, apply = moved(lines.reload, etc).split(" | ")
    assert apply == "kubectl apply -f -"
    done = run("sh", "-c", create.replace("kubectl", str(kubectl), 1), cwd=etc)
    assert done.returncode == 0, done.stderr
    data = dict(re.findall(r"^  (tls\.\w+): (\S+)$", done.stdout, re.MULTILINE))
    assert base64.b64decode(data["tls.crt"]) == chain.read_bytes()
    assert "type: kubernetes.io/tls" in done.stdout
    assert "secretName: localhost-tls" in lines.lines
    assert "  name: localhost-tls" in done.stdout


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("my_host.test:8443", "    - hosts: [my_host.test]\n      secretName: my-host.test-tls"),
        ("192.0.2.7", "    - secretName: 192.0.2.7-tls"),
        ("[2001:db8::1]:8443", "    - secretName: 2001-db8-1-tls"),
    ],
)
def test_an_ingress_names_the_host_itself_and_no_address(text: str, hosts: str) -> None:
    """Kubernetes refuses an address among the hosts of an Ingress, and without any the Secret is for all of them."""
    target = parse_target(text)
    assert isinstance(target, Target)
    lines = server_lines(file_stem(target.host), endpoint=target)
    (kubernetes,) = (each for each in lines if each.server.startswith("Kubernetes"))
    assert kubernetes.lines == f"spec:\n  tls:\n{hosts}"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("host.test", "nginx"),
        ("host.test:8443", "nginx"),
        ("smtp+starttls://host.test:25", "Postfix"),
        ("host.test:465", "Postfix"),
        ("imap+starttls://host.test", "Dovecot"),
        ("host.test:993", "Dovecot"),
        ("mysql+starttls://host.test", "MariaDB"),
    ],
)
def test_the_server_that_is_likely_comes_first(text: str, first: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    names = [each.server.partition(" ")[0] for each in server_lines("host.test", endpoint=target)]
    assert names[0] == first
    assert ({"nginx", "Apache", "HAProxy", "Caddy", "IIS"} <= set(names)) is (target.starttls is None)
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
