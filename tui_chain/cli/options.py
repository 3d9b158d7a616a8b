"""The options of a command as one value, and the run that they start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from tui_chain.cli.narration import narrating
from tui_chain.cli.output import good, note, note_wrong, notice
from tui_chain.core.command import hinted
from tui_chain.core.expiry import Threshold
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute, read_file, read_stdin
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import DEMO_HOST, TABLES, Arguments, Options, read_arguments
from tui_chain.engine.command_options import TAKEN
from tui_chain.engine.host_state import HostState
from tui_chain.engine.options import SERVED
from tui_chain.engine.startup import Run, start
from tui_chain.net.addresses import SocketAddress, reach
from tui_chain.net.host_list import STDIN
from tui_chain.net.host_stream import HostStream, open_host_list
from tui_chain.net.target import parse_target
from tui_chain.x509.crl import CrlScope

CRL_DEMO_HOST = "crl-chain"
"""The lab host that a demo repairs with CRLs where none is named."""


@dataclass(frozen=True, eq=False)
class CommandOptions(Options):
    """The options of a command: those of the run, and what it probes for, prints and writes."""

    as_json: bool = False
    form: str = "text"
    fail_on: str = "fatal"
    critical_days: Threshold | None = None
    output: Path | None = None
    replace: bool = False
    merge: bool = False
    backup: bool = False
    kind: str = "client"
    served: str | None = None
    host: str | None = None
    all_addresses: bool = False
    key_types: bool = False
    no_sni: bool = False
    repeat: int = 1
    revocation: bool = False
    live_test: bool = False
    crl: str | None = None
    unordered: bool = False
    shard: str | None = None
    resume: Path | None = None
    baseline: Path | None = None
    dask: str | None = None
    quiet: bool = False
    verbose: bool = False
    log: Path | None = None
    accept_lost_constraints: bool = False
    accept_new_anchor: bool = False

    def _host_words(self, name: str, host: str, label: str) -> tuple[str, ...]:
        if self.served is None or self.served == "-":
            return super()._host_words(name, host, label)
        chain = absolute(Path(self.served))
        if SERVED not in TAKEN[name] or isinstance(chain, Failure):
            return (host,)
        return ("--served", str(chain), "--host", host)

    @property
    def crl_scope(self) -> CrlScope | None:
        """Which certificates are to be checked against CRLs, where that is wanted."""
        return None if self.crl is None else CrlScope(self.crl)

    @property
    def has_chain(self) -> bool:
        """Whether the served chain is in a file."""
        return self.served is not None or self.host is not None


@contextmanager
def opened(
    options: CommandOptions, *, whole_lab: bool = False, every_source: bool = False, streaming: bool = False
) -> Iterator[Run]:
    """Start what the options name; what keeps it from starting ends the command with a sentence.

    A demo without targets has the host that shows most, or the `whole_lab`. With `streaming` a list of hosts is read
    while they are worked on (`Run.listed`).
    """
    with ExitStack() as stack:
        good(stack.enter_context(narrating(quiet=options.quiet, verbose=options.verbose, log=options.log)))
        listed = good(_stream(stack, options)) if streaming else None
        arguments = good(_arguments(options, streaming=listed is not None))
        note_wrong(arguments.wrong)
        usual = DEMO_HOST if options.crl is None else CRL_DEMO_HOST
        lab_hosts = None if whole_lab else (usual,)
        started = stack.enter_context(start(options, arguments, lab_hosts=lab_hosts, every_source=every_source))
        run = good(_with_chain(options, started) if isinstance(started, Run) and options.has_chain else started)
        for sentence in run.journey.trust.notices:
            notice(f"tlschain: {sentence}")
        run.journey.on_private = note_private
        yield replace(run, listed=listed)


@contextmanager
def reopened(options: CommandOptions, *, every_source: bool = False) -> Iterator[Run]:
    """Start what the options name again, in another process than the one that read them; its hosts come by and by."""
    without = replace(options, targets=(), hosts_file=None, column=None, label_column=None, port_column=None)
    arguments = read_arguments(without)
    if isinstance(arguments, Failure):
        raise ValueError(str(arguments))  # noqa: TRY004 - the options were right where they were read
    with start(without, arguments, every_source=every_source) as started:
        if isinstance(started, Failure):
            raise ValueError(str(started))  # noqa: TRY004
        yield started


@contextmanager
def started(options: CommandOptions) -> Iterator[Run]:
    """Start what the options name without a host, for a command that connects to none."""
    with ExitStack() as stack:
        good(stack.enter_context(narrating(quiet=options.quiet, verbose=options.verbose, log=options.log)))
        arguments = good(read_arguments(options))
        run = good(stack.enter_context(start(options, arguments, every_source=True)))
        for sentence in run.journey.trust.notices:
            notice(f"tlschain: {sentence}")
        yield run


def _stream(stack: ExitStack, options: CommandOptions) -> HostStream | Failure | None:
    """The list of hosts, where it stands alone and is one of lines; others are read as a whole."""
    path = options.hosts_file
    if path is None or options.targets or options.column is not None or path.suffix.lower() in TABLES:
        return None
    # options that go with no list, which are refused where all of it is read
    if options.demo or options.kubeconfig or options.has_chain or options.label_column or options.port_column:
        return None
    return open_host_list(stack, path, options.starttls)


def note_private(url: str, place: SocketAddress) -> None:
    """Say of each address inside that it is asked, as the options allow."""
    note(f"tlschain: asking {place}, a {reach(place.address)} address, for {url}")


def _arguments(options: CommandOptions, *, streaming: bool) -> Arguments | Failure:
    """The arguments, where there is a host among them, or may be one in the list that is read while they run."""
    if options.demo and options.has_chain:
        return Failure("usage", "--demo takes names of the lab's hosts only.", f"{hinted('lab', '--list')} has them.")
    arguments = read_arguments(options, listed=not streaming)
    if isinstance(arguments, Failure) or arguments.hosts or options.demo or options.has_chain or streaming:
        return arguments
    return no_host()


def no_host(listed: Path | None = None) -> Failure:
    """Why a command without a host cannot go on; `listed` is the list that has none."""
    if listed is not None:
        what = "Standard input" if listed == STDIN else f"The host list {safe_text(str(listed))}"
        return Failure("usage", f"There is no host to probe. {what} names none.", "Write one target a line.")
    return Failure(
        "usage", "There is no host to probe.", f"Name one, as in {hinted(_command_name(), 'example.org')}."
    )


def _command_name() -> str:
    """The command that runs, as `fix`, for a hint that names it."""
    context = click.get_current_context(silent=True)
    return (context.info_name if context is not None else None) or "check"


def _with_chain(options: CommandOptions, run: Run) -> Run | Failure:
    """`--served FILE --host NAME`: the chain is at hand, nothing is probed."""
    if options.served is None or options.host is None or options.targets or options.hosts_file is not None:
        return Failure(
            "usage",
            "--served and --host go together and take the place of TARGET.",
            f"See {hinted('fix', '--help')}.",
        )
    target = parse_target(options.host, options.starttls)
    if isinstance(target, Failure):
        return target
    from tui_chain.probe.pasted import GivenChain, served_chain

    piped = options.served == "-"
    data = read_stdin("served chain") if piped else read_file(Path(options.served), "served chain")
    if isinstance(data, Failure):
        return data
    given = GivenChain(target, data, "standard input" if piped else safe_text(options.served))
    served = served_chain(given, at=run.journey.clock())
    if isinstance(served, Failure):
        return served
    problems = tuple(f"{given.source}, {problem}" for problem in given.problems)
    state = run.journey.diagnose(HostState(target), served)
    return replace(run, hosts=(state,), problems=(*run.problems, *problems))
