"""What settings name: files that are missing, broken, or not what the client reads."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui_chain.clients.advice import Effect
from tui_chain.clients.client import SettingForm, Takes
from tui_chain.core.command import command_line, operand
from tui_chain.core.status import Severity
from tui_chain.core.text import plural
from tui_chain.doctor.environment_report import FoundSetting, StoreFacts
from tui_chain.doctor.precedence import ClientSetting, client_settings
from tui_chain.doctor.problems.problem import Evidence, TrustProblem, listed

FEW = 20
"""Roots of a file that is no public trust store."""
LACKING = 0.3
"""Share of the public roots whose lack makes a file stale."""
_FOLDERS = frozenset({Takes.FOLDER, Takes.ALL_FILES})
_ENVIRONMENTS = ("conda", "mamba")
"""What is in the path of an environment that sets variables when it is activated."""


@dataclass(frozen=True)
class NamedStore:
    """A path that settings name, with what stands there and the uses of it that count.

    `found` are the settings, each once.
    """

    path: str
    store: StoreFacts | None
    uses: tuple[ClientSetting, ...]

    @property
    def found(self) -> tuple[FoundSetting, ...]:
        """The settings that name it, each place once."""
        return tuple({use.found.where: use.found for use in self.uses}.values())

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients in which they count."""
        return tuple(dict.fromkeys(use.client for use in self.uses))

    @property
    def names(self) -> str:
        """The settings and their verb, as `A names` or `A and B name`."""
        shown = tuple(one.name if not one.client else f"{one.name} ({one.where})" for one in self.found)
        return f"{listed(shown)} {'names' if len(shown) == 1 else 'name'}"

    def narrowed(self, wanted: Callable[[ClientSetting], bool]) -> NamedStore | None:
        """The same for some of its uses; None where it has none of them."""
        uses = tuple(filter(wanted, self.uses))
        return NamedStore(self.path, self.store, uses) if uses else None

    @property
    def removal(self) -> str:
        """The change that takes the settings back."""
        unset = [one.name for one in self.found if not one.client]
        lines = [_removed(one) for one in self.found if one.client]
        if unset and not lines:
            return f"unset {' '.join(unset)}"
        first = [f"Unset {', '.join(unset)}."] if unset else []
        return " ".join((*first, *lines))

    def problem(self, code: str, severity: Severity, message: str, change: str) -> TrustProblem:
        """A problem with them; it names the variables whose removal is the change."""
        unset = tuple(change.split()[1:]) if change.startswith("unset ") else ()
        return TrustProblem(code, severity, message, change, self.clients, unset)


def _removed(found: FoundSetting) -> str:
    if found.place.startswith("$"):
        return f"Take {found.name} out of {found.place[1:]}."
    return f"Remove line {found.line} of {found.place}."


def named_stores(evidence: Evidence) -> Iterator[NamedStore]:
    """Every path that a setting names which counts somewhere."""
    uses: dict[str, list[ClientSetting]] = {}
    for each in client_settings(evidence.report):
        if each.wins and each.setting.form is not SettingForm.ARGUMENT:
            for path in _paths(each, evidence):
                uses.setdefault(path, []).append(each)
    for path, members in uses.items():
        yield NamedStore(path, evidence.report.store(path), tuple(members))


def _paths(use: ClientSetting, evidence: Evidence) -> list[str]:
    """A variable for folders names several, as PATH does."""
    if use.found.client or use.setting.takes not in _FOLDERS:
        return [use.found.value]
    separator = ";" if evidence.report.platform == "win32" else ":"
    return [path for path in use.found.value.split(separator) if path]


def trust_file_problems(evidence: Evidence) -> Iterator[TrustProblem]:
    """The first rule that a path breaks; the others would say the same again."""
    for named in named_stores(evidence):
        yield from filter(None, (next(filter(None, (rule(named, evidence) for rule in _OF_ONE)), None),))
    yield from _overridden(evidence)


_Rule = Callable[[NamedStore, Evidence], TrustProblem | None]


def _value(named: NamedStore, _: Evidence) -> TrustProblem | None:
    """A value of a variable that the shell did not take apart as its author thought."""
    variables, value = named.narrowed(lambda use: not use.found.client), named.path
    if variables is None:
        return None
    exported = f"export {variables.found[0].name}"
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        message = f"{variables.names} a file with quotes as a part of the value: {value}."
        return variables.problem("quoted-value", Severity.FATAL, message, f"{exported}={shlex.quote(value[1:-1])}")
    if value.startswith("~/"):
        message = f"{variables.names} {value}, and {listed(variables.clients)} take ~ for the name of a folder."
        return variables.problem(
            "tilde-not-expanded", Severity.FATAL, message, f'{exported}="$HOME"{shlex.quote(value[1:])}'
        )
    return None


def _missing(named: NamedStore, evidence: Evidence) -> TrustProblem | None:
    if named.store is None or named.store.kind != "missing":
        return None
    severity = Severity.FATAL if named.narrowed(_replaces) else Severity.RISK
    left = ", as an environment leaves it that is not active any more" if _of_environment(named, evidence) else ""
    message = f"{named.names} {named.path}, which does not exist{left}."
    code = "leftover-variable" if left and named.removal.startswith("unset ") else "missing-file"
    return named.problem(code, severity, message, named.removal)


def _replaces(use: ClientSetting) -> bool:
    return use.effect is Effect.REPLACES


def _of_environment(named: NamedStore, evidence: Evidence) -> bool:
    """Whether a path is in an environment that is not the interpreter's."""
    prefix = str(evidence.report.interpreter.get("prefix", "")) or "\0"
    return any(word in named.path.lower() for word in _ENVIRONMENTS) and not named.path.startswith(prefix)


def _leftover(named: NamedStore, evidence: Evidence) -> TrustProblem | None:
    variables = named.narrowed(lambda use: not use.found.client)
    if variables is None or not _of_environment(named, evidence):
        return None
    message = f"{variables.names} a file of another environment than this interpreter's: {named.path}."
    return variables.problem("leftover-variable", Severity.RISK, message, variables.removal)


def _kind(named: NamedStore, _: Evidence) -> TrustProblem | None:
    """A folder where a file is read, or the other way round."""
    store = named.store
    if store is None or store.kind not in {"folder", "file", "unreadable"}:
        return None
    if store.kind == "unreadable":
        message = f"{named.names} {named.path}, which this user cannot read: {store.error}."
        return named.problem(
            "unreadable-file", Severity.FATAL, message, f"chmod a+r {shlex.quote(operand(named.path))}"
        )
    if store.kind == "file":
        wrong = named.narrowed(lambda use: use.setting.takes in _FOLDERS)
        if wrong is None:
            return None
        message = f"{wrong.names} a file, and {listed(wrong.clients)} read a folder: {named.path}."
        return wrong.problem("file-not-folder", Severity.RISK, message, wrong.removal)
    wrong = named.narrowed(lambda use: use.setting.takes is Takes.FILE)
    if wrong is not None:
        message = f"{wrong.names} a folder, and {listed(wrong.clients)} read a file: {named.path}."
        return wrong.problem("folder-not-file", Severity.FATAL, message, wrong.removal)
    hashed = named.narrowed(lambda use: use.setting.takes in {Takes.FOLDER, Takes.EITHER})
    if hashed is not None and store.hashed == 0:
        message = f"{hashed.names} {named.path}, where no file is named by its hash: OpenSSL finds none of them."
        return hashed.problem(
            "unhashed-folder", Severity.FATAL, message, f"openssl rehash {shlex.quote(operand(named.path))}"
        )
    return None


def _content(named: NamedStore, _: Evidence) -> TrustProblem | None:
    """A file that is no PEM file of certificates; a store of another format is for its own clients."""
    store = named.store
    if store is None or store.kind != "file" or store.format in {"JKS", "JCEKS", "DER"}:
        return None
    path, names = operand(store.path), f"{named.names} {store.path}"
    fixed = command_line("audit", path, "--fix", "--backup")
    if not store.certificates:
        return named.problem("no-certificates", Severity.FATAL, f"{names}, which has no certificates.", named.removal)
    if store.error:
        return named.problem("broken-file", Severity.FATAL, f"{names}, which OpenSSL refuses: {store.error}.", fixed)
    if store.private_key:
        message = f"{names}, which has a private key in it; some clients refuse such a file."
        return named.problem("private-key-inside", Severity.RISK, message, command_line("audit", path))
    if store.bom:
        message = f"{store.path} begins with a byte order mark: some clients lose its first certificate."
        return named.problem("byte-order-mark", Severity.RISK, message, fixed)
    return None


def _roots(named: NamedStore, evidence: Evidence) -> TrustProblem | None:
    """What a file lacks that takes the place of all public roots."""
    store, replacing = named.store, named.narrowed(_replaces)
    if store is None or replacing is None or store.kind != "file" or store.format != "PEM":
        return None
    lacking, known = len(evidence.roots.keys() - store.roots.keys()), len(evidence.roots)
    where = f"{replacing.names} {store.path}, and {listed(replacing.clients)} trust nothing else. It has"
    if store.certificates < FEW and lacking > known / 2:
        message = f"{where} {plural(store.certificates, 'certificate')}: every other host is refused."
        return replacing.problem("small-file", Severity.RISK, message, replacing.removal)
    if lacking > LACKING * known:
        lacks = f"lacks {lacking} of the {known} of certifi {evidence.roots_version}"
        message = f"{where} {store.certificates} roots and {lacks}."
        return replacing.problem("stale-file", Severity.RISK, message, replacing.removal)
    return None


_OF_ONE: tuple[_Rule, ...] = (_value, _missing, _kind, _content, _leftover, _roots)
"""In this order: what keeps a file from being read first."""


def _overridden(evidence: Evidence) -> Iterator[TrustProblem]:
    """Settings that mean nothing in a client beside a stronger one that says something else."""
    beaten: dict[tuple[str, str], list[ClientSetting]] = {}
    for each in client_settings(evidence.report):
        if each.beaten_by is not None and each.beaten_by.value != each.found.value:
            beaten.setdefault((each.beaten_by.where, each.found.where), []).append(each)
    for members in beaten.values():
        first, names = members[0], tuple(each.client for each in members)
        assert first.beaten_by is not None  # noqa: S101
        message = f"{_shown(first.beaten_by)} wins over {_shown(first.found)} in {listed(names)}."
        change = f"Keep one of the two: {first.beaten_by.value} or {first.found.value}."
        yield TrustProblem("overridden-setting", Severity.COSMETIC, message, change, names)


def _shown(found: FoundSetting) -> str:
    return found.name if not found.client else f"{found.name} ({found.where})"


RULES = (trust_file_problems,)
