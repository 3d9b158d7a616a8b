"""What the script found in one interpreter, as frozen values; every text is safe for a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import text_of
from tui_chain.core.text import safe_text
from tui_chain.doctor.foreign_json import ForeignJSON, cleaned, last_object

MAX_REPORT = 8 << 20
"""Bytes of a report that is read."""
MAX_SETTINGS = 2000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
"""Names of variables that a shell has; commands are made of them."""
_STRICT, _PARTIAL_CHAIN = 0x20, 0x80000
"""X509_V_FLAG_X509_STRICT and X509_V_FLAG_PARTIAL_CHAIN."""
_MARK = "doctor"
"""The member that says that an object is a report."""


@dataclass(frozen=True)
class StoreFacts:
    """What stands at a path that a setting names.

    `kind` is `file`, `folder`, `missing` or `unreadable`; `format` of a file is `PEM`, `DER`, `JKS`, `JCEKS` or
    `other`. `roots` are its certificates, SHA-256 with the subject of those that OpenSSL loads as CAs. `labelled` are
    the SHA-256 that certifi's comments name. `error` is OpenSSL's refusal, or why nothing is there. `hashed` counts
    the names of a folder by which OpenSSL finds certificates. Times are seconds since the epoch.
    """

    path: str
    kind: str
    error: str = ""
    mtime: float | None = None
    size: int | None = None
    format: str = ""
    sha256: str = ""
    bom: bool = False
    private_key: bool = False
    certificates: int = 0
    roots: Mapping[str, str] = field(default_factory=dict, repr=False)
    labelled: frozenset[str] = field(default=frozenset(), repr=False)
    hashed: int = 0


@dataclass(frozen=True)
class FoundSetting:
    """A setting that is made: its name by the client, its value, and where.

    `place` is the variable or the file; `line` counts from 1 and is None for a variable. `client` is empty for a
    variable, which may be several clients'.
    """

    name: str
    value: str
    place: str
    line: int | None = None
    client: str = ""

    @property
    def where(self) -> str:
        """Where it is made, as a person finds it."""
        return self.place if self.line is None else f"{self.place}, line {self.line}"


@dataclass(frozen=True)
class Judgement:
    """What a library's context says of a host; `ok` is None where nothing is verified, or the network failed."""

    ok: bool | None
    code: int | None
    text: str


@dataclass(frozen=True)
class LibraryContext:
    """The context that a library makes by itself, or in `error` why it comes to none.

    `loaded` are the files that it was given, `default` for OpenSSL's own. `roots` counts the CA certificates in it.
    """

    name: str
    error: str = ""
    loaded: tuple[str, ...] = ()
    verifies: bool | None = None
    flags: int | None = None
    security_level: int | None = None
    oldest: str = ""
    roots: int | None = None
    verdict: Judgement | None = None
    handshake: Judgement | None = None

    @property
    def flags_text(self) -> str:
        """The verify flags, with the names of those that Python 3.13 sets."""
        if self.flags is None:
            return "unknown"
        names = [name for name, bit in (("STRICT", _STRICT), ("PARTIAL_CHAIN", _PARTIAL_CHAIN)) if self.flags & bit]
        return f"{self.flags:#x} ({' + '.join(names)})" if names else f"{self.flags:#x}"

    @property
    def accepts(self) -> bool:
        """Whether it accepts the host: by the verdict, and in the real handshake where there was one."""
        if self.verdict is None or self.verdict.ok is not True:
            return self.verifies is False and not self.error
        return self.handshake is None or self.handshake.ok is not False


@dataclass(frozen=True)
class CertifiFacts:
    """certifi as it is installed: `where` is the file that it names, `own` the one that came with it.

    `changed` is whether that file differs from the record of its installation; None where there is none.
    """

    version: str
    where: str
    own: str
    changed: bool | None


@dataclass(frozen=True)
class OpenSSLFacts:
    """OpenSSL as the interpreter has it: its default `file` and `folder`, and openssl.cnf with what decides in it.

    `config_error` says why that file cannot be read; `config_named` that OPENSSL_CONF names it.
    """

    version: str
    file: str
    folder: str
    config: str
    config_named: bool
    config_error: str
    config_settings: Mapping[str, str]


@dataclass(frozen=True)
class EnvironmentReport:
    """One interpreter in its environment; `raw` is the whole report as JSON values, safe and bounded.

    `host` is the one whose chain its libraries judged, or empty.
    """

    raw: Mapping[str, Any] = field(repr=False)
    host: str
    time: float | None
    complete: bool
    errors: tuple[str, ...]
    interpreter: Mapping[str, Any]
    variables: Mapping[str, str]
    proxies: Mapping[str, str]
    settings: tuple[FoundSetting, ...]
    packages: Mapping[str, str]
    injected: tuple[str, ...]
    certifi: CertifiFacts | None
    openssl: OpenSSLFacts | None
    context: LibraryContext
    stores: Mapping[str, StoreFacts]
    libraries: tuple[LibraryContext, ...]

    @property
    def executable(self) -> str:
        """The path of the interpreter."""
        return str(self.interpreter.get("executable", "")) or "python"

    @property
    def version(self) -> str:
        """The version of Python."""
        return str(self.interpreter.get("version", ""))

    @property
    def platform(self) -> str:
        """The name of the system, as `sys.platform`."""
        return str(self.interpreter.get("platform", ""))

    @property
    def refusing(self) -> tuple[str, ...]:
        """The libraries that refuse the host; none where no host was named."""
        return tuple(library.name for library in self.libraries if self.host and not library.accepts)

    def store(self, path: str) -> StoreFacts | None:
        """What stands at a path, where that was looked at."""
        return self.stores.get(path)


def read_report(data: bytes, source: str) -> EnvironmentReport | Failure:
    """Read what the script printed, or a result of `doctor --json`, which has it inside; `source` names it."""
    text = text_of(data[:MAX_REPORT])
    found = last_object(text, _MARK) or (last_object(text, "environment") or {}).get("environment")
    if not isinstance(found, dict) or found.get(_MARK) != 1:
        message = f"{safe_text(source)} has no report of an interpreter in it."
        return Failure("report", message, f"{hinted('doctor', '--print-script')} gives the script that makes one.")
    return _report(ForeignJSON(cleaned(found)))


def _report(found: ForeignJSON) -> EnvironmentReport:
    variables = {name: value for name, value in found.mapping("variables").items() if _NAME.fullmatch(name)}
    return EnvironmentReport(
        raw=found.values,
        host=found.text("host"),
        time=found.number("time"),
        complete=found.flag("complete") is True,
        errors=found.texts("errors"),
        interpreter=found.object("interpreter").values,
        variables=variables,
        proxies=found.mapping("proxies"),
        settings=(*(FoundSetting(name, value, name) for name, value in variables.items()), *_settings(found)),
        packages=found.mapping("packages"),
        injected=found.texts("injected"),
        certifi=_certifi(found.object("certifi")),
        openssl=_openssl(found.object("openssl")),
        context=_library(found.object("context")),
        stores={store.path: store for store in map(_store, found.objects("stores"))},
        libraries=tuple(map(_library, found.objects("libraries"))),
    )


def _settings(found: ForeignJSON) -> list[FoundSetting]:
    entries = (
        FoundSetting(entry.text("setting"), entry.text("value"), file.text("path"), entry.whole("line"), client)
        for file in found.objects("files")
        for client in (file.text("client"),)
        if client  # without one it would be a variable, whose name goes into commands
        for entry in file.objects("entries")
    )
    return list(islice(entries, MAX_SETTINGS))


def _certifi(found: ForeignJSON) -> CertifiFacts | None:
    if not found.values:
        return None
    return CertifiFacts(found.text("version"), found.text("where"), found.text("own"), found.flag("changed"))


def _openssl(found: ForeignJSON) -> OpenSSLFacts | None:
    if not found.values:
        return None
    config = found.object("config")
    return OpenSSLFacts(
        found.text("version"),
        found.text("file"),
        found.text("folder"),
        config.text("path"),
        config.flag("named") is True,
        config.text("error"),
        config.mapping("settings"),
    )


def _store(found: ForeignJSON) -> StoreFacts:
    return StoreFacts(
        path=found.text("path"),
        kind=found.text("kind"),
        error=found.text("error"),
        mtime=found.number("mtime"),
        size=found.whole("size"),
        format=found.text("format"),
        sha256=found.text("sha256"),
        bom=found.flag("bom") is True,
        private_key=found.flag("private_key") is True,
        certificates=found.whole("certificates") or 0,
        roots=dict(found.pairs("roots")),
        labelled=frozenset(found.texts("labelled")),
        hashed=found.whole("hashed") or 0,
    )


def _library(found: ForeignJSON) -> LibraryContext:
    return LibraryContext(
        name=found.text("name") or found.text("class"),
        error=found.text("error"),
        loaded=found.texts("loaded"),
        verifies=found.flag("verifies"),
        flags=found.whole("flags"),
        security_level=found.whole("security_level"),
        oldest=found.text("oldest"),
        roots=found.whole("roots"),
        verdict=_judgement(found.object("verdict")),
        handshake=_judgement(found.object("handshake")),
    )


def _judgement(found: ForeignJSON) -> Judgement | None:
    return Judgement(found.flag("ok"), found.whole("code"), found.text("text")) if found.values else None
