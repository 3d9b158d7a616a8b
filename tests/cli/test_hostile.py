"""A chain whose names attack: nothing of it acts on a terminal, a file or a program that reads the JSON."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.cli import Done, process, tlschain
from tests.support.consumers import READERS, run
from tests.support.hostile import ATTACKS, hostile_pki
from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tui_chain.engine.journey import utc_now
from tui_chain.lab.authority import LOOPBACK_NAMES, self_signed_leaf, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer

URL = "http://127.0.0.1/\x1b]0;pwned\x07[bold]"


@pytest.fixture(params=ATTACKS, ids=lambda text: repr(text[:12]))
def attacked(request: pytest.FixtureRequest, lab: Lab, tmp_path: Path) -> tuple[str, ...]:
    """Arguments for a host with hostile names and AIA, that lacks its intermediate and can be repaired."""
    place = f"/hostile/{ATTACKS.index(request.param)}"
    urls = (URL, lab.publish(f"{place}/lie", AiaAnswer(request.param.encode())), lab.publish(place, b""))
    pki = hostile_pki(request.param, LOOPBACK_NAMES, now=utc_now(), urls=urls)
    lab.publish(place, pki.issuing.der)
    trust = tmp_path / "trust.pem"
    trust.write_bytes(to_pem([pki.root.der]))
    return (f"localhost:{lab.serve((pki.leaf.der,), pki.leaf.key)}", "--trust", str(trust))


def assert_harmless(done: Done, blocks: int = 0) -> None:
    """No character acts, no line is endless, and no line begins like a PEM block but those of the bundle."""
    for text in (done.out, done.err):
        assert unsafe_in(text) == set()
        assert max(map(longest, text.splitlines()), default=0) < 2000
    lines = (done.out + done.err).splitlines()
    assert sum(line.lstrip().startswith("-----BEGIN") for line in lines) == blocks


def longest(line: str) -> int:
    """The length of a line, or of the longest text in it where it is a JSON object."""
    return max(map(len, strings(json.loads(line)))) if line.startswith('{"') else len(line)


def test_the_words_of_check_are_harmless(attacked: tuple[str, ...]) -> None:
    done = tlschain("check", *attacked)
    assert done.code == 1
    assert_harmless(done)


def test_a_fix_is_harmless_and_its_file_holds_two_certificates(attacked: tuple[str, ...], tmp_path: Path) -> None:
    done = tlschain("fix", *attacked, "--no-pool")
    assert done.code == 0, done.err
    assert_harmless(done, blocks=2)
    assert done.out.isascii()
    file = tmp_path / "bundle.pem"
    file.write_text(done.out, encoding="ascii")
    assert len(READERS["ssl cafile"](file)) == 2
    assert len(READERS["openssl"](file)) == 2
    asked = run(require_program("curl"), "-sS", "--cacert", file, "--capath", "/dev/null", f"https://{attacked[0]}/")
    assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("command", [("check",), ("fix", "--no-pool")], ids=lambda words: words[0])
def test_the_json_is_harmless_also_when_read(attacked: tuple[str, ...], command: tuple[str, ...]) -> None:
    done = tlschain(*command, *attacked, "--json")
    assert done.out.isascii()
    assert done.out.count("\n") == 1
    for text in strings(json.loads(done.out)):
        assert unsafe_in(text) == set()


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in strings(each)]


def test_the_script_for_a_host_is_harmless(attacked: tuple[str, ...]) -> None:
    """The chain stands in the script as letters of base64, the host as a literal."""
    script = tlschain("doctor", "--print-script", *attacked).out
    assert script.isascii()
    assert unsafe_in(script) == set()
    request = ast.parse(script).body[-2]
    assert isinstance(request, ast.Assign)
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*", ast.literal_eval(request.value)["flight"])


@pytest.mark.parametrize("attacked", ATTACKS[:1], indirect=True)
def test_the_doctors_report_of_a_host_is_harmless(attacked: tuple[str, ...]) -> None:
    done = tlschain("doctor", "--python", Path(sys.executable).resolve(), *attacked, "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert {one["name"]: one["verdict"]["code"] for one in found["libraries"]}["Python ssl"] == 20
    for text in strings(found):
        assert unsafe_in(text) == set()


def test_hostile_names_of_hosts_in_a_leaf_are_harmless(lab: Lab) -> None:
    """subjectAltName is an IA5String: controls are allowed in it (RFC 5280 section 4.2.1.6)."""
    leaf = self_signed_leaf(["other.test", "*.\x1b[31m.test", "a\nb\r.test", "[red].test"], now=utc_now())
    port = lab.serve((leaf.der,), leaf.key)
    for more in ((), ("--json",)):
        done = tlschain("check", f"localhost:{port}", *more)
        assert "\\\\x1b" in done.out if more else "\\x1b" in done.out
        assert_harmless(done)


def test_a_hostile_path_and_target_are_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "f\x1b[31m\u202e\n[red]"
    folder.mkdir()
    for words in (
        ("check", "\x1b[31m\u202e.test"),
        ("check", "h.test", "--trust", folder / "none"),
        ("check", "--hosts", folder / "none"),
        ("fix", "h.test", "--pool", folder / "none"),
        ("fix", "--served", folder / "none", "--host", "h.test"),
        ("fix", "--demo", "-o", folder),
        ("fix", "--demo", "--at", "\x1b[31m"),
        ("lab", "\x1b[31m"),
    ):
        done = tlschain(*words)
        assert done.code == 2
        assert unsafe_in(done.err) == set(), words


def test_bytes_that_are_no_text_are_harmless_in_arguments() -> None:
    done = process("check", b"\xff\xfe.test".decode("utf-8", "surrogateescape"))
    assert (done.code, done.out) == (2, "")
    assert "is not a target" in done.err
