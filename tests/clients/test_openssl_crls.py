"""What the OpenSSL families say of CRLs against what OpenSSL itself says of them, code by code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.chains import views
from tests.support.crls import Oddity, issuing_point, make_crl, naming
from tests.support.programs import require_program
from tui_chain.clients.engines.openssl.verifier import (
    CRL_CHECK_CHAIN,
    CRL_CHECK_LEAF,
    PARTIAL_CHAIN,
    OpenSSLVerifier,
    Settings,
)
from tui_chain.clients.families import Family, FamilyId
from tui_chain.clients.judge import CRL_FAMILIES, Judge
from tui_chain.clients.verdict import Verdict
from tui_chain.lab.authority import Authority, Identity, to_pem
from tui_chain.paths.codes import MEANINGS, meaning
from tui_chain.x509.crl import CrlScope, RevocationList, crl_to_pem

NOW = datetime.now(UTC)  # openssl reads the clock of the machine
HERE, THERE = "http://a.test/1.crl", "http://a.test/2.crl"
ROOT = Authority.root("Root", now=NOW)
CA = ROOT.issue_ca("CA", naming(HERE))
LEAF = CA.issue_leaf(["host.test"], naming(HERE))
STRANGER = Authority.root("CA", now=NOW)
STALE = Oddity(timedelta(days=-3), timedelta(days=-1))
OF_CA, OF_ROOT = make_crl(CA), make_crl(ROOT)


@dataclass(frozen=True)
class Situation:
    """The lists that stand beside CA and root, and the code that OpenSSL 3.0 gives with the chain checked."""

    lists: tuple[RevocationList, ...]
    code: int
    leaf_code: int | None = None


SITUATIONS = {
    "both": Situation((OF_CA, OF_ROOT), 0),
    "none": Situation((), 3, 3),
    "the leaf's alone": Situation((OF_CA,), 3, 0),
    "the intermediate's alone": Situation((OF_ROOT,), 3, 3),
    "stale": Situation((make_crl(CA, odd=STALE), OF_ROOT), 12, 12),
    "the intermediate's is stale": Situation((OF_CA, make_crl(ROOT, odd=STALE)), 12, 0),
    "stale beside fresh": Situation((make_crl(CA, odd=STALE), OF_CA, OF_ROOT), 0),
    "fresh beside stale": Situation((OF_CA, OF_ROOT, make_crl(CA, odd=STALE)), 0),
    "of tomorrow": Situation((make_crl(CA, odd=Oddity(begin=timedelta(days=1))), OF_ROOT), 11, 11),
    "forged": Situation((make_crl(CA, odd=Oddity(key=STRANGER.key)), OF_ROOT), 8, 8),
    "revoked leaf": Situation((make_crl(CA, [LEAF]), OF_ROOT), 23, 23),
    "revoked intermediate": Situation((OF_CA, make_crl(ROOT, [CA])), 23, 0),
    "revoked root": Situation((OF_CA, make_crl(ROOT, [ROOT])), 23, 0),
    "a part that fits": Situation((make_crl(CA, odd=Oddity(extensions=issuing_point(url=HERE))), OF_ROOT), 0),
    "another part": Situation((make_crl(CA, odd=Oddity(extensions=issuing_point(url=THERE))), OF_ROOT), 44, 44),
    "for users": Situation((make_crl(CA, odd=Oddity(extensions=issuing_point(users=True))), OF_ROOT), 0),
    "for authorities": Situation((OF_CA, make_crl(ROOT, odd=Oddity(extensions=issuing_point(authorities=True)))), 0),
    "the root's is of a place": Situation(
        (OF_CA, make_crl(ROOT, odd=Oddity(extensions=issuing_point(url=HERE)))), 44, 0
    ),
}


def judge(lists: Sequence[RevocationList], scope: CrlScope | None, anchors: Sequence[Identity] = (CA, ROOT)) -> Judge:
    return Judge.of(views(*anchors), lists, scope)


def asked(judge: Judge, family: Family, leaf: Identity = LEAF) -> Verdict:
    return judge.verdict(family, (leaf.der,), host="host.test", at=NOW)


def codes(lists: Sequence[RevocationList], scope: CrlScope) -> set[int]:
    """What the families say that can make this check."""
    checking = judge(lists, scope)
    return {int(asked(checking, family).code or 0) for family in CRL_FAMILIES[scope]}


def with_flags(flags: int, lists: Sequence[RevocationList]) -> int:
    verdict = OpenSSLVerifier(judge(lists, None).trust).verify((LEAF.der,), "host.test", NOW, Settings(flags))
    return int(verdict.code or 0)


def openssl(folder: Path, lists: Sequence[RevocationList], *options: str) -> int:
    """OpenSSL's own code for the leaf, with CA and root in the CA file."""
    program = str(require_program("openssl"))
    (folder / "ca.pem").write_bytes(to_pem([CA.der, ROOT.der]) + "".join(map(crl_to_pem, lists)).encode())
    (folder / "leaf.pem").write_bytes(to_pem([LEAF.der]))
    words = (program, "verify", "-no-CApath", "-no-CAstore", "-CAfile", "ca.pem", *options, "leaf.pem")
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder, timeout=30)
    found = re.search(r"^error (\d+) at", done.stdout + done.stderr, re.MULTILINE)
    assert found or "leaf.pem: OK" in done.stdout, done.stderr
    return int(found[1]) if found else 0


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_chain_is_checked_as_openssl_does(name: str, tmp_path: Path) -> None:
    lists, code = SITUATIONS[name].lists, SITUATIONS[name].code
    assert openssl(tmp_path, lists, "-crl_check", "-crl_check_all") == code
    assert codes(lists, CrlScope.CHAIN) == {code}


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if one.leaf_code is not None])
def test_the_leaf_is_checked_as_openssl_does(name: str, tmp_path: Path) -> None:
    lists, code = SITUATIONS[name].lists, SITUATIONS[name].leaf_code
    assert openssl(tmp_path, lists, "-crl_check", "-partial_chain") == code
    assert codes(lists, CrlScope.LEAF) == {code}


def test_partial_chains_break_the_check_of_a_chain(tmp_path: Path) -> None:
    """Why no family has both: an intermediate of the file ends the chain, and nobody can check its CRL."""
    lists = (OF_CA, OF_ROOT)
    assert openssl(tmp_path, lists, "-crl_check", "-crl_check_all", "-partial_chain") in {3, 8}
    assert with_flags(CRL_CHECK_CHAIN | PARTIAL_CHAIN, lists) in {3, 8}
    assert with_flags(CRL_CHECK_CHAIN, lists) == 0


def test_the_check_all_flag_alone_checks_nothing() -> None:
    assert with_flags(CRL_CHECK_CHAIN & ~CRL_CHECK_LEAF, ()) == 0


def test_without_the_flag_lists_change_nothing() -> None:
    """The families without a check of CRLs have none here: Java refuses a file that holds one."""
    revoked = (make_crl(CA, [LEAF]), OF_ROOT)
    for family in CRL_FAMILIES[CrlScope.CHAIN]:
        assert asked(judge(revoked, None), family).ok
        assert asked(judge((), None), family).ok


def test_curl_has_no_check_of_the_leaf_alone() -> None:
    openssl_families = [FamilyId.REQUESTS, FamilyId.REQUESTS_313, FamilyId.PYTHON, FamilyId.PYTHON_313]
    assert [family.id for family in CRL_FAMILIES[CrlScope.LEAF]] == openssl_families
    assert [family.id for family in CRL_FAMILIES[CrlScope.CHAIN]] == [*openssl_families, FamilyId.CURL]


def test_a_chain_of_two_is_checked_against_the_root_s_list() -> None:
    leaf = ROOT.issue_leaf(["host.test"])
    for lists, code in (((OF_ROOT,), None), ((), 3), ((make_crl(ROOT, [leaf]),), 23)):
        checking = judge(lists, CrlScope.CHAIN, (ROOT,))
        assert asked(checking, CRL_FAMILIES[CrlScope.CHAIN][0], leaf).code == code


def test_a_refusal_names_the_certificate_that_the_list_is_about() -> None:
    for lists, certificate in (((make_crl(CA, [LEAF]), OF_ROOT), LEAF), ((OF_CA, make_crl(ROOT, [CA])), CA)):
        verdict = asked(judge(lists, CrlScope.CHAIN), CRL_FAMILIES[CrlScope.CHAIN][0])
        assert (verdict.code, verdict.certificate) == (23, views(certificate)[0].sha256)


@pytest.mark.parametrize("code", [3, 5, 8, 11, 12, 15, 16, 23, 33, 35, 36, 44, 54])
def test_every_code_has_words(code: int) -> None:
    assert meaning(code) is MEANINGS[code]


DATED = {
    "in force": (OF_CA, 0),
    "over": (make_crl(CA, odd=Oddity(end=timedelta(days=1))), 12),
    "of later": (make_crl(CA, odd=Oddity(timedelta(days=4), timedelta(days=9))), 11),
    "over, and revoked": (make_crl(CA, [LEAF], odd=Oddity(end=timedelta(days=1))), 12),
    "over, and forged": (make_crl(CA, odd=Oddity(end=timedelta(days=1), key=STRANGER.key)), 12),
    "in force, and revoked": (make_crl(CA, [LEAF]), 23),
}
"""CRLs at a time two days from now."""


@pytest.mark.parametrize("name", DATED)
def test_the_dates_of_lists_count_at_another_time(name: str, tmp_path: Path) -> None:
    of_ca, code = DATED[name]
    at = NOW + timedelta(days=2)
    options = ("-crl_check", "-crl_check_all", "-attime", str(int(at.timestamp())))
    assert openssl(tmp_path, (of_ca, OF_ROOT), *options) == code
    checking = judge((of_ca, OF_ROOT), CrlScope.CHAIN)
    verdict = checking.verdict(CRL_FAMILIES[CrlScope.CHAIN][0], (LEAF.der,), host="host.test", at=at)
    assert (verdict.code or 0) == code


def test_words_are_openssls_own() -> None:
    lists = {3: (), 12: SITUATIONS["stale"].lists, 11: SITUATIONS["of tomorrow"].lists, 8: SITUATIONS["forged"].lists}
    for code, crls in lists.items():
        verdict = asked(judge(crls, CrlScope.CHAIN), CRL_FAMILIES[CrlScope.CHAIN][0])
        assert (verdict.code, verdict.error) == (code, meaning(code).error)
