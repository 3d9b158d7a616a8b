"""Files with CRLs in an audit, fixed, and looked after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from tests.support.chains import HOST, NOW, make_pki, views
from tests.support.crls import Oddity, issuing_point, make_crl
from tests.support.limits import own_seconds
from tests.support.unsafe import unsafe_in
from tui_chain.audit.audit import Audit, Auditor
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.audit.rules import ends_soon
from tui_chain.audit.summary import client_loads, content_summary, fix_summary, foreign_crls
from tui_chain.core.status import Severity
from tui_chain.lab.authority import Authority, Template, to_pem
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.file_header import read_header
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import CrlScope, RevocationList, crl_to_pem, crls_of

PKI = make_pki()
OF_CA, OF_ROOT = make_crl(PKI.issuing), make_crl(PKI.root)
AUDITOR = Auditor(TrustStore("certifi", ()), NOW)
ENDED = Oddity(timedelta(days=-8), timedelta(days=-1))
QUIET = {"unknown", "crl-check"}


def ours(*lists: RevocationList, scope: CrlScope = CrlScope.CHAIN) -> bytes:
    return Bundle(views(PKI.issuing, PKI.root), (f"{HOST}:443",), {}, kind="client", crls=lists, crl_check=scope).pem


def codes(audit: Audit) -> set[str]:
    return {found.code for found in audit.findings}


def test_lists_in_force_in_a_file_of_ours_are_what_it_is_for() -> None:
    audit = AUDITOR.audit(ours(OF_CA, OF_ROOT))
    assert codes(audit) == QUIET
    assert audit.severity is Severity.COSMETIC
    assert content_summary(audit) == "PEM, 2 certificates, 2 CRLs"
    assert {one.name: one.text for one in client_loads(audit)}["OpenSSL"] == "loads 2, and 2 CRLs"


ISSUED = {
    "crl-expired": (make_crl(PKI.issuing, odd=ENDED), OF_ROOT),
    "crl-old": (make_crl(PKI.issuing, odd=ENDED), OF_CA, OF_ROOT),
    "crl-soon": (make_crl(PKI.issuing, odd=Oddity(timedelta(days=-6), timedelta(days=1))), OF_ROOT),
    "crl-not-yet": (make_crl(PKI.issuing, odd=Oddity(begin=timedelta(hours=1))), OF_ROOT),
    "crl-forged": (make_crl(PKI.issuing, odd=Oddity(key=PKI.root.key)), OF_ROOT),
    "crl-unusable": (make_crl(PKI.issuing, odd=Oddity(extensions=((x509.DeltaCRLIndicator(1), True),))), OF_ROOT),
    "crl-missing": (OF_CA,),
}


@pytest.mark.parametrize("code", ISSUED)
def test_each_trouble_of_a_list_has_its_name(code: str) -> None:
    audit = AUDITOR.audit(ours(*ISSUED[code]))
    assert codes(audit) == QUIET | {code}
    found = next(one for one in audit.findings if one.code == code)
    assert found.at in {crl.sha256 for crl in ISSUED[code]} or code == "crl-missing"
    assert not unsafe_in(found.message)


def test_a_list_of_another_part_takes_nobody_s_place() -> None:
    parts = [
        make_crl(PKI.issuing, odd=replace(odd, extensions=issuing_point(url=f"http://a.test/{place}.crl")))
        for place, odd in enumerate((ENDED, Oddity()))
    ]
    assert "crl-expired" in codes(AUDITOR.audit(ours(*parts, OF_ROOT)))


def test_a_list_in_a_stranger_s_file_is_told_once_for_each() -> None:
    audit = AUDITOR.audit(to_pem([PKI.root.der]) + (crl_to_pem(OF_ROOT) + crl_to_pem(OF_CA)).encode())
    assert [found.code for found in audit.findings].count("crl") == 2
    assert "crl-check" not in codes(audit)


def test_a_leaf_file_needs_one_list() -> None:
    assert codes(AUDITOR.audit(ours(OF_CA, scope=CrlScope.LEAF))) == QUIET
    assert "crl-missing" in codes(AUDITOR.audit(ours(scope=CrlScope.LEAF)))


@pytest.mark.parametrize(
    ("life", "left", "soon"),
    [(7.0, 3.0, False), (7.0, 2.0, True), (365.0, 40.0, False), (365.0, 29.0, True), (1.0, 0.5, False)],
)
def test_a_list_is_due_when_a_third_of_its_life_is_left_or_thirty_days(life: float, left: float, soon: bool) -> None:
    crl = make_crl(PKI.issuing, odd=Oddity(timedelta(days=left - life), timedelta(days=left)))
    assert ends_soon(crl, NOW) is soon


# -- fixing


def fixed(data: bytes) -> FixedFile:
    made = fix_file(AUDITOR.audit(data), AUDITOR.prover, NOW)
    assert isinstance(made, FixedFile), made
    return made


def test_fixing_keeps_lists_in_force_of_a_file_of_ours() -> None:
    data = ours(OF_CA, OF_ROOT)
    broken = b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") + crl_to_pem(OF_CA).encode()
    made = fixed(broken)
    assert (made.crls, made.dropped_crls, made.lost) == ((OF_CA, OF_ROOT), (), 0)
    assert crls_of(made.data) == (OF_CA, OF_ROOT)
    header = read_header(made.data)
    assert header is not None
    assert header.crl_check is CrlScope.CHAIN
    assert b", on 2026-11-30 12:00 UTC; from then on clients that check it refuse\n" in made.data
    assert codes(AUDITOR.audit(made.data)) == QUIET
    assert fixed(made.data).data == made.data


@pytest.mark.parametrize(("code", "left"), [("crl-expired", 1), ("crl-old", 2), ("crl-forged", 1), ("crl-soon", 2)])
def test_fixing_drops_lists_that_do_harm_and_says_so(code: str, left: int) -> None:
    audit = AUDITOR.audit(ours(*ISSUED[code]))
    made = fixed(audit.scan.data)
    assert len(made.crls) == left
    assert len(made.crls) + len(made.dropped_crls) == len(ISSUED[code])
    words = fix_summary(audit, made)
    assert words.startswith(f"2 CA certificates, {'1 CRL' if left == 1 else '2 CRLs'}")
    assert ("without 1 CRL" in words) == bool(made.dropped_crls)


def test_fixing_takes_lists_out_of_a_stranger_s_file() -> None:
    made = fixed(to_pem([PKI.root.der]) + crl_to_pem(OF_ROOT).encode())
    assert (made.crls, made.dropped_crls, made.lost) == ((), (OF_ROOT,), 0)
    assert crls_of(made.data) == ()


def test_sources_of_lists_survive_fixing() -> None:
    bundle = Bundle(views(PKI.root), (HOST,), {OF_ROOT.sha256: "CRL http://a.test/"}, crls=(OF_ROOT,))
    data = replace(bundle, crl_check=CrlScope.CHAIN).pem
    assert b"# Source: CRL http://a.test/\n-----BEGIN X509 CRL" in fixed(data).data


def test_lists_that_somebody_added_are_foreign() -> None:
    data = ours(OF_CA, OF_ROOT)
    assert foreign_crls(data) == 0
    added = data + crl_to_pem(make_crl(make_pki("Other").root)).encode()
    assert foreign_crls(added) == 1
    assert foreign_crls(added, crls_of(added)) == 0


def test_hundreds_of_one_name_cost_no_product() -> None:
    """The attack: as many CAs of one name as CRLs of that name, none of which any of them signed."""
    twins = [Authority.root("Evil", now=NOW, template=Template(new_key=lambda: PKI.root.key)) for _ in range(200)]
    lists = [make_crl(twins[0], odd=Oddity(key=PKI.leaf.key, number=number)) for number in range(200)]
    with own_seconds(10):
        audit = AUDITOR.audit(to_pem([one.der for one in twins]) + "".join(map(crl_to_pem, lists)).encode())
    assert sum(one.code == "crl-forged" for one in audit.findings) == 200
