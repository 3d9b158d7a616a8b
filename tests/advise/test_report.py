"""The report as text and Markdown, and `tlschain report` with all that it can be asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.support.chains import NOW
from tests.support.cli import tlschain
from tests.support.reports import every_state
from tests.support.unsafe import unsafe_in
from tui_chain.advise.document import to_markdown, to_text
from tui_chain.advise.report import report, server_file
from tui_chain.advise.report_page import report_page
from tui_chain.advise.summary import LEFT_OUT
from tui_chain.engine.host_state import HostState
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore


@pytest.fixture(scope="module")
def states() -> Mapping[str, HostState]:
    return every_state()


def test_it_begins_with_the_verdict_whose_fault_it_is_and_the_next_step(states: Mapping[str, HostState]) -> None:
    for name, state in states.items():
        text = to_markdown(report(state, NOW))
        title, verdict, fault, step = text.split("\n\n")[:4]
        assert title.startswith("# TLS certificate report: "), name
        assert state.status is not None
        assert verdict.startswith(f"{state.status.value}: ")
        assert fault.startswith("Fault: ")
        assert step.startswith("Next step"), name


def test_it_does_not_end_in_a_certificate(states: Mapping[str, HostState]) -> None:
    for state in states.values():
        chain = server_file(state, TrustStore("test", ()), NOW)
        assert "END CERTIFICATE" not in to_text(report(state, NOW, chain))[-100:]


def test_foreign_texts_stay_texts_in_every_form(states: Mapping[str, HostState]) -> None:
    for name in ("hostile", "hostile-incomplete"):
        document = report(states[name], NOW)
        for text in (to_text(document), to_markdown(document)):
            assert not unsafe_in(text)


@pytest.mark.parametrize("form", ["html", "text"])
def test_a_bundle_that_loses_a_limit_is_left_out(form: str) -> None:
    """As `fix` writes none without consent."""
    with open_lab(["constraints-lost-names"]) as lab:
        target = lab.host("constraints-lost-names").target
        text = tlschain("report", target, "--trust", lab.trust_file, "--format", form).out
    assert "constraints-lost" in text
    assert LEFT_OUT.partition(":")[0] in text
    assert "# CA bundle" not in text


def test_a_host_that_was_not_probed_says_so() -> None:
    state = HostState(Target("host.test"))
    assert "The host has not been probed." in to_text(report(state, NOW))
    assert "The host has not been probed." in report_page(state, NOW)


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_one_command_reports_all_that_can_be_asked(lab: Lab, form: str) -> None:
    host = lab.host("leaf-only")
    asked = ("--live-test", "--all-addresses", "--revocation")
    done = tlschain("report", host.target, "--trust", lab.trust_file, "--format", form, *asked)
    assert done.code == 0, done.err
    for heading in ("Every server of the host", "Live test", "Revocation", "Where missing certificates"):
        assert heading in done.out
    assert re.search(r"after.{1,80}the bundle alone", re.sub("<[^>]*>", " ", done.out), re.DOTALL)
