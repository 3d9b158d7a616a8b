"""The line beside a status: what clients say, what is wrong, and never more than was judged."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatch

import pytest

from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, resolution_of, served_by, store_of
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.diagnose.findings.catalogue import CATALOGUE
from tui_chain.diagnose.headline import headline, partial_headline
from tui_chain.lab.authority import Authority, Template, days
from tui_chain.repair.repair import Repair

IDS = [family.id for family in FAMILIES]


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


def verdicts(refusing: dict[str, Verdict]) -> dict[str, Verdict]:
    return {name: refusing.get(name, ACCEPTED) for name in IDS}


def of_codes(status: Status, *codes: str, blame: Blame = Blame.SERVER) -> str:
    return headline(
        Diagnosis(status, blame, tuple(CATALOGUE[FindingCode(code)].finding(None) for code in codes)), status
    )


@pytest.mark.parametrize(
    ("status", "codes", "words"),
    [
        (Status.COMPLETE, (), "accepted by all 9 client families"),
        (Status.COMPLETE, ("duplicate",), "accepted by all 9 client families, with 1 note"),
        (Status.COMPLETE, ("duplicate", "stranger"), "accepted by all 9 client families, with 2 notes"),
        (Status.COMPLETE, ("unreadable", "duplicate"), "accepted by all 9 client families, with 1 risk"),
        (Status.INVALID, ("expired",), "a certificate has expired"),
        (Status.INVALID, ("expired", "expired"), "a certificate has expired"),
        (Status.INVALID, ("expired", "host-mismatch"), "a certificate has expired, and ... another name"),
        (Status.INVALID, ("host-mismatch", "not-yet-valid", "expired"), "... another name, and ... not valid yet"),
        (Status.INVALID, ("name-constraints",), "a CA above does not allow the names of this certificate"),
        (Status.INVALID, (), "no client accepts it: it gives no reason"),
        (Status.COMPLETE, ("backend-broken",), "accepted where it was asked first, but one of several ... broken"),
    ],
)
def test_the_headline_names_the_fault(status: Status, codes: tuple[str, ...], words: str) -> None:
    assert fnmatch(of_codes(status, *codes), words.replace("...", "*"))


def test_interception_is_the_headline_whatever_the_findings() -> None:
    assert "most likely" in of_codes(Status.UNTRUSTED, "untrusted-root", blame=Blame.INTERCEPTION)


def test_all_is_said_only_where_all_accept() -> None:
    for name in IDS:
        words = partial_headline(verdicts({name: refused(10, "certificate has expired")}))
        assert "all" not in words.split()
        assert words.startswith("accepted by 8 of 9 client families; refused by ")
        assert words.endswith(": certificate has expired (10)")


def test_families_that_refuse_alike_stand_together_and_others_are_counted() -> None:
    missing, unknown = refused(20, "unable to get local issuer certificate"), refused("UnknownIssuer", "no issuer")
    words = partial_headline(verdicts({"python": missing, "curl": missing, "rustls": unknown, "go": unknown}))
    assert words == (
        "accepted by 5 of 9 client families; refused by Python ≤ 3.12; curl: "
        "unable to get local issuer certificate (20); 2 more refuse for another reason"
    )


def test_many_families_are_named_in_part() -> None:
    words = partial_headline(verdicts(dict.fromkeys(IDS[:8], refused(10, "certificate has expired."))))
    assert words.startswith("accepted by 1 of 9 client families; refused by requests, Python ≤ 3.12; ")
    assert words.endswith(" and 5 more: certificate has expired (10)")


def test_a_partial_host_is_told_by_its_verdicts(pki: Pki) -> None:
    """A CA whose basicConstraints are not critical: only strict clients refuse."""
    from cryptography import x509

    loose = Template(extensions=((x509.BasicConstraints(True, None), False),))
    issuing = pki.root.issue_ca("Loose", loose)
    diagnosis = Diagnoser(pki.trust).diagnose(served_by(issuing.issue_leaf([HOST]), issuing), at=NOW)
    assert diagnosis.status is Status.PARTIAL
    said = headline(diagnosis, diagnosis.status)
    assert said.startswith("accepted by 7 of 9 client families; refused by requests, Python ≥ 3.13; Python ≥ 3.13: ")
    assert said.endswith("Basic Constraints of CA cert not marked critical (89)")


def test_a_repairable_host_names_what_is_not_sent(pki: Pki) -> None:
    served = served_by(pki.leaf)
    repair = repair_of(pki.trust, served, pki.issuing)
    assert isinstance(repair, Repair)
    diagnosis = resolution_of(pki.trust, served, pki.issuing).diagnosis
    words = "the server does not send Test Issuing; works for 9 of 9 client families with the bundle"
    assert headline(diagnosis, Status.REPAIRABLE, repair) == words


def test_a_bundle_for_some_says_first_for_how_many_and_for_whom_not(pki: Pki) -> None:
    served = served_by(pki.leaf)
    repair = repair_of(pki.trust, served, pki.issuing)
    assert isinstance(repair, Repair)
    some = replace(repair, verdicts=verdicts({"go": refused("Expired", "it has expired")}))
    diagnosis = resolution_of(pki.trust, served, pki.issuing).diagnosis
    assert headline(diagnosis, Status.REPAIRABLE, some) == (
        "works for 8 of 9 client families with the bundle, not for Go; the server does not send Test Issuing"
    )


def test_two_missing_are_named_and_more_are_counted(pki: Pki) -> None:
    chain = [pki.issuing]
    for name in ("Lower", "Lowest"):
        chain.append(chain[-1].issue_ca(name))
    served = served_by(chain[-1].issue_leaf([HOST]))
    repair = repair_of(pki.trust, served, *chain)
    assert isinstance(repair, Repair)
    diagnosis = resolution_of(pki.trust, served, *chain).diagnosis
    assert headline(diagnosis, Status.REPAIRABLE, repair).startswith(
        "the server does not send Lowest, Lower and 1 more; works for 9 of 9"
    )


def test_whose_certificate_has_expired(pki: Pki) -> None:
    over = Template(validity=days(-9, -1))
    leaf = pki.issuing.issue_leaf([HOST], over)
    by_leaf = Diagnoser(pki.trust).diagnose(served_by(leaf, pki.issuing), at=NOW)
    assert headline(by_leaf, by_leaf.status) == "the server's certificate has expired"
    old = pki.root.issue_ca("Old CA", over)
    by_ca = Diagnoser(pki.trust).diagnose(served_by(old.issue_leaf([HOST]), old), at=NOW)
    assert headline(by_ca, by_ca.status) == "the CA certificate Old CA has expired"


def test_a_leaf_alone_is_not_said_to_lack_an_intermediate(pki: Pki) -> None:
    """It may be a private root that signs leaves itself."""
    diagnosis = Diagnoser(pki.trust).diagnose(served_by(pki.leaf), at=NOW)
    assert diagnosis.blame is Blame.SERVER_OR_STORE
    words = "the issuer of the server's certificate is neither sent nor in the trust store"
    assert headline(diagnosis, diagnosis.status) == words


def test_an_unknown_root() -> None:
    other = Authority.root("Other", now=NOW)
    diagnosis = Diagnoser(store_of(other)).diagnose(served_by(*_chain()), at=NOW)
    assert headline(diagnosis, diagnosis.status) == "the trust store does not have the root"


def _chain() -> tuple[Authority, ...]:
    pki = make_pki("Private")
    return (pki.leaf, pki.issuing, pki.root)  # type: ignore[return-value]
