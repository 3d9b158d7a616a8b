"""The advice for the stores of systems is run as it is printed, where nothing of it stays on this machine.

What is of Red Hat, Arch, SUSE, Alpine and macOS alone has stand-ins: the tools of p11-kit, busybox and awk are real,
and so are Debian's own. Nothing here runs PowerShell: its grammar reads the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from tests.advise.conftest import HOSTILE, Site, run
from tests.advise.machine_clients import OTHERS, SYSTEM, accepts, each_other_client, each_system_client
from tests.support.own_machine import OwnMachine, own_machine
from tests.support.programs import require_program
from tui_chain.clients.advice import Deployment
from tui_chain.clients.system_store import DEBIAN_FILE, VARIABLES
from tui_chain.clients.system_windows import CLIENT as WINDOWS
from tui_chain.net.target import Target
from tui_chain.x509.formats.readers import read_certificates

DEBIAN = "System store, Debian and Ubuntu"
ALPINE = "System store, Alpine"
LED = dict.fromkeys(VARIABLES, DEBIAN_FILE)


@pytest.fixture(scope="module")
def debian(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnMachine]:
    """A machine where the advice for Debian was followed."""
    require_program("update-ca-certificates")
    with own_machine(tmp_path_factory.mktemp("debian")) as machine:
        machine.shell(site.of(DEBIAN).code)
        yield machine


@each_system_client
def test_who_uses_the_system_store_of_debian(site: Site, debian: OwnMachine, name: str) -> None:
    assert accepts(debian, site, name)


@each_other_client
def test_who_does_not_use_it_is_led_there_by_variables(site: Site, debian: OwnMachine, name: str) -> None:
    assert not accepts(debian, site, name)
    assert accepts(debian, site, name, LED)


def test_the_advice_names_who_uses_the_store(site: Site) -> None:
    page = site.tlschain("advise", "--bundle", str(site.bundle)).stdout
    text = " ".join(page.partition(DEBIAN)[2].split())
    uses, _, does_not = text.partition(" do not: set ")[0].partition(" since 24.2. ")
    assert all(name in uses for name in SYSTEM)
    assert all(name in does_not for name in OTHERS)
    assert all(f"{name}" in text for name in VARIABLES)


def test_what_was_installed_on_debian_is_taken_out(site: Site, tmp_path: Path) -> None:
    require_program("update-ca-certificates")
    with own_machine(tmp_path) as machine:
        before = machine.shell("ls -R /etc/ssl/certs /usr/local/share/ca-certificates")
        count = machine.shell(f"grep -c BEGIN {DEBIAN_FILE}")
        machine.shell(site.of(DEBIAN).code)
        machine.shell(f"test $(grep -c BEGIN {DEBIAN_FILE}) -eq $(({count.strip()} + 2))")
        plain, java = site.undo_of(DEBIAN).splitlines()
        machine.shell(plain)
        assert machine.shell("ls -R /etc/ssl/certs /usr/local/share/ca-certificates") == before
        assert machine.shell(f"grep -c BEGIN {DEBIAN_FILE}") == count
        assert not any(accepts(machine, site, name) for name in ("curl", "wget", "ssl"))
        assert accepts(machine, site, "Java"), "the second line is for nothing"
        machine.shell(java)
        assert not accepts(machine, site, "Java")


def test_of_a_file_with_two_java_takes_one_and_rehash_none(site: Site, tmp_path: Path) -> None:
    """Why each certificate gets a file of its own."""
    require_program("update-ca-certificates")
    two = "/usr/local/share/ca-certificates/two.crt"
    with own_machine(tmp_path) as machine:
        done = machine.run("sh", "-c", f'cp "$0" {two} && update-ca-certificates', str(site.bundle))
        assert "skipping two.pem" in done.stderr
        assert machine.shell("keytool -list -cacerts -storepass changeit | grep -c debian:two") == "1\n"


def test_two_hosts_are_installed_and_taken_out_apart() -> None:
    import tui_chain.clients.system_debian as debian

    assert debian.CLIENT.advice is not None
    names = set()
    for target in (Target("host.test"), Target("host.test", 8443), Target("xhost.test"), Target("::1")):
        (one,) = debian.CLIENT.advice(Deployment(target, Path("/x.pem")))
        names.add(re.findall(r"ca-certificates/(tlschain-[a-z0-9.-]+_)", one.undo)[0])
    assert names == {"tlschain-host.test_", "tlschain-host.test-8443_", "tlschain-xhost.test_", "tlschain-1_"}


# -- p11-kit: Red Hat, Arch, SUSE

EXTRACT = "trust extract --format=pem-bundle --filter=ca-anchors --overwrite --purpose server-auth"
MODULE = """module: p11-kit-trust.so
trust-policy: yes
x-init-reserved: paths='{source}'
"""


@pytest.mark.parametrize(
    ("client", "source", "update", "file"),
    [
        (
            *("System store, Fedora and Red Hat", "/etc/pki/ca-trust/source"),
            *("update-ca-trust", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
        ),
        ("System store, Arch", "/etc/ca-certificates/trust-source", "update-ca-trust", DEBIAN_FILE),
        (
            *("System store, SUSE", "/etc/pki/trust", "update-ca-certificates"),
            "/var/lib/ca-certificates/ca-bundle.pem",
        ),
    ],
)
def test_p11_kit_takes_the_file_and_gives_it_back(
    site: Site, tmp_path: Path, client: str, source: str, update: str, file: str
) -> None:
    require_program("trust")
    with own_machine(tmp_path) as machine:
        machine.stand_in(update, f"{EXTRACT} {file}")
        folders = f"mkdir -p {source}/anchors $(dirname {file}) /etc/pkcs11/modules"
        machine.shell(
            f"{folders}; cat > /etc/pkcs11/modules/p11-kit-trust.module <<'E'\n{MODULE}E".format(source=source)
        )
        machine.shell(site.of(client).code)
        assert machine.shell(f"grep -c BEGIN {file}") == "2\n"
        assert accepts(machine, site, "Go", {"SSL_CERT_FILE": file})
        assert machine.shell(f"ls -l {source}/anchors").count("-rw-r--r--") == 1
        machine.shell(site.undo_of(client))
        assert machine.run("grep", "-c", "BEGIN", file).stdout == "0\n"


# -- awk, of all makes


@pytest.mark.parametrize("awk", ["mawk", "original-awk", "busybox awk"])
def test_alpine_and_any_awk(site: Site, tmp_path: Path, awk: str) -> None:
    require_program(awk.split(maxsplit=1)[0])
    folder = "/usr/local/share/ca-certificates"
    with own_machine(tmp_path) as machine:
        machine.stand_in("awk", f'exec {awk} "$@"')
        machine.stand_in("apk", '[ "$*" = "add ca-certificates" ]')
        machine.stand_in("update-ca-certificates", 'echo "$@" >> "$HOME/log"')
        before = machine.shell(f"ls {folder}")
        shell = ("busybox", "sh") if awk.startswith("busybox") else ("sh",)
        done = machine.run(*shell, "-c", site.of(ALPINE).code)
        assert done.returncode == 0, done.stderr
        files = machine.shell(f'for each in {folder}/tlschain-localhost-*_[12].crt; do cat "$each"; echo; done')
        assert machine.shell(f"ls -l {folder}/tlschain-*").count("-rw-r--r--") == 2
        assert (
            read_certificates(files.encode()).certificates == read_certificates(site.bundle.read_bytes()).certificates
        )
        machine.shell(site.undo_of(ALPINE))
        assert machine.shell(f"ls {folder}") == before
        assert (tmp_path / "log").read_text() == "\n--fresh\n"


# -- macOS

SECURITY = """echo "$@" >> "$HOME/log"
for file; do :; done
case "$1" in
    delete-certificate) echo "$3" | grep -Eq '^[0-9A-F]{40}$' ;;
    *) [ "$(grep -c BEGIN "$file")" = 1 ] && openssl x509 -noout -subject -in "$file" >> "$HOME/log" ;;
esac"""


def test_macos_trusts_the_root_and_keeps_the_intermediate(site: Site, tmp_path: Path) -> None:
    require_program("original-awk")
    with own_machine(tmp_path) as machine:
        machine.stand_in("awk", 'exec original-awk "$@"')
        machine.stand_in("security", SECURITY)
        machine.shell(site.of("System store, macOS").code)
        log = (tmp_path / "log").read_text().splitlines()
        assert [line.split()[0] for line in log[::2]] == ["add-certificates", "add-trusted-cert"]
        assert ["Issuing" in line for line in log[1::2]] == [True, False]
        assert "-d -r trustRoot -k /Library/Keychains/System.keychain" in log[2]
        (tmp_path / "log").unlink()
        machine.shell(site.undo_of("System store, macOS"))
        log = (tmp_path / "log").read_text().splitlines()
        done = [line.split()[0] for line in log if not line.startswith("subject=")]
        assert done == ["delete-certificate", "remove-trusted-cert", "delete-certificate"]


# -- Windows


def test_powershell_reads_the_code_and_its_path(site: Site) -> None:
    parser = Parser(Language(tree_sitter_powershell.language()))
    snippet = site.of("System store, Windows")
    assert snippet.language == "powershell"
    for code in (snippet.code, site.undo_of("System store, Windows")):
        assert not parser.parse(code.encode()).root_node.has_error, code
    path = str(site.folder / HOSTILE.replace(".pem", "-ca.p7b"))
    assert f"-LiteralPath '{path.replace(chr(39), chr(39) * 2)}')" in snippet.code


def test_no_quote_of_powershell_ends_the_path() -> None:
    assert WINDOWS.advice is not None
    (one,) = WINDOWS.advice(Deployment(Target("host.test"), Path("/a'b\u2019c\u201bd.pem")))
    assert "'/a''b\u2019\u2019c\u201b\u201bd-ca.p7b'" in one.code


def test_the_file_for_windows_has_every_certificate(site: Site) -> None:
    made = site.folder / HOSTILE.replace(".pem", "-ca.p7b")
    shown = run("openssl", "pkcs7", "-print_certs", "-noout", "-in", str(made))
    assert shown.stdout.count("subject=") == 2, shown.stderr
