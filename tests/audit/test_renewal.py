"""Servers that change after a bundle was made for them: what the file says, `refresh`, and real clients with it."""

from __future__ import annotations

import json
import shlex
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.audit.loaders import run
from tests.audit.test_commands import tlschain
from tests.support.programs import require_program
from tui_chain.lab.authority import Authority, Identity, Template, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, make_context, tls_handler
from tui_chain.repair.file_header import read_header
from tui_chain.repair.header_lines import FEW_HOSTS
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

TEXT = "renewed\n"


@dataclass
class Server:
    """A server on one port whose certificate is renewed while it runs."""

    lab: Lab
    context: ssl.SSLContext
    port: int = 0
    cas: dict[str, Authority] = field(default_factory=dict)

    async def handle(self, stream: Stream) -> None:
        await tls_handler(self.context, TEXT)(stream)

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    def ca(self, name: str) -> Authority:
        if name not in self.cas:
            self.cas[name] = self.lab.hierarchy["root"].issue_ca(name)
            self.lab.publish(f"/{name.replace(' ', '-')}.cer", self.cas[name].der)
        return self.cas[name]

    def renew(self, name: str, *, whole: bool = False) -> None:
        """Serve another leaf, issued by the CA of this name: the leaf alone, or with its intermediate."""
        ca = self.ca(name)
        url = self.lab.publish(f"/{name.replace(' ', '-')}.cer", ca.der)
        leaf = ca.issue_leaf(["localhost"], Template(urls=(url,)))
        self.context = self.serving(leaf, ca if whole else None)

    def serving(self, leaf: Identity, ca: Authority | None) -> ssl.SSLContext:
        chain = [leaf.der, *([] if ca is None else [ca.der])]
        return make_context(self.lab.folder, Credentials(chain, leaf.key))


def server(lab: Lab, name: str, like: Server | None = None) -> Server:
    """Start a server whose certificate is issued by the CA of this name; its CAs are those of the one it is like."""
    one = Server(lab, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), cas={} if like is None else like.cas)
    one.renew(name)
    one.port = lab.listen(one.handle)
    return one


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab([]) as lab:
        yield lab


def fix(lab: Lab, file: Path, *words: str) -> str:
    done = tlschain("fix", *words, "--trust", lab.trust_file, "-o", file)
    assert done.exit_code == 0, done.stderr
    return done.stderr


def refresh(lab: Lab, file: Path, *words: str) -> tuple[int, str]:
    done = tlschain("refresh", file, "--trust", lab.trust_file, *words)
    return done.exit_code, done.stderr


def by_python(file: Path, port: int) -> bool:
    context = ssl.create_default_context(cafile=str(file))
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="localhost"):
                return True
        except ssl.SSLError:
            return False


def by_curl(file: Path, port: int) -> bool:
    curl = str(require_program("curl"))
    url = f"https://localhost:{port}/"
    return run(curl, "-q", "-sS", "--capath", "/nonexistent", "--cacert", str(file), url).stdout == TEXT.encode()


def by_openssl(file: Path, port: int) -> bool:
    openssl = str(require_program("openssl"))
    own = ("-no-CApath", "-no-CAstore", "-CAfile", str(file), "-verify_hostname", "localhost", "-verify_return_error")
    return run(openssl, "s_client", "-connect", f"127.0.0.1:{port}", *own).returncode == 0


CLIENTS = (by_python, by_curl, by_openssl)


def accepted(file: Path, port: int) -> set[bool]:
    return {client(file, port) for client in CLIENTS}


def labels(file: Path) -> list[str]:
    return [one.label for one in read_certificates(file.read_bytes()).certificates]


def test_a_renewal_under_another_intermediate_ends_a_bundle_s_use(lab: Lab, tmp_path: Path) -> None:
    """Its certificates are good for months: that says nothing of the server's next one."""
    host, file = server(lab, "Rotated A"), tmp_path / "bundle.pem"
    said = fix(lab, file, host.target)
    assert "bundle expires 20" in said
    assert "leaf expires 20" in said
    top = file.read_text().partition("\n\n")[0]
    assert f"Made for the chain that {host.target} served on 20" in top
    assert "It holds until the server changes to another intermediate" in top
    assert f"tlschain refresh {file} --trust {lab.trust_file}\n" in top
    assert "until 20" not in top
    assert accepted(file, host.port) == {True}
    host.renew("Rotated A")
    assert refresh(lab, file)[0] == 0, "another leaf of the same intermediate"
    host.renew("Rotated B")
    assert by_python(file, host.port) is by_openssl(file, host.port) is False
    code, said = refresh(lab, file)
    assert code == 1
    assert "The bundle lacks Rotated B, which the server's chain needs now" in said
    assert labels(file) == ["Rotated A", "Lab Root R1"]
    code, said = refresh(lab, file, "--write")
    assert code == 0
    assert labels(file) == ["Rotated B", "Lab Root R1"]
    assert accepted(file, host.port) == {True}
    assert refresh(lab, file)[0] == 0
    host.renew("Rotated B", whole=True)
    assert refresh(lab, file)[0] == 3
    assert accepted(file, host.port) == {True}


def test_the_command_in_the_file_is_the_one_to_type(lab: Lab, tmp_path: Path) -> None:
    host, file = server(lab, "Typed A"), tmp_path / "a bundle.pem"
    fix(lab, file, host.target)
    (line,) = (line for line in file.read_text().split("\n") if "Whether it still holds" in line)
    done = tlschain(*shlex.split(line.partition(": ")[2])[1:])
    assert done.exit_code == 0, done.stderr
    assert f"{host.target}: works" in done.stderr


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name leaves room for a whole command in one line of comment."""
    with TemporaryDirectory(prefix="tls-") as name:
        yield Path(name)


def test_the_command_in_the_file_names_a_root_that_was_confirmed(lab: Lab, short: Path) -> None:
    host, file = server(lab, "Vouched A"), short / "vouched.pem"
    private = Authority.root("Vouched Root", now=lab.hierarchy["root"].now)
    ca = private.issue_ca("Vouched B")
    host.context = host.serving(ca.issue_leaf(["localhost"]), ca)
    (short / "root.pem").write_bytes(to_pem([private.der]))
    root = Certificate(private.der).sha256
    done = tlschain("fix", host.target, "--pool", short / "root.pem", "--trust-root", root, "-o", file)
    assert done.exit_code == 0, done.stderr
    (line,) = (line for line in file.read_text().split("\n") if "Whether it still holds" in line)
    words = shlex.split(line.partition(": ")[2])
    assert words == ["tlschain", "refresh", str(file), "--trust-root", root]
    done = tlschain(*words[1:])
    assert done.exit_code == 0, done.stderr
    assert "could be made" not in done.stderr


def test_several_hosts_some_of_each(lab: Lab, tmp_path: Path) -> None:
    """One that sends its whole chain now still needs its root in a file that is all its clients trust."""
    hosts = [server(lab, f"Some {name}") for name in "ABC"]
    private = Authority.root("Some Root", now=lab.hierarchy["root"].now)
    file = tmp_path / "some.pem"
    fix(lab, file, *(host.target for host in hosts))
    hosts[0].renew("Some D")
    hosts[1].renew("Some B", whole=True)
    hosts[2].context = hosts[2].serving(private.issue_leaf(["localhost"]), None)
    done = tlschain("refresh", file, "--trust", lab.trust_file, "--json")
    states = [one["state"] for one in json.loads(done.stdout)["hosts"]]
    assert (done.exit_code, states) == (1, ["fails", "not needed", "fails"])
    assert json.loads(done.stdout)["new"] is None, "no file is made that leaves a host out"
    hosts[2].renew("Some C")
    assert refresh(lab, file, "--write")[0] == 0
    assert labels(file) == ["Some D", "Some C", "Lab Root R1"] or set(labels(file)) == {
        "Some D",
        "Some C",
        "Lab Root R1",
    }
    header = read_header(file.read_bytes())
    assert header is not None
    assert header.hosts == tuple(host.target for host in hosts)
    assert [accepted(file, host.port) for host in hosts] == [{True}] * 3


# -- adding hosts


def add(lab: Lab, file: Path, host: str, *words: str) -> str:
    done = tlschain("fix", host, "--trust", lab.trust_file, "-o", file, "--merge", *words)
    assert done.exit_code == 0, done.stderr
    return done.stderr


def test_a_host_is_added_whose_certificates_are_all_there(lab: Lab, tmp_path: Path) -> None:
    one, file = server(lab, "Shared A"), tmp_path / "shared.pem"
    two = server(lab, "Shared A", one)
    fix(lab, file, one.target)
    old = file.read_text()
    said = add(lab, file, two.target)
    assert "0 added, 2 kept, 0 removed" in said
    assert f"+# Host: {two.target}" in said
    top, _, rest = file.read_text().partition("\n\n")
    assert rest == old.partition("\n\n")[2], "nothing below the comments on top"
    assert f"# CA bundle for {one.target}, {two.target}\n" in top
    again = add(lab, file, two.target)
    assert f"unchanged {file}" in again
    two.renew("Shared B")
    code, said = refresh(lab, file, "--write")
    assert code == 0
    assert f"{one.target}: works" in said
    assert f"{two.target}: fails" in said
    assert [accepted(file, host.port) for host in (one, two)] == [{True}] * 2


def test_an_order_by_hand_and_comments_of_others_survive(lab: Lab, tmp_path: Path) -> None:
    hosts, file = [server(lab, f"Hand {name}") for name in "AB"], tmp_path / "hand.pem"
    fix(lab, file, hosts[0].target)
    top, *blocks = file.read_text().split("\n\n")
    by_hand = "\n\n".join([f"{top}\n# Ask Ann first", *reversed([block.rstrip("\n") for block in blocks])]) + "\n"
    file.write_text(by_hand)
    assert refresh(lab, file)[0] == 0
    add(lab, file, hosts[1].target)
    assert labels(file) == ["Lab Root R1", "Hand A", "Hand B"]
    new = file.read_text()
    assert new.partition("\n\n")[2].startswith(by_hand.partition("\n\n")[2])
    assert new.partition("\n\n")[0].endswith("\n# Ask Ann first")
    assert refresh(lab, file)[0] == 0
    assert [accepted(file, host.port) for host in hosts] == [{True}] * 2


def test_what_is_added_of_another_kind_stays_apart(lab: Lab, tmp_path: Path) -> None:
    """The bundle's clients have no roots beside it; those of the missing certificates have."""
    hosts, file = [server(lab, f"Apart {name}") for name in "AB"], tmp_path / "apart.pem"
    fix(lab, file, hosts[0].target)
    add(lab, file, hosts[1].target, "--as", "links")
    assert f"\n# Merged as links for {hosts[1].target}\n" in file.read_text()
    header = read_header(file.read_bytes())
    assert header is not None
    assert header.hosts == (hosts[0].target,)
    hosts[0].renew("Apart C")
    before = file.read_bytes()
    code, said = refresh(lab, file, "--write")
    assert code == 2
    assert "holds 1 certificate that this tool did not write for its hosts" in said
    assert file.read_bytes() == before


def test_missing_certificates_take_a_whole_bundle(lab: Lab, tmp_path: Path) -> None:
    hosts, file = [server(lab, f"Taken {name}") for name in "AB"], tmp_path / "links.pem"
    fix(lab, file, hosts[0].target, "--as", "links")
    add(lab, file, hosts[1].target)
    header = read_header(file.read_bytes())
    assert header is not None
    assert (header.kind, header.hosts) == ("links", tuple(host.target for host in hosts))
    assert refresh(lab, file)[0] == 0


@pytest.mark.parametrize("whole", [False, True], ids=["leaf alone", "whole chain"])
def test_missing_certificates_are_judged_beside_what_clients_have_by_themselves(
    lab: Lab, tmp_path: Path, whole: bool
) -> None:
    """The private root of a store that was chosen is in that file, and nowhere else where clients look."""
    host, file, both = server(lab, f"Own {whole}"), tmp_path / "links.pem", ("--trust", "certifi")
    host.renew(f"Own {whole}", whole=whole)
    fix(lab, file, host.target, *both, "--as", "links")
    root = lab.hierarchy["root"].der
    assert labels(file)[-1] == "Lab Root R1"
    code, said = refresh(lab, file, *both)
    assert (code, ": works. " in said) == (0, True), said
    whole_file = file.read_bytes()
    header, certificates = whole_file.partition(b"\n\n")[0], read_certificates(whole_file).certificates
    others = [one.der for one in certificates if one.der != root] or [lab.hierarchy["other-root"].der]
    file.write_bytes(header + b"\n\n" + to_pem(others))
    code, said = refresh(lab, file, *both)
    assert (code, ": fails. " in said) == (1, True), said


def test_a_file_of_many_hosts_is_compact_and_is_refreshed(lab: Lab, tmp_path: Path) -> None:
    one, file = server(lab, "Many A"), tmp_path / "many.pem"
    others = FEW_HOSTS + 10
    ports = [lab.listen(one.handle) for _ in range(others)]
    fix(lab, file, *(f"localhost:{port}" for port in ports))
    add(lab, file, one.target)
    top = file.read_text().partition("\n\n")[0]
    assert top.count("\n# Host") < 10
    assert f"its {others + 1} hosts" in top
    assert all(len(line) <= 202 for line in file.read_text().splitlines())
    assert accepted(file, one.port) == {True}
    one.renew("Many B")
    code, said = refresh(lab, file, "--write")
    assert code == 0
    assert said.count(": fails. ") == others + 1
    assert labels(file) == ["Many B", "Lab Root R1"]
    assert accepted(file, one.port) == {True}


# -- what cannot be refreshed


def test_a_trust_store_that_is_gone_is_called_that(lab: Lab, tmp_path: Path) -> None:
    host, file, store = server(lab, "Gone A"), tmp_path / "gone.pem", tmp_path / "roots.pem"
    store.write_bytes(lab.trust_pem)
    assert tlschain("fix", host.target, "--trust", store, "-o", file).exit_code == 0
    here = tlschain("refresh", file)
    assert here.exit_code == 0
    assert f"It was made with trust store {store}: name it (on the command line that is --trust)" in here.stderr
    store.unlink()
    done = tlschain("refresh", file)
    assert done.exit_code == 0
    assert (
        f"trust store {store}, which is not on this machine: name the file that has its root (on the command"
        in done.stderr
    )


def test_a_trust_store_is_named_from_the_root_of_the_file_system(
    lab: Lab, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = server(lab, "Relative A")
    (short / "roots.pem").write_bytes(lab.trust_pem)
    monkeypatch.chdir(short)
    assert tlschain("fix", host.target, "--trust", "roots.pem", "-o", "relative.pem").exit_code == 0
    text = Path("relative.pem").read_text()
    assert f"# Trust store: {short}/roots.pem\n" in text
    assert f"tlschain refresh {short}/relative.pem --trust {short}/roots.pem\n" in text


def test_standard_input_cannot_be_refreshed() -> None:
    done = tlschain("refresh", "-")
    assert done.exit_code == 2
    assert "refresh reads a file" in done.stderr
