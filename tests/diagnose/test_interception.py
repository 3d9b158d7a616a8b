"""Somebody in between: said as likely where it looks so, and not said of private CAs and forgotten links."""

from __future__ import annotations

import pytest

from tests.support.chains import NOW, served_by, store_of, views
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.diagnose.findings.interception import End, shared_ends, site_of, unknown_root, vendor_of
from tui_chain.diagnose.headline import headline
from tui_chain.lab.authority import Authority, Identity, Template, self_signed_leaf
from tui_chain.trust.store import TrustStore

CERTIFI = "certifi"


def diagnose(*identities: Identity, host: str, trust: TrustStore, others: tuple[TrustStore, ...] = ()) -> Diagnosis:
    return Diagnoser(trust, others=lambda: others).diagnose(served_by(*identities, host=host), at=NOW)


def proxy(name: str) -> Authority:
    return Authority.root(name, now=NOW)


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    return store_of(Authority.root("Public Root", now=NOW))


@pytest.mark.parametrize(
    "name",
    [
        "Zscaler Intermediate Root CA (zscalerthree.net)", "ca.acme.goskope.com", "FortiGate CA", "mitmproxy",
        "DO_NOT_TRUST_FiddlerRoot", "PortSwigger CA", "avast! Web/Mail Shield Root", "ESET SSL Filter CA",
        "Kaspersky Anti-Virus Personal Root Certificate", "Cisco Umbrella Root CA", "Sophos SSL CA_C1234",
        "Gateway CA - Cloudflare Managed G1 abc", "Palo Alto Decryption CA", "OWASP Zed Attack Proxy Root CA",
    ],
)  # fmt: skip
def test_a_known_product_is_named(trust: TrustStore, name: str) -> None:
    root = proxy(name)
    verdict = diagnose(root.issue_leaf(["shop.example"]), root, host="shop.example", trust=trust)
    assert {found.code for found in verdict.findings} == {"untrusted-root", "interception-likely"}
    assert (verdict.status, verdict.blame) == (Status.UNTRUSTED, Blame.INTERCEPTION)
    assert "most likely" in headline(verdict, verdict.status)
    assert not any(found.severity is Severity.FATAL for found in verdict.findings if found.code.startswith("inter"))


@pytest.mark.parametrize("name", ["Lab Root", "Example Corp Internal CA", "Zoo Scale Root", "ISRG Root X1"])
def test_other_names_are_no_product(name: str) -> None:
    assert vendor_of(views(proxy(name))) is None


def test_a_product_whose_root_is_public_is_none(trust: TrustStore) -> None:
    root = proxy("Trend Micro Public Root")
    leaf = root.issue_leaf(["shop.example"])
    public = TrustStore(CERTIFI, views(root))
    verdict = diagnose(leaf, host="shop.example", trust=trust, others=(public,))
    assert {found.code for found in verdict.findings} == {"missing-issuer", "root-only-in-certifi"}


def test_a_product_in_the_systems_store_is_told_and_not_blessed() -> None:
    root = proxy("Zscaler Root CA")
    system = TrustStore("system", views(root))
    verdict = diagnose(root.issue_leaf(["shop.example"]), host="shop.example", trust=system)
    assert verdict.status is Status.COMPLETE
    assert {found.code for found in verdict.findings} == {"interception-likely"}


@pytest.mark.parametrize(("store", "code"), [("system", "root-only-in-system"), ("certifi", "root-only-in-certifi")])
def test_a_root_that_another_store_has(trust: TrustStore, store: str, code: str) -> None:
    root = Authority.root("Elsewhere Root", now=NOW)
    issuing = root.issue_ca("Elsewhere CA")
    chain = (issuing.issue_leaf(["host.test"]), issuing)
    verdict = diagnose(*chain, host="host.test", trust=trust, others=(TrustStore(store, views(root)),))
    assert {found.code for found in verdict.findings} == {"issuer-unknown", code}
    assert verdict.blame is Blame.CLIENT_STORE


def test_other_stores_are_not_read_for_a_host_that_is_trusted() -> None:
    root = Authority.root("Public Root", now=NOW)

    def fail() -> tuple[TrustStore, ...]:
        raise AssertionError("read for nothing")

    chain = served_by(root.issue_leaf(["host.test"]))
    assert Diagnoser(store_of(root), others=fail).diagnose(chain, at=NOW).status is Status.COMPLETE


def test_one_unknown_root_over_unrelated_hosts(trust: TrustStore) -> None:
    root = proxy("Quiet Box CA")
    ends = []
    for host in ("www.shop.example", "api.bank.test", "mail.bank.test"):
        end = unknown_root(diagnose(root.issue_leaf([host]), root, host=host, trust=trust).search)
        assert end is not None
        ends.append((host, end.end))
    assert list(shared_ends(ends).values()) == [("www.shop.example", "api.bank.test", "mail.bank.test")]
    assert shared_ends(ends[1:]) == {}, "hosts of one domain may have one private CA"


@pytest.mark.parametrize("root_is_sent", [True, False])
def test_an_end_is_a_name_and_a_key(trust: TrustStore, root_is_sent: bool) -> None:
    """Two boxes of one make have CAs of one name, each with its own key: no one thing stands before both hosts."""

    def end_of(box: Authority, host: str) -> End | None:
        chain = (box.issue_leaf([host]), box) if root_is_sent else (box.issue_leaf([host]),)
        root = unknown_root(diagnose(*chain, host=host, trust=trust).search)
        return None if root is None else root.end

    here, there = proxy("Quiet Box CA"), proxy("Quiet Box CA")
    (one,) = views(here)
    assert end_of(here, "www.shop.example") == (one.subject_name, one.key_id)
    ends = [("www.shop.example", end_of(here, "www.shop.example")), ("bank.test", end_of(there, "bank.test"))]
    assert shared_ends([(host, end) for host, end in ends if end is not None]) == {}
    assert end_of(here, "bank.test") == end_of(here, "www.shop.example")


def test_a_trusted_host_and_a_leaf_that_signed_itself_have_no_unknown_root(trust: TrustStore) -> None:
    public = Authority.root("Public Root", now=NOW)
    unknown = proxy("Quiet Box CA")
    issuing = public.issue_ca("Issuing")
    crossed = (issuing.issue_leaf(["a.example"]), issuing, unknown.cross_sign(issuing), unknown)
    assert unknown_root(diagnose(*crossed, host="a.example", trust=store_of(public)).search) is None
    leaf = self_signed_leaf(["b.example"], now=NOW)
    assert unknown_root(diagnose(leaf, host="b.example", trust=trust).search) is None


def test_a_forgotten_link_is_no_shared_root(trust: TrustStore) -> None:
    root = Authority.root("Public Root 2", now=NOW)
    leaf = root.issue_ca("Issuing").issue_leaf(["a.example"], Template(urls=("http://ca.example/issuing.cer",)))
    assert unknown_root(diagnose(leaf, host="a.example", trust=trust).search) is None


def test_sites() -> None:
    assert site_of("www.shop.example") == "shop.example"
    assert site_of("www.shop.co.uk") == "shop.co.uk"
    assert site_of("localhost") == "localhost"
    assert site_of("127.0.0.1") == "127.0.0.1"
