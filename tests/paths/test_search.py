"""One shape of graph at a time: what is found, in which order, and how dead ends are told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509

from tests.paths.graphs import AKI, HOST, NOW, SKI, Spec, build, ca, leaf, name, root, trust
from tui_chain.paths.search import Search, find_paths
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof, SignatureProver

ROOT, ISSUING = root(), ca("Issuing", "Root")
LEAF = leaf("Issuing")


def search(
    server: Certificate, candidates: list[Certificate], *anchors: Certificate, prover: SignatureProver | None = None
) -> Search:
    return find_paths(server, candidates, trust(*anchors), host=HOST, at=NOW, prover=prover)


def chains(result: Search) -> list[tuple[Certificate, ...]]:
    return [path.certificates for path in result.paths]


def test_a_complete_chain() -> None:
    result = search(LEAF, [LEAF, ISSUING, ROOT], ROOT)
    assert chains(result) == [(LEAF, ISSUING, ROOT)]
    assert result.best is result.paths[0]
    assert result.best.good
    assert (result.best.leaf, result.best.anchor) == (LEAF, ROOT)
    assert result.good == result.paths
    assert (result.missing, result.untrusted, result.circles, result.cut) == ((), (), (), None)


def test_the_anchor_need_not_be_served() -> None:
    assert chains(search(LEAF, [ISSUING], ROOT)) == [(LEAF, ISSUING, ROOT)]


def test_a_missing_issuer_is_named_with_key_and_serial() -> None:
    aki = x509.AuthorityKeyIdentifier(b"\xab\xcd", [x509.DirectoryName(name("Root"))], 77)
    server = leaf("Issuing", extra=((aki, False),))
    (missing,) = search(server, [ROOT], ROOT).missing
    assert missing.trail == (server,)
    assert (missing.wanted_by, missing.subject, missing.key_id, missing.serial) == (server, "CN=Issuing", "abcd", 77)
    assert not missing.namesakes
    assert missing.undecided == ()


def test_a_missing_issuer_may_name_nothing() -> None:
    (missing,) = search(leaf("Issuing", without=frozenset({AKI})), [], ROOT).missing
    assert (missing.key_id, missing.serial) == (None, None)


def test_a_higher_link_is_wanted_by_the_top() -> None:
    lower = ca("Lower", "Issuing")
    (missing,) = search(leaf("Lower"), [lower], ROOT).missing
    assert missing.trail == (leaf("Lower"), lower)
    assert missing.subject == "CN=Issuing"


def test_a_namesake_with_another_key_is_no_issuer() -> None:
    decoy = ca("Issuing", "Root", key="decoy", without=frozenset({SKI}))
    (missing,) = search(LEAF, [decoy], ROOT).missing
    assert missing.namesakes == (decoy,)
    assert chains(search(LEAF, [decoy, ISSUING], ROOT)) == [(LEAF, ISSUING, ROOT)]


def test_an_untrusted_root_is_told_apart() -> None:
    result = search(LEAF, [ISSUING, ROOT], root("Another"))
    assert result.untrusted == ((LEAF, ISSUING, ROOT),)
    assert not result.missing
    assert not result.paths
    assert result.best is None


def test_a_trusted_intermediate_is_an_end_and_a_way_up() -> None:
    result = search(LEAF, [], ISSUING, ROOT)
    assert chains(result) == [(LEAF, ISSUING, ROOT), (LEAF, ISSUING)], "clients without partial chains want a root"


def test_an_anchor_that_is_not_self_signed() -> None:
    result = search(LEAF, [], ISSUING)
    assert chains(result) == [(LEAF, ISSUING)]
    assert not result.missing


def test_a_leaf_that_is_an_anchor() -> None:
    pinned = leaf("leaf", key="leaf")
    assert chains(search(pinned, [pinned], pinned)) == [(pinned,)]
    assert chains(search(LEAF, [], LEAF)) == [(LEAF,)]


def test_a_self_signed_leaf_that_is_not_trusted() -> None:
    alone = leaf("leaf", key="leaf")
    result = search(alone, [alone], ROOT)
    assert result.untrusted == ((alone,),)
    assert not result.missing


def test_a_renewed_self_signed_leaf_is_not_the_trusted_one() -> None:
    """OpenSSL takes it for a mimic (code 18), whatever key it has."""
    old, new = leaf("leaf", key="leaf", serial=1), leaf("leaf", key="leaf", serial=2)
    assert not search(new, [new], old).paths


def test_cross_signs_give_a_path_each() -> None:
    crossed = ca("Root", "Elder")
    result = search(LEAF, [ISSUING, crossed], ROOT, root("Elder"))
    assert chains(result) == [(LEAF, ISSUING, ROOT), (LEAF, ISSUING, crossed, root("Elder"))]


def test_several_certificates_of_one_key_cost_one_check() -> None:
    renewed = [ca("Issuing", "Root", serial=number) for number in range(1, 31)]
    prover = SignatureProver()
    result = search(LEAF, renewed, ROOT, prover=prover)
    assert {chain[1] for chain in chains(result)} == set(renewed)
    assert prover.checks == 1 + 30 + 1, "the leaf once, each issuer under the root, the root itself"


def test_a_renewed_ca_is_preferred_to_the_expired_one() -> None:
    expired = ca("Issuing", "Root", days=(-20, -1))
    result = search(LEAF, [expired, ISSUING], ROOT)
    assert chains(result) == [(LEAF, ISSUING, ROOT), (LEAF, expired, ROOT)]
    assert [path.good for path in result.paths] == [True, False]


def test_a_renewed_root_with_the_same_key() -> None:
    old, new = root(days=(-20, -1)), root(days=(-1, 60))
    assert chains(search(LEAF, [ISSUING, old], new)) == [(LEAF, ISSUING, new)]


def test_key_rollover_through_self_issued_links() -> None:
    """RFC 4210 section 4.4: the new key certified with the old one."""
    old, rollover = root("CA", key="old", signer="old"), ca("CA", "CA", key="new", signer="old")
    server = leaf("CA", signer="new")
    result = search(server, [rollover], old)
    assert chains(result) == [(server, rollover, old)]
    assert result.paths[0].good


def test_a_ca_certified_by_its_own_subordinate_is_not_taken_twice() -> None:
    upper, again = ca("Upper", "Root"), ca("Upper", "Issuing2")
    lower = ca("Issuing2", "Upper")
    server = leaf("Issuing2")
    result = search(server, [upper, again, lower], ROOT)
    assert chains(result) == [(server, lower, upper, ROOT)]
    assert not result.circles


def test_a_leaf_with_the_name_and_key_of_a_higher_ca() -> None:
    """Asked about a CA that a cross-sign certifies above itself: the leaf alone cannot be left out."""
    lower, crossed, upper = ca("A", "B"), ca("B", "A"), ca("A", "Root")
    assert chains(search(lower, [crossed, upper], ROOT)) == [(lower, crossed, upper, ROOT)]


def test_circles_are_dead_ends_of_their_own() -> None:
    here, there = ca("A", "B"), ca("B", "A")
    result = search(leaf("A"), [here, there], ROOT)
    assert result.circles == ((leaf("A"), here, there),)
    assert not result.missing
    assert not result.paths


def test_loops_of_one_certificate_are_roots() -> None:
    assert search(leaf("Root"), [ROOT], root("Another")).untrusted == ((leaf("Root"), ROOT),)


def test_duplicates_change_nothing() -> None:
    assert chains(search(LEAF, [ISSUING, LEAF, ISSUING, ROOT, ROOT], ROOT)) == [(LEAF, ISSUING, ROOT)]


class Doubtful(SignatureProver):
    """A prover that cannot check what one issuer signed."""

    def __init__(self, issuer: Certificate) -> None:
        super().__init__()
        self.issuer = issuer

    def proof(self, child: Certificate, issuer: Certificate) -> Proof:
        proof = super().proof(child, issuer)
        return Proof.UNKNOWN if issuer.key_bytes == self.issuer.key_bytes else proof


def test_what_cannot_be_checked_makes_no_path_but_is_seen() -> None:
    result = search(LEAF, [ISSUING], ROOT, prover=Doubtful(ISSUING))
    assert not result.paths
    (missing,) = result.missing
    assert missing.undecided
    assert missing.undecided == (ISSUING,)
    assert not missing.namesakes


def test_a_root_that_cannot_be_checked_is_not_called_untrusted() -> None:
    result = search(LEAF, [ISSUING, ROOT], root("Another"), prover=Doubtful(ROOT))
    assert not result.untrusted
    (missing,) = result.missing
    assert missing.wanted_by == ISSUING
    assert missing.undecided == (ROOT,)


def test_what_cannot_be_checked_does_not_hide_what_can() -> None:
    other = ca("Issuing", "Root", key="rsa2048:other", without=frozenset({SKI}))
    result = search(LEAF, [other, ISSUING], ROOT, prover=Doubtful(other))
    assert chains(result) == [(LEAF, ISSUING, ROOT)]
    assert not result.missing


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"not DER", LEAF.der[:200]])
def test_odd_bytes_are_no_obstacle(junk: bytes) -> None:
    odd = Certificate(junk)
    assert chains(search(LEAF, [odd, ISSUING], ROOT)) == [(LEAF, ISSUING, ROOT)]
    (missing,) = search(odd, [ISSUING], ROOT).missing
    assert missing.trail == (odd,)


def test_candidates_and_anchors_may_be_empty() -> None:
    result = search(LEAF, [])
    assert not result.paths
    assert [missing.wanted_by for missing in result.missing] == [LEAF]


def test_the_order_of_use() -> None:
    """Good before bad, then long validity, then the clients that take it, then length, then preference."""
    short, partial = ca("Issuing", "Root", days=(-10, 5)), ca("Issuing", "Top")
    loose = ca("Issuing", "Root", uncritical=True)
    late = ca("Issuing", "Root", serial=5)
    expired = ca("Issuing", "Root", days=(-10, -1))
    middle = [ca("Issuing", "Middle"), ca("Middle", "Root")]
    top = ca("Top", "Root")
    candidates = [expired, short, partial, loose, *middle, ISSUING, late]
    result = search(LEAF, candidates, ROOT, top)
    assert chains(result) == [
        (LEAF, ISSUING, ROOT),
        (LEAF, late, ROOT),
        (LEAF, partial, top, ROOT),
        (LEAF, middle[0], middle[1], ROOT),
        (LEAF, partial, top),
        (LEAF, loose, ROOT),
        (LEAF, short, ROOT),
        (LEAF, expired, ROOT),
    ]


def test_of_more_paths_than_are_kept_the_one_good_for_longest_is() -> None:
    """70 renewals that end before the leaf are shorter ways than the one that is good as long as the leaf."""
    ending = [ca("Issuing", "Root", days=(-10, 1 + number / 10)) for number in range(70)]
    lasting = [ca("Issuing", "Policy"), ca("Policy", "Top"), ca("Top", "Root")]
    result = search(LEAF, [*ending, *lasting], ROOT)
    assert result.cut == "after 64 paths"
    assert chains(result)[:2] == [(LEAF, *lasting, ROOT), (LEAF, ending[-1], ROOT)]
    assert {path.certificates[1] for path in result.paths} == {lasting[0], *ending[7:]}


def test_provers_are_shared_between_searches() -> None:
    prover = SignatureProver()
    search(LEAF, [ISSUING], ROOT, prover=prover)
    spent = prover.checks
    search(LEAF, [ISSUING], ROOT, prover=prover)
    assert prover.checks == spent


def test_problems_do_not_hide_a_path() -> None:
    spec = Spec("leaf", "Issuing", ca=False, days=(-20, -1), names=("elsewhere.test",))
    (path,) = search(build(spec), [ISSUING], ROOT).paths
    assert [problem.code for problem in path.problems] == ["expired", "host-mismatch"]
    (path,) = search(build(replace(spec, days=(-20, 30))), [ISSUING], ROOT).paths
    assert [problem.code for problem in path.problems] == ["host-mismatch"]
