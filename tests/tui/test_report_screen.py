"""A report of a host by keys: its three forms, exactly what is known, and nothing that acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.gallery import SMALL
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tests.scenes.world import HOSTS, NOW, scene_journey
from tests.support.hostile import ATTACKS, hostile_pki
from tests.support.unsafe import unsafe_in
from tests.tui.audits import says
from tests.tui.conftest import AppOn
from tui_chain.advise.document import to_markdown
from tui_chain.advise.report import report
from tui_chain.core.text import colon_hex
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.results.host import host_result
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

pytestmark = pytest.mark.anyio
FORMS = (("Markdown", ".md"), ("HTML", ".html"), ("JSON", ".json"))


def app_of(pilot: Pilot[None]) -> ChainApp:
    assert isinstance(pilot.app, ChainApp)
    return pilot.app


async def save_all(pilot: Pilot[None], folder: Path) -> dict[str, str]:
    """Save the current host's report in every form, each under the name that is suggested."""
    texts = {}
    for place, (name, suffix) in enumerate(FORMS):
        await press(pilot, "s", *["f2"] * place)
        await shows(pilot, f"│ {name} ")
        suggested = Path(pilot.app.screen.query_one("#write-path", Input).value)
        assert suggested.name.endswith(f"-report{suffix}")
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        texts[name] = (folder / suggested.name).read_text(encoding="utf-8")
    return texts


async def test_the_three_forms_of_a_repaired_and_tested_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(SMALL, HOSTS[:1]) as pilot:
        await press(pilot, "f", "t", "w", "enter")
        (bundle,) = tmp_path.iterdir()
        texts = await save_all(pilot, tmp_path)
        state = app_of(pilot).rows[0].state
    assert state.proven is not None
    pem = bundle.read_bytes()
    for name in ("Markdown", "HTML"):
        assert set(read_certificates(pem).certificates) <= set(read_certificates(texts[name].encode()).certificates)
        for certificate in state.reached.certificates if state.reached is not None else ():
            assert colon_hex(certificate.sha256) in texts[name]
        for heading in ("Certification path", "Where missing certificates", "Instructions for clients", "Live test"):
            assert heading in texts[name]
        assert str(bundle) in texts[name].replace("\\", "")
    assert not re.search(r"""(src|href)=["']?(https?:)?//|@import|url\(""", texts["HTML"])
    assert json.loads(texts["JSON"]) == json.loads(host_result(state, NOW, bundle).to_json())


async def test_it_reports_the_host_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(SMALL, HOSTS[-1:]) as pilot:
        texts = await save_all(pilot, tmp_path)
        assert "unreachable" in texts["Markdown"]
        assert "## Findings" in texts["Markdown"]
        assert "No answer to the connection within 5 s" in texts["HTML"]
        assert json.loads(texts["JSON"])["bundle"] is None


async def test_what_was_asked_beside_is_in_it(app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = app_on("complete")
    async with opened(app, SMALL) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "A", "escape", "s", "enter")
    (report,) = tmp_path.glob("*.md")
    assert "## Every server of the host" in report.read_text()


async def test_what_the_issuers_said_is_in_it() -> None:
    answer = RevocationAnswer(Means.OCSP, Revocation.REVOKED, "revoked on 2026-01-02", "http://ocsp.example.test/")
    check = RevocationCheck("00" * 32, "api.example.test", (answer,))
    probed = await scene_journey().probe(HostState(HOSTS[0].target))
    text = to_markdown(report(replace(probed, revocation=(check,)), NOW))
    assert "| `api.example.test` | revoked | OCSP `http://ocsp.example.test/` | revoked on 2026-01-02 |" in text


async def test_a_host_that_was_not_probed_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(HostJobs, "probe", lambda *_: None)
    app = ChainApp(lambda: (Journey(Context(TrustStore("none", ()))), ()), HOSTS[:1])
    async with opened(app, SMALL) as pilot:
        await pilot.press("s")
        await says(pilot, "There is nothing to report")
        assert len(app.screen_stack) == 1
    assert list(tmp_path.iterdir()) == []


async def test_an_existing_report_is_not_lost_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    existing = tmp_path / "api.example.test-report.md"
    existing.write_text("mine\n")
    async with stage(SMALL, HOSTS[:1]) as pilot:
        await press(pilot, "s")
        await shows(pilot, "-mine")
        await press(pilot, "enter", "escape")
    assert existing.read_text() == "mine\n"


async def test_names_that_attack_do_not_act(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pki = hostile_pki("".join(ATTACKS[:6]), ["localhost"], now=lab.hierarchy["root"].now)
    port = lab.serve([pki.leaf.der, pki.issuing.der], pki.leaf.key)
    trust = TrustStore("lab", (Certificate(pki.root.der),))
    app = ChainApp(lambda: (Journey(Context(trust)), ()), [Host(Target("localhost", port))])
    async with opened(app, SMALL) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "s", "f2", "f2")
        assert not unsafe_in(screen_text(pilot))
        await press(pilot, "escape")
        texts = await save_all(pilot, tmp_path)
    for text in texts.values():
        assert not unsafe_in(text)
    assert not re.search(r"<b[^a-z]", texts["HTML"])
    assert "@click=app.quit" in texts["HTML"], "it is shown, as text"
