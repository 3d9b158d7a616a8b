"""`--crl` from the command line to files, words, JSON and exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Done, tlschain
from tests.support.crls import make_crl, naming
from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tui_chain.clients.families import FAMILIES, FamilyId, family_names
from tui_chain.clients.judge import CRL_FAMILIES
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.crls import CRL_CHAINS
from tui_chain.lab.scenarios.refusals import OPENSSL
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.repair.file_header import read_header
from tui_chain.x509.crl import CrlScope, crl_to_pem, crls_of
from tui_chain.x509.formats.readers import read_certificates

NAMES = [scenario.name for scenario in CRL_CHAINS]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["leaf-only", *NAMES]) as opened:
        yield opened


def fix(lab: Lab, *words: str | Path) -> Done:
    hosts = [lab.host(str(word)).target if word in {host.name for host in lab.hosts} else word for word in words]
    return tlschain("fix", "--no-pool", "--trust", lab.trust_file, *hosts)


def test_the_demo_shows_it() -> None:
    done = tlschain("fix", "--demo", "--crl")
    assert done.code == 0
    assert len(crls_of(done.out.encode())) == 2
    assert "CRLs      ✓ CN=Lab CRL CA crl-chain,O=tlschain lab  until " in done.err
    assert f"✓ verified with VERIFY_CRL_CHECK_CHAIN: {family_names(OPENSSL)}" in done.err


def test_the_demo_without_it_is_as_it_was() -> None:
    done = tlschain("fix", "--demo")
    assert done.code == 0
    assert "leaf-only" in done.err
    assert "CRL" not in done.out


def test_a_file_and_the_code_that_turns_the_check_on(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = fix(lab, "--crl", "crl-chain", "-o", file)
    assert done.code == 0
    assert "2 certificates, 2 CRLs" in done.err
    assert f"context = ssl.create_default_context(cafile={str(file)!r})\n  {CrlScope.CHAIN.python}" in done.err
    again = fix(lab, "--crl", "crl-chain", "-o", file)
    assert "unchanged" in again.err


@pytest.mark.parametrize(("switch", "scope", "count"), [("--crl", "chain", 2), ("--crl-leaf", "leaf", 1)])
def test_json(lab: Lab, switch: str, scope: str, count: int) -> None:
    (told,) = fix(lab, switch, "--json", "crl-chain").objects
    assert told["crl_check"] == scope
    assert len(told["crls"]) == count
    assert set(told["crls"][0]) == {"sha256", "issuer", "number", "this_update", "next_update", "source"}
    assert told["crl_clients"] == {family.id: True for family in CRL_FAMILIES[CrlScope(scope)]}
    assert [crl.sha256 for crl in crls_of(told["bundle"].encode())] == [crl["sha256"] for crl in told["crls"]]
    assert "crl_error" not in told
    (plain,) = fix(lab, "--json", "crl-chain").objects
    assert not {"crls", "crl_check", "crl_clients", "crl_error"} & set(plain)


@pytest.mark.parametrize("name", ["crl-chain-revoked", "crl-chain-ca-revoked"])
def test_a_revoked_certificate_makes_no_file(lab: Lab, tmp_path: Path, name: str) -> None:
    file = tmp_path / "bundle.pem"
    done = fix(lab, "--crl", name, "-o", file)
    assert done.code == 1
    assert not file.exists()
    assert "invalid · a certificate was revoked" in done.err
    assert "was revoked on 20" in done.err
    assert "(superseded), says the CRL http://127.0.0.1:" in done.err
    (told,) = fix(lab, "--crl", "--json", name).objects
    assert (told["status"], told["crls"]) == ("invalid", [])
    assert "was revoked on" in told["crl_error"]
    assert told["revocation"][0]["status"] == "revoked"


def test_a_certificate_without_a_list_makes_no_file_but_the_leaf_alone_may(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = fix(lab, "--crl", "crl-chain-half", "-o", file)
    assert (done.code, file.exists()) == (1, False)
    assert "no CRLs   Lab CRL CA crl-chain-half names no CRL" in done.err
    assert "--crl-leaf" in done.err
    assert fix(lab, "--crl-leaf", "crl-chain-half", "-o", file).code == 0
    header = read_header(file.read_bytes())
    assert header is not None
    assert header.crl_check is CrlScope.LEAF


def test_a_list_from_a_file_stands_in(lab: Lab, tmp_path: Path) -> None:
    """For a certificate that names none, and offline."""
    (tmp_path / "root.crl").write_bytes(make_crl(lab.hierarchy["root"]).der)
    done = fix(lab, "--crl", "crl-chain-half", "--pool", tmp_path / "root.crl")
    assert done.code == 0
    assert f"[file {tmp_path / 'root.crl'}]" in done.err
    assert "tlschain: " not in done.err, "a CRL is no problem of a file"


def test_offline_from_files_alone(lab: Lab, tmp_path: Path) -> None:
    root = lab.hierarchy["root"]
    ca = root.issue_ca("Offline CA")
    leaf = ca.issue_leaf(["host.test"])
    (tmp_path / "served.pem").write_bytes(to_pem([leaf.der]))
    pool = to_pem([ca.der]) + "".join(crl_to_pem(make_crl(one)) for one in (ca, root)).encode()
    (tmp_path / "pool.pem").write_bytes(pool)
    words = ("--served", tmp_path / "served.pem", "--host", "host.test", "--offline", "--pool", tmp_path / "pool.pem")
    done = fix(lab, "--crl", *words)
    assert done.code == 0, done.err
    assert len(crls_of(done.out.encode())) == 2
    later = fix(lab, "--crl", *words, "--at", f"{ca.now.year + 1}-01-01")
    assert later.code == 1


def test_a_host_that_needs_no_repair_gets_its_file(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = fix(lab, "--crl", "crl-chain-complete", "-o", file)
    assert done.code == 0
    assert len(read_certificates(file.read_bytes()).certificates) == 1
    assert len(crls_of(file.read_bytes())) == 2
    assert "There is nothing to write" in fix(lab, "crl-chain-complete", "-o", file).err


def test_hosts_without_their_lists_are_left_out_of_a_file_for_several(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    words = ("--crl", "crl-chain", "crl-chain-half", "crl-chain-complete", "-o", file)
    done = fix(lab, *words, "--json")
    assert done.code == 1
    header = read_header(file.read_bytes())
    assert header is not None
    assert header.hosts == tuple(lab.host(name).target for name in ("crl-chain", "crl-chain-complete"))
    assert [one["written"] is not None for one in done.objects] == [True, False, True]


@pytest.mark.parametrize("kind", ["server", "java", "pkcs7", "der"])
def test_kinds_without_lists_refuse_before_anybody_is_asked(lab: Lab, kind: str) -> None:
    before = len(lab.aia_log)
    done = fix(lab, "--crl", "crl-chain", "--as", kind)
    assert done.code == 2
    assert done.complaint
    assert len(lab.aia_log) == before


def test_without_consent_no_private_address_is_asked(lab: Lab, tmp_path: Path) -> None:
    """A chain from a file was reached nowhere, so that loopback needs the user's word."""
    host = lab.host("crl-chain-complete")
    (tmp_path / "served.pem").write_bytes(to_pem(host.served_der))
    words = ("--served", tmp_path / "served.pem", "--host", "localhost", "--crl")
    before = len(lab.aia_log)
    done = fix(lab, *words)
    assert done.code == 1
    assert "--allow-private-aia" in done.err
    assert len(lab.aia_log) == before
    assert fix(lab, *words, "--allow-private-aia").code == 0


def test_foreign_words_do_not_act(lab: Lab) -> None:
    for name in NAMES:
        done = fix(lab, "--crl", name)
        assert not unsafe_in(done.err)
        assert not unsafe_in(done.out)


# -- the live test


@dataclass(frozen=True)
class Two:
    """Two hosts of one CA, of which the second was revoked, and a bundle for the first."""

    lab: Lab
    good: str
    revoked: str
    bundle: Path

    def test(self, target: str, *words: str | Path) -> Done:
        return tlschain("test", "--trust", self.lab.trust_file, target, *words)


@pytest.fixture(scope="module")
def two(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Two:
    root = lab.hierarchy["root"]
    urls = {name: lab.publish(f"/two-{name}.crl", AiaAnswer()) for name in ("leaf", "ca")}
    ca = root.issue_ca("Two CA", naming(urls["ca"]))
    template = naming(urls["leaf"], issuer=(lab.publish("/two.cer", ca.der),))
    good, revoked = ca.issue_leaf(template=template), ca.issue_leaf(template=template)
    lab.publish("/two-leaf.crl", AiaAnswer(make_crl(ca, [revoked]).der))
    lab.publish("/two-ca.crl", AiaAnswer(make_crl(root).der))
    ports = [lab.serve([leaf.der], leaf.key) for leaf in (good, revoked)]
    file = tmp_path_factory.mktemp("two") / "bundle.pem"
    targets = [f"localhost:{port}" for port in ports]
    assert fix(lab, "--crl", targets[0], "-o", file).code == 0
    return Two(lab, targets[0], targets[1], file)


def only(done: Done) -> dict[str, Any]:
    (told,) = done.objects
    return told


def test_the_live_test_looks_into_the_lists(two: Two) -> None:
    done = two.test(two.good, "--crl", "--json")
    assert done.code == 0
    told = only(done)
    assert told["crl_check"] == "chain"
    assert (told["before"]["code"], told["after"]["status"]) == (20, 200)
    assert told["after"]["trust"] == "the bundle alone, its CRLs looked into"
    words = {one["id"]: one["words"] for one in told["clients"]}
    checking = {family.id for family in CRL_FAMILIES[CrlScope.CHAIN]}
    assert {name: said.endswith(", its CRLs not looked into") for name, said in words.items()} == {
        family.id: family.id not in checking for family in FAMILIES
    }
    assert {words[family] for family in checking} == {"handshake verified"}
    assert "crl_check" not in only(two.test(two.good, "--json"))


def test_a_revoked_host_is_refused_with_the_file(two: Two) -> None:
    done = two.test(two.revoked, "--crl", "--bundle", two.bundle, "--json")
    assert done.code == 1
    told = only(done)
    assert (told["after"]["ok"], told["after"]["code"]) == (False, 23)
    codes = {one["id"]: one["code"] for one in told["clients"]}
    checking = {family.id for family in CRL_FAMILIES[CrlScope.CHAIN]}
    assert codes == {family.id: 23 if family.id in checking else None for family in FAMILIES}
    plain = only(two.test(two.revoked, "--bundle", two.bundle, "--json"))
    assert plain["after"]["ok"]
    assert {one["id"] for one in plain["clients"] if not one["ok"]} == {FamilyId.JAVA}, (
        "without the check nobody sees it; Java does not read a file that holds a CRL"
    )


def test_the_live_test_of_a_revoked_host_says_so(two: Two) -> None:
    done = two.test(two.revoked, "--crl")
    assert (done.code, done.out) == (1, "")
    assert "was revoked on" in done.complaint


def test_programs_are_told_to_look(two: Two) -> None:
    for name in ("curl", "openssl", "wget"):
        require_program(name)
    for target, wanted in ((two.good, True), (two.revoked, False)):
        told = only(two.test(target, "--crl", "--bundle", two.bundle, "--programs", "--json"))
        said = {one["name"]: one["ok"] for one in told["programs"]}
        assert {said.pop(name) for name in ("curl", "openssl", "wget")} == {wanted}
        assert set(said.values()) == {None}


def test_a_file_without_lists_cannot_be_tested_for_them(two: Two, tmp_path: Path) -> None:
    plain = tmp_path / "plain.pem"
    plain.write_bytes(two.lab.trust_pem)
    done = two.test(two.good, "--crl", "--bundle", plain)
    assert done.code == 2
    assert "There is no CRL in that file" in done.complaint


def test_the_leaf_alone_in_the_live_test(two: Two) -> None:
    told = only(two.test(two.good, "--crl-leaf", "--json"))
    assert told["after"]["trust"] == "the bundle alone, the leaf's CRL looked into"
    words = {one["id"]: one["words"] for one in told["clients"]}
    assert words["curl"] == "handshake verified, its CRLs not looked into"
    assert words["python"] == "handshake verified"


def test_a_store_of_roots_is_no_place_for_a_stranger_s_list(lab: Lab, tmp_path: Path) -> None:
    """A list in the user's files is judged like any other: one of a namesake counts for nothing."""
    forged = make_crl(Authority.root("Lab Root R1", now=lab.hierarchy["root"].now))
    (tmp_path / "forged.crl").write_bytes(forged.der)
    done = fix(lab, "--crl", "crl-chain-half", "--pool", tmp_path / "forged.crl")
    assert done.code == 1
    assert "its signature is not the issuer's" in done.err
