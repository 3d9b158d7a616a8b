"""One host as frozen values that pickle and have a JSON form; the keys of that form are a promise (docs/json.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from tui_chain.clients.verdict import Verdict
from tui_chain.core.failure import Failure
from tui_chain.net.connection_options import SHOWN_KEYS
from tui_chain.results.json_reader import SCHEMA, JSONReader, iso, plain, read_line, read_object
from tui_chain.x509.formats.pem import has_blocks, pem_block

STEPS = ("lookup", "connect", "tls")
"""The steps that are timed, in their order."""


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
            "not_after": iso(self.not_after),
            "source": self.source,
            "pem": pem_block("CERTIFICATE", self.der),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> CertificateResult:
        """Read the JSON object; raises ValueError where it is none."""
        return _certificate(JSONReader(given))


@dataclass(frozen=True)
class TLSResult:
    """The facts of the handshake: OpenSSL's names of version and cipher, IANA's of the group, None where unknown.

    `client_certificate` is `requested`, `required` or None; `client_cas` are the CAs that the server takes for it.
    """

    version: str | None = None
    cipher: str | None = None
    group: str | None = None
    client_certificate: str | None = None
    client_cas: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProbeResult:
    """What a probe learned beside the certificates and `TLSResult`: a diagnosis without a network rests on it too.

    `failure` is why there is no chain. `note` says how the handshake ended after the certificates, where it failed.
    `staple` is the DER of the OCSP response, empty where none was sent, None where the server was not asked for one.
    The others are those of `probe.tls.TLSFacts`; offers are sorted.
    """

    failure: Failure | None = None
    note: str = ""
    staple: bytes | None = field(default=None, repr=False)
    signature: str | None = None
    dh_bits: int | None = None
    secure_renegotiation: bool | None = None
    library: str | None = None
    refused_offers: tuple[str, ...] = ()
    unanswered_offers: tuple[str, ...] = ()


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
    name of the file where it was written. `found` are the certificates that a search found and that stand neither in
    `served` nor in `path`; None where nothing was searched. `proxy` is the URL of the proxy by which the host was
    reached, without its login, `connection` holds the options that the connection was made by.

    `more` holds what was asked for beyond that: `servers`, `revocation`, `crls`, `crl_check`, `crl_clients`,
    `crl_error`, `changes`, as JSON values.
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
    timings: Mapping[str, float] = field(default_factory=dict, hash=False)
    found: tuple[CertificateResult, ...] | None = None
    probe: ProbeResult = ProbeResult()
    proxy: str | None = None
    connection: Mapping[str, str] = field(default_factory=dict, hash=False)
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def with_bundle(self, bundle: bytes, verdicts: Mapping[str, Verdict]) -> HostResult:
        """The result with what every family says with `bundle` (a trust file) as the only store."""
        clients = tuple(replace(one, with_bundle=verdicts[one.id]) for one in self.clients)
        text = bundle.decode("utf-8", "replace")
        return replace(self, clients=clients, bundle=text if has_blocks(bundle) else None)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object as Python values."""
        own = {name: plain(getattr(self, name)) for name in _names(HostResult) if name != "more"}
        return {"schema": SCHEMA, **own, **self.more}

    def to_json(self) -> str:
        """One line of JSON, ASCII only: that of `as_dict`; raises ValueError for a number that JSON has not."""
        pairs: dict[str, str] = {"schema": json.dumps(SCHEMA)}
        pairs |= {name: _json(getattr(self, name)) for name in _names(HostResult) if name != "more"}
        pairs |= {name: json.dumps(plain(one), allow_nan=False) for name, one in self.more.items()}
        return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in pairs.items()) + "}"

    @classmethod
    def from_json(cls, text: str) -> HostResult:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        return read_line(text, "a host", _host)

    @classmethod
    def from_dict(cls, given: object) -> HostResult:
        """Read the object of a line that was parsed; raises ValueError for anything else."""
        return read_object(given, "a host", _host)


def _host(given: JSONReader) -> HostResult:
    values = given.values
    timings = given.object("timings")
    return HostResult(
        target=given.text("target"),
        label=given.text("label"),
        address=given.maybe("address", JSONReader.text),
        time=given.moment("time"),
        status=given.text("status"),
        blame=given.text("blame"),
        headline=given.text("headline"),
        tls=_tls(given.object("tls")),
        served=_certificates(given, "served"),
        path=_certificates(given, "path"),
        missing=tuple(map(_missing, given.objects("missing"))),
        findings=tuple(map(_finding, given.objects("findings"))),
        clients=tuple(map(_client, given.objects("clients"))),
        bundle=given.maybe("bundle", JSONReader.file),
        written=given.maybe("written", JSONReader.text),
        timings={name: timings.milliseconds(name) for name in STEPS if name in timings.values},
        # lines that were written before these keys were there lack them
        found=given.maybe("found", _certificates) if "found" in values else None,
        probe=_probe(given.object("probe")) if "probe" in values else ProbeResult(),
        proxy=given.maybe("proxy", JSONReader.text) if "proxy" in values else None,
        connection=_connection(given.object("connection")) if "connection" in values else {},
        more=_more(given),
    )


def _certificates(given: JSONReader, name: str) -> tuple[CertificateResult, ...]:
    return tuple(map(_certificate, given.objects(name)))


def _certificate(given: JSONReader) -> CertificateResult:
    der, sha256 = given.der("pem"), given.sha256("sha256")
    if hashlib.sha256(der).hexdigest() != sha256:
        raise given.wrong("sha256", "is not that of the certificate")
    subject, issuer = given.text("subject"), given.text("issuer")
    return CertificateResult(
        der, sha256, subject, issuer, given.maybe("not_after", JSONReader.moment), given.text("source")
    )


def _tls(given: JSONReader) -> TLSResult:
    return TLSResult(
        version=given.maybe("version", JSONReader.text),
        cipher=given.maybe("cipher", JSONReader.text),
        group=given.maybe("group", JSONReader.text),
        client_certificate=given.maybe("client_certificate", JSONReader.text),
        client_cas=given.texts("client_cas"),
    )


def _probe(given: JSONReader) -> ProbeResult:
    return ProbeResult(
        failure=given.maybe("failure", _failure),
        note=given.text("note"),
        staple=given.maybe("staple", JSONReader.octets),
        signature=given.maybe("signature", JSONReader.text),
        dh_bits=given.maybe("dh_bits", JSONReader.count),
        secure_renegotiation=given.maybe("secure_renegotiation", JSONReader.flag),
        library=given.maybe("library", JSONReader.text),
        refused_offers=given.texts("refused_offers"),
        unanswered_offers=given.texts("unanswered_offers"),
    )


def _connection(given: JSONReader) -> dict[str, str]:
    return {name: given.text(name) for name in SHOWN_KEYS if name in given.values}


def _failure(probe: JSONReader, name: str) -> Failure:
    given = probe.object(name)
    return Failure(given.text("kind"), given.text("message"), given.text("hint"))


def _missing(given: JSONReader) -> MissingResult:
    return MissingResult(given.text("subject"), given.maybe("key_id", JSONReader.text), given.sha256("wanted_by"))


def _finding(given: JSONReader) -> FindingResult:
    return FindingResult(
        given.text("code"),
        given.text("severity"),
        given.maybe("certificate", JSONReader.sha256),
        given.maybe("subject", JSONReader.text),
        given.text("message"),
        given.text("hint"),
    )


def _client(given: JSONReader) -> ClientResult:
    as_served, with_bundle = _verdict(given, "as_served"), given.maybe("with_bundle", _verdict)
    return ClientResult(given.text("id"), given.text("name"), given.text("engine"), as_served, with_bundle)


def _verdict(client: JSONReader, name: str) -> Verdict:
    given = client.object(name)
    code, error = given.maybe("code", JSONReader.code), given.maybe("error", JSONReader.text)
    return Verdict(given.flag("ok"), code, error, given.maybe("certificate", JSONReader.sha256))


def _more(given: JSONReader) -> dict[str, Any]:
    """What was asked for beyond: other programs read into it, so its outer types and all texts are checked."""
    own = {"schema", *(one.name for one in fields(HostResult))}
    more = {name: value for name, value in given.values.items() if name not in own}
    for name in more:
        given.plain(given.key(name))
    for name in more.keys() & {"servers", "revocation", "crls"}:
        tuple(given.objects(name))
    for name in more.keys() & {"crl_check", "crl_error"}:
        given.text(name)
    for name in more.keys() & {"changes"}:
        given.texts(name)
    for clients in [given.object("crl_clients")] if "crl_clients" in more else []:
        for name in clients.values:
            clients.flag(name)
    return more


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


MAX_SHARED = 4_096
"""Bytes of a certificate whose JSON is kept: hosts share issuers and verdicts, whose texts are most of a line."""


def _json(value: Any) -> str:
    """The JSON of a value; that of certificates and clients, which many hosts share, is remembered."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, ClientResult) or (isinstance(value, CertificateResult) and len(value.der) <= MAX_SHARED):
        return _shared_json(value)
    return json.dumps(plain(value), allow_nan=False)


@lru_cache(maxsize=256)
def _shared_json(value: ClientResult | CertificateResult) -> str:
    return json.dumps(plain(value), allow_nan=False)
