"""Every command of `tlschain` as `--help` shows it; the module of its name has what it does, loaded when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tui_chain.cli.plugin import PluginCommand
from tui_chain.core.text import safe_text
from tui_chain.engine import options as table
from tui_chain.engine.command_line import SettingsCommand, chosen_form, takes
from tui_chain.engine.command_options import TAKEN

_FILE = click.Path(path_type=Path)
_TARGETS = click.argument("targets", nargs=-1, metavar="TARGET...")
_SELECTED = "[SHA256|WORD]..."


def _check_output(given: Mapping[str, Any]) -> None:
    """Refuse options of a file that go with no other, or with no file."""
    if given["merge"] and given["replace"]:
        raise click.UsageError("--merge keeps what FILE has and --replace does not: name one of them.")
    for name in ("merge", "backup"):
        if given[name] and str(given["output"] or "-") == "-":
            raise click.UsageError(f"--{name} is for a file that is written: name it with -o.")


def _check_bundle(output: Path | None) -> None:
    """Refuse a file that is meant for results, as it is elsewhere: no bundle has such a name."""
    if output is not None and output.suffix.lower() in {".html", ".htm", ".csv", ".xml", ".prom", ".json", ".jsonl"}:
        name = safe_text(output.name, 60)
        raise click.UsageError(f"-o is for the bundle. The results are printed: have the shell write them, > {name}")


@click.command(cls=PluginCommand)
@_TARGETS
@takes(*TAKEN["check"])
def check(form: str, **given: Any) -> int:
    """Probe each TARGET and say which client families accept it.

    Exit 0: all complete. 1: some host is not, or fails by --fail-on or --critical-days. 2: wrong usage. 3: all
    complete but hosts that were not reached. With --format nagios 0: ok. 1: warning. 2: critical. 3: unknown.
    """
    form = chosen_form(form, as_json=given["as_json"])
    given |= {"form": form, "as_json": form == "json"}
    if given["replace"] and given["output"] is None:
        raise click.UsageError("--replace is for the file of -o.")
    from tui_chain.cli.commands.check import run_check
    from tui_chain.cli.options import CommandOptions

    return run_check(CommandOptions(**given))


@click.command(cls=SettingsCommand)
@_TARGETS
@takes(*TAKEN["fix"])
def fix(form: str, **given: Any) -> int:
    """Find missing certificates, prove a repair, and write the CA bundle.

    Exit 0: written, or nothing to do. 1: some host was not repaired, or consent is missing. 2: wrong usage.
    3: nothing else but hosts that were not reached.
    """
    form = chosen_form(form, as_json=given["as_json"])
    given |= {"form": form, "as_json": form == "json"}
    _check_output(given)
    from tui_chain.cli.commands.fix import run_fix
    from tui_chain.cli.options import CommandOptions

    return run_fix(CommandOptions(**given))


@click.command(cls=SettingsCommand)
@_TARGETS
@takes(*TAKEN["test"])
def test(**given: Any) -> int:
    """Make a real request to each TARGET, before and after the repair, as each client family.

    Exit 0: verified by every client at the end. 1: not. 2: wrong usage. 3: only hosts that were not reached.
    """
    from tui_chain.cli.commands.test import LiveOptions, run_test
    from tui_chain.cli.options import CommandOptions

    names = ("bundle", "method", "path", "headers", "programs")
    live = LiveOptions(**{name: given.pop(name) for name in names})
    return run_test(CommandOptions(**given), live)


@click.command(cls=SettingsCommand)
@_TARGETS
@takes(*TAKEN["advise"])
def advise(bundle: Path | None, form: Any, only: str | None, *, listing: bool, **given: Any) -> int:
    """Print instructions for each TARGET: commands and code for clients, and a letter to the administrator.

    Exit 0: printed, or nothing to do. 1: no repair found. 2: wrong usage. 3: only hosts that were not reached.
    """
    form = chosen_form(form, as_json=given["as_json"])
    if listing and (only is not None or bundle is not None or given["targets"]):
        raise click.UsageError("--list lists all names; leave out the rest, or leave out --list.")
    from tui_chain.cli.commands.advise import list_names, run_advise
    from tui_chain.cli.options import CommandOptions

    if listing:
        return list_names()
    return run_advise(CommandOptions(**given), bundle, form, only)


@click.command(cls=PluginCommand)
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@takes(*TAKEN["merge"])
def merge(files: tuple[Path, ...], form: str, **given: Any) -> int:
    """Join results that check --json and fix --json wrote: each host once, by its newest line; - is standard input.

    Nothing is fetched. What one host serves counts for the others, as if all had been in one run. With -o hosts that
    need it are repaired from that, from --pool and from what earlier runs found, and one bundle is written for all;
    the results are printed in any case.

    Exit 0: written, or nothing to do. 1: some host is neither complete nor repaired, or consent is missing.
    2: wrong usage, or a line that is no result. 3: nothing else but hosts that were not reached. With --format
    nagios as check.
    """
    form = chosen_form(form, as_json=given["as_json"])
    given |= {"form": form, "as_json": form == "json"}
    _check_output(given)
    _check_bundle(given["output"])
    from tui_chain.cli.commands.merge import run_merge
    from tui_chain.cli.options import CommandOptions

    return run_merge(files, CommandOptions(**given, offline=True))


@click.command(cls=SettingsCommand)
@_TARGETS
@takes(*TAKEN["report"])
def report(form: Any, **given: Any) -> int:
    """Write everything that is known of each TARGET as Markdown, HTML (one file, nothing from outside) or JSON.

    Exit 0: written. 2: wrong usage.
    """
    form = chosen_form(form, as_json=given["as_json"])
    from tui_chain.cli.commands.report import run_report
    from tui_chain.cli.options import CommandOptions

    return run_report(CommandOptions(**given), form)


@click.command(cls=SettingsCommand)
@click.argument("chains", type=_FILE, nargs=-1, required=True, metavar="CHAIN|FOLDER|MANIFEST...")
@takes(*TAKEN["verify"])
def verify(chains: tuple[Path, ...], form: str, bundle: Path | None, *, fix: bool, **given: Any) -> int:
    """Say which client families accept each CHAIN, without a network.

    CHAIN is a PEM, DER or PKCS#7 file with what the server sends, its own certificate first; - is standard input.
    Of a FOLDER every such file is judged, of a MANIFEST of Kubernetes (YAML or JSON) every TLS Secret, for the hosts
    of the Ingresses and Gateways in it. With --fix what is missing is looked for as `tlschain fix` does; of a
    MANIFEST the chains alone are written, as a patch.

    Exit 0: every family accepts all (with --bundle: with that file; with --fix: what was written). 1: some refuse.
    2: wrong usage.
    """
    given["as_json"] = chosen_form(form, as_json=given["as_json"]) == "json"
    if given["output"] is not None and not fix:
        raise click.UsageError("-o is for the chain that --fix writes.")
    if fix and bundle is not None:
        raise click.UsageError("--fix and --bundle exclude each other: name one of them.")
    if given["backup"] and str(given["output"] or "-") == "-":
        raise click.UsageError("--backup is for a file that is written: name it with -o.")
    from tui_chain.cli.commands.verify import VerifyFiles, run_verify
    from tui_chain.cli.options import CommandOptions

    files = VerifyFiles(chains, bundle, fix, given.pop("skip_others"), given.pop("quiet"))
    return run_verify(files, CommandOptions(**given))


@click.command(cls=SettingsCommand)
@click.argument("targets", nargs=-1, metavar="[TARGET]")
@takes(*TAKEN["doctor"])
def doctor(*, targets: tuple[str, ...], interpreter: str | None, report: str | None, **given: Any) -> int:
    """Look at what decides about trust in an interpreter's environment: what is wrong there, and the one change.

    With TARGET: whether its libraries accept the host, and the change that makes them, proven in that interpreter.
    The interpreter is the one that the shell would start, unless --python names another. In a container:
    tlschain doctor --print-script | docker exec -i NAME python - > A.json, then --from A.json.

    Exit 0: nothing wrong found. 1: something to fix. 2: wrong usage. 3: TARGET was not reached.
    """
    compare, print_script = given.pop("compare"), given.pop("print_script")
    if sum((compare, print_script, report is not None, interpreter is not None)) > 1:
        raise click.UsageError("--python, --print-script, --from and --compare exclude each other: name one of them.")
    if compare and len(targets) != 2:
        raise click.UsageError("--compare takes two reports: --compare A.json B.json.")
    if not compare and (len(targets) > 1 or (targets and report is not None)):
        raise click.UsageError("One TARGET at most, and none with --from.")
    from tui_chain.cli.commands.doctor import (
        print_probe_script,
        run_compare,
        run_doctor,
        run_doctor_with_host,
        run_from,
    )

    if compare:
        return run_compare(*targets, as_json=given["as_json"])
    if report is not None:
        return run_from(report, as_json=given["as_json"])
    if not (targets or given["demo"] or print_script):
        return run_doctor(interpreter, as_json=given["as_json"])
    from tui_chain.cli.options import CommandOptions

    if print_script:
        return print_probe_script(CommandOptions(targets, **given))
    return run_doctor_with_host(CommandOptions(targets, **given), interpreter)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("text", nargs=-1, type=click.UNPROCESSED, metavar="[CODE|TEXT]...")
@takes(*TAKEN["explain"])
def explain(text: tuple[str, ...], *, as_json: bool, listing: bool) -> int:
    """Explain a finding or an error text: what it means, its causes, and the command that decides.

    CODE is a finding's, as in missing-issuer, or an OpenSSL verify code. TEXT is an error as Python, requests,
    httpx, curl, git, Node, Java, Go, pip, wget or openssl print it; without TEXT, or with -, it is read from
    standard input.

    Exit 0: explained. 1: not known. 2: wrong usage.
    """
    if listing and text:
        raise click.UsageError("--list lists all; leave out the rest, or leave out --list.")
    from tui_chain.cli.commands.explain import run_explain, run_listing

    return run_listing() if listing else run_explain(text, as_json=as_json)


@click.command()
@click.argument("paths", type=_FILE, nargs=-1, required=True, metavar="FILE|FOLDER|-...")
@takes(*TAKEN["audit"])
def audit(
    paths: tuple[Path, ...], output: Path | None, *, fix: bool, replace: bool, backup: bool, **given: Any
) -> int:
    """Read each trust file as each client does, and say what each would load; - is standard input.

    Exit 0: nothing worse than cosmetic, or fixed. 1: some client is at risk. 2: a file cannot be read.
    """
    if replace and output is None:
        raise click.UsageError("--replace is for the file that -o names.")
    if backup and not fix and output is None:
        raise click.UsageError("--backup is for a file that is written: say --fix, or name one with -o.")
    from tui_chain.cli.commands.audit import AuditOutput, FixTarget, run_audit

    target = FixTarget(output, backup, replace) if fix or output is not None else None
    return run_audit(paths, target, AuditOutput(**given))


@click.command(cls=SettingsCommand)
@click.argument("file", type=_FILE, metavar="FILE")
@takes(*TAKEN["refresh"])
def refresh(file: Path, *, write: bool, **given: Any) -> int:
    """Probe the hosts that a bundle of tlschain fix names, and say whether it still works and is still needed.

    For cron. Exit 0: it works and is needed, or was replaced. 1: it has to be replaced, or a host was not reached.
    2: wrong usage, or FILE is not ours. 3: it is not needed any more.
    """
    from tui_chain.cli.commands.refresh import run_refresh
    from tui_chain.cli.options import CommandOptions

    return run_refresh(file, CommandOptions(**given), write=write)


@click.command()
@takes(*TAKEN["config"])
def config(*, example: bool) -> int:
    """Say where the config file is, and what is wrong in it.

    It sets what holds where no option says otherwise, and the keys of the screen:

    tlschain config --example > FILE

    Exit 0: nothing is wrong, or there is no such file. 1: something is wrong, and the rest is used. 2: wrong usage.
    """
    from tui_chain.cli.commands.config import print_example, run_config

    return print_example() if example else run_config()


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@takes(*TAKEN["lab"])
def lab(names: tuple[str, ...], *, listing: bool) -> int:
    """Run the broken internet on loopback, in the foreground, until Ctrl-C; or only the hosts NAMEd."""
    from tui_chain.cli.commands.lab import list_lab, run_lab

    return list_lab(names) if listing else run_lab(names)


@click.group()
@takes(table.DB)
@click.pass_context
def pool(context: click.Context, db: Path | None) -> None:
    """Keep CA certificates between runs: what a server does not send may be known already.

    Nothing in the pool is trusted. A certificate from it counts only where its key verifies a signature.
    """
    context.obj = db


@pool.command("import")
@click.argument("sources", nargs=-1, required=True, type=_FILE, metavar="FILE|DIR...")
@click.pass_obj
def pool_import(db: Path | None, sources: tuple[Path, ...]) -> int:
    """Add the CA certificates of files and folders (PEM, DER, PKCS#7).

    Exit 0: added, or known already. 1: there is no CA certificate in them. 2: a file or the pool cannot be used.
    """
    from tui_chain.cli.commands.pool import run_import

    return run_import(db, sources)


@pool.command("list")
@click.argument("selectors", nargs=-1, metavar=_SELECTED)
@takes(table.JSON._replace(help="One JSON object a certificate, a line each."))
@click.pass_obj
def pool_list(db: Path | None, selectors: tuple[str, ...], *, as_json: bool) -> int:
    """List what is there, with where and when it came from. A WORD is searched for in the subject.

    Exit 0: listed. 1: nothing matches. 2: the pool cannot be used.
    """
    from tui_chain.cli.commands.pool import run_list

    return run_list(db, selectors, as_json=as_json)


@pool.command("export")
@click.argument("selectors", nargs=-1, metavar=_SELECTED)
@takes(table.OUTPUT, table.REPLACE._replace(help="Replace FILE if it exists."))
@click.pass_obj
def pool_export(db: Path | None, selectors: tuple[str, ...], output: Path | None, *, replace: bool) -> int:
    """Write certificates as PEM: all, or those that match.

    Exit 0: written. 1: there is nothing to write. 2: FILE or the pool cannot be used.
    """
    from tui_chain.cli.commands.pool import run_export

    return run_export(db, selectors, output, replace=replace)


@pool.command("remove")
@click.argument("selectors", nargs=-1, metavar=_SELECTED)
@takes(table.EXPIRED, table.EVERYTHING)
@click.pass_obj
def pool_remove(db: Path | None, selectors: tuple[str, ...], *, expired: bool, everything: bool) -> int:
    """Remove certificates.

    Exit 0: removed, or nothing has expired. 1: there is nothing to remove. 2: wrong usage, or no usable pool.
    """
    if not (selectors or expired or everything):
        raise click.UsageError("Name what to remove, or say --expired or --all.")
    from tui_chain.cli.commands.pool import run_remove

    return run_remove(db, selectors, expired=expired, everything=everything)


@pool.command("verify")
@takes(table.REPAIR)
@click.pass_obj
def pool_verify(db: Path | None, *, repair: bool) -> int:
    """Check the file and every certificate in it.

    Exit 0: all is well. 1: something is wrong. 2: the pool cannot be used.
    """
    from tui_chain.cli.commands.pool import run_verify

    return run_verify(db, repair=repair)


@pool.command("update", cls=SettingsCommand)
@takes(
    table.FILE,
    table.URL,
    table.TRUST._replace(help="Trust store for the fetch  [default: certifi]", multiple=False),
)
@click.pass_obj
def pool_update(db: Path | None, file: Path | None, url: str | None, trust: str | None) -> int:
    """Add the public intermediates that Mozilla publishes through CCADB (about 3 MB).

    Exit 0: added, or known already. 1: nothing could be added. 2: the list or the pool cannot be used.
    """
    from tui_chain.cli.commands.pool import run_update

    return run_update(db, url, file, trust)


COMMANDS: tuple[click.Command, ...] = (
    *(check, fix, test, advise, report, verify, doctor, explain, audit, refresh, merge, pool, config, lab),
)
