"""Bundles with CRLs: their bytes, their proof, the kinds that have them, and what a stranger's texts cannot do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from tests.support.chains import HOST, NOW, repair_of, served_by, store_of, views
from tests.support.crls import Oddity, issuing_point, make_crl, naming
from tests.support.unsafe import unsafe_in
from tui_chain.audit.audit import Auditor
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.clients.judge import CRL_FAMILIES, Judge
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.difference import certificate_difference, summary
from tui_chain.repair.file_header import MAX_COMMENT, FirstEnd, Header, read_header
from tui_chain.repair.header_lines import header_lines
from tui_chain.repair.merge import merge
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.proof import BundleProof, accepted
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import CheckedCrl, CrlScope, CrlSet, RevocationList, crls_of, joined
from tui_chain.x509.formats.readers import read_certificates

WITH = (OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS)
ROOT = Authority.root("Crl Root", now=NOW)
CA = ROOT.issue_ca("Crl CA", naming("http://a.test/root.crl"))
LEAF = CA.issue_leaf([HOST], naming("http://a.test/ca.crl"))
OF_CA, OF_ROOT = make_crl(CA), make_crl(ROOT, odd=Oddity(end=timedelta(days=3)))
STORE = store_of(ROOT, Authority.root("Another Root", now=NOW))


def crls(*lists: RevocationList, scope: CrlScope = CrlScope.CHAIN) -> CrlSet:
    return CrlSet(scope, tuple(CheckedCrl(crl, f"CRL http://a.test/{place}.crl") for place, crl in enumerate(lists)))


@dataclass(frozen=True)
class Case:
    """A host that forgets its intermediate, and its repair."""

    served: ServedChain
    repair: Repair

    def make(self, kind: OutputKind = OutputKind.CLIENT, found: CrlSet | None = None) -> Output | Failure:
        pairs = [(self.served, self.repair)]
        return make_output(kind, pairs, STORE, at=NOW, crls=found or crls(OF_CA, OF_ROOT))


def case_of(ca: Authority = CA, host: str = HOST, store: TrustStore = STORE) -> Case:
    leaf = LEAF if host == HOST and ca is CA else ca.issue_leaf([host])
    served = served_by(leaf, host=host)
    repair = repair_of(store, served, ca)
    assert isinstance(repair, Repair), repair
    return Case(served, repair)


CASE = case_of()


def output(made: Output | Failure) -> Output:
    assert isinstance(made, Output), made
    return made


@pytest.mark.parametrize("kind", OutputKind)
def test_pem_for_clients_has_them_and_the_others_say_why_not(kind: OutputKind) -> None:
    made = CASE.make(kind)
    if kind in WITH:
        assert crls_of(output(made).data) == (OF_CA, OF_ROOT)
        assert output(made).summary.endswith("2 CRLs")
        assert read_certificates(output(made).data).certificates == output(made).certificates
    else:
        assert isinstance(made, Failure)
        assert made.kind == "usage"
        assert made.message.endswith(".")


@pytest.mark.parametrize("kind", WITH)
def test_the_same_input_gives_the_same_bytes(kind: OutputKind) -> None:
    again = crls(RevocationList(OF_CA.der), RevocationList(OF_ROOT.der))
    assert output(CASE.make(kind)).data == output(CASE.make(kind, again)).data


def test_the_file_says_until_when_its_lists_are_good_and_how_they_are_used() -> None:
    data = output(CASE.make()).data
    assert b"\r" not in data
    assert data.endswith(b"-----END X509 CRL-----\n")
    top = data.split(b"\n\n")[0].decode().split("\n")
    until = "on 2026-11-26 12:00 UTC; from then on clients that check it refuse"
    assert next(line for line in top if line.startswith("# The first CRL ")).endswith(until)
    assert sum(line.startswith("# The first certificate to expire is ") for line in top) == 1
    assert "# Whether it still holds: tlschain refresh FILE --trust STORE --write" in top
    assert not any("works until" in line.lower() for line in top)
    assert "# CRL check: chain" in top
    assert f"# To check in Python: {CrlScope.CHAIN.python}" in top
    header = read_header(data)
    assert header is not None
    assert header.crl_check is CrlScope.CHAIN
    assert header.sources[OF_ROOT.sha256] == "CRL http://a.test/1.crl"
    assert b"# CRL of: CN=Crl CA,O=tlschain lab\n# SHA-256: " in data
    assert b"# In force: 2026-11-23 10:00 UTC to 2026-11-30 12:00 UTC\n# CRL number: 7\n# Source: CRL " in data


def test_a_file_without_lists_says_nothing_of_them() -> None:
    plain = make_output(OutputKind.CLIENT, [(CASE.served, CASE.repair)], STORE, at=NOW)
    lines = output(plain).data.splitlines()
    assert not [line for line in lines if line.startswith((b"#", b"-----")) and b"CRL" in line]
    header = read_header(output(plain).data)
    assert header is not None
    assert header.crl_check is None


def test_python_code_of_the_header_is_python() -> None:
    import ssl

    context = ssl.create_default_context()
    for scope, flag in ((CrlScope.CHAIN, ssl.VERIFY_CRL_CHECK_CHAIN), (CrlScope.LEAF, ssl.VERIFY_CRL_CHECK_LEAF)):
        exec(scope.python, {"ssl": ssl, "context": context})  # noqa: S102 - it is our own line
        assert context.verify_flags & flag == flag
    assert not context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN


REFUSED = {
    "a list is missing": crls(OF_CA),
    "a list has ended": crls(make_crl(CA, odd=Oddity(timedelta(days=-3), timedelta(days=-1))), OF_ROOT),
    "a list is of tomorrow": crls(make_crl(CA, odd=Oddity(begin=timedelta(days=1))), OF_ROOT),
    "a list is forged": crls(make_crl(CA, odd=Oddity(key=ROOT.key)), OF_ROOT),
    "the leaf is revoked": crls(make_crl(CA, [LEAF]), OF_ROOT),
    "the intermediate is revoked": crls(OF_CA, make_crl(ROOT, [CA])),
    "the root is revoked": crls(OF_CA, make_crl(ROOT, [ROOT])),
    "the root's list is of its own place": crls(
        OF_CA, make_crl(ROOT, odd=Oddity(extensions=issuing_point(url="http://a.test/root.crl")))
    ),
    "the leaf is revoked, and that alone is checked": crls(make_crl(CA, [LEAF]), scope=CrlScope.LEAF),
}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("kind", WITH)
def test_no_file_is_made_that_clients_would_refuse(kind: OutputKind, why: str) -> None:
    """Law 4: whatever was collected, the finished file is proven with the check turned on."""
    made = CASE.make(kind, REFUSED[why])
    assert isinstance(made, Failure)
    assert made.kind == "no-repair"
    assert "VERIFY_CRL_CHECK_" in made.message


def test_the_leaf_alone_needs_its_own_list() -> None:
    made = output(CASE.make(found=crls(OF_CA, scope=CrlScope.LEAF)))
    header = read_header(made.data)
    assert header is not None
    assert header.crl_check is CrlScope.LEAF


def test_a_client_that_cannot_check_proves_nothing() -> None:
    models = {family.id for family in FAMILIES if family.engine is not Engine.OPENSSL}
    assert models.isdisjoint(family.id for families in CRL_FAMILIES.values() for family in families)
    only_models = replace(
        CASE.repair, verdicts={n: replace(v, ok=n in models) for n, v in CASE.repair.verdicts.items()}
    )
    made = make_output(OutputKind.CLIENT, [(CASE.served, only_models)], STORE, at=NOW, crls=crls(OF_CA, OF_ROOT))
    assert isinstance(made, Failure)
    assert "no client that checks the chain" in made.message


def test_several_hosts_share_the_lists_of_their_authorities() -> None:
    other_ca = ROOT.issue_ca("Other CA")
    other = case_of(other_ca, "other.test")
    of_other = make_crl(other_ca)
    both = joined([crls(OF_CA, OF_ROOT), crls(of_other, OF_ROOT)])
    pairs = [(CASE.served, CASE.repair), (other.served, other.repair)]
    made = output(make_output(OutputKind.CLIENT, pairs, STORE, at=NOW, crls=both))
    assert crls_of(made.data) == (OF_CA, OF_ROOT, of_other)
    half = make_output(OutputKind.CLIENT, pairs, STORE, at=NOW, crls=crls(OF_CA, OF_ROOT))
    assert isinstance(half, Failure)
    assert "other.test:443" in half.message


def test_parts_of_one_issuer_s_list_stand_beside_each_other() -> None:
    """Authorities of the web publish their lists in parts; OpenSSL takes the one that names the leaf's place."""
    here, there = "http://a.test/1.crl", "http://a.test/2.crl"
    leaves = {name: CA.issue_leaf([name], naming(url)) for name, url in ((HOST, here), ("other.test", there))}
    parts = [make_crl(CA, odd=Oddity(extensions=issuing_point(url=url))) for url in (here, there)]
    pairs = []
    for name, leaf in leaves.items():
        served = served_by(leaf, host=name)
        repair = repair_of(STORE, served, CA)
        assert isinstance(repair, Repair)
        pairs.append((served, repair))
    made = output(make_output(OutputKind.CLIENT, pairs, STORE, at=NOW, crls=crls(*parts, OF_ROOT)))
    assert crls_of(made.data) == (*parts, OF_ROOT)
    assert isinstance(make_output(OutputKind.CLIENT, pairs, STORE, at=NOW, crls=crls(parts[0], OF_ROOT)), Failure)


EVIL = "x\x1b[2J\n-----END X509 CRL-----\n# Host: evil.test\n# CRL check: leaf\u202e"


def test_a_stranger_s_names_stay_in_their_comment() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.UNSTRUCTURED_NAME, EVIL)])
    crl = make_crl(ROOT, odd=Oddity(name=name))
    bundle = Bundle(
        views(CA, ROOT),
        (f"{HOST}:443",),
        {crl.sha256: f"file {EVIL}"},
        crls=(crl, OF_ROOT),
        crl_check=CrlScope.CHAIN,
    )
    data = bundle.pem
    assert data.isascii()
    assert not unsafe_in(data.decode())
    assert max(map(len, data.decode().split("\n"))) <= MAX_COMMENT + 2
    header = read_header(data)
    assert header is not None
    assert (header.hosts, header.crl_check) == ((f"{HOST}:443",), CrlScope.CHAIN)
    assert crls_of(data) == (crl, OF_ROOT)
    assert len(read_certificates(data).certificates) == 2


def test_an_unknown_check_in_a_header_is_none() -> None:
    data = output(CASE.make()).data.replace(b"# CRL check: chain", b"# CRL check: everything")
    header = read_header(data)
    assert header is not None
    assert header.crl_check is None


def test_every_client_of_the_audit_takes_the_file_as_it_is_meant() -> None:
    data = output(CASE.make()).data
    audit = Auditor(TrustStore("certifi", ()), NOW).audit(data)
    loaded = {name: (len(one.certificates), len(one.crls)) for name, one in audit.loaded.items()}
    assert loaded.pop("OpenSSL") == (2, 2)
    assert loaded.pop("Java") == (0, 0)
    assert loaded.pop("keytool") == (1, 0)
    assert set(loaded.values()) == {(2, 0)}


# -- files that exist


def bundle_of(found: Iterable[RevocationList]) -> Bundle:
    made = output(CASE.make(found=crls(*found))).bundle
    assert made is not None
    return made


def test_merging_adds_the_lists_that_lack() -> None:
    other = Authority.root("Mine", now=NOW)
    old = b"# mine\n" + to_pem([other.der])
    bundle = bundle_of([OF_CA, OF_ROOT])
    new = merge(old, bundle)
    assert isinstance(new, bytes)
    assert new.startswith(old)
    assert crls_of(new) == (OF_CA, OF_ROOT)
    assert merge(new, bundle) == new
    newer = bundle_of([make_crl(CA, odd=Oddity(begin=timedelta(hours=-1))), OF_ROOT])
    again = merge(new, newer)
    assert isinstance(again, bytes)
    assert len(crls_of(again)) == 3
    assert isinstance(merge(new + b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", bundle), Failure)


def test_the_difference_tells_of_lists() -> None:
    newer = make_crl(CA, odd=Oddity(begin=timedelta(hours=-1)))
    old, new = bundle_of([OF_CA, OF_ROOT]).pem, bundle_of([newer, OF_ROOT]).pem
    found = certificate_difference(old, new)
    assert found.summary == "0 added, 2 kept, 0 removed; CRLs: 1 added, 1 kept, 1 removed"
    assert [line[0] for line in found.lines()] == [" ", " ", "-", " ", "+"]
    assert summary(None, new) == "2 certificates, 2 CRLs"
    assert "CRL" not in certificate_difference(to_pem([ROOT.der]), to_pem([CA.der])).summary


@pytest.mark.parametrize("kind", [OutputKind.LINKS, OutputKind.CLIENT_STORE])
def test_a_trust_file_without_a_newline_at_its_end_is_no_reason_to_refuse(kind: OutputKind) -> None:
    """END and BEGIN on one line would make OpenSSL refuse the whole file."""
    store = replace(STORE, pem=STORE.file.rstrip(b"\n"))
    made = make_output(kind, [(CASE.served, CASE.repair)], store, at=NOW, crls=crls(OF_CA, OF_ROOT))
    assert isinstance(made, Output)


def test_a_proof_names_the_client_and_the_flag() -> None:
    proof = BundleProof(CASE.served, accepted(CASE.repair.verdicts), NOW)
    judge = Judge.of(CASE.repair.bundle.certificates, (OF_CA,), CrlScope.CHAIN)
    who = "requests, Python ≤ 3.12 with VERIFY_CRL_CHECK_CHAIN"
    refusal = proof.crl_refusal(judge, CrlScope.CHAIN)
    assert refusal == f"with it {who} refuses {HOST}:443: unable to get certificate CRL"


def test_the_first_certificate_and_the_first_list_are_named() -> None:
    sooner = FirstEnd(datetime(2026, 11, 25, tzinfo=UTC), "Some CA")
    later = FirstEnd(datetime(2026, 11, 26, tzinfo=UTC), "Other CA")
    lines = list(header_lines(Header("x", crl_check=CrlScope.CHAIN, expiry=sooner, crl_expiry=later)))
    assert "# The first certificate to expire is Some CA, on 2026-11-25 00:00 UTC\n" in lines
    refuse = "from then on clients that check it refuse"
    assert f"# The first CRL to end is that of Other CA, on 2026-11-26 00:00 UTC; {refuse}\n" in lines
