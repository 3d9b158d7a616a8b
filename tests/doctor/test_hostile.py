"""What attacks the doctor: programs that are no Python, files without an end, lines made to be slow, reports."""

from __future__ import annotations

import json
import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.interpreters import clean_environment, report_of
from tests.support.limits import no_wait, own_seconds
from tests.support.posix import mkfifo
from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.doctor.environment_report import MAX_SETTINGS, EnvironmentReport, read_report
from tui_chain.doctor.examination import Examination, examine_report
from tui_chain.doctor.interpreter import ChosenInterpreter, find_interpreter, run_script
from tui_chain.doctor.probe_script import probe_script
from tui_chain.doctor.script import main, settings, stores

PLAIN = Path(sys.executable).resolve()
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a program of POSIX")
MEGABYTE = 1 << 20


# programs


@posix_only
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_runs_nothing_of_the_script(shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line it would: `import sys` takes a picture of the screen into a file where ImageMagick is."""
    monkeypatch.chdir(tmp_path)
    for name in ("import", "from", "tlschain"):
        (tmp_path / name).write_text("#!/bin/sh\necho > ran\n")
        (tmp_path / name).chmod(0o755)
    environment = clean_environment(tmp_path / "home", PATH=f"{tmp_path}:{os.environ['PATH']}")
    found = run_script(Path(require_program(shell)), probe_script(), environment)
    assert isinstance(found, Failure)
    assert "This is for Python" in found.message
    assert not (tmp_path / "ran").exists()


@posix_only
def test_a_program_of_this_folder_is_not_looked_for_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "other", tmp_path, tmp_path / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / "python").symlink_to(PLAIN)
    for named, expected in (("./python", "python"), (".", "bin/python"), ("python", "other/python")):
        found = find_interpreter(named, {"PATH": str(tmp_path / "other")})
        assert isinstance(found, ChosenInterpreter)
        assert found.path == tmp_path / expected
    on_path = find_interpreter(None, {"PATH": "."})
    assert isinstance(on_path, ChosenInterpreter)
    assert on_path.path == tmp_path / "python"


@pytest.mark.parametrize("named", ["", "x" * 5000, "a\0b", "loop/python", "-", "\udc80"])
def test_a_name_that_names_no_program_is_a_failure(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty one is not this folder's bin/python, as from a variable that is not set."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(PLAIN)
    found = find_interpreter(named, {"PATH": os.environ["PATH"]})
    assert isinstance(found, Failure)
    assert not unsafe_in(str(found))


# files


@posix_only
def test_a_pipe_that_a_variable_names_is_named_whatever_waits_for_it(tmp_path: Path) -> None:
    """Python's ssl reads OpenSSL's configuration when it is imported, where no deadline of the script counts yet."""
    pipe = tmp_path / "pipe"
    mkfifo(pipe)
    with no_wait():
        found = run_script(
            PLAIN, probe_script(), clean_environment(tmp_path / "home", OPENSSL_CONF=str(pipe)), seconds=2.0
        )
    assert isinstance(found, Failure)
    assert "OPENSSL_CONF names" in found.message
    assert found.hint == "Look again after `unset OPENSSL_CONF`."


@posix_only
def test_a_trust_file_that_is_a_pipe_is_the_problem_that_is_shown(bare: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    mkfifo(pipe)
    report = report_of(bare, clean_environment(tmp_path / "home", SSL_CERT_FILE=str(pipe)), seconds=2.0)
    problems = {problem.code: problem.message for problem in examined(report).problems}
    assert "no regular file" in problems["unreadable-file"]


def examined(report: EnvironmentReport) -> Examination:
    return examine_report(report, datetime.now(UTC))


LINES = {
    "brackets": "[" * MEGABYTE,
    "a section of blanks": f"[{' ' * MEGABYTE}x",
    "an escape in a section": '[a "' + "\\" * MEGABYTE,
    "a key of blanks": f"x{' ' * MEGABYTE}x",
    "a value of blanks": f"x = y{' ' * MEGABYTE}y",
    "hyphens": "- " * MEGABYTE,
    "keys": "x-: " * (MEGABYTE // 4),
    "quotes": '-Dx="' * (MEGABYTE // 5),
    "logins": f"x = {'//' * MEGABYTE}",
    "schemes": f"x = {'a://' * (MEGABYTE // 4)}",
    "schemes before a login": f"x = {'a://' * (MEGABYTE // 4)} a://b@",
    "schemes in a login": f"x = {'a://' * (MEGABYTE // 4)}@",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_of_a_megabyte_takes_no_time(line: str, tmp_path: Path) -> None:
    """A search holds the interpreter's lock: nothing else runs in it, the deadline neither."""
    file = tmp_path / "config"
    file.write_text(line)
    table = [
        {"client": "x", "places": [str(file)], "syntax": syntax, "keys": {"*": "x"}}
        for syntax in ("ini", "git", "lines", "words", "yaml", "options")
    ]
    with own_seconds(3.0):
        settings.files(table)


def test_configuration_files_that_are_many_lines_are_cut(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("cafile=x\n" * 100_000)
    table = [{"client": "x", "places": [str(file)], "syntax": "lines", "keys": {"cafile": "x"}}]
    (found,) = settings.files(table)
    assert len(found["entries"]) == settings.MAX_ENTRIES


def test_beginnings_without_an_end_take_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"-----BEGIN CERTIFICATE-----\n" * 200_000)
    with own_seconds(3.0):
        assert stores.describe(str(file))["certificates"] == 0
    file.write_text("\n" * MEGABYTE)
    monkeypatch.setenv("OPENSSL_CONF", str(file))
    with own_seconds(3.0):
        assert main._openssl()["config"]["settings"] == {}


def test_passwords_of_addresses_leave_no_interpreter() -> None:
    for address in ("https://joe:se/cret@x.test/a", "https://joe:secret@x.test", "//joe:secret@x.test/"):
        assert settings.masked(address).replace("***@", "").partition("x.test")[0] in {"https://", "//"}
    assert settings.masked("/a@b/c.pem") == "/a@b/c.pem"


def test_an_error_without_a_text_is_named_by_its_type() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert stores.cut(Silent()) == "Silent"


# reports


def read(report: dict[str, object]) -> EnvironmentReport:
    found = read_report(json.dumps({"doctor": 1, "complete": True, **report}).encode(), "x")
    assert isinstance(found, EnvironmentReport)
    return found


def test_a_version_that_is_no_day_is_no_crash() -> None:
    for version in ("9" * 4000 + ".1.1", "99999999999999999999.1.1", "2024.13.99", "\u0662.1.1", ""):
        examined(read({"certifi": {"version": version, "where": "/x", "own": "/x"}}))


def test_a_setting_of_no_client_is_no_variable() -> None:
    """Its name would stand in a command."""
    name = "POETRY_CERTIFICATES_$(reboot)_CERT"
    entries = [{"setting": name, "value": "/gone", "line": 1}]
    report = read(
        {
            "variables": {name: "/gone"},
            "files": [{"client": "", "path": "/x", "entries": entries}],
            "stores": [{"path": "/gone", "kind": "missing"}],
        }
    )
    assert report.settings == ()
    assert "reboot" not in "".join(problem.change for problem in examined(report).problems)


def test_a_path_is_one_word_of_a_command_and_no_option() -> None:
    kinds: list[dict[str, object]] = [
        {"kind": "unreadable"},
        {"kind": "folder"},
        {"kind": "file", "certificates": 1, "error": "x"},
    ]
    for facts in kinds:
        for path in ("-rf", "$(reboot)", "a\nreboot", "a'; reboot", "-x {file}"):
            report = read(
                {"variables": {"SSL_CERT_DIR": path, "SSL_CERT_FILE": path}, "stores": [{"path": path, **facts}]}
            )
            for problem in examined(report).problems:
                words = shlex.split(problem.change)
                assert not any(word.startswith("-") for word in words if word not in {"--fix", "--backup"})
                assert "\n" not in problem.change


def test_a_report_of_very_many_settings_takes_no_time() -> None:
    lines = [{"setting": "strict-ssl", "value": "false", "line": line} for line in range(4000)]
    report = read({"files": [{"client": "npm", "path": f"/{number}", "entries": lines} for number in range(4)]})
    assert len(report.settings) == MAX_SETTINGS
    with own_seconds(5.0):
        examined(report)


def test_a_report_that_powershell_redirected_is_read() -> None:
    text = json.dumps({"doctor": 1, "complete": True})
    for encoding in ("utf-16", "utf-8-sig"):
        assert isinstance(read_report(text.encode(encoding), "x"), EnvironmentReport)
