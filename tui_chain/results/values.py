"""One host as frozen values that pickle and have a JSON form; the keys of that form are a promise (docs/json.md)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from tui_chain.clients.verdict import Verdict

SCHEMA = 1
"""Version of the JSON form; it changes only where a key is taken away or means something else."""

T = TypeVar("T")


@dataclass(frozen=True)
class CertificateResult:
    """A certificate as DER, and what a reader wants of it; `source` says where it came from, texts are safe."""

    der: bytes = field(repr=False)
    sha256: str
    subject: str
    issuer: str
    not_after: datetime | None
    source: str

    def as_dict(self) -> dict[str, Any]:
        """The JSON object: the DER as `pem`."""
        return {
            "sha256": self.sha256,
            "subject": self.subject,
            "issuer": self.issuer,
            "not_after": _iso(self.not_after),
            "source": self.source,
            "pem": _pem(self.der),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> CertificateResult:
        """Read the JSON object; raises KeyError and ValueError where it is none."""
        return cls(
            _der(given["pem"]),
            given["sha256"],
            given["subject"],
            given["issuer"],
            _moment(given["not_after"]),
            given["source"],
        )


@dataclass(frozen=True)
class TLSResult:
    """What the handshake said: OpenSSL's names of version and cipher, IANA's of the group, None where unknown.

    `client_certificate` is `requested`, `required` or None; `client_cas` are the CAs that the server takes for it.
    """

    version: str | None = None
    cipher: str | None = None
    group: str | None = None
    client_certificate: str | None = None
    client_cas: tuple[str, ...] = ()


@dataclass(frozen=True)
class MissingResult:
    """A missing issuer: RFC 4514 text, key id in lower-case hex or None, SHA-256 of the certificate that needs it."""

    subject: str
    key_id: str | None
    wanted_by: str


@dataclass(frozen=True)
class FindingResult:
    """A finding on a certificate (SHA-256 and subject), or on the host, where both are None."""

    code: str
    severity: str
    certificate: str | None
    subject: str | None
    message: str
    hint: str


@dataclass(frozen=True)
class ClientResult:
    """What a client family says of the chain as served, and with the bundle where one was proven or given."""

    id: str
    name: str
    engine: str
    as_served: Verdict
    with_bundle: Verdict | None = None


@dataclass(frozen=True)
class HostResult:
    """Everything that is known of one host.

    `time` is that of the probe, aware; `timings` are milliseconds by step. `bundle` is the file as PEM, `written` the
    name of the file where it was written. `more` holds what was asked for beyond that: `servers`, `revocation`,
    `crls`, `crl_check`, `crl_clients`, `crl_error`, as JSON objects.
    """

    target: str
    label: str
    address: str | None
    time: datetime
    status: str
    blame: str
    headline: str
    tls: TLSResult
    served: tuple[CertificateResult, ...] = ()
    path: tuple[CertificateResult, ...] = ()
    missing: tuple[MissingResult, ...] = ()
    findings: tuple[FindingResult, ...] = ()
    clients: tuple[ClientResult, ...] = ()
    bundle: str | None = None
    written: str | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def with_bundle(self, bundle: bytes, verdicts: Mapping[str, Verdict]) -> HostResult:
        """The result with what every family says with `bundle` (a trust file) as the only store."""
        clients = tuple(replace(one, with_bundle=verdicts[one.id]) for one in self.clients)
        return replace(self, clients=clients, bundle=bundle.decode("utf-8", "replace"))

    def as_dict(self) -> dict[str, Any]:
        """The JSON object as Python values."""
        own = {one.name: _plain(getattr(self, one.name)) for one in fields(self) if one.name != "more"}
        return {"schema": SCHEMA, **own, **self.more}

    def to_json(self) -> str:
        """One line of JSON, ASCII only."""
        return json.dumps(self.as_dict())

    @classmethod
    def from_json(cls, text: str) -> HostResult:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        try:
            return cls._from_dict(json.loads(text))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"it is not the JSON of a host: {error!r}") from error

    @classmethod
    def _from_dict(cls, given: dict[str, Any]) -> HostResult:
        if given.pop("schema") != SCHEMA:
            raise ValueError("it is the JSON of another version")
        known = {one.name for one in fields(cls)} - {"more"}
        own = {name: given.pop(name) for name in known if name in given}
        own |= {
            "time": datetime.fromisoformat(own["time"]),
            "tls": TLSResult(**_tuples(own["tls"])),
            "served": tuple(map(CertificateResult.from_dict, own["served"])),
            "path": tuple(map(CertificateResult.from_dict, own["path"])),
            "missing": tuple(MissingResult(**one) for one in own["missing"]),
            "findings": tuple(FindingResult(**one) for one in own["findings"]),
            "clients": tuple(map(_client, own["clients"])),
        }
        return cls(**own, more=given)


def _client(given: Mapping[str, Any]) -> ClientResult:
    verdicts = {
        name: None if given[name] is None else Verdict(**given[name]) for name in ("as_served", "with_bundle")
    }
    return ClientResult(given["id"], given["name"], given["engine"], verdicts["as_served"], verdicts["with_bundle"])  # type: ignore[arg-type]


def _tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, CertificateResult):
        return value.as_dict()
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _pem(der: bytes) -> str:
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"]) + "\n"


def _der(pem: str) -> bytes:
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))
