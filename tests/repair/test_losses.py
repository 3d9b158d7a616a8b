"""Limits that a bundle loses: which they are, for whom, and that real clients show it."""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.clients.handshakes import CLIENTS, client_context, server_context, verify_code
from tests.clients.loopback import serving
from tests.paths.graphs import Extensions, ca, key, leaf, name, root
from tests.support.chains import NOW, repair_of, resolution_of
from tui_chain.clients.families import FAMILIES
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.lab.authority import Identity
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.losses import Loss, lost_limits, with_losses
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

SERVER, CLIENT, ANY = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
)
Uses = tuple[x509.ObjectIdentifier, ...]
INSIDE, OUTSIDE = "www.example.test", "www.bank.test"
WITHOUT_ROOT = {"requests-3.13", "python-3.13", "curl", "gnutls", "go", "java", "rustls"}
"""Families that end a path at an intermediate of their file."""


def general(text: str) -> x509.GeneralName:
    if text.startswith("O="):
        return x509.DirectoryName(name(text))
    if "@" in text:
        return x509.RFC822Name(text)
    return x509.IPAddress(ipaddress.ip_network(text)) if "/" in text else x509.DNSName(text)


def names(permitted: str = "", excluded: str = "") -> Extensions:
    trees = ([general(one) for one in side.split()] or None for side in (permitted, excluded))
    return ((x509.NameConstraints(*trees), True),)


def losses(upper: Certificate, *lower: Certificate) -> list[str]:
    """The limits that `lower`, the lowest first, lose below `upper` where they stand in the file."""
    return [loss.limit for loss in lost_limits((leaf(lower[0].common_name or ""), *lower, upper), lower)]


@pytest.mark.parametrize(
    ("above", "own"),
    [
        (names("example.test"), ()),
        (names("example.test"), names("example.org")),
        (names("example.test"), names("example.test example.org")),
        (names("example.test"), names("10.0.0.0/8")),
        (names("example.test"), names(excluded="bank.test")),
        (names(".example.test"), names("example.test")),
        (names("example.test 10.0.0.0/8"), names("example.test")),
        (names("10.0.0.0/8"), names("10.0.0.0/7")),
        (names("10.0.0.0/8"), names("fd00::/8")),
        (names("O=Ours"), names("O=Theirs")),
        (names("O=Ours/CN=x"), names("O=Ours")),
        (names("a@example.test"), names("b@example.test")),
        (names(excluded="bank.test"), ()),
        (names(excluded="bank.test"), names(excluded="www.bank.test")),
        (names(excluded="bank.test"), names("test")),
        (names(excluded="bank.test"), names("example.test www.bank.test")),
        (names(excluded="10.0.0.0/8"), names("10.1.0.0/16")),
        (names("example.test", "bad.example.test"), names("example.test")),
    ],
)
def test_name_constraints_that_are_lost(above: Extensions, own: Extensions) -> None:
    (limit,) = losses(root(extra=above), ca("Issuing", "Root", extra=own))
    assert limit.startswith("name constraints (")


@pytest.mark.parametrize(
    ("above", "own"),
    [
        ((), ()),
        ((), names("example.test")),
        (names("example.test"), names("example.test")),
        (names("example.test"), names("EXAMPLE.test")),
        (names("example.test"), names("www.example.test")),
        (names("example.test"), names(".example.test")),
        (names("example.test"), names("a.example.test b.example.test")),
        (names("example.test"), names("example.test 10.0.0.0/8", "x.example.test")),
        (names("10.0.0.0/8"), names("10.1.0.0/16")),
        (names("O=Ours"), names("O=Ours/CN=x")),
        (names("a@example.test"), names("a@example.test")),
        (names(excluded="bank.test"), names(excluded="test")),
        (names(excluded="bank.test"), names(excluded="bank.test other.test")),
        (names(excluded="bank.test"), names("example.test")),
        (names(excluded="10.0.0.0/8"), names("192.168.0.0/16")),
        (names("example.test", "bad.example.test"), names("good.example.test")),
    ],
)
def test_name_constraints_that_are_carried_as_strictly(above: Extensions, own: Extensions) -> None:
    assert losses(root(extra=above), ca("Issuing", "Root", extra=own)) == []


@pytest.mark.parametrize(
    ("above", "own", "lost"),
    [
        (None, None, False),
        (0, None, True),
        (1, None, True),
        (1, 0, False),
        (1, 1, True),
        (2, 1, False),
        (2, 2, True),
        (0, 0, False),
    ],
)
def test_a_path_length_is_one_shorter_for_each_ca(above: int | None, own: int | None, lost: bool) -> None:
    """RFC 5280 section 4.2.1.9: how many CAs may stand below; the intermediate is one of those of the root."""
    found = losses(root(path_length=above), ca("Issuing", "Root", path_length=own))
    assert found == ([f"path length {above}"] if lost else [])


def test_a_self_issued_ca_does_not_count_against_a_path_length() -> None:
    top = root(path_length=1)
    renewed = ca("Root", "Root", key="renewed", signer="Root", path_length=1)
    assert losses(top, renewed) == []
    assert losses(top, ca("Issuing", "Root", path_length=1)) == ["path length 1"]


def test_two_links_each_lose_what_is_above() -> None:
    """The lower one also loses what the upper one sets."""
    upper = ca("Upper", "Root", extra=names("example.test"))
    lower = ca("Issuing", "Upper")
    found = lost_limits((leaf("Issuing"), lower, upper, root(path_length=5)), (lower, upper))
    assert [(one.certificate, one.limit) for one in found] == [
        (lower, "name constraints (permitted DNS:example.test)"),
        (lower, "path length 5"),
        (upper, "path length 5"),
    ]


@pytest.mark.parametrize(
    ("above", "own", "lost"),
    [
        ((), (), False),
        ((SERVER,), (), True),
        ((CLIENT,), (), True),
        ((SERVER,), (SERVER,), False),
        ((SERVER,), (SERVER, CLIENT), True),
        ((SERVER, CLIENT), (SERVER,), False),
        ((SERVER,), (ANY,), True),
        ((ANY,), (), False),
        ((ANY, SERVER), (CLIENT,), False),
    ],
)
def test_extended_key_usage(above: Uses, own: Uses, lost: bool) -> None:
    found = losses(root(uses=above), ca("Issuing", "Root", uses=own))
    assert bool(found) is lost
    assert all(one.startswith("extended key usage (") for one in found)


def test_only_what_stands_in_the_file_loses_anything() -> None:
    upper = root(extra=names("example.test"))
    path = (leaf("Issuing"), ca("Issuing", "Root"), upper)
    assert lost_limits(path, (upper,)) == ()
    assert lost_limits(path, (path[0], upper)) == (), "the leaf stands in no bundle"
    assert lost_limits(path, ()) == ()


def served(server: Certificate, host: str) -> ServedChain:
    return ServedChain(Target(host), (server,), NOW)


def identity(certificate: Certificate) -> Identity:
    loaded = x509.load_der_x509_certificate(certificate.der)
    return Identity(certificate.der, key(certificate.common_name or ""), loaded.subject)


LIMITS = {
    "name constraints": (root(extra=names("example.test")), ca("Issuing", "Root"), 47),
    "path length": (root(path_length=0), ca("Issuing", "Upper"), 25),
    "extended key usage": (root(uses=(CLIENT,)), ca("Issuing", "Root"), 26),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_real_clients_accept_with_the_bundle_what_the_root_forbids(limit: str, tmp_path: Path) -> None:
    top, issuing, code = LIMITS[limit]
    between = (ca("Upper", "Root"),) if limit == "path length" else ()
    server = leaf("Issuing", names=(OUTSIDE,))
    (tmp_path / "root.pem").write_bytes(pem_of([top]))
    (tmp_path / "bundle.pem").write_bytes(pem_of([issuing, *between, top]))
    context = server_context((server, issuing, *between), key("leaf"), tmp_path)
    for client in ("python-3.13", "requests-3.13"):
        said = {
            file: verify_code(context, client_context(tmp_path / f"{file}.pem", CLIENTS[client]), OUTSIDE)
            for file in ("root", "bundle")
        }
        assert said == {"root": code, "bundle": 0}
    old = client_context(tmp_path / "bundle.pem", CLIENTS["python"])
    assert verify_code(context, old, OUTSIDE) == code, "who goes on to the root still heeds it"
    curl = shutil.which("curl")
    if curl is not None:
        with serving(context) as port:
            assert curled(curl, port, tmp_path / "root.pem") == 60
            assert curled(curl, port, tmp_path / "bundle.pem") == 0
    (loss,) = lost_limits((server, issuing, *between, top), (issuing,))
    assert loss.limit.startswith(limit)


def curled(curl: str, port: int, bundle: Path) -> int:
    command = [curl, "--disable", "--silent", "--max-time", "10", "--noproxy", "*", "--cacert", str(bundle)]
    command += ["--capath", str(bundle.parent), "--resolve", f"{OUTSIDE}:{port}:127.0.0.1"]
    done = subprocess.run([*command, f"https://{OUTSIDE}:{port}/"], capture_output=True, check=False, timeout=30)
    return done.returncode


def test_a_repair_knows_its_losses_and_for_whom() -> None:
    """For a host that the root allows too: the same file lets every other name of that CA pass."""
    top, issuing, server = root(extra=names("example.test")), ca("Issuing", "Root"), leaf("Issuing", names=(INSIDE,))
    store, chain = TrustStore("test", (top,)), served(server, INSIDE)
    repair = repair_of(store, chain, identity(issuing))
    assert isinstance(repair, Repair)
    assert repair.losses == (
        Loss(issuing, top, "name constraints (permitted DNS:example.test)", frozenset(WITHOUT_ROOT)),
    )
    accepting = {name for name, verdict in repair.verdicts.items() if verdict.ok}
    assert accepting == {family.id for family in FAMILIES}


def test_a_name_that_the_root_forbids_is_not_repaired() -> None:
    """Clients that end their path at the intermediate would accept it with a bundle: that is no repair."""
    top, issuing, server = root(extra=names("example.test")), ca("Issuing", "Root"), leaf("Issuing", names=(OUTSIDE,))
    repair = repair_of(TrustStore("test", (top,)), served(server, OUTSIDE), identity(issuing))
    assert isinstance(repair, Failure)
    assert "does not allow the names" in repair.message


def test_no_loss_without_an_intermediate_in_the_bundle() -> None:
    """What is served anyway is left out of the file."""
    top, issuing = root(extra=names("example.test")), ca("Issuing", "Root")
    lower = ca("Lower", "Issuing")
    chain = ServedChain(Target(INSIDE), (leaf("Lower"), lower), NOW)
    repair = repair_of(TrustStore("test", (top,)), chain, identity(issuing))
    assert isinstance(repair, Repair)
    assert {loss.certificate for loss in repair.losses} == {issuing}
    complete = repair_of(TrustStore("test", (top,)), ServedChain(Target(INSIDE), (*chain.certificates, issuing), NOW))
    assert not isinstance(complete, Repair)


def test_a_loss_is_a_finding_on_the_intermediate_before_anything_is_written() -> None:
    top, issuing = root(extra=names("example.test")), ca("Issuing", "Root")
    store, chain = TrustStore("test", (top,)), served(leaf("Issuing"), INSIDE)
    resolution = resolution_of(store, chain, identity(issuing))
    repair = repair_of(store, chain, identity(issuing))
    assert isinstance(repair, Repair)
    state = HostState(chain.target, served=chain, diagnosis=resolution.diagnosis).with_repair(resolution, repair)
    assert state.verdict is not None
    (found,) = (one for one in state.verdict.findings if one.code == "constraints-lost")
    assert found.at == issuing.sha256
    assert "Root sets name constraints (permitted DNS:example.test); requests, Python ≥ 3.13; " in found.message
    assert "no longer look at that." in found.message
    assert with_losses(resolution.diagnosis, ()) == resolution.diagnosis
