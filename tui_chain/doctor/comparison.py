"""Two environments side by side: what differs, and first what explains that a verdict does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui_chain.core.text import plural
from tui_chain.doctor.environment_report import EnvironmentReport, LibraryContext, StoreFacts

NOTHING = "not set"
_SHOWN = 5


@dataclass(frozen=True)
class EnvironmentDifference:
    """What differs, with its value on each side; `explains` says that it is why a verdict differs."""

    what: str
    a: str
    b: str
    explains: bool = False


@dataclass(frozen=True)
class Comparison:
    """The differences: verdicts, what explains them, and the rest."""

    differences: tuple[EnvironmentDifference, ...]


def compare(a: EnvironmentReport, b: EnvironmentReport) -> Comparison:
    """Say in what two reports differ."""
    verdicts = list(_verdicts(a, b))
    explained = [one.what.partition(":")[0] for one in verdicts]
    contexts = list(_contexts(a, b, explained))
    others = [*_variables(a, b), *_files(a, b), *_stores(a, b), *_versions(a, b)]
    found = [*verdicts, *contexts, *others]
    found.sort(key=lambda one: (not one.what.endswith(": verdict"), not one.explains))
    return Comparison(tuple(found))


def _pairs(a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(a.keys() | b.keys()):
        left, right = a.get(name, NOTHING), b.get(name, NOTHING)
        if left != right:
            yield name, left, right


def _libraries(a: EnvironmentReport, b: EnvironmentReport) -> Iterator[tuple[LibraryContext, LibraryContext]]:
    others = {library.name: library for library in b.libraries}
    yield from ((library, others[library.name]) for library in a.libraries if library.name in others)


def _verdicts(a: EnvironmentReport, b: EnvironmentReport) -> Iterator[EnvironmentDifference]:
    for left, right in _libraries(a, b):
        if (left.verdict or left.error) and (right.verdict or right.error):
            one, other = _verdict(left), _verdict(right)
            if one != other:
                yield EnvironmentDifference(f"{left.name}: verdict", one, other)


def _verdict(library: LibraryContext) -> str:
    if library.error or library.verdict is None:
        return f"fails: {library.error}"
    if library.accepts:
        return "accepted"
    refused = library.verdict if library.verdict.ok is not True else library.handshake or library.verdict
    return f"refused: {refused.text}{f' ({refused.code})' if refused.code is not None else ''}"


def _contexts(a: EnvironmentReport, b: EnvironmentReport, explained: list[str]) -> Iterator[EnvironmentDifference]:
    """What a library loads and how it verifies."""
    for left, right in _libraries(a, b):
        facts = (
            ("trusts", ", ".join(left.loaded), ", ".join(right.loaded)),
            ("roots", _number(left.roots), _number(right.roots)),
            ("verify flags", left.flags_text, right.flags_text),
            ("security level", _number(left.security_level), _number(right.security_level)),
            ("oldest version", left.oldest, right.oldest),
        )
        for what, one, other in facts:
            if one != other:
                yield EnvironmentDifference(f"{left.name}: {what}", one, other, left.name in explained)


def _number(value: int | None) -> str:
    return "unknown" if value is None else str(value)


def _variables(a: EnvironmentReport, b: EnvironmentReport) -> Iterator[EnvironmentDifference]:
    for name, left, right in (*_pairs(a.variables, b.variables), *_pairs(a.proxies, b.proxies)):
        yield EnvironmentDifference(f"variable {name}", left, right)


def _files(a: EnvironmentReport, b: EnvironmentReport) -> Iterator[EnvironmentDifference]:
    """Settings of configuration files, by client."""
    left, right = (
        {f"{one.client}: {one.name}": f"{one.value} ({one.place})" for one in report.settings if one.client}
        for report in (a, b)
    )
    yield from (EnvironmentDifference(f"file setting {name}", one, other) for name, one, other in _pairs(left, right))


def _versions(a: EnvironmentReport, b: EnvironmentReport) -> Iterator[EnvironmentDifference]:
    left, right = (
        {
            "Python": report.version,
            "platform": report.platform,
            "OpenSSL": report.openssl.version if report.openssl is not None else "none",
            **{f"package {name}": version for name, version in report.packages.items()},
        }
        for report in (a, b)
    )
    yield from (EnvironmentDifference(name, one, other) for name, one, other in _pairs(left, right))


def _stores(a: EnvironmentReport, b: EnvironmentReport) -> Iterator[EnvironmentDifference]:
    """The roots that one side alone has, in certifi and in OpenSSL's default file."""
    for what, left, right in (
        ("certifi's file", _certifi(a), _certifi(b)),
        ("OpenSSL's default file", _default(a), _default(b)),
    ):
        one, other = (dict(store.roots) if store is not None else {} for store in (left, right))
        only_a, only_b = _subjects(one, other), _subjects(other, one)
        if only_a or only_b:
            yield EnvironmentDifference(f"{what}: roots", only_a or "none more", only_b or "none more")


def _certifi(report: EnvironmentReport) -> StoreFacts | None:
    return None if report.certifi is None else report.store(report.certifi.where)


def _default(report: EnvironmentReport) -> StoreFacts | None:
    return None if report.openssl is None else report.store(report.openssl.file)


def _subjects(those: Mapping[str, str], without: Mapping[str, str]) -> str:
    names = sorted(name or sha256 for sha256, name in those.items() if sha256 not in without)
    if not names:
        return ""
    more = f"; and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{plural(len(names), 'root')} more: {'; '.join(names[:_SHOWN])}{more}"
