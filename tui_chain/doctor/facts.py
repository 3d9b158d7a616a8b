"""What both front ends show of an environment beside its problems: verdicts, the settings that count, the facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tui_chain.clients.advice import Effect
from tui_chain.core.text import plural
from tui_chain.doctor.environment_report import EnvironmentReport, LibraryContext, StoreFacts
from tui_chain.doctor.examination import Examination
from tui_chain.doctor.precedence import ClientSetting

COUNTING = "Settings that count, and whether they add to or replace a client's trust store:"
Effects = tuple[tuple[Effect, tuple[str, ...]], ...]


def verdict_text(library: LibraryContext) -> str:
    """What a library makes of the host."""
    if library.accepts:
        return "accepted" if library.verifies else "verifies nothing"
    judged = library.verdict
    if judged is None:
        return f"fails: {library.error}"
    if judged.ok:
        return f"no handshake: {library.handshake.text if library.handshake is not None else ''}"
    return f"{judged.text}{f' ({judged.code})' if judged.code is not None else ''}"


def counting_settings(found: Examination) -> tuple[tuple[str, Effects], ...]:
    """Every setting that counts as a line, with the clients in which it does by what it does to their stores."""
    counting: dict[str, list[ClientSetting]] = {}
    for each in found.settings:
        if each.wins:
            counting.setdefault(each.found.where, []).append(each)
    return tuple((_setting_text(members[0]), _effects(members)) for members in counting.values())


def _setting_text(first: ClientSetting) -> str:
    made = first.found
    return f"{made.name}{f' ({made.where})' if made.client else ''} = {made.value}"


def _effects(members: list[ClientSetting]) -> Effects:
    groups = ((effect, tuple(each.client for each in members if each.effect is effect)) for effect in Effect)
    return tuple((effect, clients) for effect, clients in groups if clients)


def facts(report: EnvironmentReport) -> Iterator[tuple[str, str]]:
    """The facts of an interpreter, each with its name: OpenSSL, default store, certifi, libraries, proxies."""
    openssl, certifi = report.openssl, report.certifi
    if openssl is not None:
        level = report.context.security_level
        yield "OpenSSL", f"{openssl.version}{f', security level {level}' if level is not None else ''}"
        settings = "".join(f", {name} = {value}" for name, value in openssl.config_settings.items())
        yield "openssl.cnf", f"{openssl.config}{f': {openssl.config_error}' if openssl.config_error else settings}"
        yield "default file", _store_text(openssl.file, report.store(openssl.file))
        yield "default folder", _store_text(openssl.folder, report.store(openssl.folder))
    if certifi is not None:
        changed = {True: ", changed by hand", False: ", as installed", None: ""}[certifi.changed]
        yield "certifi", f"{certifi.version}{changed}, {_store_text(certifi.where, report.store(certifi.where))}"
    if report.injected:
        yield "injected", ", ".join(report.injected)
    for library in report.libraries:
        version = report.packages.get(library.name, "")
        yield library.name, " ".join(filter(None, (version, _context_text(library))))
    shown = {library.name for library in report.libraries} | {"certifi"}
    others = [f"{name} {version}" for name, version in report.packages.items() if name not in shown]
    if others:
        yield "packages", ", ".join(others)
    yield from report.proxies.items()


def _context_text(library: LibraryContext) -> str:
    if library.error:
        return f"fails: {library.error}"
    trusted = ", ".join(library.loaded) or "what it has built in"
    return f"trusts {trusted}: {library.roots} roots, flags {library.flags_text}"


def _store_text(path: str, store: StoreFacts | None) -> str:
    if store is None:
        return path
    if store.kind == "file":
        return f"{path}: {plural(store.certificates, 'certificate')}{_day(store)}"
    if store.kind == "folder":
        return f"{path}: {plural(store.hashed, 'certificate')} by hash{_day(store)}"
    return f"{path}: {store.kind}"


def _day(store: StoreFacts) -> str:
    """When it was changed last."""
    try:
        return "" if store.mtime is None else f", of {datetime.fromtimestamp(store.mtime, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return ""
