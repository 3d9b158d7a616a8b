"""What is said of CRLs against what OpenSSL 3.0 itself says of them, code by code."""

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
from tui_chain.certs.crls import CrlScope, RevocationList, crl_to_pem
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.paths.codes import MEANINGS, meaning
from tui_chain.paths.openssl import CRL_CHAIN, CRL_LEAF, PARTIAL, STRICT
from tui_chain.paths.openssl_rules import IDENTITY, REVOCATION, SIGNATURES, stage_of
from tui_chain.paths.profiles import CRL_PROFILES, PROFILES, Judge, Profile

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


def codes(profile: Profile, lists: Sequence[RevocationList], anchors: Sequence[Authority] = (CA, ROOT)) -> int:
    said = Judge(views(*anchors), lists).verdict(profile, views(LEAF), host="host.test", at=NOW)
    return said.code or 0


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
    assert {codes(profile, lists) for profile in CRL_PROFILES[CrlScope.CHAIN]} == {code}


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if one.leaf_code is not None])
def test_the_leaf_is_checked_as_openssl_does(name: str, tmp_path: Path) -> None:
    lists, code = SITUATIONS[name].lists, SITUATIONS[name].leaf_code
    assert openssl(tmp_path, lists, "-crl_check", "-partial_chain") == code
    assert {codes(profile, lists) for profile in CRL_PROFILES[CrlScope.LEAF]} == {code}


def test_partial_chains_break_the_check_of_a_chain(tmp_path: Path) -> None:
    """Why no profile has both: an intermediate of the file ends the chain, and nobody can check its CRL."""
    lists = (OF_CA, OF_ROOT)
    assert openssl(tmp_path, lists, "-crl_check", "-crl_check_all", "-partial_chain") in {3, 8}
    assert codes(Profile("partial", CRL_CHAIN | PARTIAL), lists) in {3, 8}
    for profile in CRL_PROFILES[CrlScope.CHAIN]:
        assert profile.flags is not None
        assert not profile.flags & PARTIAL


def test_the_check_all_flag_alone_checks_nothing() -> None:
    assert codes(Profile("odd", CRL_CHAIN & ~CRL_LEAF), ()) == 0


def test_without_the_flag_lists_change_nothing() -> None:
    revoked = (make_crl(CA, [LEAF]), OF_ROOT)
    with_lists, without = (
        Judge(views(CA, ROOT), lists).verdicts(views(LEAF), host="host.test", at=NOW) for lists in (revoked, ())
    )
    assert with_lists == without
    assert all(said.ok for said in without.values())


def test_profiles_that_check_are_those_that_do_not_with_the_check_on() -> None:
    plain = {profile.name: profile for profile in PROFILES}
    for profiles in CRL_PROFILES.values():
        for profile in profiles:
            usual = plain[profile.name]
            assert profile.flags is not None
            assert usual.flags is not None
            assert profile.flags & STRICT == usual.flags & STRICT
            assert profile.own_host_check == usual.own_host_check


def test_a_chain_of_two_is_checked_against_the_root_s_list() -> None:
    leaf = ROOT.issue_leaf(["host.test"])
    for lists, code in (((OF_ROOT,), None), ((), 3), ((make_crl(ROOT, [leaf]),), 23)):
        said = Judge(views(ROOT), lists).verdict(
            CRL_PROFILES[CrlScope.CHAIN][0], views(leaf), host="host.test", at=NOW
        )
        assert said.code == code


CRL_CODES = (3, 5, 8, 11, 12, 15, 16, 23, 33, 35, 36, 44, 54)


@pytest.mark.parametrize("code", CRL_CODES)
def test_every_code_has_words_and_its_place(code: int) -> None:
    assert meaning(code) is MEANINGS[code]
    assert IDENTITY < stage_of(code, 1).stage == REVOCATION < SIGNATURES


def test_words_are_openssls_own() -> None:
    from OpenSSL import crypto

    lists = {3: (), 12: SITUATIONS["stale"].lists, 11: SITUATIONS["of tomorrow"].lists, 8: SITUATIONS["forged"].lists}
    for code, crls in lists.items():
        said = Judge(views(CA, ROOT), crls).verdict(
            CRL_PROFILES[CrlScope.CHAIN][0], views(LEAF), host="host.test", at=NOW
        )
        assert (said.code, said.error) == (code, meaning(code).error)
    assert crypto.X509StoreFlags.CRL_CHECK == CRL_LEAF
