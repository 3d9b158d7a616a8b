"""Whatever a library raises, in any command: one sentence and exit code 70, and never a traceback."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import ROOT, Done, tlschain
from tui_chain.lab.internet import Lab


class Panic(BaseException):
    """As cryptography's Rust raises: an exception that is none of Exception's."""


RAISED: dict[str, Callable[[], BaseException]] = {
    "error": lambda: RuntimeError("not \x1b[31m foreseen"),
    "panic": lambda: Panic("index out of bounds"),
    "cancelled": asyncio.CancelledError,
    "group": lambda: BaseExceptionGroup("several", [ValueError("a"), Panic("b")]),
    "recursion": lambda: RecursionError("maximum recursion depth exceeded"),
    "memory": MemoryError,
}


@dataclass
class Fault:
    """Raises where something is called, and counts how often."""

    raised: Callable[[], BaseException]
    count: int = 0

    def __call__(self, *_: Any, **__: Any) -> Any:
        self.count += 1
        raise self.raised()


ANY = (
    "tui_chain.engine.settings.read_own_file",
    "tui_chain.engine.startup.load_trust_store",
)
PROBE = (
    "tui_chain.probe.probe.Prober.probe",
    "tui_chain.net.connection.connect",
    "tui_chain.probe.handshake.ClientSide.shake_hands",
    "tui_chain.net.lookup.Address.sockaddr",
)
DIAGNOSIS = (
    "tui_chain.diagnose.diagnosis.find_paths",
    "tui_chain.diagnose.diagnosis.all_findings",
    "tui_chain.clients.judge.Judge.verdicts",
)
RESOLVE = ("tui_chain.resolve.resolver.Resolver.resolve", "tui_chain.resolve.aia_cache.AIACache._outcome")
POOL = ("sqlite3.connect",)
TRUSTING = ("TARGET", "--trust", "TRUST")
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "check": (TRUSTING, (*ANY, *PROBE, *DIAGNOSIS)),
    "fix": (
        (*TRUSTING, "-o", "NEW"),
        (*PROBE[:1], *DIAGNOSIS[:1], *RESOLVE, *POOL, "tui_chain.repair.write.plan_write"),
    ),
    "test": (TRUSTING, (*PROBE[:1], "tui_chain.livetest.live.Live.test", "ssl.create_default_context")),
    "report": (
        TRUSTING,
        (*PROBE[:1], "tui_chain.cli.commands.report.report", "tui_chain.advise.report.letter_document"),
    ),
    "advise": (TRUSTING, (*DIAGNOSIS[:1], "tui_chain.cli.commands.advise.situation")),
    "audit": (("BUNDLE",), ("tui_chain.audit.audit.load_all", "tui_chain.audit.audit.scan")),
    "refresh": (("BUNDLE", "--trust", "TRUST"), (*PROBE[:1], "tui_chain.cli.commands.refresh.refreshed")),
    "explain": (("TEXT",), ("tui_chain.diagnose.explain.explanation.read", "tui_chain.cli.commands.explain.explain")),
    "doctor": ((), ("tui_chain.doctor.examination.run_script", "tui_chain.doctor.examination.examine_report")),
    "verify": (("BUNDLE", "--host", "a.test"), (*DIAGNOSIS[:1], "tui_chain.engine.chain_files.served_ders")),
    "pool": (
        ("import", "BUNDLE"),
        (*POOL, "tui_chain.pool.pool.name_digest", "tui_chain.cli.commands.pool.opened"),
    ),
    "config": ((), ("tui_chain.cli.commands.config.read_settings",)),
}
PLACES = [(name, place) for name, (_, places) in COMMANDS.items() for place in places]


@pytest.fixture(scope="module")
def places(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("files")
    bundle, text = folder / "bundle.pem", folder / "error.txt"
    target = lab.host("leaf-only").target
    assert tlschain("fix", target, "--trust", lab.trust_file, "--no-pool", "-o", bundle).code == 0
    text.write_text("ssl.SSLCertVerificationError: unable to get local issuer certificate (_ssl.c:1000)")
    files = {"TRUST": lab.trust_file, "BUNDLE": bundle, "TEXT": text, "NEW": folder / "new.pem"}
    return {"TARGET": target, **{name: str(file) for name, file in files.items()}}


def run(name: str, places: dict[str, str]) -> Done:
    return tlschain(name, *(places.get(word, word) for word in COMMANDS[name][0]))


@pytest.mark.parametrize(("name", "place"), PLACES)
@pytest.mark.parametrize("kind", ["error", "panic"])
def test_a_fault_of_a_library_is_one_sentence(
    places: dict[str, str],
    name: str,
    place: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    fault = Fault(RAISED[kind])
    monkeypatch.setattr(place, fault)
    done = run(name, places)
    gc.collect()  # asyncio tells then of what nobody looked at
    assert fault.count > 0, "the command does not come there"
    assert done.code == 70, done
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert last.startswith("tlschain: This is a fault of tlschain ")
    assert f": {'RuntimeError' if kind == 'error' else 'Panic'} at " in last
    assert "Traceback" not in done.err
    assert all(line.isprintable() for line in done.err.splitlines())
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert not Path(places["NEW"]).exists()


@pytest.mark.parametrize("kind", RAISED)
def test_whatever_is_raised(places: dict[str, str], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DIAGNOSIS[0], Fault(RAISED[kind]))
    done = run("check", places)
    assert (done.code, done.out, done.err.count("\n")) == (70, "", 1)


def test_of_many_hosts_that_fail_at_once_nothing_else_is_printed(
    places: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first ends the command; asyncio prints a traceback of the others where nobody looks at them."""
    monkeypatch.setattr(DIAGNOSIS[0], Fault(RAISED["error"]))
    targets = [places["TARGET"], *(f"localhost:{port}" for port in range(1, 6))]
    done = tlschain("check", *targets, "--trust", places["TRUST"])
    gc.collect()
    assert (done.code, done.err.count("\n")) == (70, 1)
    assert caplog.records == []


_PROCESS = """
import sys
from unittest.mock import patch
from tui_chain.cli.main import run
with patch(sys.argv.pop(1), side_effect=LookupError("forced")):
    run()
"""


def test_a_process_ends_so_too(places: dict[str, str]) -> None:
    words = (sys.executable, "-c", _PROCESS, DIAGNOSIS[0], "check", places["TARGET"], "--trust", places["TRUST"])
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (70, "", 1)
    assert "LookupError at " in done.stderr


_SCREEN = """
import os, sys
from unittest.mock import patch
os.environ["TEXTUAL_DRIVER"] = "textual.drivers.headless_driver:HeadlessDriver"
sys.argv = ["tlschain-tui", "--no-session", "a.test"]
from tui_chain.tui.start import main
with patch(PLACE, side_effect=LookupError("forced")):
    main()
"""


@pytest.mark.parametrize(
    "place",
    [
        "tui_chain.engine.settings.read_own_file",
        "tui_chain.tui.start.make_app",
        "tui_chain.engine.startup.load_trust_store",
        "tui_chain.tui.screens.main.MainScreen.compose",
    ],
)
def test_the_screen_ends_in_a_sentence_as_well(place: str) -> None:
    script = _SCREEN.replace("PLACE", repr(place))
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 70, done.stderr[-2000:]
    assert "This is a fault of tlschain-tui: LookupError: forced." in done.stderr
    assert "Traceback" not in done.stderr
