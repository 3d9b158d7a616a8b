"""Cases of bundles and paths: what is served, what is in the bundle, in which order, and who else has that name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cryptography import x509

from tests.clients.making import (
    HOST,
    USUAL,
    Case,
    Cert,
    Ext,
    Pki,
    Shape,
    at_each,
    ca,
    case,
    chain_of,
    ec_key,
    ext,
    leaf,
    name,
    pki,
    root,
)

EXPIRED = Shape(days=(-300, -3))
FUTURE = Shape(days=(3, 300))


def cases() -> Iterator[Case]:
    """Yield them all."""
    yield from _bundles()
    yield from _leaf_alone()
    yield from _orders()
    yield from _expired()
    yield from _expired_copies()
    yield from _cross_signs()
    yield from _namesakes()
    yield from _lengths()
    yield from _same_key()


def _bundles() -> Iterator[Case]:
    three = pki()
    contents = {
        "root": (three.root,),
        "inter": (three.inter,),
        "inter-root": (three.inter, three.root),
        "root-inter": (three.root, three.inter),
        "leaf": (three.leaf,),
        "leaf-root": (three.leaf, three.root),
        "leaf-inter": (three.leaf, three.inter),
        "all": (three.leaf, three.inter, three.root),
        "other": (root("Suite Other Root"),),
        "root-twice": (three.root, three.root),
    }
    served = {
        "leaf": (three.leaf,),
        "chain": (three.leaf, three.inter),
        "full": (three.leaf, three.inter, three.root),
        "leaf-root": (three.leaf, three.root),
    }
    for (sent, certificates), (trusted, bundle) in itertools.product(served.items(), contents.items()):
        yield case(f"bundle/{trusted}/{sent}-served", certificates, bundle)


def _leaf_alone() -> Iterator[Case]:
    own = leaf(None)
    yield case("self-signed/trusted", (own,), (own,))
    yield case("self-signed/untrusted", (own,), (root(),))
    authority = root("Suite Self CA")
    alone = leaf(authority)
    yield case("two/root-trusted", (alone,), (authority,))
    yield case("two/root-served-and-trusted", (alone, authority), (authority,))
    yield case("two/root-served-untrusted", (alone, authority), (root("Suite Other Root"),))
    ca_leaf = leaf(None, Shape(exts=_ca_basic()))
    yield case("self-signed/ca-true-trusted", (ca_leaf,), (ca_leaf,))
    plain = leaf(None, Shape(without=("2.5.29.19", "2.5.29.15", "2.5.29.37")))
    yield case("self-signed/bare-trusted", (plain,), (plain,))
    for title, shape in {"expired": EXPIRED, "future": FUTURE}.items():
        old = leaf(None, shape)
        yield case(f"self-signed/{title}-trusted", (old,), (old,))
        three = pki(leaf_shape=shape)
        yield case(f"pinned-leaf/{title}", (three.leaf,), (three.leaf,))
        yield case(f"pinned-leaf/{title}-chain", (three.leaf, three.inter), (three.leaf, three.root))
    three = pki()
    yield case("pinned-leaf/other-host", (three.leaf,), (three.leaf,), "other.example.test")
    yield case("pinned-leaf/unrelated-served", (three.leaf, root("Suite Unrelated")), (three.leaf,))
    yield case("pinned-leaf/served-twice", (three.leaf, three.leaf), (three.leaf,))
    yield case("pinned-leaf/with-other-root", (three.leaf, three.inter), (three.leaf, root("Suite Other Root")))


def _ca_basic() -> tuple[Ext, ...]:
    return (ext(x509.BasicConstraints(ca=True, path_length=None), critical=True),)


def _orders() -> Iterator[Case]:
    top, low, lower = chain_of(2)
    end = leaf(lower)
    served = {"low": low, "lower": lower, "root": top}
    for order in itertools.permutations(served):
        yield case(f"order/{'-'.join(order)}", (end, *(served[one] for one in order)), (top,))
    yield from _extras(top, low, lower, end)


def _extras(top: Cert, low: Cert, lower: Cert, end: Cert) -> Iterator[Case]:
    """Certificates served twice, unrelated ones, what is none, and what is missing."""
    unrelated, other = root("Suite Unrelated"), leaf(root("Suite Unrelated Too"))
    extras = {
        "inter-twice": (end, lower, lower, low),
        "inter-twice-apart": (end, lower, low, lower),
        "leaf-twice": (end, end, lower, low),
        "leaf-last": (end, lower, low, end),
        "unrelated-root-second": (end, unrelated, lower, low),
        "unrelated-root-middle": (end, lower, unrelated, low),
        "unrelated-root-last": (end, lower, low, unrelated),
        "unrelated-leaf-second": (end, other, lower, low),
        "unrelated-leaf-last": (end, lower, low, other),
        "swapped-unrelated": (end, low, unrelated, lower),
        "root-second": (end, top, lower, low),
        "root-twice": (end, lower, low, top, top),
        "gap": (end, low),
        "garbage-second": (end, b"\x30\x03\x02\x01\x01", lower, low),
        "garbage-last": (end, lower, low, b"\x30\x03\x02\x01\x01"),
        "empty-last": (end, lower, low, b"\x00"),
        "cut-last": (end, lower, low, low.der[:-20]),
        "tail-last": (end, lower, low, top.der + b"\0"),
        "tail-needed": (end, lower.der + b"\0", low),
        "not-first": (lower, end, low),
        "leaf-not-first": (other, end, lower, low),
    }
    for title, certificates in extras.items():
        yield case(f"extra/{title}", certificates, (top,))
    for title in ("inter-twice", "unrelated-root-second", "unrelated-root-last", "unrelated-leaf-last", "gap"):
        yield case(f"extra-pinned/{title}", extras[title], (lower, low, top))
        yield case(f"extra-pinned-lower/{title}", extras[title], (lower,))
        yield case(f"extra-pinned-low/{title}", extras[title], (low,))
    yield case("missing/lower-in-bundle", (end,), (lower, top))
    yield case("missing/low-in-bundle", (end,), (low, top))
    yield case("missing/both-in-bundle", (end,), (lower, low, top))
    yield case("missing/low-served", (end, low), (lower, top))
    yield case("missing/lower-served", (end, lower), (low, top))
    yield case("missing/low-alone", (end, lower), (low,))


def _expired() -> Iterator[Case]:
    for title, shape in {"expired": EXPIRED, "future": FUTURE}.items():
        yield from at_each(f"dates/{title}", shape)
        pinned = pki(inter=shape)
        yield case(f"dates/{title}/pinned-alone", (pinned.leaf,), (pinned.inter,))
        under = pki(top=shape)
        yield case(f"dates/{title}/root-above-pinned", (under.leaf,), (under.inter, under.root))
        yield case(f"dates/{title}/root-above-pinned-served", (under.leaf, under.inter), (under.inter, under.root))


def _expired_copies() -> Iterator[Case]:
    key = ec_key()
    top = root()
    good, old = (
        ca("Suite Issuing CA", top, Shape(key=key)),
        ca("Suite Issuing CA", top, Shape(key=key, days=(-300, -3))),
    )
    end = leaf(good)
    yield case("copy/bundle-old", (end, good), (old, top))
    yield case("copy/bundle-old-after", (end, good), (top, old))
    yield case("copy/bundle-old-good", (end,), (old, good, top))
    yield case("copy/bundle-good-old", (end,), (good, old, top))
    yield case("copy/served-old-good", (end, old, good), (top,))
    yield case("copy/served-good-old", (end, good, old), (top,))
    yield case("copy/served-old-bundle-good", (end, old), (good, top))
    yield case("copy/served-old-only", (end, old), (top,))
    yield case("copy/served-old-good-all", (end, old, good), (good, top))
    other_root_key = ec_key()
    old_root = root("Suite Twin Root", Shape(key=other_root_key, days=(-400, -3)))
    new_root = root("Suite Twin Root", Shape(key=other_root_key))
    below = ca("Suite CA below twins", new_root)
    twin_leaf = leaf(below)
    yield case("copy/root-old-new", (twin_leaf, below), (old_root, new_root))
    yield case("copy/root-new-old", (twin_leaf, below), (new_root, old_root))
    yield case("copy/root-served-old", (twin_leaf, below, old_root), (new_root,))
    yield case("copy/root-served-new", (twin_leaf, below, new_root), (old_root,))


@dataclass(frozen=True)
class _Cross:
    """An old and a new root; the new root's key is signed by the old one too."""

    old: Cert
    new: Cert
    cross: Cert
    inter: Cert
    leaf: Cert


def _cross(old: Shape = USUAL, new: Shape = USUAL, cross: Shape = USUAL) -> _Cross:
    elder, fresh = root("Suite Old Root", old), root("Suite New Root", new)
    crossed = ca("Suite New Root", elder, _with_key(cross, fresh))
    issuing = ca("Suite Issuing CA", fresh)
    return _Cross(elder, fresh, crossed, issuing, leaf(issuing))


def _with_key(shape: Shape, holder: Cert) -> Shape:
    return replace(shape, key=holder.key)


def _cross_signs() -> Iterator[Case]:
    variants = {
        "good": _cross(),
        "expired": _cross(cross=EXPIRED),
        "old-root-expired": _cross(old=EXPIRED),
        "new-root-expired": _cross(new=EXPIRED),
        "pathlen-zero": _cross(
            cross=Shape(exts=(ext(x509.BasicConstraints(ca=True, path_length=0), critical=True),))
        ),
        "not-a-ca": _cross(cross=Shape(exts=(ext(x509.BasicConstraints(ca=False, path_length=None)),))),
    }
    for title, made in variants.items():
        yield case(f"cross/{title}/old-trusted", (made.leaf, made.inter, made.cross), (made.old,))
        yield case(f"cross/{title}/new-trusted", (made.leaf, made.inter, made.cross), (made.new,))
        yield case(f"cross/{title}/both-trusted", (made.leaf, made.inter, made.cross), (made.old, made.new))
        yield case(f"cross/{title}/all-served", (made.leaf, made.inter, made.cross, made.old), (made.new,))
        yield case(f"cross/{title}/bundle-cross-new", (made.leaf, made.inter), (made.cross, made.new))
        yield case(f"cross/{title}/bundle-cross", (made.leaf, made.inter), (made.cross, made.old))
        yield case(f"cross/{title}/new-served", (made.leaf, made.inter, made.new, made.cross), (made.old,))
    yield from _cross_intermediates()
    yield from _cross_loop()


def _cross_intermediates() -> Iterator[Case]:
    one, two = root("Suite Root One"), root("Suite Root Two")
    key = ec_key()
    first, second = (ca("Suite Shared CA", top, Shape(key=key)) for top in (one, two))
    end = leaf(first)
    for (sent, served), (trusted, anchor) in itertools.product(
        {
            "first": (first,),
            "second": (second,),
            "first-second": (first, second),
            "second-first": (second, first),
        }.items(),
        {"one": (one,), "two": (two,), "both": (one, two)}.items(),
    ):
        yield case(f"cross-inter/{sent}/{trusted}", (end, *served), anchor)
    yield case("cross-inter/second/bundle-first", (end, second), (first, one))
    yield case("cross-inter/first-second-two/one", (end, first, second, two), (one,))
    yield case("cross-inter/second-two-first/one", (end, second, two, first), (one,))


def _cross_loop() -> Iterator[Case]:
    one, two = root("Suite Loop One"), root("Suite Loop Two")
    one_by_two, two_by_one = (
        ca("Suite Loop One", two, _with_key(Shape(), one)),
        ca("Suite Loop Two", one, _with_key(Shape(), two)),
    )
    end = leaf(one)
    yield case("cross-loop/untrusted", (end, one_by_two, two_by_one), (root("Suite Other Root"),))
    yield case("cross-loop/one-trusted", (end, one_by_two, two_by_one), (one,))
    yield case("cross-loop/two-trusted", (end, one_by_two, two_by_one), (two,))
    yield case("cross-loop/two-trusted-reversed", (end, two_by_one, one_by_two), (two,))
    yield case("cross-loop/cross-trusted", (end, two_by_one), (one_by_two,))


def _namesakes() -> Iterator[Case]:
    three = pki()
    other_root = root("Suite Root")
    namesake = ca("Suite Issuing CA", other_root)
    twin = ca("Suite Issuing CA", three.root)
    same_id = ca("Suite Issuing CA", three.root, Shape(exts=(ext(x509.SubjectKeyIdentifier(three.inter.key_id)),)))
    no_id = ca("Suite Issuing CA", three.root, Shape(without=("2.5.29.14",)))
    foreign_key = root("Suite Issuing CA")
    for title, decoy in {
        "other-root": namesake,
        "same-root": twin,
        "same-key-id": same_id,
        "no-key-id": no_id,
        "self-signed": foreign_key,
    }.items():
        yield case(f"namesake/{title}/served-before", (three.leaf, decoy, three.inter), (three.root,))
        yield case(f"namesake/{title}/served-after", (three.leaf, three.inter, decoy), (three.root,))
        yield case(f"namesake/{title}/served-instead", (three.leaf, decoy), (three.root,))
        yield case(f"namesake/{title}/bundle-before", (three.leaf, three.inter), (decoy, three.root))
        yield case(f"namesake/{title}/bundle-after", (three.leaf, three.inter), (three.root, decoy))
        yield case(f"namesake/{title}/bundle-both", (three.leaf,), (decoy, three.inter, three.root))
        yield case(f"namesake/{title}/served-bundle-good", (three.leaf, decoy), (three.inter, three.root))
    yield from _namesake_roots(three, other_root)
    yield from _same_names(three)


def _namesake_roots(three: Pki, other_root: Cert) -> Iterator[Case]:
    twins = {
        "plain": other_root,
        "same-key-id": root("Suite Root", Shape(exts=(ext(x509.SubjectKeyIdentifier(three.root.key_id)),))),
        "no-key-id": root("Suite Root", Shape(without=("2.5.29.14",))),
        "expired": root("Suite Root", EXPIRED),
        "not-a-ca": root("Suite Root", Shape(exts=(ext(x509.BasicConstraints(ca=False, path_length=None)),))),
    }
    for title, other in twins.items():
        yield case(f"namesake-root/{title}/before", (three.leaf, three.inter), (other, three.root))
        yield case(f"namesake-root/{title}/after", (three.leaf, three.inter), (three.root, other))
        yield case(f"namesake-root/{title}/alone", (three.leaf, three.inter), (other,))
        yield case(f"namesake-root/{title}/served", (three.leaf, three.inter, other), (three.root,))
        yield case(f"namesake-root/{title}/served-first", (three.leaf, other, three.inter), (three.root,))
        yield case(f"namesake-root/{title}/right-served", (three.leaf, three.inter, three.root), (other,))


def _same_names(three: Pki) -> Iterator[Case]:
    same_name = ca("Suite Root", three.root)
    under = leaf(same_name)
    yield case("namesake/issuer-and-subject-equal", (under, same_name), (three.root,))
    yield case("namesake/issuer-and-subject-equal-pinned", (under,), (same_name, three.root))
    leaf_name = leaf(three.inter, Shape(subject=name("Suite Issuing CA")))
    yield case("namesake/leaf-has-issuer-name", (leaf_name, three.inter), (three.root,))


def _lengths() -> Iterator[Case]:
    for length in (3, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 20):
        made = chain_of(length)
        end = leaf(made[-1])
        yield case(f"length/{length}", (end, *reversed(made[1:])), (made[0],))
    for length in (5, 6, 7, 9, 10, 15, 16):
        made = chain_of(length)
        end = leaf(made[-1])
        yield case(f"length-root-served/{length}", (end, *reversed(made)), (made[0],))
        yield case(f"length-in-bundle/{length}", (end,), reversed(made))
        yield case(f"length-pinned-middle/{length}", (end, *reversed(made[1:])), (made[length // 2],))
        yield case(f"length-shuffled/{length}", (end, *made[1:]), (made[0],))
    three = pki()
    for count in (5, 8, 9, 14, 15, 20, 60):
        others = tuple(root(f"Suite Unrelated {number}") for number in range(count))
        yield case(f"many/{count}-after", (three.leaf, three.inter, *others), (three.root,))
        yield case(f"many/{count}-before", (three.leaf, *others, three.inter), (three.root,))
        yield case(f"many/{count}-bundle", (three.leaf, three.inter), (*others, three.root))
    for count in (5, 30, 99, 120):
        twins = tuple(
            ca("Suite Issuing CA", three.root, Shape(exts=(ext(x509.SubjectKeyIdentifier(three.inter.key_id)),)))
            for _ in range(count)
        )
        yield case(f"many-namesakes/{count}-bundle", (three.leaf,), (*twins, three.inter, three.root))
        if count < 15:
            yield case(f"many-namesakes/{count}-served", (three.leaf, *twins, three.inter), (three.root,))


def _same_key() -> Iterator[Case]:
    key = ec_key()
    top = root("Suite Root", Shape(key=key))
    inter = ca("Suite Issuing CA", top, Shape(key=key))
    yield case("same-key/root-inter", (leaf(inter), inter), (top,))
    end = leaf(inter, Shape(key=key))
    yield case("same-key/all", (end, inter), (top,))
    renamed = root("Suite Renamed Root", Shape(key=key))
    yield case("same-key/renamed-root", (leaf(inter), inter), (renamed,))
    rekeyed = ca("Suite Root", top, Shape(key=ec_key()))
    end = leaf(rekeyed)
    yield case("same-key/key-rollover", (end, rekeyed), (top,))
    reissued = ca("Suite Issuing CA", top, Shape(key=key))
    yield case("same-key/reissued-in-bundle", (leaf(inter), inter), (reissued, top))
    yield case("same-key/reissued-pinned", (leaf(inter), inter), (reissued,))
    yield case("same-key/reissued-served", (leaf(inter), inter, reissued), (top,), HOST)
