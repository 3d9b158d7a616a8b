"""Java keystores as audit, trust store and pool: what keytool made, taken up without its password."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.chains import HOST, NOW, make_pki
from tests.support.cli import tlschain
from tests.support.programs import require_program
from tui_chain.audit.audit import load_all
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.trust.loading import load_trust_store

PKI, OTHER = make_pki(), make_pki("Other")


@pytest.fixture(scope="module", params=["JKS", "JCEKS"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cacerts` trusts the root and holds the other chain with its key; `mine` holds that alone."""
    kind, place = str(request.param), tmp_path_factory.mktemp("stores")
    chain = to_pem([OTHER.leaf.der, OTHER.issuing.der])
    (place / "both.pem").write_bytes(chain + key_to_pem(OTHER.leaf.key))
    (place / "root.pem").write_bytes(to_pem([PKI.root.der]))
    (place / "leaf.pem").write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der]))
    export = ("pkcs12", "-export", "-in", "both.pem", "-out", "both.p12", "-passout", "pass:changeit", "-name", "me")
    run(place, "openssl", *export)
    for store in ("cacerts", "mine"):
        source = ("-srckeystore", "both.p12", "-srcstoretype", "PKCS12", "-srcstorepass", "changeit")
        target = ("-destkeystore", store, "-deststoretype", kind, "-deststorepass", "changeit")
        run(place, "keytool", "-importkeystore", "-noprompt", *source, *target)
    own = ("-keystore", "cacerts", "-storetype", kind, "-storepass", "changeit")
    run(place, "keytool", "-importcert", "-noprompt", "-alias", "root", "-file", "root.pem", *own)
    return place


def run(folder: Path, name: str, *words: str) -> None:
    subprocess.run((str(require_program(name)), *words), cwd=folder, capture_output=True, check=True, timeout=60)


def test_only_what_a_keystore_trusts_is_an_anchor(folder: Path) -> None:
    """What stands beside a key is shown to others: nobody said that it is to be trusted."""
    store = load_trust_store(str(folder / "cacerts"))
    assert not isinstance(store, Failure), store
    assert [one.der for one in store.anchors] == [PKI.root.der]
    none = load_trust_store(str(folder / "mine"))
    assert isinstance(none, Failure)
    assert "has no certificate to trust: a private key, which was not read." in none.message


def test_a_host_is_judged_by_a_keystore(folder: Path) -> None:
    words = ("--served", folder / "leaf.pem", "--host", HOST, "--at", NOW.isoformat(), "--offline", "--no-pool")
    (host,) = tlschain("fix", *words, "--trust", folder / "cacerts", "--json").objects
    assert (host["status"], host["path"][-1]["source"]) == ("complete", f"trust store {folder / 'cacerts'}")


@pytest.mark.parametrize("ending", ["", ".jks", ".jceks"])
def test_a_keystore_is_a_source_of_links(folder: Path, tmp_path: Path, ending: str) -> None:
    """The issuer of the leaf stands in it beside a key; a folder is looked through by its files' endings."""
    (tmp_path / "leaf.pem").write_bytes(to_pem([OTHER.leaf.der]))
    (tmp_path / "root.pem").write_bytes(to_pem([OTHER.root.der]))
    pool = folder / "mine"
    if ending:
        pool = tmp_path / "pool"
        pool.mkdir()
        (pool / f"mine{ending}").write_bytes((folder / "mine").read_bytes())
    words = ("--served", tmp_path / "leaf.pem", "--host", HOST, "--at", NOW.isoformat(), "--offline", "--no-pool")
    (host,) = tlschain("fix", *words, "--trust", tmp_path / "root.pem", "--pool", pool, "--json").objects
    assert host["status"] == "repairable"
    assert host["path"][1]["source"].startswith("file ")


def test_an_audit_says_what_is_in_a_keystore(folder: Path) -> None:
    done = tlschain("audit", folder / "cacerts", "--json")
    told = json.loads(done.out)
    codes = {found["code"] for found in told["findings"]}
    assert {"java-store", "private-key"} <= codes
    assert "unreadable" not in codes
    assert {client for client, one in told["clients"].items() if one["certificates"]} <= {"Java"}


ISSUERS = """
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.*;

public class Issuers {
    public static void main(String[] none) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (X509Certificate one : ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers())
            System.out.println(java.util.HexFormat.of().formatHex(one.getEncoded()));
    }
}
"""


def accepted(store: Path, *options: str) -> set[bytes]:
    """The certificates that Java takes for trusted, with this file as its trust store."""
    program = store.parent / "Issuers.java"
    program.write_text(ISSUERS)
    command = (str(require_program("java")), f"-Djavax.net.ssl.trustStore={store}", *options, str(program))
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, text=True)
    return {bytes.fromhex(line) for line in done.stdout.splitlines()}


def test_java_loads_what_the_audit_says(folder: Path) -> None:
    """JKS by itself, the certificate of a private key too; JCEKS only where its type is named."""
    data = (folder / "cacerts").read_bytes()
    said = load_all(data)["Java"]
    assert {one.der for one in said.certificates} == accepted(folder / "cacerts")
    assert load_all(data)["keytool"].refused == "it is a store, not a certificate"
    if data.startswith(b"\xce"):
        assert said.refused == "it is a JCEKS store, which takes -Djavax.net.ssl.trustStoreType=JCEKS"
        assert accepted(folder / "cacerts", "-Djavax.net.ssl.trustStoreType=JCEKS") == {PKI.root.der, OTHER.leaf.der}
