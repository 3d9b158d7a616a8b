"""Chains in files: one alone, those of a folder, those in a manifest's TLS Secrets; judged, and put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, read_stdin, unreadable
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.net.host_list import STDIN, list_name
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.pasted import served_ders
from tui_chain.probe.served import ServedChain
from tui_chain.probe.tls_secrets import AUTHORITY, TLSSecret, is_manifest, read_manifest
from tui_chain.repair.proof import accepted
from tui_chain.repair.server_chain import ServerChain, server_chain
from tui_chain.resolve.files import SUFFIXES
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import ProblemKind, Reading, read_certificates

MAX_FILES = 2_000
"""Certificate files of a folder that are read."""
MAX_HOSTS = 20
"""Names for which one chain is judged."""
_NOT_CHAINS = frozenset({".crl", ".jks", ".jceks", ".p12", ".pfx"})
_DAMAGED, _FORMATS = frozenset({ProblemKind.BROKEN, ProblemKind.TRUNCATED}), frozenset({"PEM", "DER", "PKCS#7"})
_STORES = frozenset({"PKCS#12", "JKS", "JCEKS"})
_STANDS_FOR = "www"
"""The label that a wildcard is judged with."""


@dataclass(frozen=True)
class ChainFile:
    """A chain as a file has it: `name` is safe text, `certificates` are as they stand there.

    `hosts` are the targets that it is for; there is at least one. `at_hand` are certificates beside the chain that
    may be what it lacks, `secret` is the TLS Secret that it comes from.
    """

    name: str
    certificates: tuple[Certificate, ...]
    hosts: tuple[Target, ...]
    at_hand: tuple[Certificate, ...] = ()
    secret: TLSSecret | None = None


@dataclass(frozen=True)
class ChainFiles:
    """The chains of a path, sentences on what of it cannot be read, and on what else should be known of it.

    `manifest` says that they are Secrets, `folder` that they are files of a folder.
    """

    chains: tuple[ChainFile, ...] = ()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    manifest: bool = False
    folder: bool = False

    @property
    def single(self) -> bool:
        """Whether the path is one chain file."""
        return len(self.chains) == 1 and not (self.manifest or self.folder)


@dataclass(frozen=True)
class ReviewedChain:
    """A chain, how it is judged for each of its hosts, and the chain to send in its place where a better is known.

    `after` are the hosts with that chain; without one they are empty. `searched` is the host for which it was looked
    for what is missing.
    """

    file: ChainFile
    hosts: tuple[HostState, ...]
    right: ServerChain | None = None
    after: tuple[HostState, ...] = ()
    searched: HostState | None = None

    @property
    def good(self) -> bool:
        """Whether every family accepts it for every host, put right where it was."""
        return all(state.status is Status.COMPLETE for state in self.after or self.hosts)


def read_chain_files(paths: Sequence[Path], host: str | None, *, skip_others: bool = False) -> ChainFiles | Failure:
    """Read the chains of files and folders; `-` is standard input.

    `host` is the one that they are for; without it those count that a manifest names, or the leaf's own names. With
    `skip_others` a file without a server's certificate is no failure, but a notice.
    """
    target = _named(host) if host is not None else None
    if isinstance(target, Failure):
        return target
    found = [_of_path(path, target, skip_others=skip_others) for path in paths]
    return found[0] if len(found) == 1 else _together(found)


def _of_path(path: Path, target: Target | None, *, skip_others: bool) -> ChainFiles | Failure:
    if path != STDIN and path.is_dir():
        return _of_folder(path, target)
    data = read_stdin("chain") if path == STDIN else read_file(path, "chain")
    if isinstance(data, Failure):
        return data
    other = no_chain(data, list_name(path)) if skip_others else None
    return chains_of(data, list_name(path), target) if other is None else ChainFiles(notices=(other,), folder=True)


def _together(parts: Sequence[ChainFiles | Failure]) -> ChainFiles:
    """What several paths have; one that cannot be read is a problem, and the others count."""
    read = [part if isinstance(part, ChainFiles) else ChainFiles(problems=(str(part),)) for part in parts]
    return ChainFiles(
        tuple(chain for part in read for chain in part.chains),
        tuple(problem for part in read for problem in part.problems),
        tuple(notice for part in read for notice in part.notices),
        manifest=all(part.manifest for part in read),
        folder=True,
    )


def no_chain(data: bytes, name: str) -> str | None:
    """Why a file is no server's chain, as a sentence on it; None where it is one, or a damaged one."""
    reading = read_certificates(data, foreign=True)
    if is_manifest(data) or is_chain(reading):
        return None
    if not reading.certificates:
        return _empty(reading, name)
    return f"{name} skipped: its certificates are of CAs alone; {hinted('audit', 'FILE')} looks at trust files."


def no_trust_file(data: bytes, name: str) -> str | None:
    """Why a file is no trust file, as a sentence on it; None where it is one, or a damaged one."""
    reading = read_certificates(data, foreign=True)
    if is_manifest(data) or is_chain(reading):
        return f"{name} skipped: it is for a server; {hinted('verify', 'FILE')} looks at chains."
    store = reading.format in _STORES  # what is in one may be for a password alone to see
    return None if reading.certificates or store else _empty(reading, name)


def is_chain(reading: Reading) -> bool:
    """Whether there is a server's certificate in a file, as against a file of CAs alone."""
    return not all(one.is_ca and not one.alternative_names for one in reading.certificates)


def _empty(reading: Reading, name: str) -> str | None:
    if _damage(reading) is not None:
        return None
    key = any(one.kind is ProblemKind.PRIVATE_KEY for one in reading.problems)
    return f"{name} skipped: there is {'a private key' if key else 'no certificate'} in it{' alone' if key else ''}."


def _named(host: str) -> Target | Failure:
    """The host as it is typed: clients are asked also about what is no usual name."""
    target, name = parse_target(host), host.strip()
    odd = bool(name) and name.isascii() and name.isprintable() and " " not in name
    return Target(name) if isinstance(target, Failure) and odd else target


def chains_of(data: bytes, name: str, target: Target | None = None) -> ChainFiles | Failure:
    """The chains in the bytes of a file, which `name`, safe text, stands for."""
    if is_manifest(data):
        return _of_manifest(data, name, target)
    chain = _chain_file(name, data, target)
    return chain if isinstance(chain, Failure) else ChainFiles((chain,))


def _of_folder(folder: Path, target: Target | None) -> ChainFiles | Failure:
    """The chains of a folder's certificate files by name, no subfolders; files of CAs alone are none."""
    shown = safe_text(str(folder))
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES - _NOT_CHAINS)
        files = [file for file in files if file.is_file()]
    except OSError as error:
        return unreadable("folder", folder, error)
    chains: list[ChainFile] = []
    problems = [f"{shown} has {len(files)} files; only the first {MAX_FILES} are read."] * (len(files) > MAX_FILES)
    others = 0
    for file in files[:MAX_FILES]:
        chain = _of_file(file, target)
        if isinstance(chain, ChainFile):
            chains.append(chain)
        elif chain is not None:
            problems.append(chain)
        else:
            others += 1
    if not chains and not problems:
        return Failure("file", f"There is no file with a server's certificate in {shown}.", "Name the right folder.")
    notices = (f"{plural(others, 'file')} of {shown} without a server's certificate skipped.",) if others else ()
    return ChainFiles(tuple(chains), tuple(problems), notices, folder=True)


def _of_file(file: Path, target: Target | None) -> ChainFile | str | None:
    """The chain of a file, what is wrong with it in a sentence, or None for a file of another use."""
    data, name = read_file(file, "chain"), safe_text(str(file))
    if isinstance(data, Failure):
        return data.message
    reading = read_certificates(data, foreign=True)
    if not reading.certificates and (damage := _damage(reading)) is not None:
        return f"There is no certificate in {name}: {damage}."
    if not is_chain(reading):
        return None
    chain = _chain_file(name, data, target)
    return str(chain) if isinstance(chain, Failure) else chain


def _damage(reading: Reading) -> str | None:
    """Why a file that should have certificates has none, or None for a file of another use."""
    found = (one for one in reading.problems if one.kind in _DAMAGED and reading.format in _FORMATS)
    return next((f"line {one.line}: {one.reason}" for one in found), None)


def _of_manifest(data: bytes, name: str, target: Target | None) -> ChainFiles | Failure:
    manifest = read_manifest(data, f"manifest {name}")
    if isinstance(manifest, Failure):
        return manifest
    chains, problems = [], [f"{name}: {problem}" for problem in manifest.problems]
    for secret in manifest.secrets:
        chain = _chain_file(str(secret), secret.chain, target, secret)
        if isinstance(chain, Failure):
            problems.append(f"{name}: {chain}")
        else:
            chains.append(chain)
    if not chains and not problems:
        return Failure(
            "file", f"There is no TLS Secret in {name}.", "`kubectl get secret,ingress -o yaml` prints them."
        )
    notices = tuple(f"{name}: {notice}" for notice in manifest.notices)
    return ChainFiles(tuple(chains), tuple(problems), notices, manifest=True)


def _chain_file(
    name: str, data: bytes, target: Target | None, secret: TLSSecret | None = None
) -> ChainFile | Failure:
    what = f"{secret}, {name}" if secret is not None and str(secret) != name else name
    try:
        certificates = tuple(map(Certificate, served_ders(data)))
    except ValueError:
        return Failure("file", f"There is no certificate in {what}.", "Give a PEM, DER or PKCS#7 file.")
    hosts = (target,) if target is not None else _hosts(certificates, secret)
    if not hosts:
        return Failure("file", f"The certificate in {what} names no host.", "Name one with --host.")
    at_hand = () if secret is None else read_certificates(secret.authority, foreign=True).certificates
    return ChainFile(name, certificates, hosts, at_hand, secret)


def _hosts(certificates: Sequence[Certificate], secret: TLSSecret | None) -> tuple[Target, ...]:
    """The hosts that Ingresses name, or the names of the server's own certificate, each once."""
    leaf = next((one for one in certificates if not one.is_ca), certificates[0])
    names: Iterable[str] = secret.hosts if secret is not None else ()
    found = _targets(names) or _targets((*leaf.alternative_names.dns, *map(str, leaf.alternative_names.ips)))
    return found or _targets((leaf.common_name or "",))


def _targets(names: Iterable[str]) -> tuple[Target, ...]:
    targets = (parse_target(_concrete(name)) for name in names)
    return tuple(dict.fromkeys(one for one in targets if isinstance(one, Target)))[:MAX_HOSTS]


def _concrete(name: str) -> str:
    """A name that a wildcard stands for; an address as a target has it."""
    if ":" in name:
        return f"[{name}]"
    return f"{_STANDS_FOR}{name[1:]}" if name.startswith("*.") else name


def with_chains_at_hand(journey: Journey, chains: Sequence[ChainFile]) -> None:
    """Let what one chain holds be found where another lacks it: certificates at hand, and no trust anchors."""
    places = [*journey.context.files.certificates]
    for chain in chains:
        places += ((one, chain.name) for one in chain.certificates[1:])
        places += ((one, f"{chain.name}, {AUTHORITY}") for one in chain.at_hand)
    known = dict(reversed(places))
    files = replace(journey.context.files, certificates=tuple(known.items()))
    journey.context = replace(journey.context, files=files)


def judge_chain(journey: Journey, file: ChainFile) -> ReviewedChain:
    """Say what every client family makes of a chain for each of its hosts, without a network."""
    return ReviewedChain(file, tuple(_judged(journey, file, file.certificates)))


def _judged(journey: Journey, file: ChainFile, certificates: tuple[Certificate, ...]) -> Iterator[HostState]:
    at = journey.clock()
    for target in file.hosts:
        served = ServedChain(target, certificates, at, note=f"from {file.name}")
        yield journey.diagnose(HostState(target, file.name), served)


async def put_right(journey: Journey, reviewed: ReviewedChain) -> ReviewedChain:
    """Look for what a chain lacks; the chain to send stands in the result where more families accept it.

    No host loses a family by it.
    """
    state = _to_fix(reviewed)
    if state is None:
        return reviewed
    fixed = await journey.fix(state)
    searched = replace(reviewed, searched=fixed)
    if fixed.reached is None or fixed.resolution is None:
        return searched
    right = server_chain(fixed.reached, fixed.resolution, journey.trust, at=journey.clock())
    if right is None or not right.won:
        return searched
    after = tuple(_judged(journey, reviewed.file, right.certificates))
    return replace(searched, right=right, after=after) if _no_worse(reviewed.hosts, after) else searched


def _to_fix(reviewed: ReviewedChain) -> HostState | None:
    """The host to fix the chain for: one that its leaf covers, if there is any that somebody refuses."""
    refused = [state for state in reviewed.hosts if state.status is not Status.COMPLETE]
    names = [one.alternative_names for one in reviewed.file.certificates if not one.is_ca]
    covered = (state for state in refused if any(name.covers(state.target.host) for name in names))
    return next(covered, next(iter(refused), None))


def _no_worse(before: Sequence[HostState], after: Sequence[HostState]) -> bool:
    return all(_accepted(old) <= _accepted(new) for old, new in zip(before, after, strict=True))


def _accepted(state: HostState) -> frozenset[str]:
    return accepted(state.diagnosis.verdicts) if state.diagnosis is not None else frozenset()
