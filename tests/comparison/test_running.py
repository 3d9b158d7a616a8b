"""Running and judging the commands of the comparison, without the other tools; tlschain's own are run for real."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.comparison import __main__ as program
from tests.comparison.model import PRODUCT, Command, Outcome, Tool, read
from tests.comparison.running import Printed, differences, environment, found, places, run, subjects, version, words
from tests.support.cli import tlschain
from tui_chain.lab.internet import Lab, open_lab

TABLE = read()
OWN = tuple(command for command in TABLE.commands if command.tool == PRODUCT)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab({command.host for command in OWN} - {""}) as opened:
        yield opened


@pytest.mark.parametrize("command", OWN, ids=lambda command: command.id)
def test_what_the_document_says_of_tlschain_is_so(command: Command, lab: Lab, tmp_path: Path) -> None:
    known = places(command, lab, tmp_path)
    done = tlschain(*words(command, (), known))
    out = Path(known["out"])
    written = subjects(out.read_bytes() if out.is_file() else b"", "file")
    assert differences(command, Printed(done.code, done.out + done.err + written)) == ()


COMMAND = Command(
    "one", "tool", "--ca {roots} {target}", "words", exit=1, shows=("chain .* incomplete",), lacks=("fine",)
)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (1, "the chain is incomplete", ()),
        (0, "the chain is incomplete", ("exit 0, not 1",)),
        (1, "", ("lacks 'chain .* incomplete'",)),
        (1, "the chain is incomplete, else fine", ("has 'fine'",)),
    ],
)
def test_an_output_is_judged_by_exit_code_and_patterns(code: int, text: str, expected: tuple[str, ...]) -> None:
    printed = Printed(code, text, 1.234, 0.777)
    assert differences(COMMAND, printed) == expected
    assert printed.judged(COMMAND) == Outcome(code, 1.23, 0.78, expected == ())


def test_an_exit_code_that_says_nothing_is_not_judged() -> None:
    anything = Command("one", "tool", "x", "words", shows=("x",))
    assert differences(anything, Printed(77, "x")) == ()


def test_placeholders_stand_for_files_and_addresses_of_the_lab(lab: Lab, tmp_path: Path) -> None:
    command = Command("one", "tool", "'a b' {target} {leaf} {chain}", "words", host="complete")
    first, target, leaf, chain = words(command, ("tool",), places(command, lab, tmp_path))[1:]
    assert (first, target) == ("a b", lab.host("complete").target)
    assert [Path(file).read_text().count("BEGIN") for file in (leaf, chain)] == [1, 2]


def test_certificates_of_an_output_are_listed_also_from_json(lab: Lab, tmp_path: Path) -> None:
    command = Command("one", "tool", "{chain}", "words", host="complete")
    pem = Path(places(command, lab, tmp_path)["chain"]).read_bytes()
    for text in (pem, b'{"bundle": "' + pem.replace(b"\n", b"\\n") + b'"}'):
        assert subjects(text, "file") == "\nfile: CN=complete.lab.test\nfile: CN=Lab Issuing CA G2,O=tlschain lab"
    assert subjects(b"no certificate", "file") == ""


def test_a_program_runs_in_its_folder_without_the_users_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    script = "import os; print('\\x1b[1m' + os.getcwd(), os.environ['HOME'], 'SSL_CERT_FILE' in os.environ)"
    printed = run((sys.executable, "-c", script), tmp_path)
    assert printed.text == f"{tmp_path} {tmp_path} False\n"
    assert "SSL_CERT_FILE" not in environment(tmp_path)


def test_a_program_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.comparison.running.SECONDS", 0.5)
    printed = run((sys.executable, "-uc", "import threading; print('begun'); threading.Event().wait()"), tmp_path)
    assert (printed.exit, printed.text) == (124, "begun\n")


class TestFound:
    @pytest.fixture(autouse=True)
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("peer", "other"):
            fails = int(name == "other")
            lines = ("#!/bin/sh", f'[ "$2" = "import thing" ] && exit {fails}', f"echo {name} v2.10.3", "")
            (tmp_path / name).write_text("\n".join(lines))
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    @pytest.mark.parametrize(
        ("programs", "module", "given", "expected"),
        [
            (("absent", "peer"), "", {}, "peer"),
            (("absent",), "", {}, None),
            (("peer",), "", {"tool": "other"}, "other"),
            (("other", "peer"), "thing", {}, "peer"),
            (("other",), "thing", {}, None),
        ],
    )
    def test_the_first_that_is_there_and_can_import_the_module(
        self, programs: tuple[str, ...], module: str, given: dict[str, str], expected: str | None
    ) -> None:
        words = found(Tool("tool", "tool", "", "", programs, module), given)
        assert [Path(word).name for word in words] == ([expected] if expected else [])

    def test_the_version_is_the_first_number_that_it_prints(self, tmp_path: Path) -> None:
        tool = Tool("tool", "tool", "", "", ("peer",), version="--version")
        assert version(tool, found(tool, {}), tmp_path) == "2.10.3"


class TestProgram:
    def test_a_tool_that_is_not_there_is_left_out_by_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(sys, "argv", ["comparison", "--only", "certigo", "--only", "step"])
        assert program.main() == 0
        certigo, step = capsys.readouterr().out.splitlines()
        assert certigo.startswith("certigo: not installed here, so its commands are left out.")
        assert step.startswith("step: not installed here")

    def test_an_output_that_is_not_as_written_is_said_and_ends_with_1(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "certigo").write_text("#!/bin/sh\necho something else 9.9\n")
        (tmp_path / "certigo").chmod(0o755)
        words = ["comparison", "--only", "certigo", "--program", f"certigo={tmp_path / 'certigo'}"]
        monkeypatch.setattr(sys, "argv", words)
        assert program.main() == 1
        printed = capsys.readouterr().out
        assert printed.startswith("certigo 9.9\n")
        assert "✗ certigo-served" in printed
        assert "lacks 'CERTIFICATE 1'" in printed
