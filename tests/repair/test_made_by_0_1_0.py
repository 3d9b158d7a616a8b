"""Files that version 0.1.0 wrote, as it wrote them: read, refreshed and added to."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.support.journeys import walk
from tui_chain.audit.refresh import Refreshed, State, header_of, refreshed
from tui_chain.audit.summary import replacement_refused
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.revocation import gather_crls
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.file_header import FirstEnd, Header, read_header
from tui_chain.repair.merge import merge_proven
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.resolve.files import FileCertificates, read_pool
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import read_certificates

FILES = Path(__file__).parent / "made_by_0_1_0"
WRITTEN = datetime(2026, 11, 27, 3, tzinfo=UTC)
ROOTS = read_certificates((FILES / "roots.pem").read_bytes()).certificates
STORE = TrustStore("/etc/example/roots.pem", ROOTS)
A, B, CHECKED = "localhost:49573", "localhost:54505", "localhost:33047"


def _leaves() -> dict[str, Certificate]:
    """What each host sent: its leaf alone."""
    blocks = (FILES / "served.txt").read_text().split("-----END CERTIFICATE-----\n")[:-1]
    leaves = read_certificates((FILES / "served.txt").read_bytes()).certificates
    return {block.split("\n", 1)[0]: leaf for block, leaf in zip(blocks, leaves, strict=True)}


LEAVES = _leaves()
AT_HAND = read_pool((FILES / "merged.pem", FILES / "crl.pem"))
assert isinstance(AT_HAND, FileCertificates)
JOURNEY = Journey(Context(STORE, clock=lambda: WRITTEN, files=AT_HAND, offline=True))


def state_of(host: str, *, crls: bool = False) -> HostState:
    target = parse_target(host)
    assert isinstance(target, Target)
    state = JOURNEY.diagnose(HostState(target), ServedChain(target, (LEAVES[host],), WRITTEN))
    state = walk(state, JOURNEY.fix)
    return walk(state, partial(gather_crls, JOURNEY)) if crls else state


def data_of(name: str) -> bytes:
    return (FILES / f"{name}.pem").read_bytes()


def look(data: bytes) -> Refreshed:
    header = header_of(data)
    assert isinstance(header, Header), header
    states = [state_of(host, crls=header.crl_check is not None) for host in header.hosts]
    return refreshed(data, header, states, STORE, WRITTEN)


def output_for(host: str, kind: OutputKind = OutputKind.CLIENT) -> Output:
    state = state_of(host)
    assert state.proven is not None
    assert state.reached is not None
    made = make_output(kind, [(state.reached, state.proven)], STORE, at=WRITTEN)
    assert isinstance(made, Output)
    return made


ENDS = FirstEnd(datetime(2027, 2, 25, 2, 43, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "kind", "hosts"),
    [
        ("client", "client", (A,)),
        ("client+store", "client+store", (A,)),
        ("links", "links", (A,)),
        ("crl", "client", (CHECKED,)),
        ("hosts", "client", (A, B)),
        ("merged", "client", (A, B)),
        ("server", "server", (A,)),
    ],
)
def test_its_comments_are_read(name: str, kind: str, hosts: tuple[str, ...]) -> None:
    header = read_header(data_of(name))
    assert header is not None
    assert (header.title, header.kind, header.hosts, header.trust) == ("", kind, hosts, STORE.name)
    assert header.served is None
    assert header.expiry == (ENDS if kind != "server" else FirstEnd(datetime(2026, 12, 27, 2, 43, tzinfo=UTC)))
    if name == "crl":
        assert header.crl_check is CrlScope.CHAIN
        assert header.crl_expiry == FirstEnd(datetime(2026, 12, 4, 2, 43, tzinfo=UTC))


@pytest.mark.parametrize("name", ["client", "client+store", "links", "crl", "hosts", "merged"])
def test_it_is_refreshed(name: str) -> None:
    found = look(data_of(name))
    assert {one.state for one in found.news} == {State.WORKS}, found.news
    assert found.output is None


@pytest.mark.parametrize(("named", "same"), [("roots.pem", True), ("./roots.pem", True), ("other.pem", False)])
def test_its_trust_store_was_named_as_it_was_typed(named: str, *, same: bool) -> None:
    data = data_of("links").replace(b"Trust store: /etc/example/roots.pem", f"Trust store: {named}".encode())
    broken = data[: data.index(b"\n\n") + 2] + to_pem(ROOTS[-1]).encode()
    found = look(broken)
    assert found.state is State.FAILS
    assert (found.output is not None, found.failure is None) == (same, same)


def test_a_chain_file_is_made_anew_and_not_refreshed() -> None:
    refused = header_of(data_of("server"))
    assert isinstance(refused, Failure)


def test_what_it_merged_is_looked_at_and_replaced_as_its_own() -> None:
    """The certificates of the merged host stand below a comment of their own, and not in the comments on top."""
    data = data_of("merged")
    broken = data.replace(to_pem(read_certificates(data).certificates[0]).encode(), b"")
    found = look(broken)
    assert [(one.target, one.state) for one in found.news] == [(A, State.FAILS), (B, State.WORKS)]
    assert found.output is not None
    assert replacement_refused(Path("x"), broken, found) is None
    anew = read_header(found.output.data)
    assert anew is not None
    assert anew.hosts == (A, B)


def test_a_host_added_to_it_takes_the_promise_out_of_it() -> None:
    old = data_of("client")
    merged = merge_proven(old, output_for(B))
    assert isinstance(merged, bytes)
    top, _, rest = merged.decode().partition("\n\n")
    assert rest.startswith(old.decode().partition("\n\n")[2])
    assert top.split("\n")[2:] == [
        "# It holds for each host until its server changes to another intermediate",
        "# The first certificate to expire is Issuing A, on 2027-02-25 02:43 UTC",
        "# Whether it still holds: tlschain refresh FILE --trust /etc/example/roots.pem",
        "# Kind: client",
        "# Trust store: /etc/example/roots.pem",
        f"# Host: {A}",
        f"# Host: {B}",
    ]
    assert {one.state for one in look(merged).news} == {State.WORKS}
