"""Cases with several oddities at once, drawn from single ones by a seed."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from tests.clients.cases_files import BOM, fragments
from tests.clients.making import (
    HOST,
    USUAL,
    Case,
    Cert,
    Pki,
    PrivateKey,
    Shape,
    ca,
    case,
    ec_key,
    ext,
    leaf,
    pem,
    pki,
    root,
    spki,
)
from tests.clients.oddities import HOSTS, NAMES, authorities, leaves

SEED = 1
COUNT = 400
_EXPIRED = Shape(days=(-300, -3))


def cases() -> Iterator[Case]:
    """Yield those of the suite."""
    return drawn(COUNT, SEED)


def drawn(count: int, seed: int) -> Iterator[Case]:
    """Yield so many cases of a seed: chains, crossed CAs, CAs of one name, trust files, and changed bytes."""
    kinds = itertools.cycle(
        {"chain": _chain, "cross": _crossed, "twins": _twins, "file": _file, "byte": _byte}.items()
    )
    for number, (title, make) in zip(range(count), kinds, strict=False):
        draw = Random(f"{seed}-{number}")  # noqa: S311 - a choice that can be repeated, no secret
        yield make(f"mixed/{title}-{seed}-{number:04}", draw)


def _merged(first: Shape, second: Shape) -> Shape:
    """Return both oddities at once; where both set a field, the second counts."""
    changed = {
        name: getattr(second, name)
        for name in (one.name for one in fields(USUAL))
        if getattr(second, name) != getattr(USUAL, name)
    }
    joined = {name: getattr(first, name) + changed[name] for name in {"exts", "without", "extra"} & changed.keys()}
    return replace(first, **(changed | joined))


def _authority(draw: Random, share: float = 0.4) -> Shape:
    """Return a CA that is odd with this chance, and doubly odd with its square."""
    if draw.random() >= share:
        return USUAL
    odd = draw.choice(authorities())
    return _merged(odd, draw.choice(authorities())) if draw.random() < share else odd


def _root(title: str, shape: Shape) -> Cert:
    return root(title, _signable(shape, shape.key))


def _ca(title: str, issuer: Cert, shape: Shape) -> Cert:
    return ca(title, issuer, _signable(shape, issuer.key))


def _signable(shape: Shape, signer: PrivateKey | None) -> Shape:
    """Return the shape, without its ECDSA signature where the signer's key is no EC key (None: it will be one)."""
    fits = signer is None or isinstance(signer, EllipticCurvePrivateKey)
    return shape if fits else replace(shape, signing=None)


def _end(issuer: Cert, draw: Random) -> Cert:
    shape = draw.choice(leaves()) if draw.random() < 0.4 else USUAL
    names = draw.choice(NAMES) if draw.random() < 0.3 else (HOST,)
    return leaf(issuer, _signable(shape, issuer.key), names)


def _host(draw: Random) -> str:
    return draw.choice(HOSTS) if draw.random() < 0.2 else HOST


def _some(draw: Random, certificates: Sequence[Cert], share: float) -> list[Cert]:
    return [one for one in certificates if draw.random() < share]


def _shuffled(draw: Random, certificates: Sequence[Cert], share: float) -> list[Cert]:
    """Return the certificates in another order with this chance."""
    found = list(certificates)
    if draw.random() < share:
        draw.shuffle(found)
    return found


def _presented(title: str, draw: Random, end: Cert, served: Sequence[Cert], trusted: Sequence[Cert]) -> Case:
    bundle = pem(_shuffled(draw, trusted, 1) or [root("Suite Other Root")])
    return case(title, (end, *served), bundle, _host(draw))


def _chain(title: str, draw: Random) -> Case:
    """Return a chain of up to four CAs, served and trusted in parts."""
    chain = [_root("Suite Root", _authority(draw))]
    for number in range(draw.randint(0, 3)):
        chain.append(_ca(f"Suite CA {number}", chain[-1], _authority(draw)))
    end = _end(chain[-1], draw)
    served = _shuffled(draw, _some(draw, chain[:0:-1], 0.9) + _some(draw, chain[:1], 0.2), 0.2)
    trusted = _some(draw, chain[:1], 0.9) + _some(draw, chain[1:], 0.2) + _some(draw, (end,), 0.05)
    return _presented(title, draw, end, served, trusted)


def _crossed(title: str, draw: Random) -> Case:
    """Return two roots, one of them signed by the other, and a CA with a certificate from each."""
    old, new = _root("Suite Old Root", _authority(draw, 0.3)), _root("Suite New Root", _authority(draw, 0.3))
    cross = _ca("Suite New Root", old, _of_key(_authority(draw), new.key))
    key = ec_key()
    first, second = (_ca("Suite Shared CA", one, _of_key(_authority(draw), key)) for one in (new, old))
    end = _end(first, draw)
    served = _shuffled(draw, _some(draw, (first, cross, second, new, old), 0.5), 0.8)
    trusted = _some(draw, (old, new), 0.6) + _some(draw, (cross, first, second), 0.2)
    return _presented(title, draw, end, served, trusted)


def _of_key(shape: Shape, key: PrivateKey) -> Shape:
    return replace(shape, key=key, spki=None)


def _twins(title: str, draw: Random) -> Case:
    """Return CAs of one name: the right one, others of other keys, in the list and in the bundle."""
    top = _root("Suite Root", _authority(draw, 0.2))
    right = _ca("Suite Issuing CA", top, _authority(draw, 0.3))
    spoofed = Shape(exts=(ext(x509.SubjectKeyIdentifier(right.key_id)),))
    renewed = _of_key(_authority(draw, 0.5), right.key)
    shapes = [draw.choice((USUAL, spoofed, _EXPIRED, renewed, _authority(draw, 1))) for _ in range(3)]
    others = [_ca("Suite Issuing CA", top, shape) for shape in shapes]
    foreign = _root("Suite Root", draw.choice((USUAL, _EXPIRED, _of_key(USUAL, top.key), _authority(draw, 1))))
    end = _end(right, draw)
    served = _shuffled(draw, _some(draw, (right,), 0.9) + _some(draw, (*others, foreign), 0.4), 0.8)
    trusted = _some(draw, (top,), 0.9) + _some(draw, (right, *others, foreign), 0.25)
    return _presented(title, draw, end, served, trusted)


@functools.cache
def _parts() -> tuple[Pki, tuple[bytes, ...]]:
    three = pki()
    return three, fragments(three)


def _file(title: str, draw: Random) -> Case:
    """Return a trust file of a good root and up to three odd pieces."""
    three, odd = _parts()
    pieces = [draw.choice(odd) for _ in range(draw.randint(1, 3))]
    pieces += [pem((one,)) for one in (three.root, three.inter) if draw.random() < 0.8]
    draw.shuffle(pieces)
    data = b"".join(pieces)
    if draw.random() < 0.2:
        data = data.replace(b"\n", b"\r\n")
    served = (three.leaf, three.inter)[: 2 if draw.random() < 0.7 else 1]
    return case(title, served, BOM + data if draw.random() < 0.1 else data)


def _byte(title: str, draw: Random) -> Case:
    """Return a chain in which one certificate has a changed byte or two under a good signature."""

    def edit(signed: bytes) -> bytes:
        data = bytearray(signed)
        for _ in range(draw.randint(1, 2)):
            at = draw.randrange(len(data))
            data[at] = draw.choice((data[at] ^ 1 << draw.randrange(8), draw.randrange(256)))
        return bytes(data)

    usual = pki(leaf_shape=Shape(edit=edit))
    if draw.random() < 0.4:
        proven = spki(usual.leaf.key) in usual.leaf.der
        return replace(usual.case(title), proven=proven)
    place = draw.choice(("inter", "top", "beside"))
    if place == "beside":
        plain, odd = pki(), root("Suite Other Root", Shape(edit=edit))
        served, trusted = [plain.leaf, plain.inter, odd], [odd, plain.root]
        return case(title, served[: draw.choice((2, 3))], _shuffled(draw, trusted[draw.choice((0, 1)) :], 0.5))
    three = pki(inter=Shape(edit=edit)) if place == "inter" else pki(top=Shape(edit=edit))
    trusted = [three.root, three.inter] if draw.random() < 0.3 else [three.root]
    return case(title, (three.leaf, three.inter), trusted)
