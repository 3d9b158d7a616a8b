from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tests.x509.forge import Forgery
from tests.x509.relaxed import relaxed
from tui_chain.lab.authority import Authority, Identity, key_to_pem, rsa_key
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import CONTEXT, INTEGER, SEQUENCE, encode
from tui_chain.x509.formats import readers
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import (
    Problem,
    ProblemKind,
    Reading,
    read_certificates,
    unread_certificates,
)

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Chain:
    """A leaf for localhost, its issuer and the root, as views and as PEM."""

    leaf: Identity
    views: tuple[Certificate, ...]

    @property
    def blocks(self) -> tuple[str, ...]:
        return tuple(map(to_pem, self.views))

    @property
    def pem(self) -> bytes:
        return "".join(self.blocks).encode()

    @property
    def der(self) -> bytes:
        return b"".join(view.der for view in self.views)


@pytest.fixture(scope="module")
def chain() -> Chain:
    root = Authority.root("Reader Root", now=NOW)
    issuing = root.issue_ca("Reader Issuing")
    leaf = issuing.issue_leaf()
    return Chain(leaf, tuple(Certificate(each.der) for each in (leaf, issuing, root)))


@pytest.fixture(scope="module")
def folder(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("readers")
    (place / "chain.pem").write_bytes(chain.pem)
    (place / "issuers.pem").write_text("".join(chain.blocks[1:]))
    (place / "leaf.pem").write_text(chain.blocks[0])
    (place / "key.pem").write_bytes(key_to_pem(chain.leaf.key))
    return place


def openssl(folder: Path, *arguments: str) -> bytes:
    program = str(require_program("openssl"))
    done = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, check=True, timeout=60, input=b"Q\n"
    )
    return done.stdout


def whole(reading: Reading, chain: Chain) -> bool:
    return reading.certificates == chain.views and not reading.problems


# -- PEM


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("\n", " \t\n"),
        ("\n", "\n    "),
        ("\n", "\n> "),
        ("\n", "\n> > "),
        ("\n", "\n\n"),
        ("\n", r"\n"),
        ("\n", r"\r\n"),
        ("-----\n-----", "----------"),
        ("-----BEGIN", "# a comment, subject=CN = x\n-----BEGIN"),
        ("-----BEGIN", "        key: |\n  -----BEGIN"),
        (" CERTIFICATE", " X509 CERTIFICATE"),
        (" CERTIFICATE", " TRUSTED CERTIFICATE"),
        ("-----BEGIN", "Bag Attributes\n    friendlyName: é\n-----BEGIN"),
        ("=", ""),
    ],
)
def test_pem_is_read_however_it_was_handed_on(chain: Chain, old: str, new: str) -> None:
    text = new.replace("\n", "").replace("-----BEGIN", "") + "\n" if new.startswith("\n>") else ""
    data = (text + "".join(chain.blocks).replace(old, new)).encode()
    reading = read_certificates(data)
    assert whole(reading, chain), reading.problems
    assert reading.format == "PEM"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks_are_taken_off(chain: Chain, encoding: str) -> None:
    mark = "\ufeff" if encoding.endswith("e") else ""
    assert whole(read_certificates((mark + chain.pem.decode()).encode(encoding)), chain)


def test_order_and_duplicates_are_kept(chain: Chain) -> None:
    leaf, issuing, root = chain.blocks
    reading = read_certificates((root + leaf + leaf + issuing).encode())
    one, two, three = chain.views
    assert reading.certificates == (three, one, one, two)


def test_a_bad_block_costs_no_other_and_is_named_with_its_line(chain: Chain) -> None:
    leaf, issuing, root = chain.blocks
    halved = issuing.splitlines()
    parts = {
        "not base64": leaf.replace("MII", "M%I", 1),
        "a character is missing": "-----BEGIN CERTIFICATE-----\nMIIBM\n-----END CERTIFICATE-----\n",
        "cut short": "\n".join([*halved[:3], halved[-1]]) + "\n",
        "is empty": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "not a certificate": "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n",
        "ends as": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END PKCS7-----\n",
        "END line without": "MIIB\n-----END CERTIFICATE-----\n",
        "X509 CRL": "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n",
    }
    for why, bad in parts.items():
        reading = read_certificates((root + "\n" + bad + "comment\n" + leaf + issuing).encode())
        assert reading.certificates == (chain.views[2], chain.views[0], chain.views[1]), why
        (problem,) = reading.problems
        first = root.count("\n") + 2
        assert problem.line in {first, first + bad.count("\n") - 1}, why
        assert why in problem.reason


def test_a_truncated_last_block_is_said(chain: Chain) -> None:
    _, second, third = chain.blocks
    data = chain.pem
    starts = data.rindex(b"-----BEGIN")
    for cut in (len(data) - 2, len(data) - 30, starts + 200, starts + 27, starts + 15):
        reading = read_certificates(data[:cut])
        assert reading.certificates == chain.views[:2]
        (problem,) = reading.problems
        assert problem.kind is ProblemKind.TRUNCATED
        assert problem.line == data.count(b"\n", 0, starts) + 1
    glued = read_certificates((second[: len(second) // 2] + "\n" + third).encode())
    assert glued.certificates == chain.views[2:]
    assert [problem.kind for problem in glued.problems] == [ProblemKind.TRUNCATED]


def test_more_than_a_certificate_in_a_block_is_said(chain: Chain) -> None:
    import base64

    body = base64.b64encode(chain.views[0].der + b"\x04\x02ab").decode()
    reading = read_certificates(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode())
    assert reading.certificates == chain.views[:1]
    assert len(reading.problems) == 1


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_is_noticed_and_never_kept(chain: Chain, form: PrivateFormat) -> None:
    for lock in (NoEncryption(), BestAvailableEncryption(b"secret")):
        key = chain.leaf.key.private_bytes(Encoding.PEM, form, lock)
        reading = read_certificates(chain.blocks[0].encode() + key)
        assert reading.certificates == chain.views[:1]
        (problem,) = reading.private_keys
        assert problem.line == chain.blocks[0].count("\n") + 1
        assert key.splitlines()[2].decode() not in repr(reading)
    assert read_certificates(key[:60]).problems[0].kind is ProblemKind.PRIVATE_KEY


@pytest.mark.parametrize(
    ("form", "lock"),
    [
        (PrivateFormat.PKCS8, NoEncryption()),
        (PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    ],
)
def test_a_private_key_in_der_is_noticed_and_not_shown(form: PrivateFormat, lock: KeySerializationEncryption) -> None:
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa_key()):
        der = key.private_bytes(Encoding.DER, form, lock)
        for data in (der, der + b"\n"):
            assert [problem.kind for problem in read_certificates(data).problems] == [ProblemKind.PRIVATE_KEY]
        assert "\\x" not in repr(read_certificates(der[:-1]))


# -- what OpenSSL writes


def test_what_s_client_prints_is_read(chain: Chain, folder: Path) -> None:
    program = str(require_program("openssl"))
    command = [program, "s_server", "-accept", "127.0.0.1:0", "-cert", "chain.pem", "-cert_chain", "chain.pem"]
    with subprocess.Popen(
        [*command, "-key", "key.pem", "-naccept", "2"], cwd=folder, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        line = next(line for line in server.stdout if line.startswith(b"ACCEPT"))
        address = line.split()[1].decode()
        shown = openssl(folder, "s_client", "-connect", address, "-showcerts", "-servername", "localhost")
        alone = openssl(folder, "s_client", "-connect", address, "-servername", "localhost")
        server.communicate(timeout=30)
    reading = read_certificates(shown)
    assert reading.format == "PEM"
    assert reading.problems == ()
    assert list(dict.fromkeys(reading.certificates)) == list(chain.views)
    assert read_certificates(alone).certificates == chain.views[:1]


def test_trusted_certificates_lose_their_tail(chain: Chain, folder: Path) -> None:
    uses = ("-addtrust", "serverAuth", "-addreject", "emailProtection", "-setalias", "an alias")
    data = openssl(folder, "x509", "-in", "leaf.pem", "-trustout", *uses)
    assert b"BEGIN TRUSTED CERTIFICATE" in data
    reading = read_certificates(data)
    assert reading.certificates == chain.views[:1]
    assert reading.problems == ()


def test_certificates_with_their_text_are_read(chain: Chain, folder: Path) -> None:
    assert read_certificates(openssl(folder, "x509", "-in", "leaf.pem", "-text")).certificates == chain.views[:1]


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_pkcs7_is_read(chain: Chain, folder: Path, form: str) -> None:
    data = openssl(folder, "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", form)
    reading = read_certificates(data)
    assert reading.format == "PKCS#7"
    assert sorted(view.sha256 for view in reading.certificates) == sorted(view.sha256 for view in chain.views)
    assert reading.problems == ()
    parsed = [view.parsed for view in chain.views if view.parsed is not None]
    ours = read_certificates(pkcs7.serialize_certificates(parsed, getattr(Encoding, form)))
    assert set(ours.certificates) == set(chain.views)


def test_pkcs7_of_indefinite_lengths_is_read(chain: Chain, folder: Path) -> None:
    (folder / "words").write_bytes(b"words" * 99)
    signer = ("-signer", "leaf.pem", "-inkey", "key.pem", "-certfile", "issuers.pem")
    data = openssl(folder, "cms", "-sign", "-in", "words", *signer, "-outform", "DER", "-stream", "-nodetach")
    assert data[:2] == b"\x30\x80"
    reading = read_certificates(data)
    assert set(reading.certificates) == set(chain.views)
    assert reading.format == "PKCS#7"


def test_pkcs7_without_certificates_says_so(folder: Path) -> None:
    (folder / "words").write_bytes(b"words" * 99)
    data = openssl(folder, "cms", "-digest_create", "-in", "words", "-outform", "DER")
    assert "holds no certificates" in read_certificates(data).problems[0].reason
    signed = (
        "cms",
        "-sign",
        "-in",
        "words",
        "-signer",
        "leaf.pem",
        "-inkey",
        "key.pem",
        "-nocerts",
        "-outform",
        "DER",
    )
    assert [problem.reason for problem in read_certificates(openssl(folder, *signed)).problems] == [
        "a PKCS#7 file without certificates"
    ]


# -- DER


def test_der_is_read_one_or_many(chain: Chain) -> None:
    assert read_certificates(chain.views[0].der).certificates == chain.views[:1]
    assert whole(read_certificates(chain.der), chain)
    assert whole(read_certificates(b"\r\n".join(view.der for view in chain.views) + b"\n"), chain)
    assert read_certificates(chain.der).format == "DER"


def test_der_that_is_cut_keeps_what_was_whole(chain: Chain) -> None:
    reading = read_certificates(chain.der[:-1])
    assert reading.certificates == chain.views[:2]
    assert [problem.kind for problem in reading.problems] == [ProblemKind.TRUNCATED]
    assert str(len(chain.views[0].der) + len(chain.views[1].der)) in reading.problems[0].reason


def test_a_strange_element_among_der_costs_no_other(chain: Chain) -> None:
    strange = encode(SEQUENCE, encode(SEQUENCE), encode(SEQUENCE), encode(INTEGER, b"\1"))
    reading = read_certificates(chain.views[0].der + strange + chain.views[1].der)
    assert reading.certificates == chain.views[:2]
    assert len(reading.problems) == 1


def test_what_only_openssl_parses_is_kept() -> None:
    opaque = Certificate(Forgery(version=encode(CONTEXT, encode(INTEGER, b"\4"))).der)
    for data in (opaque.der, to_pem(opaque).encode()):
        assert read_certificates(data) == Reading("DER" if data is opaque.der else "PEM", (opaque,))


# -- what is none of these


@pytest.mark.parametrize(
    ("data", "format_name", "problem"),
    [
        (b"", "empty", Problem(1, "there is nothing in it")),
        (b"\xef\xbb\xbf \r\n", "empty", Problem(1, "there is nothing in it")),
        (b" \n<!DOCTYPE html><html>", "HTML", Problem(1, "it is a web page, not a certificate")),
        (
            b"MIIDdzCCAl+gAwIBAgIEAgAAuTAN",
            "unknown",
            Problem(1, "it begins with 'MIIDdzCC', which is no certificate: it may be PEM that lost its BEGIN line"),
        ),
        (
            b"\xfe\xed\xfe\xed\0\0\0\2",
            "JKS",
            Problem(1, "the keystore is cut short at byte 8", ProblemKind.TRUNCATED),
        ),
        (
            b"\xce\xce\xce\xce\0\0\0\2",
            "JCEKS",
            Problem(1, "the keystore is cut short at byte 8", ProblemKind.TRUNCATED),
        ),
        (b"\x1b[31mhello", "unknown", Problem(1, "it begins with binary data, which is no certificate")),
        (b"hello\x1b[31m", "unknown", Problem(1, "it begins with binary data, which is no certificate")),
        (b"Certificate of merit", "unknown", Problem(1, "it begins with 'Certific', which is no certificate")),
        (b"0\x03\2\1", "unknown", Problem(1, "it begins with binary data, which is no certificate")),
        (b"0\x03\2\1\1x", "unknown", Problem(1, "it begins with binary data, which is no certificate")),
        (
            b"-----BEGIN CERTIFICATE----\nMIIB\n-----END CERTIFICATE-----",
            "PEM",
            Problem(3, "an END line without its BEGIN line"),
        ),
        (
            b"a\n-----BEGIN CERTIFI",
            "PEM",
            Problem(2, "a BEGIN line that is cut short", ProblemKind.TRUNCATED),
        ),
        (
            b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
            "PEM",
            Problem(1, "the block is empty"),
        ),
        (
            b"\n-----BEGIN DH PARAMETERS-----\nMIIB\n-----END DH PARAMETERS-----",
            "PEM",
            Problem(2, "a DH PARAMETERS block, no certificate", ProblemKind.OTHER),
        ),
    ],
)
def test_other_things_are_named(data: bytes, format_name: str, problem: Problem) -> None:
    assert read_certificates(data) == Reading(format_name, (), (problem,))


@pytest.mark.parametrize("body", ["AAAA", "MIIB", "MAA=", "MIGA"])
@pytest.mark.parametrize("label", ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "PKCS7"])
def test_a_block_of_what_is_no_certificate_is_a_problem(label: str, body: str) -> None:
    reading = read_certificates(f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode())
    assert reading.certificates == ()
    assert [problem.line for problem in reading.problems] == [1]


@pytest.mark.parametrize("label", ["PKCS7", "CMS", "PKCS #7 SIGNED DATA"])
def test_every_label_of_pkcs7_is_read(chain: Chain, folder: Path, label: str) -> None:
    data = openssl(folder, "crl2pkcs7", "-nocrl", "-certfile", "chain.pem").replace(b"PKCS7", label.encode())
    assert whole(reading := read_certificates(data), chain)
    assert reading.format == "PKCS#7"


def test_space_before_the_content_is_passed_over(chain: Chain) -> None:
    assert whole(read_certificates(b" " * 5000 + chain.pem), chain)
    assert whole(read_certificates(b" " * 5000 + chain.der), chain)


def test_a_short_element_is_der_and_ends_with_its_line() -> None:
    short = encode(SEQUENCE, encode(INTEGER, b"\1"))
    for data in (short, short + b"\r\n", b"\n" + short):
        reading = read_certificates(data)
        assert reading.format == "DER"
        assert [problem.line for problem in reading.problems] == [1]


def test_no_more_than_the_bound_is_read(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_BYTES", 1 << 20)
    room = b"\n" * ((1 << 20) - len(chain.pem))
    assert whole(read_certificates(chain.pem + room), chain)
    reading = read_certificates(room + b"\n" * 30 + chain.pem)
    assert reading.certificates == chain.views[:2]
    limit = Problem(1, "only the first 1 MiB of it were read", ProblemKind.LIMIT)
    assert reading.problems[-1] == limit


def test_a_file_of_nothing_but_certificates_need_not_be_parsed(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread_certificates(chain.pem) == chain.views
    assert unread_certificates(b"") is None
    assert unread_certificates(chain.pem.replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE")) is None
    assert unread_certificates(chain.pem[:-30]) is None
    for body in ("AAAA", "MAAx", "not base64!", "MAMCAQEA"):
        assert (
            unread_certificates(
                chain.pem + f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()
            )
            is None
        )
    monkeypatch.setattr(readers, "MAX_BYTES", len(chain.pem))
    assert unread_certificates(chain.pem) == chain.views
    assert unread_certificates(chain.pem + b"\n") is None
    monkeypatch.setattr(readers, "MAX_CERTIFICATES", 3)
    assert unread_certificates(chain.pem) == chain.views
    monkeypatch.setattr(readers, "MAX_CERTIFICATES", 2)
    assert unread_certificates(chain.pem) is None


def test_a_problem_is_broken_unless_it_says_otherwise() -> None:
    assert Problem(3, "why").kind is ProblemKind.BROKEN


# -- properties

NOISE = st.text(alphabet="abc >-#=\t\n\r\0é", max_size=60).filter(lambda text: "-----" not in text).map(str.encode)
SCRAPS = st.lists(
    st.sampled_from(
        [b"-----BEGIN ", b"-----END ", b"CERTIFICATE", b"PKCS7", b"-----", b"\n", b"MIIB", b"\x30\x82", b"\x30\x80"]
    )
    | st.binary(max_size=20),
    max_size=30,
).map(b"".join)


@relaxed
@given(st.binary(max_size=400) | SCRAPS)
def test_any_bytes_can_be_read(data: bytes) -> None:
    reading = read_certificates(data)
    assert reading.certificates == ()
    assert reading.problems
    assert all(problem.line >= 1 and not unsafe_in(problem.reason) for problem in reading.problems)


@relaxed
@given(st.data())
def test_damaged_files_can_be_read(chain: Chain, data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from([chain.pem, chain.der]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(sound))] * 2)))
    damaged = sound[:start] + data.draw(st.binary(max_size=9)) + sound[end:]
    reading = read_certificates(damaged)
    assert len(reading.certificates) <= 3
    assert reading.certificates or reading.problems


@relaxed
@given(st.lists(st.tuples(st.integers(0, 2), NOISE), max_size=6), NOISE, st.sampled_from(["\n", "\r\n"]))
def test_good_blocks_with_noise_between_them_are_all_kept(
    chain: Chain, parts: list[tuple[int, bytes]], start: bytes, ending: str
) -> None:
    blocks = [chain.blocks[which].replace("\n", ending).encode() + noise for which, noise in parts]
    reading = read_certificates(start + b"\n" + b"".join(blocks))
    assert reading.certificates == tuple(chain.views[which] for which, _ in parts)
    assert bool(reading.problems) is not bool(parts)


@relaxed
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6))
def test_good_blocks_among_cut_ones_are_all_kept(chain: Chain, parts: list[tuple[int, bool]]) -> None:
    texts = [chain.blocks[which] if sound else chain.blocks[which][:100] + "\n" for which, sound in parts]
    reading = read_certificates("".join(texts).encode())
    assert reading.certificates == tuple(chain.views[which] for which, sound in parts if sound)
    assert len(reading.problems) == sum(not sound for _, sound in parts)


@relaxed
@given(st.binary(max_size=300))
def test_pem_is_as_the_standard_library_writes_it(der: bytes) -> None:
    assert to_pem(Certificate(der)) == ssl.DER_cert_to_PEM_cert(der)
