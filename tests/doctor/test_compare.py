"""Two environments side by side: what explains a verdict comes first."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import certifi
import pytest

from tests.doctor.conftest import PLAIN
from tests.support.chains import HOST, make_pki
from tests.support.interpreters import clean_environment, report_of, require_interpreter
from tui_chain.clients.engines.openssl.handshake import flight
from tui_chain.doctor.comparison import Comparison, EnvironmentDifference, compare
from tui_chain.doctor.environment_report import EnvironmentReport
from tui_chain.doctor.probe_script import ServedFlight
from tui_chain.lab.authority import to_pem

PKI = make_pki(now=datetime.now(UTC))
SERVED = ServedFlight(HOST, 443, flight((PKI.leaf.der, PKI.issuing.der), rsa=False))


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("compare") / "root.pem"
    file.write_bytes(to_pem([PKI.root.der]))
    return file


@pytest.fixture(scope="module")
def laptop(trusted: Path) -> EnvironmentReport:
    return report_of(PLAIN, clean_environment(trusted.parent / "home", SSL_CERT_FILE=str(trusted)), SERVED)


def named(found: Comparison, what: str) -> EnvironmentDifference:
    return next(one for one in found.differences if one.what == what)


def test_an_environment_does_not_differ_from_itself(laptop: EnvironmentReport) -> None:
    assert compare(laptop, laptop).differences == ()


def test_a_variable_that_one_side_lacks_explains_the_verdict(laptop: EnvironmentReport, trusted: Path) -> None:
    runner = report_of(PLAIN, clean_environment(trusted.parent / "home"), SERVED)
    found = compare(laptop, runner)
    assert found.differences[0] == EnvironmentDifference(
        "Python ssl: verdict", "accepted", "refused: unable to get local issuer certificate (20)"
    )
    explaining = {one.what for one in found.differences if one.explains}
    assert "Python ssl: roots" in explaining or "Python ssl: trusts" in explaining
    assert named(found, "variable SSL_CERT_FILE").a == str(trusted)
    assert named(found, "variable SSL_CERT_FILE").b == "not set"


def test_another_version_differs_in_its_flags(trusted: Path) -> None:
    environment = clean_environment(trusted.parent / "home", SSL_CERT_FILE=str(trusted))
    newer, older = (report_of(require_interpreter(version), environment, SERVED) for version in ("3.13", "3.9"))
    found = compare(older, newer)
    assert "STRICT + PARTIAL_CHAIN" in named(found, "Python ssl: verify flags").b
    assert named(found, "Python").a.startswith("3.9.")


def test_roots_of_certifi_that_one_side_alone_has(trusted: Path, tmp_path: Path) -> None:
    reports = []
    for name in ("a", "b"):
        copy = tmp_path / name / "certifi"
        shutil.copytree(Path(certifi.where()).parent, copy, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        if name == "b":
            with (copy / "cacert.pem").open("ab") as file:
                file.write(trusted.read_bytes())
        reports.append(report_of(PLAIN, clean_environment(tmp_path / "home", PYTHONPATH=str(copy.parent))))
    difference = named(compare(*reports), "certifi's file: roots")
    assert difference.a == "none more"
    assert difference.b == "1 root more: CN=Test Root,O=tlschain lab"
