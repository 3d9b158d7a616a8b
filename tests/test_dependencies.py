"""What is installed: versions without known holes, each held by the hashes of its files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture import ROOT

PROJECT = ROOT.parent
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
SOUND = {
    "h11": "0.16.0",  # CVE-2025-43859: lines between chunks
    "h2": "4.3.0",  # CVE-2025-57804: line breaks in headers
    "certifi": "2024.7.4",  # CVE-2024-39689: roots that are not trusted any more
    "idna": "3.7",  # CVE-2024-3651: quadratic time
    "pyyaml": "5.4",  # CVE-2020-14343: objects out of tags
    "cryptography": "46.0.5",  # CVE-2026-26007: points outside the group
}
"""The first release without a known hole, of what reads untrusted bytes."""


REQUIRED: dict[str, list[str]] = {
    "product": PYPROJECT["project"]["dependencies"],
    **PYPROJECT["project"]["optional-dependencies"],
    "dev": PYPROJECT["dependency-groups"]["dev"],
}


def requirements(kind: str) -> list[Requirement]:
    return [Requirement(text) for text in REQUIRED[kind]]


def locked() -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and hashes of every package of requirements.txt."""
    text = (PROJECT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, version = re.split("==| ", line)[:2]
            yield canonicalize_name(name), version, re.findall(r"--hash=sha256:([0-9a-f]{64})(?= |$)", line)


LOCKED = {name: version for name, version, _ in locked()}


@pytest.mark.parametrize("name", SOUND)
def test_no_version_with_a_known_hole_is_allowed(name: str) -> None:
    (floor,) = [one for one in requirements("product") if canonicalize_name(one.name) == name]
    assert min(Version(one.version) for one in floor.specifier) >= Version(SOUND[name])


def test_every_package_has_its_hashes() -> None:
    assert len(LOCKED) > 50
    assert [name for name, _, hashes in locked() if not hashes] == []


@pytest.mark.parametrize("kind", REQUIRED)
def test_the_lock_has_what_is_required(kind: str) -> None:
    """`make lock` makes it anew."""
    for one in requirements(kind):
        assert one.specifier.contains(LOCKED[canonicalize_name(one.name)]), one


def test_the_lock_has_the_versions_that_were_chosen() -> None:
    """`make lock` makes it anew."""
    for line in (PROJECT / "constraints.txt").read_text(encoding="utf-8").split():
        name, _, version = line.partition("==")
        assert LOCKED.get(canonicalize_name(name)) == version, line
