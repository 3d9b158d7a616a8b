"""The manual pages of section 1, made of what `--help` says: a page of each command, and one of the screen.

Library generators of such pages (click-man) know no exit codes, no keys and no subcommands on one page, and put help
texts into the page as they are, dots and backslashes included.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping

import click

from shipping.roff import bold, entry, escape, example, italic, paragraphs, prose, section, subsection
from tui_chain import __version__
from tui_chain.cli.main import main as commands
from tui_chain.engine.actions import ACTIONS
from tui_chain.tui.start import main as screen

PROGRAM, SCREEN = "tlschain", "tlschain-tui"
_CODE = re.compile(r"(?:^|(?<=[.)] ))(\d+): ")

ENVIRONMENT = {
    "HTTPS_PROXY, ALL_PROXY, NO_PROXY": "The proxy that https and STARTTLS targets are reached by, and the hosts "
    "that are reached without; in lower case too. Targets on this machine go without a proxy.",
    "SSL_CERT_FILE, SSL_CERT_DIR": "Where OpenSSL reads the trust store of the system, for `--trust system`.",
    "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_DATA_HOME": "Where the files below are.",
    "NO_COLOR": "Print and show no colours.",
    "TLSCHAIN_TRACEBACK": "With 1, a fault of the product prints its whole traceback.",
}
"""Environment variables that both programs read."""
SCREEN_ENVIRONMENT = {
    "TEXTUAL_THEME": "The theme of the screen.",
    "PAGER; VISUAL, EDITOR": "The programs in which `o` and `O` open a text.",
}
FILES = {
    "~/.config/tlschain/config.toml": "Settings; `tlschain config --example` prints one with all of them.",
    "~/.local/share/tlschain/": "The pool: CA certificates that are kept between runs. Nothing in it is trusted.",
}
SCREEN_FILES = {
    "~/.local/state/tlschain/": "The list of hosts with labels and choices, the theme, and the log of what was done.",
}
EXIT_CODES = {
    "0": "All is well, or what was asked for was done.",
    "1": "Something was found, or was not repaired; consent may be missing.",
    "2": "Wrong usage.",
    "3": "Nothing else is wrong but hosts that were not reached.",
    "70": "A fault of the product itself; one line says how to report it.",
    "130": "Ended by ctrl+C.",
    "143": "Ended by SIGTERM.",
}
"""Of every command; its own page says what the first four mean there."""
EXAMPLES = {
    "Find what a server does not send, and write the bundle that clients need:": "fix example.org -o ca.pem",
    "What each client family makes of the hosts of a list, an object a line:": "check --hosts hosts.txt --json",
    "From the error text of a program to its likely causes:": "explain < error.log",
}


PLAIN = (".nh", ".ad l")
"""Lines neither hyphenated nor spread out: a reader copies names and options from them."""


def pages() -> dict[str, str]:
    """Every page by the name of its file, as `tlschain-check.1`, in roff."""
    made = {PROGRAM: _program(), SCREEN: _screen()}
    made |= {f"{PROGRAM}-{name}": _command(name, command) for name, command in commands.commands.items()}
    return {f"{name}.1": text for name, text in made.items()}


def _context(program: click.Command, name: str) -> click.Context:
    return click.Context(program, info_name=name, **program.context_settings)


def _page(name: str, summary: str, parts: Iterable[str]) -> str:
    # no date: the same commands have to make the same bytes
    head = f'.TH "{name.upper()}" "1" "" "tlschain-tui {__version__}" "User Commands"'
    return "\n".join((head, *PLAIN, section("NAME"), f"{escape(name)} \\- {prose(summary)}", *parts, ""))


def _program() -> str:
    names = (entry(bold(f"{PROGRAM}-{name}(1)"), _summary(one)) for name, one in commands.commands.items())
    context = _context(commands, PROGRAM)
    parts = [
        section("SYNOPSIS"),
        f"{bold(PROGRAM)} {italic('COMMAND')} [{italic('OPTION')}]... [{italic('ARGUMENT')}]...",
        *_description(commands),
        section("COMMANDS"),
        *(line for lines in names for line in lines),
        *_options(commands, context),
        *_list("EXIT STATUS", EXIT_CODES),
        *_list("ENVIRONMENT", ENVIRONMENT),
        *_list("FILES", FILES),
        section("EXAMPLES"),
        *_examples(),
        *_see_also(SCREEN, *(f"{PROGRAM}-{name}" for name in commands.commands)),
    ]
    return _page(PROGRAM, "diagnose and repair the certificate chains of TLS servers", parts)


def _examples() -> Iterator[str]:
    for number, (text, line) in enumerate(EXAMPLES.items()):
        yield from [".PP"] * bool(number) + [prose(text), *example([f"{PROGRAM} {line}"])]


def _screen() -> str:
    context = _context(screen, SCREEN)
    keys = {action.key_names: action.description for action in ACTIONS}
    parts = [
        *_synopsis(screen, context),
        *_description(screen),
        *_options(screen, context),
        *_list("KEYS", keys),
        *_list("ENVIRONMENT", ENVIRONMENT | SCREEN_ENVIRONMENT),
        *_list("FILES", FILES | SCREEN_FILES),
        *_see_also(PROGRAM),
    ]
    return _page(SCREEN, "see and repair the certificate chains of TLS servers, by keys", parts)


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, _context(commands, PROGRAM), info_name=name)
    parts = [*_synopsis(command, context), *_description(command), *_options(command, context)]
    if isinstance(command, click.Group):
        parts += [section("COMMANDS"), *_subcommands(command, context)]
    parts += [*_exit_status(command), *_see_also(PROGRAM)]
    return _page(f"{PROGRAM}-{name}", _summary(command), parts)


def _subcommands(group: click.Group, parent: click.Context) -> Iterator[str]:
    for name, command in group.commands.items():
        context = click.Context(command, parent, info_name=name)
        yield subsection(f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}")
        yield from paragraphs(_texts(command))
        yield from _exit_line(command)
        yield from _option_entries(command, context)


def _exit_line(command: click.Command) -> Iterator[str]:
    codes = _codes(command)
    if codes:
        yield from (".PP", prose("Exit " + " ".join(f"{code}: {text}" for code, text in codes.items())))


def _synopsis(command: click.Command, context: click.Context) -> Iterator[str]:
    yield section("SYNOPSIS")
    yield f"{bold(context.command_path)} {' '.join(map(italic, command.collect_usage_pieces(context)))}"


def _description(command: click.Command) -> Iterator[str]:
    yield section("DESCRIPTION")
    yield from paragraphs(_texts(command))


def _texts(command: click.Command) -> list[str]:
    """The paragraphs of a help text without its exit codes."""
    texts = [text.partition("Exit 0:")[0].strip() for text in _help(command).split("\n\n")]
    return [text for text in texts if text]


def _help(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "")


def _summary(command: click.Command) -> str:
    """The first sentence, as the line of a list has it."""
    first = " ".join(_texts(command)[0].split())
    sentence = re.split(r"(?<=[a-z)])\. |; ", first)[0].rstrip(".")
    return sentence[0].lower() + sentence[1:]


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    lines = list(_option_entries(command, context))
    if lines:
        yield section("OPTIONS")
        yield from lines


def _option_entries(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            yield from entry(_flags(record[0]), record[1])
    # click keeps the option of the context in which it was asked for first, which may have other flags
    yield from entry(_flags(", ".join(context.help_option_names)), "Show the options and exit.")


def _flags(text: str) -> str:
    """Flags as they are typed, and what stands for their values, as click writes both: `-o, --output FILE`."""
    words = re.split(r"([\s,/]+)", text)
    return "".join(bold(word) if word.startswith("-") else _separator(word) for word in words)


def _separator(word: str) -> str:
    return italic(word) if word.strip(" ,/") else word


def _exit_status(command: click.Command) -> Iterator[str]:
    codes = _codes(command)
    if codes:
        yield from _list("EXIT STATUS", codes | {code: text for code, text in EXIT_CODES.items() if len(code) > 1})


def _codes(command: click.Command) -> dict[str, str]:
    """The exit codes that the help text of a command names, each with its meaning."""
    text = " ".join(_help(command).partition("Exit 0:")[2].split())
    parts = _CODE.split(f"0: {text}" if text else "")[1:]
    return {code: meaning.strip() for code, meaning in zip(parts[::2], parts[1::2], strict=True)}


def _list(title: str, entries: Mapping[str, str]) -> Iterator[str]:
    yield section(title)
    for term, text in entries.items():
        yield from entry(bold(term), text)


def _see_also(*names: str) -> Iterator[str]:
    yield section("SEE ALSO")
    yield ", ".join(f"{bold(name)}(1)" for name in names)
