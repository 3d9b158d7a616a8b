"""PKCS#12 stores as Java reads them: which certificates are entries, by which password, in which encryption."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.chains import make_pki
from tests.support.programs import require_program
from tui_chain.audit.audit import load_all
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.repair.output import java_truststore
from tui_chain.x509.certificate import Certificate

PKI = make_pki()
ENCRYPTIONS = ("NONE", "PBE-SHA1-RC2-40", "PBE-SHA1-RC2-128", "PBE-SHA1-3DES", "AES-128-CBC", "AES-256-CBC")
ENTRIES = """
import java.io.*;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.*;

public class Entries {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            TreeSet<String> found = new TreeSet<>();
            for (String password : new String[] {null, "changeit", ""}) {
                if (!found.isEmpty()) continue;
                try (InputStream in = new FileInputStream(file)) {
                    KeyStore store = KeyStore.getInstance("PKCS12");
                    store.load(in, password == null ? null : password.toCharArray());
                    for (String alias : Collections.list(store.aliases())) {
                        Certificate one = store.getCertificate(alias);
                        if (one != null) found.add(HexFormat.of().formatHex(one.getEncoded()));
                    }
                } catch (IOException wrongPassword) { continue; }
            }
            System.out.println(String.join(" ", found));
        }
    }
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pkcs12")
    (place / "root.pem").write_bytes(to_pem([PKI.root.der]))
    (place / "leaf.pem").write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der]) + key_to_pem(PKI.leaf.key))
    for encryption in ENCRYPTIONS:
        export = ("pkcs12", "-legacy", "-export", "-certpbe", encryption, "-keypbe", "PBE-SHA1-3DES")
        run(place, "openssl", *export, "-in", "root.pem", "-nokeys", *_store(f"roots-{encryption}", "changeit"))
        run(place, "openssl", *export, "-in", "leaf.pem", *_store(f"identity-{encryption}", "changeit"))
    run(place, "openssl", "pkcs12", "-legacy", "-export", "-in", "leaf.pem", *_store("empty", ""))
    for name, options in {"usual": (), "legacy": ("-J-Dkeystore.pkcs12.legacy",)}.items():
        own = ("-noprompt", "-file", "root.pem", "-keystore", f"keytool-{name}.p12", "-storepass", "changeit")
        run(place, "keytool", *options, "-importcert", *own)
    (place / "ours.p12").write_bytes(java_truststore([Certificate(PKI.root.der)]))
    return place


def _store(name: str, password: str) -> tuple[str, ...]:
    return ("-out", f"{name}.p12", "-passout", f"pass:{password}")


def run(folder: Path, name: str, *words: str) -> None:
    subprocess.run((str(require_program(name)), *words), cwd=folder, capture_output=True, check=True, timeout=60)


@pytest.fixture(scope="module")
def entries(folder: Path) -> Mapping[str, set[bytes]]:
    (folder / "Entries.java").write_text(ENTRIES)
    files = sorted(folder.glob("*.p12"))
    command = (str(require_program("java")), str(folder / "Entries.java"), *map(str, files))
    lines = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True).stdout.split("\n")
    return {file.stem: set(map(bytes.fromhex, line.split())) for file, line in zip(files, lines, strict=False)}


def test_java_trusts_what_the_audit_says(folder: Path, entries: Mapping[str, set[bytes]]) -> None:
    said = {file.stem: load_all(file.read_bytes())["Java"] for file in sorted(folder.glob("*.p12"))}
    assert {name: {one.der for one in loaded.certificates} for name, loaded in said.items()} == entries
    assert entries["keytool-legacy"] == entries["ours"] == {PKI.root.der}
    assert entries["identity-PBE-SHA1-RC2-40"] == {PKI.leaf.der}


def test_a_store_that_openssl_wrote_without_keys_has_no_entries_for_java(
    folder: Path, entries: Mapping[str, set[bytes]]
) -> None:
    for encryption in ENCRYPTIONS:
        name = f"roots-{encryption}"
        assert entries[name] == set()
        refused = load_all((folder / f"{name}.p12").read_bytes())["Java"].refused
        assert refused == "its certificates lack the attribute that makes them entries of a Java trust store"
