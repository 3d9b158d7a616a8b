"""Hosts whose chain the user brings along, in a file or pasted: `HOST < FILE`, or HOST and PEM blocks below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.text import safe_text
from tui_chain.net.host_list import BadLine, Host, parse_host_list
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.served import ServedChain
from tui_chain.x509.formats.pem import blocks, decoded
from tui_chain.x509.formats.readers import Reading, read_certificates


@dataclass(frozen=True)
class GivenChain:
    """A chain that was not probed: for which target, the bytes as they are, and where they came from in words."""

    target: Target
    data: bytes
    source: str

    @cached_property
    def reading(self) -> Reading:
        """The certificates in it, read once."""
        return read_certificates(self.data, foreign=True)

    @property
    def problems(self) -> tuple[str, ...]:
        """The parts that could not be read, each as `line 3: why`."""
        return tuple(f"line {problem.line}: {problem.reason}" for problem in self.reading.problems)


@dataclass(frozen=True)
class Additions:
    """What a text adds: hosts to probe, chains that were brought, and the lines that are wrong."""

    hosts: tuple[Host, ...] = ()
    chains: tuple[GivenChain, ...] = ()
    bad: tuple[BadLine, ...] = ()

    @property
    def count(self) -> int:
        """How many hosts there are in all."""
        return len(self.hosts) + len(self.chains)


def parse_additions(text: str) -> Additions:
    """Read pasted or typed text: a host list, `HOST < FILE` lines among it, or one host with its PEM below.

    A line that is wrong loses nothing but itself. Files are read here.
    """
    if "-----BEGIN " in text:
        return _pasted(text)
    plain: list[str] = []
    chains: list[GivenChain] = []
    bad: list[BadLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name, arrow, path = line.partition("<")
        plain.append("" if arrow else line)
        if arrow:
            found = _from_file(name.strip(), path.strip())
            if isinstance(found, Failure):
                bad.append(BadLine(number, found))
            else:
                chains.append(found)
    listed = parse_host_list("\n".join(plain))
    return Additions(listed.hosts, tuple(chains), tuple(sorted((*bad, *listed.bad), key=lambda line: line.number)))


def _pasted(text: str) -> Additions:
    """The first line names the host; everything below it is what the server sent."""
    first, _, rest = text.strip().partition("\n")
    if "-----BEGIN " in first:
        message = "The pasted certificates have no host."
        return Additions(bad=(BadLine(1, Failure("target", message, "Write the host name in a line above them.")),))
    target = parse_target(first.split()[0])
    if isinstance(target, Failure):
        return Additions(bad=(BadLine(1, target),))
    return Additions(chains=(GivenChain(target, rest.encode("utf-8", "surrogateescape"), "pasted text"),))


def served_chain(given: GivenChain, *, at: datetime) -> ServedChain | Failure:
    """Take what was brought as a served chain, in its order; `note` says where it is from and what was unreadable."""
    certificates = given.reading.certificates
    if not certificates:
        why = next(iter(given.problems), "it holds none")
        return Failure("file", f"There is no certificate in {given.source}: {why}.", "Give PEM, DER or PKCS#7.")
    note = "; ".join((f"from {given.source}", *given.problems))
    return ServedChain(given.target, certificates, at, note=safe_text(note, 400))


def served_ders(chain: Sequence[bytes] | bytes) -> tuple[bytes, ...]:
    """The DER certificates of a chain, in their order; raises ValueError where there is none.

    A PEM block that is base64 counts whatever it holds: each client is asked what it makes of that.
    """
    if not isinstance(chain, (bytes, bytearray)):
        ders = tuple(map(bytes, chain))
    else:
        found = (decoded(block.body) for block in blocks(bytes(chain)) if block.label == "CERTIFICATE")
        ders = tuple(der for der in found if isinstance(der, bytes) and der)
        ders = ders or tuple(one.der for one in read_certificates(bytes(chain), foreign=True).certificates)
    if not ders:
        raise ValueError("There is no certificate in the chain. Give DER certificates, or a PEM, DER or PKCS#7 file.")
    return ders


def _from_file(name: str, path: str) -> GivenChain | Failure:
    target = parse_target(name)
    if isinstance(target, Failure):
        return target
    nothing = Failure("file", f"There is no file {safe_text(path)!r}.", "Write it as example.org < chain.pem.")
    try:
        file = Path(path).expanduser()
        # what has no size, a device or a file of the kernel, might never end
        if not path or not file.is_file() or file.stat().st_size == 0:
            return nothing
    except (OSError, RuntimeError, ValueError):
        return nothing
    data = read_file(file, "served chain")
    return data if isinstance(data, Failure) else GivenChain(target, data, f"file {safe_text(path)}")
