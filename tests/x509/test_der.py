from __future__ import annotations

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from tests.x509.relaxed import relaxed
from tui_chain.x509.der import INTEGER, OCTET_STRING, OID, SEQUENCE, DERError, dotted, element, encode
from tui_chain.x509.structure import dissect

CONTENTS = st.binary(max_size=400) | st.sampled_from([bytes(127), bytes(128), bytes(255), bytes(256), bytes(70000)])


@relaxed
@given(st.sampled_from([INTEGER, OCTET_STRING, SEQUENCE]), CONTENTS, st.binary(max_size=9))
def test_what_is_written_is_read(tag: int, content: bytes, rest: bytes) -> None:
    read = element(encode(tag, content) + rest)
    assert (read.tag, read.content, read.raw) == (tag, content, encode(tag, content))
    assert read.after == len(read.raw)


@relaxed
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        whole = element(data)
        assert 0 <= whole.body <= whole.end <= whole.after <= len(data)
        for child in whole.children():
            assert whole.body <= child.start < child.after <= whole.end
    except DERError:
        pass


@relaxed
@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**70), max_size=6))
def test_object_identifiers_are_those_of_cryptography(first: int, second: int, rest: list[int]) -> None:
    text = ".".join(map(str, [first, second, *rest]))
    name = x509.Name([x509.NameAttribute(x509.ObjectIdentifier(text), "a")])
    pair = next(element(name.public_bytes()).first().first().children())
    assert pair.tag == OID
    assert dotted(pair.content) == text


@relaxed
@given(CONTENTS)
def test_an_indefinite_length_ends_at_its_mark(content: bytes) -> None:
    inner = encode(OCTET_STRING, content)
    deep = b"\x30\x80" + b"\x24\x80" + inner + inner + b"\0\0" + b"\0\0"
    whole = element(deep + b"after")
    assert whole.after == len(deep)
    assert whole.first().octets() == content * 2


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x05\0", b"\x30\x85\0\0\0\0\1", b"\x30\x82\1", b"\x1f\x81\1\0", b"\x30\x80", b"\4\x80\0\0"],
)
def test_what_is_cut_is_refused(data: bytes) -> None:
    with pytest.raises(DERError):
        element(data)


@pytest.mark.parametrize("data", [encode(SEQUENCE), encode(SEQUENCE, encode(SEQUENCE)), encode(INTEGER, b"\1")])
def test_what_is_no_certificate_has_no_anatomy(data: bytes) -> None:
    with pytest.raises(DERError):
        dissect(data)
