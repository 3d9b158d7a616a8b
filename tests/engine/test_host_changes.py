"""What changed between two probes of a host, each kind of change in its sentence."""

from __future__ import annotations

from datetime import timedelta

from tests.support.chains import HOST, NOW, make_pki, served_by
from tests.support.journeys import walk
from tui_chain.core.failure import Failure
from tui_chain.engine.host_changes import host_changes
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Authority, Identity, Template, days
from tui_chain.net.target import Target
from tui_chain.resolve.files import FileCertificates
from tui_chain.x509.certificate import Certificate

PKI = make_pki()
ISSUING = Certificate(PKI.issuing.der)
JOURNEY = Journey(
    Context(PKI.trust, lambda: NOW, offline=True, files=FileCertificates(((ISSUING, "file issuing.pem"),)))
)
FAILED = Failure("connect", f"{HOST}:443: the connection was refused.")


def serving(*certificates: Identity) -> HostState:
    return JOURNEY.diagnose(HostState(Target(HOST)), served_by(*certificates))


def failing(failure: Failure = FAILED) -> HostState:
    return JOURNEY.diagnose(HostState(Target(HOST)), failure)


WHOLE = serving(PKI.leaf, PKI.issuing)
ALONE = serving(PKI.leaf)


def test_the_same_answer_is_no_change() -> None:
    assert host_changes(WHOLE, serving(PKI.leaf, PKI.issuing)) == ()
    assert host_changes(failing(), failing()) == ()


def test_a_first_probe_changes_nothing() -> None:
    assert host_changes(HostState(Target(HOST)), WHOLE) == ()
    assert host_changes(WHOLE, HostState(Target(HOST))) == ()


def test_a_repair_that_was_made_here_is_no_change_of_the_host() -> None:
    fixed = walk(ALONE, JOURNEY.fix)
    assert fixed.proven is not None
    assert host_changes(fixed, ALONE) == ()
    assert host_changes(ALONE, fixed) == ()


def test_an_intermediate_that_is_sent_now() -> None:
    first, sent, accepted = host_changes(ALONE, WHOLE)
    assert first == "The status changed from incomplete to complete."
    assert sent == "The server now sends the intermediate certificate `Test Issuing`."
    assert accepted.startswith("Now accepted by requests, Python ≤ 3.12; ")


def test_an_intermediate_that_is_sent_no_longer() -> None:
    first, lost, *refused = host_changes(WHOLE, ALONE)
    assert first == "The status changed from complete to incomplete."
    assert lost == "The server no longer sends the intermediate certificate `Test Issuing`."
    assert any(
        one.startswith("Now refused by ") and one.endswith("curl: unable to get local issuer certificate (20).")
        for one in refused
    )
    assert len(refused) == len(set(refused)) > 1


def test_a_root_and_a_duplicate() -> None:
    assert host_changes(WHOLE, serving(PKI.leaf, PKI.issuing, PKI.root)) == (
        "The server now sends the root `Test Root`.",
    )
    twice = serving(PKI.leaf, PKI.issuing, PKI.issuing)
    assert host_changes(WHOLE, twice) == ("The server sends the same certificates another number of times.",)


def test_another_order() -> None:
    (changed,) = host_changes(serving(PKI.leaf, PKI.issuing, PKI.root), serving(PKI.leaf, PKI.root, PKI.issuing))
    assert changed == "The server sends the same certificates in another order."


def test_a_renewed_leaf() -> None:
    def until(after: int, issuer: Authority = PKI.issuing) -> HostState:
        return serving(issuer.issue_leaf([HOST], template=Template(validity=days(-30, after))), issuer)

    old, new = until(5), until(95)
    (renewed,) = host_changes(old, new)
    ends = [f"{NOW + timedelta(days=left):%Y-%m-%d}" for left in (95, 5)]
    assert renewed == f"The leaf certificate `{HOST}` was renewed: it expires {ends[0]}, before {ends[1]}."
    (replaced,) = host_changes(new, old)
    assert replaced == (
        f"The leaf certificate `{HOST}`, which expires {ends[0]}, was replaced by `{HOST}`, which expires {ends[1]}."
    )
    other = PKI.root.issue_ca("Test Issuing 2")
    leaf, issuer, sent, dropped = host_changes(old, until(95, other))
    assert " was renewed: " in leaf
    assert issuer.startswith("The issuer of the leaf certificate changed from CN=Test Issuing")
    assert sent == "The server now sends the intermediate certificate `Test Issuing 2`."
    assert dropped == "The server no longer sends the intermediate certificate `Test Issuing`."


def test_a_host_that_is_reached_no_longer_and_again() -> None:
    status, failed = host_changes(WHOLE, failing())
    assert status == "The status changed from complete to unreachable."
    assert failed == f"The connection fails: {FAILED.message}"
    _, again = host_changes(failing(), WHOLE)
    assert again == f"The server sends its certificates again; before, the connection failed: {FAILED.message}"
    other = Failure("timeout", "nothing came in 5 s.")
    assert host_changes(failing(), failing(other)) == (f"The connection fails for another reason: {other.message}",)
