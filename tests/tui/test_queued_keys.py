"""Keys that come faster than the screen takes them: each acts on what is under the cursor when its turn comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.stage import opened, screen_text, shows, until
from tests.tui.conftest import AppOn
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.authority import Template, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_rows import HostRow
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio
NAMES = ("complete", "leaf-only", "two-links-missing", "wrong-order", "no-aia", "expired-leaf")
HELD = ("root-sent-too", "self-signed", "duplicate-sent")
"""Hosts whose probes go on and on, with a new word each time, as they do where many are probed."""
PACE = 0.005
"""Seconds between two words of such a probe."""
BURST = 200


@dataclass(frozen=True)
class Load:
    """An app that is busy with probes; `jobs` are the jobs that were begun since, by kind and host."""

    pilot: Pilot[None]
    app: ChainApp
    jobs: list[tuple[str, str]]

    @property
    def names(self) -> list[str]:
        """The hosts of the list that are not held, by their labels."""
        return [row.state.label for row in self.app.rows if row.state.label not in HELD]

    def row(self, name: str) -> HostRow:
        """The row of a host by its label."""
        return next(row for row in self.app.rows if row.state.label == name)

    async def keys(self, *keys: str) -> None:
        """Post keys one after the other, as a terminal does with keys that are held or pasted, and let them act."""
        for key in keys:
            name = key if len(key) > 1 or key.isalnum() else _character_to_key(key)
            self.pilot.app.post_message(events.Key(name, key if len(key) == 1 else None))
        await until(self.pilot, lambda: not self.app.message_queue_size, "for the keys")
        await self.pilot.pause()


@asynccontextmanager
async def loaded(app: ChainApp, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Load]:
    """Open an app of which some hosts are probed for ever, as soon as the others have been."""
    ended, jobs = asyncio.Event(), list[tuple[str, str]]()
    probe, fix = Journey.probe, Journey.fix

    async def slowly(self: Journey, state: HostState, progress: Callable[[str], None]) -> HostState:
        jobs.append(("probe", state.label))
        turn = 0
        while state.label in HELD and not ended.is_set():
            turn += 1
            progress(("name", "connect", "TLS")[turn % 3])
            await asyncio.sleep(PACE)
        return state if ended.is_set() else await probe(self, state, progress)

    async def noted(self: Journey, state: HostState, *given: object) -> HostState:
        jobs.append(("fix", state.label))
        return await fix(self, state, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Journey, "probe", slowly)
    monkeypatch.setattr(Journey, "fix", noted)
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status or row.state.label in HELD for row in app.rows), "for the probes")
        jobs.clear()
        try:
            yield Load(pilot, app, jobs)
        finally:
            ended.set()


# hosts


async def test_a_host_is_removed_on_which_the_cursor_has_come(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("j", "d")
        await until(load.pilot, lambda: load.names == [NAMES[0], *NAMES[2:]], f"for one to go: {load.names}")
        await load.keys("j", "j", "d")
        await until(load.pilot, lambda: len(load.names) == len(NAMES) - 2)
        assert load.names == [NAMES[0], NAMES[2], NAMES[3], NAMES[5]]


async def test_two_removals_are_of_two_hosts(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("j", "d", "d")
        await until(load.pilot, lambda: load.names == [NAMES[0], *NAMES[3:]], f"for two to go: {load.names}")


async def test_the_host_is_repaired_on_which_the_cursor_has_come(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("j", "f")
        await until(load.pilot, lambda: load.row(NAMES[1]).state.proven is not None, "for the repair")
        assert load.jobs == [("fix", NAMES[1])]


async def test_the_host_is_probed_on_which_the_cursor_has_come(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("j", "j", "j", "r", "k", "r")
        await until(load.pilot, lambda: len(load.jobs) == 2, "for two probes")
        assert load.jobs == [("probe", NAMES[3]), ("probe", NAMES[2])]


async def test_three_blanks_mark_three_hosts(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("space", "space", "space")
        await until(load.pilot, lambda: sum(row.marked for row in load.app.rows) == 3, "for three marks")
        assert [row.state.label for row in load.app.rows if row.marked] == list(NAMES[:3])


async def test_a_held_key_and_a_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = [Host(Target(f"host{number}.example.test"), f"host{number}") for number in range(BURST + 100)]

    async def on_and_on(_: Journey, _state: HostState, progress: Callable[[str], None]) -> HostState:
        while True:
            progress("connect")
            await asyncio.sleep(PACE)
            progress("TLS")
            await asyncio.sleep(PACE)

    monkeypatch.setattr(Journey, "probe", on_and_on)
    app = ChainApp(lambda: (Journey(Context(TrustStore("none", ()))), ()), hosts)
    async with opened(app) as pilot:
        load = Load(pilot, app, [])
        await load.keys(*["j"] * BURST, "d")
        await until(pilot, lambda: len(app.rows) == len(hosts) - 1, "for one to go")
        gone = {host.target for host in hosts} - {row.target for row in app.rows}
        assert gone == {hosts[BURST].target}
        await load.keys(*["k"] * 50, "d")
        await until(pilot, lambda: len(app.rows) == len(hosts) - 2, "for another to go")
        gone = {host.target for host in hosts} - {row.target for row in app.rows}
        assert gone == {hosts[BURST].target, hosts[BURST - 50].target}, "the cursor had come to the next host"


# panes


async def test_the_certificate_is_opened_on_which_the_cursor_has_come(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("2", "g", "j", "i")
        await shows(load.pilot, "Certificate")
        served = load.row(NAMES[0]).state.reached
        assert served is not None
        await shows(load.pilot, f"{served.certificates[1].serial:x}")
        await load.keys("escape", "j", "k", "k", "i")
        await shows(load.pilot, f"{served.certificates[0].serial:x}")


async def test_another_host_and_its_certificate(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("j", "j", "j", "2", "i")
        served = load.row(NAMES[3]).state.reached
        assert served is not None
        await shows(load.pilot, f"{served.certificates[0].serial:x}")


@pytest.fixture
def two_paths(lab: Lab) -> Host:
    """A host whose issuer is to be had under two roots."""
    issuing = lab.hierarchy["issuing"]
    crossed = lab.hierarchy["other-root"].cross_sign(issuing)
    url = lab.publish("/two-paths.pem", AiaAnswer(to_pem([issuing.der, crossed.der])))
    leaf = issuing.issue_leaf(template=Template(urls=(url,)))
    return Host(Target("localhost", lab.serve([leaf.der], leaf.key)), "two-paths")


async def test_the_candidate_is_chosen_on_which_the_cursor_has_come(
    lab: Lab, two_paths: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    held = [Host(Target("localhost", lab.host(name).port), name) for name in HELD]
    app = ChainApp(lambda: (Journey(Context(trust)), ()), [two_paths, *held])
    async with loaded(app, monkeypatch) as load:
        await load.keys("f")
        await until(load.pilot, lambda: load.row("two-paths").state.proven is not None, "for the repair")
        first, other = load.row("two-paths").gaps[0].candidates[:2]
        await load.keys("3", "g", "j", "j", "space")
        await until(load.pilot, lambda: load.row("two-paths").state.choice is not None, "for the choice")
        path = load.row("two-paths").state.proven
        assert path is not None
        assert other.certificate in path.path.certificates
        assert first.certificate not in path.path.certificates
        assert not any(one.marked for one in app.rows)


# the filter


async def test_what_is_typed_after_the_slash_is_the_filter(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("/", "a", "b", "c")
        await until(load.pilot, lambda: load.app.screen.query_one("#filter", Input).value == "abc", "for the filter")
        assert load.jobs == []
        assert len(load.app.screen_stack) == 1
        await load.keys("escape")
        await until(load.pilot, lambda: load.app.screen.query_one("#filter", Input).value == "", "for no filter")


async def test_esc_right_after_the_slash_closes_the_filter(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("/", "c", "escape", "j", "d")
        await until(load.pilot, lambda: load.names == [NAMES[0], *NAMES[2:]], f"for one to go: {load.names}")


async def test_a_key_after_the_filter_acts_on_what_it_shows(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("/", *"no-aia", "enter", "f")
        await until(load.pilot, lambda: bool(load.jobs), "for the repair")
        assert load.jobs == [("fix", "no-aia")]
        await load.keys("d")
        await until(load.pilot, lambda: "no-aia" not in load.names, "for it to go")
        assert load.names == [name for name in NAMES if name != "no-aia"]


async def test_where_the_filter_shows_nothing_nothing_is_acted_on(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loaded(app_on(*NAMES[:2]), monkeypatch) as load:
        await load.keys("/", *"zzz", "enter")
        await shows(load.pilot, "2 hosts, none matches")
        await load.keys(*"dftrwvmsiexAVTDyY", "space")
        assert load.names == list(NAMES[:2])
        assert load.jobs == []
        assert not any(row.marked or row.busy for row in load.app.rows)
        assert len(load.app.screen_stack) == 1, screen_text(load.pilot)
        await load.keys("escape")
        await until(load.pilot, lambda: load.app.main.row is not None, "for a host")


# dialogs


@pytest.mark.parametrize("key", ["question_mark", "a", "b", "s", "m", "E", "i", "/"])
async def test_a_key_after_the_esc_that_closes_a_dialog_acts_on_what_is_below(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with loaded(app_on("leaf-only", *NAMES[2:], *HELD), monkeypatch) as load:
        await load.keys(key)
        await until(load.pilot, lambda: load.app.focused is not load.app.main.focused or key == "/", "for the dialog")
        await load.keys("escape", "j", "d")
        await until(load.pilot, lambda: load.names == ["leaf-only", *NAMES[3:]], f"for one to go: {load.names}")


async def test_what_is_typed_after_the_key_of_a_dialog_goes_into_it(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loaded(app_on(*NAMES, *HELD), monkeypatch) as load:
        await load.keys("a", *"rdf")
        await until(load.pilot, lambda: len(load.app.screen_stack) == 2, "for the dialog")
        await shows(load.pilot, "rdf")
        assert load.jobs == []
        assert load.names == list(NAMES)
