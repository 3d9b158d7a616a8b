"""Every snippet about CRLs is taken out of the output and run as it stands, against real nginx: with a good leaf it
goes through, and refuses the same host once that serves a revoked one."""

from __future__ import annotations

import os
import re
import shlex
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.advise.conftest import HOSTILE, TLSCHAIN, Snippet, run, snippets
from tests.support.chains import HOST
from tests.support.crls import make_crl, naming
from tests.support.nginx import nginx
from tests.support.posix import HANGUP
from tests.support.programs import require_program
from tui_chain.advise.instructions import CrlUse, FileCommands, client_advice
from tui_chain.engine.arguments import Options
from tui_chain.lab.authority import Identity, key_to_pem, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.net.target import Target
from tui_chain.x509.crl import CrlScope

SECONDS = 10.0
PYTHON = ("Python ssl, urllib", "requests with a context", "httpx", "aiohttp", "urllib3")
CHECKING = (*PYTHON, "curl", "Node, in code", "wget", "Java", "openssl")
_JAVA = """
import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  System.out.println(((HttpURLConnection) new URI(a[0]).toURL().openConnection()).getResponseCode()); } }
"""


@dataclass(frozen=True)
class Place:
    """nginx with two certificates, of which the second is in its issuer's list, and what is said of the first."""

    lab: Lab
    folder: Path
    port: int
    good: Identity
    revoked: Identity

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    @property
    def bundle(self) -> Path:
        return self.folder / HOSTILE

    def tlschain(self, *words: str) -> str:
        done = run(str(TLSCHAIN), *words, "--trust", str(self.lab.trust_file), cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def advice(self, *words: str) -> tuple[Snippet, ...]:
        said = self.tlschain("advise", self.target, *words, "--format", "markdown", "--only", "clients")
        return snippets(said)

    def serve(self, leaf: Identity) -> None:
        """Let nginx send this certificate, and wait until it does."""
        if _served(self.port) == leaf.der:
            return
        place = self.folder / "nginx"
        (place / "server.pem").write_bytes(to_pem([leaf.der]))
        (place / "server.key").write_bytes(key_to_pem(leaf.key))
        master = int((place / "nginx.pid").read_text())
        old = _children(master)
        os.kill(master, HANGUP)
        deadline = time.monotonic() + SECONDS
        # a worker that is on its way out may still take a connection
        while old & _children(master) or _served(self.port) != leaf.der:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def _children(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def _served(port: int) -> bytes | None:
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as sock, lax.wrap_socket(sock) as tls:
        return tls.getpeercert(binary_form=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("crls")
    with open_lab([]) as lab:
        root = lab.hierarchy["root"]
        urls = {name: lab.publish(f"/advise-{name}.crl", AiaAnswer()) for name in ("leaf", "ca")}
        ca = root.issue_ca("Advised CA", naming(urls["ca"]))
        template = naming(urls["leaf"], issuer=(lab.publish("/advised-ca.cer", ca.der),))
        good, revoked = ca.issue_leaf(template=template), ca.issue_leaf(template=template)
        lab.publish("/advise-leaf.crl", AiaAnswer(make_crl(ca, [revoked]).der))
        lab.publish("/advise-ca.crl", AiaAnswer(make_crl(root).der))
        with nginx(folder / "nginx", to_pem([good.der]), key_to_pem(good.key)) as port:
            (folder / "Get.java").write_text(_JAVA)
            place = Place(lab, folder, port, good, revoked)
            # what stands at the top of the advice makes the file; Java's own makes its own
            makes = [
                each for each in place.advice("--bundle", str(place.bundle), "--crl") if each.language != "python"
            ]
            for code in dict.fromkeys(each.code for each in makes if each.code.startswith("tlschain fix")):
                made = run("bash", "-c", code, cwd=folder)
                assert made.returncode == 0, made.stderr
            yield place


@pytest.fixture(scope="module")
def told(place: Place) -> tuple[Snippet, ...]:
    """What is said of a file that has CRLs, without being asked for them."""
    return place.advice("--bundle", str(place.bundle))


@pytest.fixture(params=["good", "revoked"])
def accepts(place: Place, request: pytest.FixtureRequest) -> bool:
    place.serve(place.good if request.param == "good" else place.revoked)
    return bool(request.param == "good")


def of(told: tuple[Snippet, ...], client: str) -> Snippet:
    return next(each for each in told if each.client == client and not each.makes)


def outcome(place: Place, snippet: Snippet) -> tuple[bool, str]:
    """Whether a snippet, run as it stands, got an answer, and what was said."""
    if snippet.language == "python":
        done = run(sys.executable, "-W", "error", "-c", snippet.code)
    elif snippet.language == "js":
        done = run("node", "-e", snippet.code)
    elif snippet.client == "Java":
        done = run("bash", "-c", f"{snippet.code}\njava Get.java https://{place.target}/", cwd=place.folder)
    else:
        done = run("bash", "-c", snippet.code, cwd=place.folder)
    said = done.stdout + done.stderr
    worked = ("200\n" in said) or ("probe-1.0" in said) or ("Verify return code: 0 (ok)" in said)
    assert worked == (done.returncode == 0), said
    return worked, said


@pytest.mark.parametrize("client", CHECKING)
def test_a_good_host_is_accepted_and_a_revoked_one_refused(
    place: Place, told: tuple[Snippet, ...], accepts: bool, client: str
) -> None:
    if client not in PYTHON:
        require_program({"Node, in code": "node", "Java": "java"}.get(client, client))
    worked, said = outcome(place, of(told, client))
    assert worked == accepts, said
    if not accepts:
        assert re.search("revoked|failed to verify", said, re.IGNORECASE) or client == "wget", said


def test_python_3_13_agrees(told: tuple[Snippet, ...], accepts: bool) -> None:
    python = require_program("python3.13")
    done = run(str(python), "-c", of(told, "Python ssl, urllib").code, env={"PYENV_VERSION": "3.13.0"})
    assert (done.returncode == 0) == accepts, done.stderr
    assert accepts or "certificate revoked" in done.stderr


def test_python_3_13_needs_partial_chains_off_as_the_note_says(place: Place, told: tuple[Snippet, ...]) -> None:
    python = require_program("python3.13")
    place.serve(place.good)
    code = of(told, "Python ssl, urllib").code
    naive = code.replace(CrlScope.CHAIN.python, "context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN")
    assert naive != code
    done = run(str(python), "-c", naive, env={"PYENV_VERSION": "3.13.0"})
    assert "unable to get certificate CRL" in done.stderr


def test_clients_without_a_check_read_the_file_as_the_note_says(place: Place, told: tuple[Snippet, ...]) -> None:
    place.serve(place.revoked)
    blind = {"requests", "pip", "Node", "git", "Go", "Ruby"}
    assert blind <= {each.client for each in told}
    assert outcome(place, of(told, "requests"))[0]
    said = place.tlschain("advise", place.target, "--bundle", str(place.bundle), "--only", "clients")
    assert said.count("It does not look into the CRLs of the file.") >= len(blind)
    assert "Those in it are good until 20" in said


def test_the_leaf_alone_can_be_checked(place: Place) -> None:
    file = place.folder / "leaf.pem"
    place.serve(place.good)
    place.tlschain("fix", place.target, "--crl-leaf", "-o", str(file))
    told = place.advice("--bundle", str(file))
    assert "--crlfile" not in of(told, "curl").code
    assert "ca, crl" not in of(told, "Node, in code").code
    asked: list[tuple[Identity, bool]] = [(place.good, True), (place.revoked, False)]
    for leaf, wanted in asked:
        place.serve(leaf)
        for client in ("Python ssl, urllib", "openssl", "wget"):
            assert outcome(place, of(told, client))[0] == wanted, client


def test_missing_links_alone_stand_beside_the_client_s_roots() -> None:
    at, use = Path("/x/host-links.pem"), CrlUse(CrlScope.CHAIN, adds=True)
    code = next(one.code for one in client_advice(Target(HOST), at, crls=use) if one.client == "httpx")
    assert "cafile=certifi.where()" in code
    assert f"load_verify_locations({str(at)!r})" in code
    assert "--as links" in FileCommands(Options(), Target(HOST), at).crls(use)


def test_of_a_starttls_host_openssl_alone_looks_into_the_crls() -> None:
    only, *others = client_advice(Target("mail.test", 25, "smtp"), Path("/x.pem"), crls=CrlUse(CrlScope.LEAF))
    assert all(one.note.startswith("It does not look into the CRLs") for one in others)
    assert "-crl_check -CAfile" in only.code


def test_the_commands_quote_what_they_are_given() -> None:
    made = FileCommands(Options(trust=("/a b", "/c")), Target(HOST), Path("/x") / HOSTILE).crls(
        CrlUse(CrlScope.CHAIN)
    )
    assert shlex.split(made)[-3:] == ["--replace", "-o", str(Path("/x") / HOSTILE)]
    words = shlex.split(made)
    assert [words[at + 1] for at, word in enumerate(words) if word == "--trust"] == ["/a b", "/c"]


def test_a_revoked_host_gets_no_advice(place: Place) -> None:
    place.serve(place.revoked)
    done = run(str(TLSCHAIN), "advise", place.target, "--crl", "--trust", str(place.lab.trust_file), cwd=place.folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "was revoked on" in done.stderr
