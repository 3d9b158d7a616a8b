"""What the screen keeps between runs: its hosts with what was chosen for them, and the theme."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tui_chain.core.failure import Failure
from tui_chain.core.files import locked, read_own_file, set_aside, unwritable, write_own_file
from tui_chain.core.system import state_folder
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.net.connection_options import SHOWN_KEYS, USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.connection_text import read_connection, shown_connection
from tui_chain.net.target import Target, parse_target

if TYPE_CHECKING:
    from tui_chain.livetest.choice import RequestChoice
    from tui_chain.repair.path_choice import PathChoice

FILE_NAME = "session.json"
VERSION = 1
"""The form of the file; one of another form is kept aside."""
MAX_SIZE = 16 << 20
"""Bytes of the file."""
MAX_LINKS, MAX_FILES, MAX_HEADERS = 64, 32, 64
"""Certificates and choices of a path, files, and names of headers that are kept of a host."""
_WHAT = "session"

T = TypeVar("T")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_WORD = re.compile(r"-?[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}")


@dataclass(frozen=True)
class SavedRequest:
    """The request of a live test without anything secret: of its headers the names, of its path no query."""

    method: str = "GET"
    path: str = "/"
    headers: tuple[str, ...] = ()
    proxy: bool = False

    def __post_init__(self) -> None:
        """Put aside what may be secret."""
        object.__setattr__(self, "path", re.split(r"[?#]", self.path, maxsplit=1)[0])

    @classmethod
    def of(cls, choice: RequestChoice) -> SavedRequest:
        """What is kept of a choice."""
        return cls(choice.method, choice.path, tuple(name for name, _ in choice.headers), choice.proxy)

    def choice(self) -> RequestChoice | Failure:
        """The choice again; its headers have to be typed anew."""
        from tui_chain.livetest.choice import read_choice

        return read_choice(self.method, self.path, (), proxy=self.proxy)


@dataclass(frozen=True)
class SavedHost:
    """A host of the list: its label, the path or issuers that were chosen, by SHA-256, and the files written.

    `path` runs leaf first and is empty where none was chosen; `links` are pairs of a certificate and its issuer.
    `written` is the file of the bundle, `others` are those of other kinds, by the name of the kind.
    """

    target: Target
    label: str = ""
    path: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    written: Path | None = None
    others: tuple[tuple[str, Path], ...] = ()
    request: SavedRequest | None = None

    @classmethod
    def of(
        cls,
        state: HostState,
        *,
        written: Path | None = None,
        others: Iterable[tuple[str, Path]] = (),
        request: RequestChoice | None = None,
    ) -> SavedHost:
        """What is kept of a host, with the files that were written for it and the request that was chosen."""
        choice = state.choice
        path = choice.path or () if choice is not None else ()
        links = tuple(sorted(choice.links)) if choice is not None else ()
        saved = None if request is None else SavedRequest.of(request)
        return cls(state.target, state.label, path, links, written, tuple(others), saved)

    def over(self, older: SavedHost) -> SavedHost:
        """Return the host with what an older one has that it lacks; a path and links are one choice."""
        choice = self if self.path or self.links else older
        others = {**dict(older.others), **dict(self.others)}
        return replace(
            self,
            label=self.label or older.label,
            path=choice.path,
            links=choice.links,
            written=self.written or older.written,
            others=tuple(others.items()),
            request=self.request or older.request,
        )

    def choice(self) -> PathChoice:
        """What was chosen, as the repair takes it."""
        from tui_chain.repair.path_choice import PathChoice

        return PathChoice(frozenset(self.links), self.path or None)


@dataclass(frozen=True)
class Session:
    """The host list in its order, by what it is sorted, and the theme; sentences on what of it was left out.

    `theme` is what was chosen in the palette, while the config file named `config_theme`.
    """

    hosts: tuple[SavedHost, ...] = ()
    sort: str = ""
    theme: str = ""
    config_theme: str = ""
    notices: tuple[str, ...] = ()

    def theme_for(self, config_theme: str) -> str:
        """The theme to begin with: the newer of what was chosen and what the config file names; may be empty."""
        return self.theme if self.theme and self.config_theme == config_theme else config_theme

    def merged(self, before: Session, run: Session) -> Session:
        """Return the session with what a run has changed, from `before` to `run`; all else stays as it is here.

        Of a host that is the same before and after, what another run has made of it holds, its removal too.
        """
        known, stored = _by_target(before), _by_target(self)
        listed = {host.target: _merged(known.get(host.target), host, stored.get(host.target)) for host in run.hosts}
        others = (host for target, host in stored.items() if target not in known and target not in listed)
        sort = self.sort if run.sort == before.sort else run.sort
        themed = self if (run.theme, run.config_theme) == (before.theme, before.config_theme) else run
        return Session((*filter(None, listed.values()), *others), sort, themed.theme, themed.config_theme)


def _by_target(session: Session) -> dict[Target, SavedHost]:
    return {host.target: host for host in session.hosts}


def _merged(before: SavedHost | None, now: SavedHost, stored: SavedHost | None) -> SavedHost | None:
    """What is kept of a host of a run; None where another run has removed it, and this one left it as it was."""
    if now == before:
        return stored
    return now.over(stored) if before is None and stored is not None else now


def session_path() -> Path:
    """Where the session is kept, whether it exists or not."""
    return state_folder() / FILE_NAME


def read_session(path: Path) -> Session | Failure:
    """Read the session, an empty one where there is no file; one that is none is kept aside, as the failure says."""
    data = read_own_file(path, _WHAT, MAX_SIZE)
    if not isinstance(data, bytes):
        return Session() if data is None else data
    fields = _fields(data)
    if fields is None:
        return _kept_aside(path, f"{safe_text(str(path))} is no session of this version of tlschain")
    hosts = tuple(filter(None, map(_read_host, fields["hosts"])))
    unique: dict[Target, SavedHost] = {}
    for host in hosts:
        unique.setdefault(host.target, host)
    sort, theme, config_theme = (_word(fields.get(name)) for name in ("sort", "theme", "config_theme"))
    session = Session(tuple(unique.values()), sort, theme, config_theme)
    wrong = len(fields["hosts"]) - len(hosts)
    return session if not wrong else _without_wrong(session, wrong, path)


def _fields(data: bytes) -> Mapping[str, Any] | None:
    """The fields of a session, or None of another file."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return None
    good = isinstance(fields, dict) and fields.get("version") == VERSION and isinstance(fields.get("hosts"), list)
    return fields if good else None


def _without_wrong(session: Session, wrong: int, path: Path) -> Session:
    """The session with a notice; the file as it was is kept, and what was read takes its place."""
    kept = _kept_aside(path, f"{plural(wrong, 'host')} of {safe_text(str(path))} cannot be read and left out")
    failed = write_session(session, path)
    return replace(session, notices=(str(kept), *((str(failed),) if failed is not None else ())))


def _kept_aside(path: Path, what: str) -> Failure:
    aside = set_aside(path, _WHAT)
    if isinstance(aside, Failure):
        return aside
    return Failure("file", f"{what}; the file is kept as {safe_text(str(aside))}.")


def write_session(session: Session, path: Path) -> Failure | None:
    """Write the session whole or not at all; what stands there and is no session is kept aside first."""
    fields = {"sort": session.sort, "theme": session.theme, "config_theme": session.config_theme}
    hosts = [_host_fields(host) for host in session.hosts]
    data = json.dumps({"version": VERSION, **_set(fields), "hosts": hosts}, separators=(",", ":")).encode("ascii")
    if len(data) > MAX_SIZE:
        return Failure("file", f"{plural(len(hosts), 'host')} are too many to be kept between runs.", "")
    old = read_own_file(path, _WHAT, MAX_SIZE)
    if isinstance(old, Failure) or (old is not None and _fields(old) is None):
        aside = set_aside(path, _WHAT)
        if isinstance(aside, Failure):
            return aside
    return write_own_file(path, data, _WHAT)


def save_session(before: Session, run: Session, path: Path) -> Failure | None:
    """Bring what a run has changed, from `before` to `run`, into what is stored now; other runs may do so at once.

    Where there is no session any more all of the run is written; a failure is returned then too where what stood
    there had to be kept aside. What cannot be read stays as it is.
    """
    if not path.is_absolute():
        return write_session(run, path)
    try:
        with locked(path):
            return _save(before, run, path)
    except OSError as error:
        return unwritable(path, _WHAT, error)


def _save(before: Session, run: Session, path: Path) -> Failure | None:
    is_missing, stored = not path.exists(), read_session(path)
    if isinstance(stored, Failure):
        return stored if os.path.lexists(path) else write_session(run, path) or stored
    merged = stored.merged(Session() if is_missing else before, run)
    return None if merged == replace(stored, notices=()) else write_session(merged, path)


# a host as JSON


def _set(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say anything."""
    return {name: value for name, value in fields.items() if value}


def _host_fields(host: SavedHost) -> dict[str, Any]:
    request = host.request
    return {
        "target": str(host.target),
        **_set(
            {
                "connection": shown_connection(host.target.connection),
                "label": host.label,
                "path": host.path,
                "links": host.links,
                "written": host.written and str(host.written),
                "others": [(kind, str(file)) for kind, file in host.others],
                "request": request and {**vars(request)},
            }
        ),
    }


def _read_host(fields: object) -> SavedHost | None:
    """A host, without what of it is wrong; None where its target is."""
    if not isinstance(fields, dict) or not isinstance(fields.get("target"), str):
        return None
    target = parse_target(fields["target"])
    connection = _connection(fields.get("connection"))
    if isinstance(target, Failure) or connection is None:
        return None
    label = fields.get("label")
    return SavedHost(
        replace(target, connection=connection),
        safe_text(label) if isinstance(label, str) else "",
        _all(fields.get("path"), _digest, MAX_LINKS),
        _all(fields.get("links"), _link, MAX_LINKS),
        _file(fields.get("written")),
        _all(fields.get("others"), _other, MAX_FILES),
        _request(fields.get("request")),
    )


def _connection(values: object) -> ConnectionOptions | None:
    """The options of a connection, without what is kept of none: a login, a client certificate."""
    if values is None:
        return USUAL_CONNECTION
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        return None
    read = read_connection({name: value for name, value in values.items() if name in SHOWN_KEYS})
    return None if isinstance(read, Failure) else read


def _all(values: object, read: Callable[[object], T | None], limit: int) -> tuple[T, ...]:
    """Every value as it is read, or none at all where one is wrong."""
    if not isinstance(values, list) or len(values) > limit:
        return ()
    found = tuple(map(read, values))
    return tuple(one for one in found if one is not None) if None not in found else ()


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _digest(value: object) -> str | None:
    return value if isinstance(value, str) and _SHA256.fullmatch(value) else None


def _link(value: object) -> tuple[str, str] | None:
    pair = _all(value, _digest, 2)
    return (pair[0], pair[1]) if len(pair) == 2 else None


def _file(value: object) -> Path | None:
    """An absolute path that can be shown as it is."""
    good = isinstance(value, str) and value.isprintable() and len(value) <= 4096
    path = Path(value) if good else None  # type: ignore[arg-type]
    return path if path is not None and path.is_absolute() else None


def _other(value: object) -> tuple[str, Path] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    kind, file = _word(value[0]), _file(value[1])
    return (kind, file) if kind and file is not None else None


def _header(value: object) -> str | None:
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def _request(value: object) -> SavedRequest | None:
    if not isinstance(value, dict):
        return None
    method, path, proxy = value.get("method", "GET"), value.get("path", "/"), value.get("proxy", False)
    if not (isinstance(method, str) and isinstance(path, str) and isinstance(proxy, bool)):
        return None
    request = SavedRequest(method, path, _all(value.get("headers"), _header, MAX_HEADERS), proxy)
    return None if isinstance(request.choice(), Failure) else request
