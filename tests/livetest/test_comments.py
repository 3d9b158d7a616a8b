"""A user's own bundle, with comments in another alphabet than OpenSSL's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import tlschain
from tests.support.crls import make_crl
from tests.support.http2 import Http2Server, headers
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.contexts import bundle_context
from tui_chain.x509.crl import crl_to_pem

COMMENTS = {
    "UTF-8": "# Prüfstelle, 検証\n".encode(),
    "Latin-1": "# Prüfstelle\n".encode("latin-1"),
    "no text": bytes(range(128, 256)) + b"\n",
}


def at_home(lab: Lab) -> int:
    """A server that sends on to itself, so that its bundle is asked for once more."""
    place = [""]

    async def handle(stream: Stream) -> None:
        await Http2Server(lab, [headers((":status", "302"), ("location", place[0]), ends=True)])(stream)

    port = lab.listen(handle)
    place[0] = f"https://localhost:{port}/again"
    return port


@pytest.mark.parametrize("crl", [(), ("--crl",)], ids=["plain", "crl"])
@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_does_not_end_the_test(lab: Lab, tmp_path: Path, comment: str, crl: tuple[str, ...]) -> None:
    root, issuing = lab.hierarchy["root"], lab.hierarchy["issuing"]
    lists = b"".join(crl_to_pem(make_crl(one)).encode() for one in (root, issuing))
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(COMMENTS[comment] + to_pem([root.der]) + COMMENTS[comment] + (lists if crl else b""))
    place = f"localhost:{at_home(lab)}"
    (found,) = tlschain("test", place, "--trust", lab.trust_file, "--bundle", bundle, "--json", *crl).objects
    assert found["after"]["ok"], found["after"]
    assert found["hops"][1]["ok"], found["hops"]
    assert all(one["ok"] for one in found["clients"])


@pytest.mark.parametrize("crl", [(), ("--crl",)], ids=["plain", "crl"])
def test_a_bundle_that_openssl_cannot_read_is_told(lab: Lab, tmp_path: Path, crl: tuple[str, ...]) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(to_pem([lab.hierarchy["root"].der]).decode("ascii").encode("utf-16"))
    place = f"localhost:{lab.host('complete').port}"
    done = tlschain("test", place, "--trust", lab.trust_file, "--bundle", bundle, *crl)
    assert done.code == 2
    assert done.complaint


def test_other_bytes_make_no_block_of_what_is_none(lab: Lab) -> None:
    """What OpenSSL passes over in the file is not trusted here either."""
    pem = to_pem([lab.hierarchy["root"].der])
    stranger = to_pem([lab.hierarchy["stranger"].der])
    for broken in (
        stranger.replace(b"BEGIN ", b"BEGIN\xc3 "),
        stranger.replace(b"-----BEGIN", b"\xff-----BEGIN", 1),
    ):
        assert len(bundle_context(broken + pem).get_ca_certs()) == 1


def test_a_byte_order_mark_is_read_over_as_openssl_does_in_files(lab: Lab) -> None:
    """Go and uv lose that block, Java the file: only the families say so."""
    marked = b"\xef\xbb\xbf" + lab.trust_pem
    plain = bundle_context(lab.trust_pem).cert_store_stats()
    assert bundle_context(marked).cert_store_stats() == plain
