"""The one table of options: every command takes its own from it, and a wrong value is refused alike everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest

from tests.support.cli import tlschain
from tests.support.posix import mkfifo
from tui_chain.cli.main import main
from tui_chain.core.failure import Failure
from tui_chain.engine import options as table
from tui_chain.engine.arguments import Arguments, Options, read_arguments
from tui_chain.engine.command_line import TableOption
from tui_chain.engine.command_options import SCREEN, SCREEN_ALONE
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import OPTIONS
from tui_chain.tui import start

OWN = {"help", "version"}
"""Options that click adds."""


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for each, inner in command.commands.items():
            yield from commands(inner, f"{name} {each}")


COMMANDS = dict((*commands(main, "tlschain"), *commands(start.main, "tlschain-tui")))
BY_FLAGS = {option.flags: option for option in OPTIONS}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_comes_from_the_table(name: str) -> None:
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option) and parameter.name not in OWN:
            assert isinstance(parameter, TableOption), parameter
            entry = BY_FLAGS[parameter.entry.flags]
            assert (parameter.entry.name, parameter.entry.value) == (entry.name, entry.value)


def test_every_option_of_the_table_is_one_of_a_command() -> None:
    taken = {one.entry.flags for each in COMMANDS.values() for one in each.params if isinstance(one, TableOption)}
    assert taken == set(BY_FLAGS)
    assert len(BY_FLAGS) == len(OPTIONS)


def test_the_screen_takes_the_options_of_fix() -> None:
    fix = {one.entry for one in COMMANDS["tlschain fix"].params if isinstance(one, TableOption)}
    assert set(SCREEN) <= fix | {table.NO_SESSION}
    assert {one.name for one in SCREEN} <= set(Options.__dataclass_fields__)


WRONG = {
    table.TIMEOUT: ("nan", "0", "301", "inf", "soon"),
    table.JOBS: ("0", "1001", "few", "1.5"),
    table.WARN_DAYS: ("-1", "3651", "soon", "101%", "1.5", "33 %", "٣", ""),
    table.TRUST: ("/none/here.pem", "/dev/null"),
    table.TRUST_ROOT: ("ab" * 31, "", "certifi", "xy" * 32),
    table.AT: ("noon", "0001-01-01", "2026-13-01"),
    table.POOL: ("/none/here",),
    table.ALLOW_PRIVATE_AIA: ("10.0.0.1", "10.0.0.1:22", ":80", "everything"),
    table.HOSTS: ("/none/here", "/dev/null/x"),
    table.COLUMN: ("host",),
    table.LABEL_COLUMN: ("owner",),
    table.PORT_COLUMN: ("port",),
    table.KUBECONFIG: ("/none/here", "/dev/null"),
    table.CONTEXT: ("here",),
    table.RATE: ("0", "nan", "fast"),
    table.RETRIES: ("-1", "21", "often"),
    table.SNI: ("192.0.2.7", "a b", "https://a.test", "a.test:443", "-"),
    table.CONNECT_TO: ("a b", "a.test:0", "a.test:x", "[::1", "https://a.test/", "joe@a.test"),
    table.VERIFY_NAME: ("a b", "a.test:443", "*.a.test", ""),
    table.PROXY: ("ftp://proxy.test", "socks4://proxy.test", "http://", "http://joe:p#w@proxy.test"),
    table.CERT: ("/none/here.pem", "/dev/null"),
    table.KEY: ("/none/here.key",),
    table.CERT_PASSWORD_FILE: ("/none/here.txt",),
    table.BIND: ("localhost", "192.0.2.300", "192.0.2.7:80"),
    table.EHLO: ("a b", "a\r\nRCPT", "", "[a]"),
    table.STARTTLS: ("https", "", "smtp+starttls"),
}
"""Values that are refused, for each option of the screen that takes one: a new one has to be here."""


def test_wrong_values_are_known_of_every_option() -> None:
    assert set(WRONG) == {option for option in SCREEN if option.value != "switch"}


@pytest.mark.parametrize(
    ("option", "value"),
    [(option, value) for option, values in WRONG.items() for value in values],
    ids=lambda each: each.name if isinstance(each, OptionEntry) else repr(each),
)
def test_both_front_ends_refuse_a_wrong_value_alike(option: OptionEntry, value: str) -> None:
    value_of = [f"{option.flags[-1]}={value}"] if option.value == "optional" else [option.flags[-1], value]
    words = ("leaf.example.test", *value_of)
    done = tlschain("fix", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1].removeprefix("tlschain: ") == refusal_of_the_screen(*words)


def refusal_of_the_screen(*words: str) -> str:
    """What `tlschain-tui` says before it opens, or what its start says where that comes later."""
    try:
        context = start.main.make_context("tlschain-tui", list(words))
    except click.UsageError as error:
        return f"Error: {error.format_message()}"
    options = Options(**context.params)
    arguments = read_arguments(options)
    if isinstance(arguments, Failure):
        return str(arguments)
    with ExitStack() as resources:
        loaded = start.load(resources, options, arguments)
    assert isinstance(loaded, Failure)
    return str(loaded)


def test_a_demo_reads_no_file_of_hosts(tmp_path: Path) -> None:
    words = ("--demo", "--hosts", str(tmp_path / "hosts"))
    assert tlschain("fix", *words).complaint == refusal_of_the_screen(*words)


@pytest.mark.parametrize("name", ["none", ".", "pipe", "hosts", "empty"])
def test_a_file_without_saved_results_is_refused_before_the_screen_opens(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "pipe":
        mkfifo(path)
    elif name == "hosts":
        path.write_text("a.example.test\n{}\n", encoding="utf-8")
    elif name == "empty":
        path.touch()
    refused = refusal_of_the_screen("--open", str(path))
    lacks = name in {"hosts", "empty"}
    assert refused.startswith(f"The file {path} holds no results" if lacks else f"There is no file {path}.")
    assert ("tlschain check --json" in refused) is lacks


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_results_are_known_in_every_encoding_that_they_are_read_in(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('\n {"schema": 1}\n', encoding=encoding)
    arguments = read_arguments(Options(open_file=path))
    assert not isinstance(arguments, Failure)
    assert arguments.hosts == ()


def test_saved_results_are_no_host_list(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"schema": 1}\n', encoding="utf-8")
    refused = refusal_of_the_screen("--hosts", str(path))
    assert refused.startswith(f"The file {path} is no host list: it holds JSON")
    assert f"`tlschain-tui --open {path}`" in refused
    assert tlschain("fix", "--hosts", str(path)).complaint == refused


def test_saved_results_are_no_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the current folder has a name that a host could have."""
    monkeypatch.chdir(tmp_path)
    Path("results.jsonl").write_text('{"schema": 1}\n', encoding="utf-8")
    Path("leaf.example.test").write_text("not JSON", encoding="utf-8")
    wanted = "results.jsonl is a file of saved results. `tlschain-tui --open results.jsonl` shows them."
    assert refusal_of_the_screen("leaf.example.test", "results.jsonl") == wanted
    arguments = read_arguments(Options(("leaf.example.test", "\0")))
    assert isinstance(arguments, Arguments)
    assert [host.target.host for host in arguments.hosts] == ["leaf.example.test"]
    assert "saved results" not in str(arguments.wrong)


def test_a_demo_opens_no_saved_results(tmp_path: Path) -> None:
    assert refusal_of_the_screen("--demo", "--open", str(tmp_path)).startswith("--demo takes names of the lab's")


def test_only_the_screen_opens_saved_results() -> None:
    takers = {
        name
        for name, command in COMMANDS.items()
        for one in command.params
        if isinstance(one, TableOption) and one.entry in SCREEN_ALONE
    }
    assert takers == {"tlschain-tui"}
