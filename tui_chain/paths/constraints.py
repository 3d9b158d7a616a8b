"""Name constraints of a CA (RFC 5280 section 4.2.1.10), read as OpenSSL reads them (crypto/x509/v3_ncons.c)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from cryptography import x509

from tui_chain.core.text import first_few, safe_text
from tui_chain.paths.reading import extension
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import canonical

MAX_COMPARISONS = 1 << 20
"""Names times subtrees that are compared; OpenSSL gives up there too (NAME_CHECK_MAX)."""


class ConstrainedName(NamedTuple):
    """A name of a certificate made ready for comparing: `value` is what the rules of its `kind` compare.

    A value of None cannot be compared: clients know no rule for the kind, or the name has no host.
    """

    kind: str
    value: Any
    text: str


class NameRules:
    """What one CA permits and excludes, made ready for comparing with many names."""

    def __init__(self, constraints: x509.NameConstraints) -> None:
        self._permitted = _SubtreeRules(constraints.permitted_subtrees or ())
        self._excluded = _SubtreeRules(constraints.excluded_subtrees or ())

    def comparisons(self, names: tuple[ConstrainedName, ...]) -> int:
        """How many comparisons a look at these names takes at most; none where there are too many."""
        count = len(names) * (self._permitted.size + self._excluded.size)
        return 0 if count > MAX_COMPARISONS else count

    def violation(self, names: tuple[ConstrainedName, ...]) -> str | None:
        """Say which of the names of a certificate the CA forbids, or None."""
        if len(names) * (self._permitted.size + self._excluded.size) > MAX_COMPARISONS:
            return "it has too many names to compare with the name constraints above it"
        return next((found for name in names if (found := self._judge(name))), None)

    def _judge(self, name: ConstrainedName) -> str | None:
        permits, excludes = name.kind in self._permitted.kinds, name.kind in self._excluded.kinds
        if not permits and not excludes:
            return None
        if name.value is None:
            return f"{name.text} is a name whose constraints clients cannot check"
        if excludes and self._excluded.cover(name):
            return f"{name.text} is excluded by a CA above it"
        if permits and not self._permitted.cover(name):
            allowed = self._permitted.shown(name.kind)
            return f"{name.text} is outside of what a CA above it permits ({allowed})"
        return None


def rules_of(issuer: Certificate) -> NameRules | None:
    """Return the name constraints of a CA certificate, or None."""
    constraints = extension(issuer, x509.NameConstraints)
    return None if constraints is None else NameRules(constraints)


def constrained_names(certificate: Certificate, *, leaf: bool) -> tuple[ConstrainedName, ...]:
    """Return every name of a certificate that constraints are for; `leaf` says that it is no CA of the path.

    Self-issued CA certificates are exempt (RFC 5280 section 6.1.3 (b)).
    """
    if certificate.self_issued and not leaf:
        return ()
    names = tuple(
        ConstrainedName(_kind(name), _comparable(name), _shown(name)) for name in _names(certificate, leaf=leaf)
    )
    if not certificate.subject_name:
        return names
    return (ConstrainedName(x509.DirectoryName.__name__, certificate.subject_name, certificate.subject), *names)


def _names(certificate: Certificate, *, leaf: bool) -> Iterator[x509.GeneralName]:
    """Addresses in the subject, alternative names, and the common name of a leaf without DNS names."""
    alternative = tuple(extension(certificate, x509.SubjectAlternativeName) or ())
    yield from map(x509.RFC822Name, _texts(certificate, x509.NameOID.EMAIL_ADDRESS))
    yield from alternative
    if leaf and not any(isinstance(name, x509.DNSName) for name in alternative):
        yield from map(x509.DNSName, filter(_is_host_name, _texts(certificate, x509.NameOID.COMMON_NAME)))


def _texts(certificate: Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    """The ASCII values of one kind in the subject, in lower case."""
    pairs = (pair for rdn in certificate.subject_name or () for pair in rdn)
    return [value for kind, value in pairs if kind == oid.dotted_string and value.isascii()]


def _is_host_name(text: str) -> bool:
    """OpenSSL takes a common name of two or more labels for a host name, even 192.0.2.1 (cn2dnsid)."""
    labels = text.split(".")
    return len(labels) > 1 and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    return label.replace("-", "").replace("_", "").isalnum() and label.strip("-") == label


def _kind(name: x509.GeneralName) -> str:
    """Names are compared with subtrees of their own type; other names also need the same type within."""
    within = name.type_id.dotted_string if isinstance(name, x509.OtherName) else ""
    return type(name).__name__ + within


def _comparable(name: x509.GeneralName) -> Any:
    """The value of a name as the functions below compare it, or None."""
    if isinstance(name, x509.DNSName):
        return name.value.lower()
    if isinstance(name, x509.RFC822Name):
        local, at, host = name.value.rpartition("@")
        return (local, host.lower()) if at else None
    if isinstance(name, x509.UniformResourceIdentifier):
        return _uri_host(name.value).lower() or None
    if isinstance(name, x509.DirectoryName):
        return canonical(name.value)
    if isinstance(name, x509.IPAddress):
        address: Any = getattr(name.value, "network_address", name.value)
        return (address.version, int(address))
    return None


def _uri_host(uri: str) -> str:
    _, found, rest = uri.partition("://")
    authority = rest.split("/", 1)[0] if found else ""
    return authority.split(":", 1)[0]


class _SubtreeRules:
    """Subtrees by the kind of names that they are for."""

    def __init__(self, bases: Iterable[x509.GeneralName]) -> None:
        self.kinds: dict[str, list[x509.GeneralName]] = {}
        for base in bases:
            self.kinds.setdefault(_kind(base), []).append(base)
        self.size = sum(map(len, self.kinds.values()))
        self._covers = {kind: _matcher(same) for kind, same in self.kinds.items()}

    def cover(self, name: ConstrainedName) -> bool:
        """Tell whether a name lies in one of the subtrees of its kind."""
        return self._covers[name.kind](name.value)

    def shown(self, kind: str) -> str:
        """The bases of one kind in a line."""
        return first_few([_shown(base) or "any" for base in self.kinds[kind]], 4)


Matcher = Callable[[Any], bool]


def _matcher(bases: list[x509.GeneralName]) -> Matcher:
    """Return what tells whether a comparable value lies in one of `bases`, which are of one kind."""
    prepare = _MATCHERS.get(type(bases[0]))
    return prepare(bases) if prepare else lambda _: False


def _dns(bases: list[x509.GeneralName]) -> Matcher:
    """A base covers itself and all below it; with a leading dot, only what is below it; empty, everything."""
    wanted = frozenset(base.value.lower() for base in bases)
    return lambda host: not wanted.isdisjoint(("", host, *_domains(host, dotted=False), *_domains(host, dotted=True)))


def _domains(host: str, *, dotted: bool) -> Iterator[str]:
    """Every domain above a host, with a leading dot or without."""
    while "." in host:
        _, dot, host = host.partition(".")
        yield dot + host if dotted else host


def _email(bases: list[x509.GeneralName]) -> Matcher:
    """A base is an address, a host, or a domain with a leading dot."""
    wanted = frozenset((local, host.lower()) for local, _, host in (base.value.rpartition("@") for base in bases))

    def covers(address: tuple[str, str]) -> bool:
        domains = (("", domain) for domain in _domains(address[1], dotted=True))
        return not wanted.isdisjoint((address, ("", address[1]), *domains))

    return covers


def _uri(bases: list[x509.GeneralName]) -> Matcher:
    """A base is a host, or a domain with a leading dot."""
    wanted = frozenset(base.value.lower() for base in bases)
    return lambda host: not wanted.isdisjoint((host, *_domains(host, dotted=True)))


def _directory(bases: list[x509.GeneralName]) -> Matcher:
    """A base covers the names that begin with it."""
    wanted = frozenset(canonical(base.value) for base in bases)
    return lambda name: any(name[:length] in wanted for length in range(len(name) + 1))


def _address(bases: list[x509.GeneralName]) -> Matcher:
    """A base is a network; addresses of the other version lie outside."""
    networks = [base.value for base in bases if hasattr(base.value, "netmask")]
    wanted = frozenset((one.version, int(one.netmask), int(one.network_address)) for one in networks)
    masks = frozenset((version, mask) for version, mask, _ in wanted)

    def covers(address: tuple[int, int]) -> bool:
        return any(own == address[0] and (own, mask, address[1] & mask) in wanted for own, mask in masks)

    return covers


_MATCHERS: dict[type[x509.GeneralName], Callable[[list[x509.GeneralName]], Matcher]] = {
    x509.DNSName: _dns,
    x509.RFC822Name: _email,
    x509.UniformResourceIdentifier: _uri,
    x509.DirectoryName: _directory,
    x509.IPAddress: _address,
}


def _shown(name: x509.GeneralName) -> str:
    value = name.value.rfc4514_string() if isinstance(name, x509.DirectoryName) else getattr(name, "value", name)
    return safe_text(str(value), 100)
