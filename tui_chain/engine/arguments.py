"""The options of one run as given, and what is known of them before a stage is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_chain.core.command import ALL, ENVIRONMENT, command_line, hinted, unshowable, with_commands
from tui_chain.core.expiry import Threshold
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute, unreadable
from tui_chain.core.text import safe_text
from tui_chain.engine.command_options import TAKEN
from tui_chain.engine.host_state import Clock, utc_now
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import SNI
from tui_chain.net.addresses import NO_CONSENT, PrivateConsent, read_consent
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.connection_text import NO_PROXY, connection_words, read_connection
from tui_chain.net.host_list import Host, HostList, holds_json, list_name, parse_arguments, read_host_file
from tui_chain.net.proxy import shown_proxy
from tui_chain.net.target import Target

if TYPE_CHECKING:
    from tui_chain.net.kubeconfig import Cluster
    from tui_chain.trust.pinned import ConfirmedRoot

PUBLIC = frozenset({"certifi", "system"})
"""Trust stores that are named by a word, and by no path."""
DEMO_HOST = "leaf-only"
"""The lab host that a demo shows first."""
_EARLIEST, _LATEST = datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""Times that certificates have (RFC 5280 section 4.1.2.5)."""
TABLES = frozenset({".csv", ".tsv"})
"""Ends of the names of tables."""
_START = 4096
"""Bytes of a file that show what it holds."""


@dataclass(frozen=True, eq=False)
class Options:
    """Where to connect, whom to trust and where to look: what both front ends take, by the names of the table.

    `usual_proxy` is the config file's, for hosts for which the environment names none. `notices` are sentences on
    what is wrong in the config file, for a front end that has no other place for them.
    """

    targets: tuple[str, ...] = ()
    hosts_file: Path | None = None
    column: str | None = None
    label_column: str | None = None
    port_column: str | None = None
    kubeconfig: Path | None = None
    context: str | None = None
    open_file: Path | None = None
    starttls: str | None = None
    demo: bool = False
    trust: tuple[str, ...] = ()
    trust_root: tuple[str, ...] = ()
    at: str | None = None
    timeout: float = 5.0
    pool: tuple[Path, ...] = ()
    offline: bool = False
    allow_private_aia: tuple[str, ...] = ()
    no_pool: bool = False
    no_learn: bool = False
    no_session: bool = False
    jobs: int | None = None
    rate: float | None = None
    retries: int = 0
    warn_days: Threshold | None = None
    sni: str | None = None
    connect_to: str | None = None
    verify_name: str | None = None
    proxy: str | None = field(default=None, repr=False)
    usual_proxy: str | None = None
    no_proxy: bool = False
    cert: Path | None = None
    key: Path | None = None
    cert_password_file: Path | None = None
    ip_version: str | None = None
    bind: str | None = None
    ehlo: str | None = None
    tls: str | None = None
    notices: tuple[str, ...] = ()

    @property
    def connection(self) -> Mapping[str, str]:
        """The options of every connection that are given, by the names that a host list has for them."""
        given = {
            "sni": self.sni,
            "connect-to": self.connect_to,
            "verify-name": self.verify_name,
            "proxy": NO_PROXY if self.no_proxy else None if self.proxy == ENVIRONMENT else self.proxy,
            "ip": self.ip_version,
            "bind": self.bind,
            "ehlo": self.ehlo,
            "tls": self.tls,
            "cert": self.cert,
            "key": self.key,
            "cert-password-file": self.cert_password_file,
        }
        return {name: str(value) for name, value in given.items() if value is not None}

    def command(self, name: str, *words: object, host: object = None, label: str = "") -> str:
        """Return the command `name` of this tool as a shell takes it in any folder, with what holds for this run.

        `host` comes first; a host of the demo is named by its `label`. The options of this run follow, as far as the
        command takes them, then `words`, of which every path has to be absolute.
        """
        hosts = self._host_words(name, str(host), label) if host is not None else ()
        connection = host.connection if isinstance(host, Target) else None
        carried = (
            word
            for entry in TAKEN[name]
            if entry.carried and (connection is None or entry.name not in _own_names(connection))
            for word in self._words(entry)
        )
        own = connection_words(connection) if connection is not None and SNI in TAKEN[name] else ()
        return command_line(name, *hosts, *carried, *own, *words)

    @property
    def names_hosts(self) -> bool:
        """Whether hosts are named, in any way there is."""
        files = (self.hosts_file, self.open_file, self.kubeconfig)
        return bool(self.targets) or self.demo or any(file is not None for file in files)

    @property
    def opens_session(self) -> bool:
        """Whether the screen opens the hosts of earlier runs: where no hosts are named, and no lab is opened."""
        return not (self.no_session or self.names_hosts)

    def completed(self, hint: str, host: object, label: str = "") -> str:
        """Return a hint on a host with its commands as they are run for it."""
        return with_commands(hint, lambda words: f"`{self.command(words[0], *words[1:], host=host, label=label)}`")

    def completed_for(self, hint: str, file: Path) -> str:
        """Return a hint on a file with its commands as they are run for it."""
        return with_commands(hint, lambda words: f"`{self.command(*words, file.absolute())}`")

    def unshowable(self) -> Failure | None:
        """Refuse a path of this run that no command can show as it is."""
        named = [*(Path(name) for name in self.trust if name not in PUBLIC), *self.pool]
        named += [] if self.kubeconfig is None else [self.kubeconfig]
        return next(filter(None, map(unshowable, named)), None)

    def _host_words(self, name: str, host: str, label: str) -> tuple[str, ...]:  # noqa: ARG002 - for a chain in a file
        return ("--demo", label) if self.demo and label else (host,)

    def _words(self, entry: OptionEntry) -> Iterator[object]:
        """An option as words: nothing where it stands at its default."""
        value: Any = getattr(self, entry.name, entry.default)
        for each in value if entry.multiple else (value,):
            if entry.stores is not None:
                yield from (entry.flags[-1],) if each == entry.stores else ()
            elif entry.value == "optional":
                yield entry.flags[-1] if each == ALL else f"{entry.flags[-1]}={each}"
            elif each not in {None, False, entry.default}:
                if entry.value == "url" and each == ENVIRONMENT:
                    yield f"{entry.flags[-1]}={each}"
                else:
                    yield from (entry.flags[-1],) if each is True else (entry.flags[-1], _word(entry, each))


def _own_names(connection: ConnectionOptions) -> frozenset[str]:
    """The options that a host has of its own: those of the run do not stand beside them."""
    own = {
        "proxy": connection.proxy is not None or connection.direct,
        "ip_version": connection.ip_version is not None,
        "bind": connection.bind is not None,
        "ehlo": connection.ehlo is not None,
        "tls": connection.tls is not None,
    }
    own["no_proxy"] = own["proxy"]
    return frozenset(name for name, is_own in own.items() if is_own) | OF_HOSTS


OF_HOSTS = frozenset({"sni", "connect_to", "verify_name", "cert", "key", "cert_password_file"})
"""Options that are for the hosts alone for which they were said: those of a redirect, or added later, go without."""


def _word(entry: OptionEntry, value: object) -> object:
    """A value as a word that means the same in another folder."""
    if isinstance(value, float):
        return f"{value:g}"
    if entry.value == "url":
        return shown_proxy(str(value))  # its login is nobody else's
    if not isinstance(value, Path) and (entry.name != "trust" or value in PUBLIC):
        return value
    path = absolute(Path(str(value)))
    return value if isinstance(path, Failure) else path


@dataclass(frozen=True)
class NamedHosts:
    """The hosts that the options name, each once, and a sentence for each argument and line that names none.

    `cluster` is the one of a kubeconfig that names the host.
    """

    hosts: tuple[Host, ...] = ()
    wrong: tuple[str, ...] = ()
    cluster: Cluster | None = None


@dataclass(frozen=True, eq=False)
class Arguments:
    """Options that were read: the hosts that they name (none for a demo), the clock, the roots and places confirmed.

    `wrong` has a sentence for each argument and line of the host list that is no host; the others run. `connection`
    are the options that every host has which has no own. `cluster` is the one of a kubeconfig, whose certificate
    authority is trusted where no trust store is named.
    """

    hosts: tuple[Host, ...]
    clock: Clock
    roots: tuple[ConfirmedRoot, ...]
    wrong: tuple[str, ...] = ()
    private: PrivateConsent = NO_CONSENT
    connection: ConnectionOptions = USUAL_CONNECTION
    cluster: Cluster | None = None


def read_arguments(options: Options, *, listed: bool = True) -> Arguments | Failure:
    """Read what costs nothing but a small file; a failure names the first option that is wrong.

    Without `listed` the list of hosts is left to somebody who reads it as it comes.
    """
    connection = _connection(options)
    if isinstance(connection, Failure):
        return connection
    named = named_hosts(options, listed=listed)
    if isinstance(named, Failure):
        return named
    if named.wrong and not named.hosts and listed:
        return Failure("usage", "\n".join(named.wrong))
    unread = no_saved_results(options.open_file) if options.open_file is not None else None
    if unread is not None:
        return unread
    clock = read_clock(options.at)
    if isinstance(clock, Failure):
        return clock
    roots = read_roots(options.trust_root) if options.trust_root else ()
    private = read_consent(options.allow_private_aia)
    if isinstance(roots, Failure):
        return roots
    if isinstance(private, Failure):
        return private
    hosts = _with_connection(named.hosts, connection, cluster=options.kubeconfig is not None)
    return Arguments(hosts, clock, roots, named.wrong, private, connection, named.cluster)


def _with_connection(hosts: tuple[Host, ...], given: ConnectionOptions, *, cluster: bool) -> tuple[Host, ...]:
    """The hosts with the options that are for them alone; a line of a list beats these, and these a kubeconfig."""
    if given == USUAL_CONNECTION:
        return hosts

    def joined(target: Target) -> Target:
        if cluster:
            return replace(target, connection=given.over(target.connection))
        return target.over(given.of_host)

    return tuple(Host(joined(host.target), host.label) for host in hosts)


def _connection(options: Options) -> ConnectionOptions | Failure:
    if options.no_proxy and options.proxy is not None:
        return Failure("usage", "--proxy and --no-proxy exclude each other.", "Name one of them.")
    return read_connection(options.connection)


def _plain_hosts(path: Path, starttls: str | None) -> HostList | Failure:
    """The hosts of a list of lines; a table without a host alone in a line is named as one."""
    listed = read_host_file(path, starttls)
    table = path.suffix.lower() in TABLES
    if not table or isinstance(listed, Failure) or listed.hosts or not listed.bad:
        return listed
    why = f"{list_name(path)} has no line that begins with a host; it looks like a table."
    return Failure("usage", why, "Name the column of its hosts with --column.")


def read_roots(fingerprints: Sequence[str]) -> tuple[ConfirmedRoot, ...] | Failure:
    """The roots that full SHA-256 fingerprints confirm, or the failure of the first that is none."""
    from tui_chain.trust.pinned import confirm_fingerprint  # few need one, and the screen paints first

    roots = []
    for text in fingerprints:
        root = confirm_fingerprint(text)
        if isinstance(root, Failure):
            return root
        roots.append(root)
    return tuple(roots)


def named_hosts(options: Options, *, listed: bool = True) -> NamedHosts | Failure:
    """The hosts of the arguments, then with `listed` those of the file; the failure is of one that cannot be read."""
    if options.demo:
        if options.hosts_file is None and options.open_file is None and options.kubeconfig is None:
            return NamedHosts()
        return Failure("usage", "--demo takes names of the lab's hosts only.", f"{hinted('lab', '--list')} has them.")
    saved = next((text for text in options.targets if no_saved_results(Path(text)) is None), None)
    if saved is not None:
        shown = safe_text(saved)
        return Failure("usage", f"{shown} is a file of saved results.", f"`tlschain-tui --open {shown}` shows them.")
    if options.kubeconfig is not None:
        return _cluster_host(options, options.kubeconfig)
    if options.context is not None:
        return Failure("usage", "--context names a context of the file of --kubeconfig.", "Name that file too.")
    named = parse_arguments(options.targets, options.starttls)
    wrong = [f"argument {line.number}: {line.failure}" for line in named.bad]
    hosts = {host.target: host for host in named.hosts}
    more = _listed_hosts(options) if listed else HostList()
    if isinstance(more, Failure):
        return more
    if options.hosts_file is not None:
        wrong += [f"{list_name(options.hosts_file)}, {line}" for line in more.bad]
        hosts |= {host.target: host for host in more.hosts}
    return NamedHosts(tuple(hosts.values()), tuple(wrong))


def _cluster_host(options: Options, kubeconfig: Path) -> NamedHosts | Failure:
    """The server of a kubeconfig's cluster: its certificate authority is for no other host."""
    from tui_chain.net.kubeconfig import read_kubeconfig  # with a parser of YAML

    cluster = read_kubeconfig(kubeconfig, options.context)
    if isinstance(cluster, Failure):
        return cluster
    targets = parse_arguments(options.targets)
    others = targets.bad or any(not host.target.is_same_server(cluster.target) for host in targets.hosts)
    if others or options.hosts_file is not None or options.open_file is not None:
        why = f"--kubeconfig is for {cluster.target} alone, the server of the cluster {cluster.name}."
        return Failure("usage", why, "Run the other hosts by themselves.")
    return NamedHosts((Host(cluster.target, cluster.context),), (), cluster)


def _listed_hosts(options: Options) -> HostList | Failure:
    """The hosts of the list that the options name, as lines or as a table."""
    if options.column is None:
        if options.label_column is not None or options.port_column is not None:
            return Failure("usage", "--label-column and --port-column go with --column.", "Name the targets' column.")
        return HostList() if options.hosts_file is None else _plain_hosts(options.hosts_file, options.starttls)
    if options.hosts_file is None:
        return Failure("usage", "--column names a column of the file of --hosts.", "Name that file with --hosts.")
    from tui_chain.net.host_table import TableColumns, read_host_table  # few lists are tables

    columns = TableColumns(options.column, options.label_column, options.port_column, options.starttls)
    return read_host_table(options.hosts_file, columns)


def no_saved_results(path: Path) -> Failure | None:
    """Refuse a file that cannot hold saved results; it is read twice, so that a pipe is none either."""
    shown = safe_text(str(path))
    try:
        if not path.is_file():
            return Failure("file", f"There is no file {shown}.", "Check its path.")
        with path.open("rb") as file:
            start = file.read(_START)
    except (OSError, ValueError) as error:
        return unreadable("file", path, error)
    if holds_json(start):
        return None
    hint = f"{hinted('check', '--json')} and {hinted('fix', '--json')} print such lines."
    return Failure("file", f"The file {shown} holds no results as JSON lines.", hint)


def read_clock(at: str | None) -> Clock | Failure:
    """The clock that stands still at a time as `--at` takes it, or the clock on the wall."""
    if at is None:
        return utc_now
    moment = read_time(at)
    return moment if isinstance(moment, Failure) else lambda: moment


def read_time(text: str) -> datetime | Failure:
    """Read a time as a person writes it; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = _EARLIEST
    if not _EARLIEST < moment < _LATEST:
        return Failure(
            "usage", f"{safe_text(text, 40)!r} is no time.", "Write it as 2026-11-23 or 2026-11-23T12:00:00Z."
        )
    return moment
