"""Writes docs/clients.md from measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tests.clients.compare import Comparison, Kind, Measurement
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES, family
from tui_chain.clients.verdict import Verdict

_INTRODUCTION = """\
# How well the client families are modelled

`make clients` writes this page. Each case is one served chain, one trust file and one host. A server on loopback
sends the chain; each program connects with the trust file as its only store. Beside it stands what the engine of
its client family says of the same bytes.

- *Run*: cases of which the program said something. The others have a host that it takes in no URL, or a key with
  which it has no handshake at all.
- *Same code*: refusals with the same OpenSSL verify code, of those where both give one.
- *False acceptance*: the engine accepts what the program refuses. *False refusal*: the reverse.
"""

_NOTES = """\

## Programs that differ from their family

- node has OpenSSL at security level 1 (RSA 1024 and P-192 pass), compares host names itself (partial wildcards,
  underscores, a trailing dot on either side), and keeps what it read of a trust file before a broken block.
  It tells OpenSSL's last error, the others the first.
- wget has GnuTLS in its compatibility mode, which asks for no digitalSignature in the leaf's key usage, and drops the
  trailing dot of a host.
- git, wget and gnutls-cli ask for an OCSP response and refuse one that is revoked, old or not its issuer's. The model
  looks at it where the certificate demands one, or `tlschain check --revocation` asked for it, and then refuses what
  is revoked; elsewhere it judges as if the server stapled none.
- Java 17.0.15 looks at excluded names under a wildcard less strictly than 17.0.21; the model follows the latter.
"""

_ROW = "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n"


def page(measurements: Sequence[Measurement], missing: Sequence[str], count: int) -> str:
    """Return the page; `missing` are programs that are not installed, `count` is the number of cases."""
    ordered = sorted(measurements, key=lambda one: _rank(one.family))
    parts = [_INTRODUCTION, f"\n{count} cases.\n\n", _table(ordered)]
    if missing:
        parts.append(f"\nNot installed, so not run: {', '.join(missing)}.\n")
    parts += (_engines(ordered), _NOTES, *_differences(ordered))
    return "".join(parts)


def _rank(identity: str) -> int:
    return [one.id for one in FAMILIES].index(family(identity).id)


def _table(measurements: Iterable[Measurement]) -> str:
    measured = ("Run", "Not run", "Agreement", "Same code", "False acceptances", "False refusals")
    return (
        _ROW.format("Family", "Program", "Version", *measured)
        + _ROW.format(*["---"] * 9)
        + "".join(map(_row, measurements))
    )


def _row(one: Measurement) -> str:
    same, compared = one.codes
    return _ROW.format(
        family(one.family).name,
        one.program,
        one.version,
        one.run,
        one.counts[Kind.NOT_RUN],
        f"{one.agreement:.2%}",
        f"{same} of {compared}" if compared else "–",
        one.counts[Kind.FALSE_ACCEPTANCE],
        one.counts[Kind.FALSE_REFUSAL],
    )


def _engines(measurements: Iterable[Measurement]) -> str:
    known = {one.family: family(one.family) for one in measurements}
    return "\n## Engines\n\n" + "".join(f"- {one.name}: {engine_name(one)}\n" for one in known.values())


def _differences(measurements: Sequence[Measurement]) -> Iterator[str]:
    yield "\n## Cases that disagree\n"
    for identity, group in groupby(measurements, key=lambda one: one.family):
        lines = list(_lines(list(group)))
        yield f"\n### {family(identity).name}\n\n"
        if lines:
            yield "| Case | Engine | Programs |\n|---|---|---|\n"
            yield from lines
        else:
            yield "None.\n"


def _lines(group: Sequence[Measurement]) -> Iterator[str]:
    """Yield a line a case, with every program of the family that disagrees."""
    found: dict[str, list[tuple[str, Comparison]]] = {}
    for one in group:
        for comparison in one.disagreements:
            found.setdefault(comparison.case, []).append((one.program, comparison))
    for name, disagreeing in found.items():
        programs = "; ".join(f"{program}: {_outcome(comparison)}" for program, comparison in disagreeing)
        yield f"| `{name}` | {_judged(disagreeing[0][1].verdict)} | {programs} |\n"


def _judged(verdict: Verdict) -> str:
    return "accepts" if verdict.ok else _cell(f"refuses: {verdict.code}, {verdict.error}")


def _outcome(comparison: Comparison) -> str:
    if comparison.outcome.accepted:
        return "accepts"
    code = "" if comparison.outcome.code is None else f" {comparison.outcome.code},"
    return _cell(f"refuses:{code} {comparison.outcome.detail}")


def _cell(text: str) -> str:
    """Return text of a program as one cell: one line of at most 160 printable characters, without bars.

    Ports and places of files, which are others in every run, are left out.
    """
    steady = re.sub(r"/\S+/\d+\.pem", "the trust file", re.sub(r"(?<=test):\d+", "", text))
    flat = "".join(one if one.isprintable() and one not in "|`<>" else " " for one in steady)
    return " ".join(flat.split())[:160]
