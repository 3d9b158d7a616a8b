"""`tlschain verify`: what each client family says of a chain in a file, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chains import HOST, NOW, make_pki
from tests.support.cli import Done, tlschain
from tests.support.network import record_connections
from tests.support.unsafe import unsafe_in
from tui_chain.clients.families import FAMILIES
from tui_chain.lab.authority import to_pem

PKI = make_pki()
FAMILY_NAMES = [family.name for family in FAMILIES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chain.pem").write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der]))
    (tmp_path / "leaf.pem").write_bytes(to_pem([PKI.leaf.der]))
    (tmp_path / "root.pem").write_bytes(to_pem([PKI.root.der]))
    (tmp_path / "bundle.pem").write_bytes(to_pem([PKI.issuing.der, PKI.root.der]))
    return tmp_path


def verify(folder: Path, chain: str, *words: str | Path, host: str = HOST, stdin: bytes = b"") -> Done:
    file = chain if chain == "-" else folder / chain
    options = ("--host", host, "--trust", folder / "root.pem", "--at", NOW.isoformat(), *words)
    return tlschain("verify", file, *options, stdin=stdin)


def rows(done: Done) -> dict[str, str]:
    """What stands behind the name of each family, in the last table."""
    found = {}
    for line in done.out.splitlines()[-len(FAMILY_NAMES) - 1 :]:
        name = next(
            (one for one in sorted(FAMILY_NAMES, key=len, reverse=True) if line.strip().startswith(one)), None
        )
        if name is not None:
            found[name] = line.strip().removeprefix(name).strip()
    return found


def test_all_accept(folder: Path) -> None:
    done = verify(folder, "chain.pem")
    assert (done.code, done.err) == (0, "")
    assert rows(done) == dict.fromkeys(FAMILY_NAMES, "✓ accepted")
    assert list(rows(done)) == FAMILY_NAMES
    assert "complete · accepted by all 9 client families" in done.out


def test_some_refuse_and_each_says_why(folder: Path) -> None:
    done = verify(folder, "leaf.pem")
    assert done.code == 1
    assert rows(done)["curl"] == f"✗ unable to get local issuer certificate (20), on CN={HOST}"
    assert rows(done)["uv, rustls"] == f"✗ its issuer is not known (UnknownIssuer), on CN={HOST}"
    assert "incomplete · " in done.out
    assert "fault: server or client store" in done.out
    assert f"missing-issuer  CN={HOST}: The server does not send the issuer" in done.out


def test_with_a_bundle_that_verdict_counts(folder: Path) -> None:
    done = verify(folder, "leaf.pem", "--bundle", folder / "bundle.pem")
    assert done.code == 0
    assert "with the trust store: accepted by 0 of 9 client families" in done.out
    assert "with the bundle: accepted by 9 of 9 client families" in done.out
    assert set(rows(done).values()) == {"✓ accepted"}
    refused = verify(folder, "chain.pem", "--bundle", folder / "leaf.pem")
    assert refused.code == 1
    assert rows(refused)["curl"].startswith("✓ accepted")


def test_the_engines_are_named(folder: Path) -> None:
    (line,) = (one for one in verify(folder, "chain.pem").out.splitlines() if one.strip().startswith("engines: "))
    assert "OpenSSL 3" in line or "OpenSSL 4" in line
    assert line.count("model of ") == 4


def test_json_is_one_line_with_every_family(folder: Path) -> None:
    for form in (("--json",), ("--format", "json")):
        (told,) = verify(folder, "leaf.pem", "--bundle", folder / "bundle.pem", *form).objects
        assert told["status"] == "incomplete"
        assert [one["id"] for one in told["clients"]] == [family.id for family in FAMILIES]
        assert {(one["as_served"]["ok"], one["with_bundle"]["ok"]) for one in told["clients"]} == {(False, True)}
        assert told["bundle"].encode() == (folder / "bundle.pem").read_bytes()


def test_standard_input_is_a_chain_too(folder: Path) -> None:
    assert verify(folder, "-", stdin=(folder / "chain.pem").read_bytes()).code == 0
    assert verify(folder, "-", stdin=b"").complaint


def test_nothing_is_connected_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = record_connections(monkeypatch)
    assert verify(folder, "leaf.pem").code == 1
    assert tried == []


@pytest.mark.parametrize(
    ("chain", "words", "complaint"),
    [
        ("none.pem", (), "cannot be read"),
        ("root.pem", ("--bundle", "/no/such/bundle.pem"), "cannot be read"),
        ("chain.pem", ("--at", "yesterday"), "yesterday"),
        ("chain.pem", ("--trust", "/no/such/store.pem"), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(folder: Path, chain: str, words: tuple[str, ...], complaint: str) -> None:
    done = verify(folder, chain, *words)
    assert done.code == 2
    assert complaint in done.complaint


def test_a_file_without_a_certificate_is_wrong_usage(folder: Path) -> None:
    (folder / "text.pem").write_text("no certificate")
    done = verify(folder, "text.pem")
    assert done.code == 2
    assert f"There is no certificate in {folder}/text.pem." in done.complaint


def test_a_hostile_host_does_not_reach_the_terminal(folder: Path) -> None:
    done = verify(folder, "chain.pem", host="a\x1b[31mb")
    assert done.code == 2
    assert not unsafe_in(done.err)
