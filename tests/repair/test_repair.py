"""What goes into a bundle, and that nothing is called good before clients would call it so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, resolution_of, served_by, store_of
from tests.support.trusted import trusted_block
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import refused
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Status
from tui_chain.lab.authority import Authority, Identity, Template, days, self_signed_leaf, to_pem
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.repair import Repair, build_repair, combine, standing_repair
from tui_chain.x509.certificate import Certificate

CA_LEAF = Template(extensions=((x509.BasicConstraints(ca=True, path_length=None), True),))


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


def repaired(pki: Pki, *served: Identity, found: tuple[Identity, ...], trust: tuple[Identity, ...] = ()) -> Repair:
    repair = repair_of(store_of(pki.root, *trust), served_by(*served), *found)
    assert isinstance(repair, Repair), repair
    return repair


def ders(repair: Repair) -> list[bytes]:
    return [one.der for one in repair.bundle.certificates]


def test_the_bundle_holds_the_paths_ca_certificates_and_nothing_else(pki: Pki) -> None:
    stranger = make_pki("Other")
    found = (pki.issuing, stranger.issuing, stranger.root, pki.leaf)
    repair = repaired(pki, pki.leaf, found=found)
    assert ders(repair) == [pki.issuing.der, pki.root.der]
    assert repair.whole
    assert repair.added == repair.bundle.certificates
    assert {name: verdict.ok for name, verdict in repair.verdicts.items()} == {one.id: True for one in FAMILIES}


def test_two_missing_links_both_go_in(pki: Pki) -> None:
    lower = pki.issuing.issue_ca("Lower")
    repair = repaired(pki, lower.issue_leaf([HOST]), found=(lower, pki.issuing))
    assert ders(repair) == [lower.der, pki.issuing.der, pki.root.der]


def no_leaf(pki: Pki, leaf: Identity, *extra: Identity, trust: tuple[Identity, ...] = ()) -> None:
    """Law 3: whatever becomes of the repair, the leaf is not in its bundle."""
    repair = repair_of(store_of(pki.root, *trust), served_by(leaf), pki.issuing, *extra)
    if isinstance(repair, Repair):
        assert leaf.der not in ders(repair)
        assert all(one.is_ca for one in repair.bundle.certificates)


def test_a_leaf_in_a_file_of_the_pool_does_not_go_in(pki: Pki) -> None:
    no_leaf(pki, pki.leaf, pki.leaf, pki.root)


def test_a_leaf_that_the_trust_store_holds_does_not_go_in(pki: Pki) -> None:
    no_leaf(pki, pki.leaf, trust=(pki.leaf,))


def test_a_leaf_that_calls_itself_a_ca_does_not_go_in(pki: Pki) -> None:
    leaf = pki.issuing.issue_leaf([HOST], CA_LEAF)
    no_leaf(pki, leaf, leaf, trust=(leaf,))
    again = pki.issuing.cross_sign(Authority(leaf.der, leaf.key, leaf.subject, NOW))
    no_leaf(pki, leaf, again)


def test_a_self_signed_leaf_does_not_go_in(pki: Pki) -> None:
    for template in (Template(), CA_LEAF):
        leaf = self_signed_leaf([HOST], now=NOW, template=template)
        no_leaf(pki, leaf, leaf)
        no_leaf(pki, leaf, trust=(leaf,))


def test_a_served_root_is_no_anchor() -> None:
    """Law 1."""
    served, other = make_pki(), make_pki("Other")
    failure = repair_of(other.trust, served_by(served.leaf, served.issuing, served.root))
    assert isinstance(failure, Failure)
    assert failure.kind == "no-repair"


def test_a_root_that_was_found_is_no_anchor() -> None:
    found, other = make_pki(), make_pki("Other")
    failure = repair_of(other.trust, served_by(found.leaf), found.issuing, found.root)
    assert isinstance(failure, Failure)


def test_a_complete_chain_needs_no_repair(pki: Pki) -> None:
    failure = repair_of(pki.trust, served_by(pki.leaf, pki.issuing))
    assert isinstance(failure, Failure)
    assert failure.kind == "nothing-to-do"


def test_what_is_still_missing_is_named(pki: Pki) -> None:
    failure = repair_of(pki.trust, served_by(pki.leaf))
    assert isinstance(failure, Failure)
    key = Certificate(pki.issuing.der).key_id
    assert failure.message.startswith("An intermediate is still missing: ")
    assert f"(key id {key}), the issuer of host.test" in failure.message
    assert "--pool" in failure.hint


@pytest.mark.parametrize(
    "leaf",
    [
        lambda pki: pki.issuing.issue_leaf([HOST], Template(validity=days(-9, -1))),
        lambda pki: pki.issuing.issue_leaf(["other.test"]),
        lambda _: self_signed_leaf([HOST], now=NOW),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
def test_what_no_bundle_repairs_says_why(pki: Pki, leaf: object) -> None:
    assert callable(leaf)
    failure = repair_of(pki.trust, served_by(leaf(pki)), pki.issuing)
    assert isinstance(failure, Failure)
    assert failure.message.startswith("No bundle repairs this: ")
    assert failure.hint


def test_a_served_namesake_that_fools_openssl_is_reported_truthfully(pki: Pki) -> None:
    """OpenSSL does not backtrack: what it says of the finished bundle is in the verdicts, not a wish."""
    namesake = make_pki().issuing
    found = repair_of(pki.trust, served_by(pki.leaf, namesake), pki.issuing)
    if isinstance(found, Repair):
        judged = Judge.of(found.bundle.certificates).verdicts((pki.leaf.der, namesake.der), host=HOST, at=NOW)
        assert dict(found.verdicts) == judged
        assert found.passed > 0


def test_a_repair_that_no_client_accepts_is_none(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 4."""
    monkeypatch.setattr(Judge, "verdict", lambda *_, **__: refused(None, "this is a test"))
    failure = repair_of(pki.trust, served_by(pki.leaf), pki.issuing)
    assert isinstance(failure, Failure)
    assert failure.message == "A path was found, but no client accepts it: this is a test."


def test_an_expired_sibling_in_the_pool_is_not_taken(pki: Pki) -> None:
    old = pki.root.cross_sign(pki.issuing, Template(validity=days(-99, -1)))
    for found in ((old, pki.issuing), (pki.issuing, old)):
        repair = repaired(pki, pki.leaf, found=found)
        assert old.der not in ders(repair)
        assert repair.whole


def test_several_hosts_share_one_bundle_that_is_proven_again(pki: Pki) -> None:
    lower = pki.root.issue_ca("Another")
    pairs = []
    for name, ca in (("one.test", pki.issuing), ("two.test", lower)):
        served = served_by(ca.issue_leaf([name]), host=name)
        repair = repair_of(pki.trust, served, ca)
        assert isinstance(repair, Repair)
        pairs.append((served, repair))
    both = combine(pairs, at=NOW)
    assert isinstance(both, Bundle)
    assert {one.der for one in both.certificates} == {pki.issuing.der, lower.der, pki.root.der}
    assert len(both.certificates) == 3
    later = combine(pairs, at=NOW.replace(year=2036))
    assert isinstance(later, Failure)
    assert later.message.startswith("One bundle for all fails: ")


NO_CA = Template(extensions=((x509.BasicConstraints(ca=False, path_length=None), True),))
SIGNS_NOTHING = Template(
    extensions=((x509.KeyUsage(True, False, False, False, False, False, False, False, False), True),)
)
FOR_CLIENTS = Template(extensions=((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),))
FOR_SERVERS = Template(extensions=((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),))


@pytest.mark.parametrize(
    "above",
    [NO_CA, Template(path_length=0), Template(validity=days(-90, -2)), SIGNS_NOTHING, FOR_CLIENTS],
    ids=["no-ca", "path-length-0", "expired", "no-cert-sign", "for-clients"],
)
@pytest.mark.parametrize("served", [True, False], ids=["served", "found"])
def test_a_ca_is_no_anchor_where_the_one_above_it_may_not_have_issued_it(
    pki: Pki, above: Template, served: bool
) -> None:
    """Whoever has the key of a public leaf can sign a CA with it: as an anchor it would be trusted for every name."""
    broken = pki.issuing.issue_ca("Broken", above)
    evil = broken.issue_ca("Evil", FOR_SERVERS)
    others = (evil, broken, pki.issuing)
    chain = served_by(evil.issue_leaf([HOST]), *(others if served else ()))
    assert isinstance(repair_of(pki.trust, chain, *(() if served else others)), Failure)


def test_a_ca_below_a_pinned_leaf_is_no_anchor() -> None:
    pin = self_signed_leaf([HOST], now=NOW)
    evil = Authority(pin.der, pin.key, pin.subject, NOW).issue_ca("Evil")
    assert isinstance(repair_of(store_of(pin), served_by(evil.issue_leaf([HOST]), evil)), Failure)


@pytest.mark.parametrize("served", [True, False], ids=["served", "found"])
def test_a_certificate_that_its_owner_rejects_comes_into_no_repair(pki: Pki, served: bool) -> None:
    pem = to_pem([pki.root.der]) + trusted_block(pki.issuing.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    trust = replace(pki.trust, pem=pem)
    chain = served_by(pki.leaf, *([pki.issuing] if served else []))
    resolution = resolution_of(trust, chain, *([] if served else [pki.issuing]))
    assert isinstance(build_repair(chain, resolution, at=NOW), Failure)
    found = [one for one in resolution.diagnosis.findings if one.code == "rejected"]
    assert [one.at for one in found] == [Certificate(pki.issuing.der).sha256]
    assert resolution.diagnosis.blame is Blame.CLIENT_STORE


@pytest.mark.parametrize("depth", [2, 3])
def test_a_host_that_is_trusted_as_served_has_a_bundle_for_what_goes_beside_it(depth: int) -> None:
    pki = make_pki()
    chain = (pki.root.issue_leaf([HOST]),) if depth == 2 else (pki.leaf, pki.issuing)
    served = served_by(*chain)
    diagnosis = resolution_of(pki.trust, served).diagnosis
    sources = {Certificate(pki.root.der).sha256: "trust store test"}
    repair = standing_repair(served, diagnosis, sources, at=NOW)
    assert isinstance(repair, Repair), repair
    assert len(repair.path.certificates) == depth
    assert repair.passed == len(FAMILIES)
    assert repair.bundle.sources == sources


def test_a_root_that_its_owner_rejects_is_not_called_missing(pki: Pki) -> None:
    other = Authority.root("Other", now=NOW)
    pem = to_pem([other.der]) + trusted_block(pki.root.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    chain = served_by(pki.leaf, pki.issuing)
    failure = build_repair(chain, resolution_of(replace(store_of(other), pem=pem), chain), at=NOW)
    assert isinstance(failure, Failure)
    assert failure.message == (
        f"No bundle repairs this: The trust file rejects this certificate. It is {Certificate(pki.root.der).subject}."
    )
    assert failure.hint.startswith("Leave it so unless you know better")


@pytest.mark.parametrize("above", [1, 2], ids=["issuer of the leaf", "issuer above"])
def test_what_its_owner_rejects_comes_into_no_bundle_of_a_host_that_other_clients_accept(above: int) -> None:
    """Clients that pass the settings over accept the host as it is served; a file for it would have all accept it."""
    pki = make_pki()
    lower = pki.issuing.issue_ca("Lower")
    served = served_by(lower.issue_leaf([HOST]), lower, pki.issuing)
    rejected = (lower, pki.issuing)[above - 1]
    pem = to_pem([pki.root.der]) + trusted_block(rejected.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    diagnosis = resolution_of(replace(pki.trust, pem=pem), served).diagnosis
    assert diagnosis.status is Status.PARTIAL
    failure = standing_repair(served, diagnosis, {}, at=NOW)
    assert isinstance(failure, Failure)
    assert failure.message == (
        f"No bundle repairs this: {Certificate(rejected.der).label}: the settings beside it do not trust it for TLS "
        "servers."
    )


def test_a_trusted_certificate_that_signed_itself_has_no_bundle_beside_it() -> None:
    leaf = self_signed_leaf([HOST], now=NOW)
    served = served_by(leaf)
    diagnosis = resolution_of(store_of(leaf), served).diagnosis
    assert diagnosis.path is not None
    failure = standing_repair(served, diagnosis, {}, at=NOW)
    assert isinstance(failure, Failure)
    assert failure.message == "The host has no path of several certificates."


def test_a_host_that_nobody_accepts_has_no_bundle_beside_it() -> None:
    pki = make_pki()
    served = served_by(pki.issuing.issue_leaf(["other.test"]), pki.issuing)
    failure = standing_repair(served, resolution_of(pki.trust, served).diagnosis, {}, at=NOW)
    assert isinstance(failure, Failure)
    assert failure.message.startswith("No client accepts the host: ")
