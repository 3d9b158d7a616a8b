"""The command `tlschain-tui`: reads its arguments, then opens the screen."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_chain import __version__

if TYPE_CHECKING:
    from tui_chain.core.failure import Failure
    from tui_chain.engine.journey import Journey
    from tui_chain.net.host_list import Host
    from tui_chain.tui.app import ChainApp

DEMO_HOST = "leaf-only"
"""The lab host under the cursor when the demo opens."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--hosts", "hosts_file", type=click.Path(path_type=Path), help="A file with one target a line, a label after it."
)
@click.option(
    "--trust",
    multiple=True,
    metavar="certifi|system|FILE",
    help="Trust store, several times for several together  [default: certifi]",
)
@click.option(
    "--timeout", type=click.FloatRange(0.1, 300), default=5.0, show_default=True, help="Seconds for each step."
)
@click.option("--demo", is_flag=True, help="Open on the built-in lab of broken servers on loopback.")
@click.version_option(__version__, prog_name="tlschain-tui")
def main(
    targets: tuple[str, ...], hosts_file: Path | None, trust: tuple[str, ...], timeout: float, demo: bool
) -> None:
    """See what TLS servers really send and which clients accept it, find what is missing, prove a repair, write it.

    With --demo, TARGETs are names of the lab's hosts.
    """
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        click.echo(
            "tlschain-tui needs a terminal; `tlschain check` and `tlschain fix` do the same without one.", err=True
        )
        raise SystemExit(2)
    if demo and hosts_file is not None:
        click.echo("tlschain-tui: --demo takes names of lab hosts only; `tlschain lab --list` has them.", err=True)
        raise SystemExit(2)
    hosts = () if demo else _hosts(targets, hosts_file)
    from tui_chain.tui.app import ChainApp

    resources = ExitStack()
    select = "" if not demo else targets[0] if targets else DEMO_HOST
    app = ChainApp(
        lambda: _load(resources, trust, timeout, targets if demo else None), hosts, select=select, trust=trust
    )
    _run(app, resources)
    raise SystemExit(app.return_code)


def _run(app: ChainApp, resources: ExitStack) -> None:
    """Run the app until it is quit or told to end; give the terminal back, and close what was opened."""
    import asyncio

    from tui_chain.engine.signals import Told, heeding
    from tui_chain.tui.terminal_output import lasting_output

    runner = asyncio.Runner()

    def end(told: Told) -> None:
        with suppress(RuntimeError):  # the app was quit: what is open is being closed already
            runner.get_loop().call_soon_threadsafe(app.exit, None, told.exit_code)

    # the runner waits for the thread that opens resources, and so has to be left before them
    with heeding(end), resources, lasting_output(), runner:
        runner.run(app.run_async())


def _hosts(targets: tuple[str, ...], hosts_file: Path | None) -> tuple[Host, ...]:
    """The hosts that were named; a wrong one ends the program with a line for each."""
    from tui_chain.core.failure import Failure
    from tui_chain.net.host_list import parse_arguments, read_host_file

    named = parse_arguments(targets)
    bad = [f"argument {line.number}: {line.failure}" for line in named.bad]
    hosts = named.hosts
    if hosts_file is not None:
        listed = read_host_file(hosts_file)
        if isinstance(listed, Failure):
            bad.append(str(listed))
        else:
            bad += [f"{hosts_file}, {line}" for line in listed.bad]
            hosts = listed.hosts + hosts
    if bad:
        click.echo("\n".join(f"tlschain-tui: {line}" for line in bad), err=True)
        raise SystemExit(2)
    return hosts


def _load(
    resources: ExitStack, trust: tuple[str, ...], timeout: float, demo: tuple[str, ...] | None
) -> tuple[Journey, tuple[Host, ...]] | Failure:
    """Read the trust store and make the journey, off the event loop; `demo` names the lab's hosts, none the usual."""
    from dataclasses import replace

    from tui_chain.core.failure import Failure
    from tui_chain.engine.journey import Journey
    from tui_chain.net.host_list import Host
    from tui_chain.net.lookup import NameLookup, lookup, lookup_with
    from tui_chain.net.target import Target, parse_target
    from tui_chain.pool.database import default_path
    from tui_chain.pool.pool import Pool
    from tui_chain.trust.loading import load_trust_store

    known: tuple[Host, ...] = ()
    choice = trust or ("certifi",)
    name_lookup: NameLookup = lookup
    if demo is not None:
        from tui_chain.lab.internet import open_lab
        from tui_chain.lab.scenarios.catalogue import NoSuchHost

        try:
            lab = resources.enter_context(open_lab(demo or None))
        except NoSuchHost as error:
            return Failure("usage", error.message, error.hint)
        named = ((parse_target(host.target), host.name) for host in lab.hosts)
        known = tuple(Host(target, name) for target, name in named if isinstance(target, Target))
        choice, name_lookup = trust or (str(lab.trust_file),), lookup_with(lab.names)
    store = load_trust_store(*choice)
    if isinstance(store, Failure):
        return store
    if demo is not None and not trust:
        store = replace(store, name="lab")
    journey = Journey(store, timeout=timeout, all_sources=demo is None, name_lookup=name_lookup)
    if demo is None:
        # the lab's certificates are of this run alone: the user's pool is not for them
        journey.certificate_pool = Pool(default_path())
        resources.callback(journey.certificate_pool.close)
    return journey, known


if __name__ == "__main__":
    main()
