"""A joint finding, there and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis.strategies import builds, integers, lists, none, one_of, text

from tests.fleet.made import joint_of
from tests.readme import DOCS
from tui_chain.core.text import safe_text
from tui_chain.diagnose.findings.interception import UnknownRoot
from tui_chain.fleet.shared_roots import SharedRoots
from tui_chain.net.target import Target
from tui_chain.results.joint import MAX_HOSTS, JointFinding

PAGE = (DOCS / "json.md").read_text(encoding="utf-8")
TEXTS = text(max_size=20).map(lambda one: safe_text(one, 200))
SHA256 = text("0123456789abcdef", min_size=64, max_size=64)


@given(
    builds(
        JointFinding,
        kind=TEXTS,
        code=TEXTS,
        severity=TEXTS,
        subject=TEXTS,
        sha256=one_of(none(), SHA256),
        hosts=lists(TEXTS, max_size=5).map(tuple),
        count=integers(0, 10**6),
        message=TEXTS,
        hint=TEXTS,
    )
)
def test_it_is_read_as_it_was_written(finding: JointFinding) -> None:
    line = finding.to_json()
    assert JointFinding.from_json(line) == finding
    assert line.isascii()
    assert "\n" not in line
    assert list(json.loads(line))[:2] == ["schema", "kind"]


def test_of_many_hosts_so_many_are_written() -> None:
    hosts = tuple(f"{number}.test:443" for number in range(250))
    finding = JointFinding("shared-root", "shared-unknown-root", "risk", "CN=X", None, hosts, 250, "", "")
    assert JointFinding.from_json(finding.to_json()).hosts == hosts[:MAX_HOSTS]
    assert JointFinding.from_json(finding.to_json()).count == 250


def test_hosts_are_names_each_once_as_the_page_and_the_class_say() -> None:
    roots = SharedRoots()
    for name in ("shop.b.test", "api.a.test", "shop.b.test"):
        roots.add(Target(name, 8443).host, UnknownRoot(("a root", None), "CN=X"))
    (finding,) = roots.joint()
    assert (finding.hosts, finding.count) == (("api.a.test", "shop.b.test"), 2)
    assert "| `hosts` | list of texts | the names of the hosts, without scheme and port," in PAGE
    assert "names of hosts, each once and without a port" in (JointFinding.__doc__ or "")


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": 2},
        {"schema": True},
        {"kind": None},
        {"sha256": "AB" * 32},
        {"hosts": "a.test"},
        {"hosts": ["a\x1b.test"]},
        {"count": -1},
        {"count": True},
        {"message": "\u202e"},
    ],
)
def test_anything_else_is_refused(changed: dict[str, object]) -> None:
    line = json.dumps(json.loads(joint_of().to_json()) | changed)
    with pytest.raises(ValueError, match="it is"):
        JointFinding.from_json(line)


@pytest.mark.parametrize("line", ["", "1", "[]", "[" * 100_000, '{"schema": 1}'])
def test_what_is_no_finding_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"it is|Expecting"):
        JointFinding.from_json(line)
