"""The audit's readers against the programs over odd files: a small sample of what `python -m tests.audit` runs."""

from __future__ import annotations

import random
import re
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import certifi
import pytest

from tests.audit.damaged import make_roots
from tests.audit.measured import BATCHES, Batch, differences, require
from tests.audit.odd_certificates import made_odd, sound
from tests.audit.odd_files import odd_files
from tests.support.chains import NOW
from tests.support.unsafe import unsafe_in
from tui_chain.audit.audit import Auditor, load_all
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.clients.trust_file import CertificateTable
from tui_chain.lab.authority import to_pem
from tui_chain.trust.store import TrustStore

FILES = 400
AT_MOST = {"OpenSSL": 0.001}
"""Share of the files of which a reader may say something else than its program."""
OTHERS = 0.02
AUDITOR = Auditor(TrustStore("certifi", ()), NOW)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


@pytest.fixture(scope="module")
def files(folder: Path) -> Mapping[str, Path]:
    found = {}
    for number, file in enumerate(odd_files(FILES, seed=3)):
        found[file.name] = folder / f"{number}.pem"
        found[file.name].write_bytes(file.data)
    return found


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_readers_say_what_programs_load(batch: Batch, files: Mapping[str, Path], folder: Path) -> None:
    require(batch)
    different = differences(batch, files, folder)
    assert len(different) <= len(batch.sample(files)) * AT_MOST.get(batch.reader, OTHERS), different


def test_no_odd_file_raises_and_nothing_unsafe_is_printed() -> None:
    for file in odd_files(250, seed=4):
        audit = AUDITOR.audit(file.data, file.name)
        fixed = fix_file(audit, AUDITOR.prover, NOW)
        texts = [found.message for found in audit.findings]
        texts += [one.text for one in fixed.left_out] if isinstance(fixed, FixedFile) else []
        assert not any(map(unsafe_in, texts)), file.name


def test_a_usual_certificate_is_read_by_every_reader() -> None:
    draw, table = random.Random(5), CertificateTable()  # noqa: S311 - no secrets
    public = [ssl.PEM_cert_to_DER_cert(one) for one in _blocks(certifi.contents())]
    originals = (*sound(), *(ca.der for ca in make_roots().cas), *public)
    assert sum(map(table.is_usual, public)) > len(public) * 0.8
    usual = {one for one in originals if table.is_usual(one)}
    odd = {made_odd(draw, draw.choice(originals)) for _ in range(2000)}
    usual |= {one for one in odd if table.is_usual(one)}
    assert len(usual) > 20
    for one in usual:
        assert all(loaded.certificates for loaded in load_all(to_pem([one]), Suspicious()).values()), one.hex()


def _blocks(text: str) -> Iterator[str]:
    return (one[0] for one in re.finditer(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", text))


class Suspicious(CertificateTable):
    """One that has every certificate read as each library reads it."""

    def is_usual(self, _der: bytes) -> bool:
        return False
