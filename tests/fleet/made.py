"""Results made for one test, at a time that stands still."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.support.chains import HOST, NOW, served_by, store_of
from tests.support.reports import MARKUP
from tui_chain.core.status import Severity
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.fleet.formats.registry import result_writer
from tui_chain.fleet.policy import Policy
from tui_chain.lab.authority import Authority, Template, days
from tui_chain.results.host import host_result
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import CertificateResult, FindingResult, HostResult, TLSResult

HOSTILE = (
    *MARKUP,
    "=cmd|'/C calc'!A0",
    "+1|x;-2",
    "a;=1+1\t@SUM(1)",
    "host days'=1;;|evil=9",
    "line\nbreak\r\nCRITICAL",
    'quote " backslash \\ n \\n',
    "\ufffe\uffff\ud800\x01\x0b",
)
"""What acts in a spreadsheet, a monitor, a metrics file, XML or a page."""


def result_of(
    *, leaf: tuple[float, float] = (-10, 80), issuing: tuple[float, float] = (-700, 1100), host: str = HOST
) -> HostResult:
    """A complete host: when its leaf and its intermediate begin and end, in days from now."""
    root = Authority.root("Root", now=NOW, template=Template(validity=days(-4000, 4000)))
    ca = root.issue_ca("Issuing", Template(validity=days(*issuing)))
    own = ca.issue_leaf([host], Template(validity=days(*leaf)))
    journey = Journey(Context(store_of(root), lambda: NOW, offline=True))
    served = served_by(own, ca, host=host)
    return host_result(journey.diagnose(HostState(served.target), served), NOW)


def hostile_result(text: str) -> HostResult:
    """A host every text of which is hostile; nothing that is read from a file has controls in it, as these have."""
    certificate = CertificateResult(b"\x30\x00", "ab" * 32, text, text, NOW, text)
    finding = FindingResult(text, Severity.FATAL, "ab" * 32, text, text, text)
    return HostResult(
        target=text,
        label=text,
        address=text,
        time=NOW,
        status="invalid",
        blame=text,
        headline=text,
        tls=TLSResult(version=text),
        served=(certificate,),
        path=(certificate,),
        findings=(finding,),
    )


def joint_of(text: str = "CN=Corporate Root", severity: str = "risk", count: int = 3) -> JointFinding:
    """A joint finding of so many hosts."""
    hosts = tuple(f"host{number}.test:443" for number in range(min(count, 100)))
    return JointFinding("shared-root", "shared-unknown-root", severity, text, None, hosts, count, text, text)


def written(
    form: str,
    results: Iterable[HostResult],
    joint: Iterable[JointFinding] = (),
    policy: Policy = Policy(),  # noqa: B008 - frozen
    now: datetime = NOW,
) -> str:
    """The whole output of a form, each piece of which has to end with a line feed."""
    writer = result_writer(form, policy, now)
    pieces = list(writer.begin())
    for result in results:
        pieces += writer.add(result)
    for finding in joint:
        pieces += writer.joint(finding)
    pieces += writer.end()
    assert all(piece.endswith("\n") for piece in pieces)
    return "".join(pieces)
