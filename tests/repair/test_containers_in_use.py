"""PKCS#7, DER and the Java store as their users take them, against nginx that forgets its intermediate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.audit.loaders import run
from tests.support.chains import repair_of, served_by, store_of
from tests.support.nginx import nginx
from tests.support.programs import require_program
from tui_chain.lab.authority import Authority, key_to_pem, to_pem
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair

_JAVA = """
import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  System.out.println(((HttpURLConnection) new URI(a[0]).toURL().openConnection()).getResponseCode()); } }
"""


@dataclass(frozen=True)
class Site:
    """A running nginx, and how a file of each kind for it is made."""

    url: str
    root: Authority
    files: dict[OutputKind, Output]

    def get(self, trust: Path) -> bool:
        """Whether curl takes the server with `trust` alone."""
        return run("curl", "-q", "-sS", "--capath", "/nonexistent", "--cacert", str(trust), self.url).returncode == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    now = datetime.now(UTC)  # the clients read the clock of the machine
    root = Authority.root("Site Root", now=now)
    issuing = root.issue_ca("Site Issuing")
    leaf = issuing.issue_leaf(["localhost"])
    served = replace(served_by(leaf, host="localhost"), at=now)
    repair = repair_of(store_of(root), served, issuing)
    assert isinstance(repair, Repair)
    made = {kind: make_output(kind, [(served, repair)], store_of(root), at=now) for kind in OutputKind}
    files = {kind: output for kind, output in made.items() if isinstance(output, Output)}
    with nginx(tmp_path_factory.mktemp("nginx"), to_pem([leaf.der]), key_to_pem(leaf.key)) as port:
        yield Site(f"https://localhost:{port}/", root, files)


def test_pkcs7_turned_into_pem_by_openssl_mends_curl(site: Site, tmp_path: Path) -> None:
    require_program("curl")
    openssl, sealed, bundle = str(require_program("openssl")), tmp_path / "ca.p7b", tmp_path / "ca.pem"
    sealed.write_bytes(site.files[OutputKind.PKCS7].data)
    done = run(openssl, "pkcs7", "-in", str(sealed), "-print_certs", "-out", str(bundle))
    assert done.returncode == 0, done.stderr
    assert site.get(bundle)
    bundle.write_bytes(to_pem([site.root.der]))
    assert not site.get(bundle), "the root alone is not enough"


def _java(url: str, store: Path, *options: str) -> tuple[int, bytes]:
    source = store.with_name("Get.java")
    source.write_text(_JAVA)
    done = run("java", f"-Djavax.net.ssl.trustStore={store}", *options, str(source), url)
    return done.returncode, done.stdout + done.stderr


def test_der_files_imported_one_by_one_mend_a_java_store(site: Site, tmp_path: Path) -> None:
    keytool, store = str(require_program("keytool")), tmp_path / "cacerts"
    require_program("java")
    output = site.files[OutputKind.DER]
    roots = [site.root.der, *(data for data in (output.data, *output.more) if data != site.root.der)]
    for place, der in enumerate(roots):
        file = tmp_path / f"{place}.der"
        file.write_bytes(der)
        words = ("-importcert", "-noprompt", "-file", str(file), "-alias", f"a{place}")
        done = run(keytool, *words, "-keystore", str(store), "-storepass", "changeit")
        assert done.returncode == 0, done.stdout
        code, said = _java(site.url, store, "-Djavax.net.ssl.trustStorePassword=changeit")
        assert (code == 0) is (place == len(roots) - 1), said
    assert b"200" in said


def test_the_java_store_is_enough_for_java(site: Site, tmp_path: Path) -> None:
    require_program("java")
    store = tmp_path / "truststore.p12"
    store.write_bytes(site.files[OutputKind.JAVA].data)
    code, said = _java(site.url, store)
    assert (code, said.strip()) == (0, b"200"), said
