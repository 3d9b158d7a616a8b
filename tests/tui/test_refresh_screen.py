"""Looking after a bundle of ours by keys: asked first, real handshakes, and nothing replaced unseen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from textual.pilot import Pilot

from tests.audit.damaged import make_roots
from tests.scenes.gallery import SMALL
from tests.scenes.stage import opened, screen_text, shows, until
from tests.support.crls import make_crl
from tests.tui.audits import audit, keys, read, says, toasted
from tests.tui.conftest import AppOn
from tui_chain.cli.main import main
from tui_chain.core.text import colon_hex
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Template, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlSet
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio


def app_of(lab: Lab, name: str = "lab", pinned: frozenset[str] = frozenset()) -> ChainApp:
    """An app with no host on its list."""
    trust = TrustStore(name, read_certificates(lab.trust_pem).certificates)
    return ChainApp(lambda: (Journey(Context(trust, pinned=pinned)), ()))


def tlschain_fix(lab: Lab, folder: Path, *words: str) -> Path:
    """A bundle for targets, as the command line writes it."""
    file = folder / "bundle.pem"
    done = CliRunner().invoke(main, ["fix", *words, "--trust", str(lab.trust_file), "-o", str(file)])
    assert done.exit_code == 0, done.output
    return file


@pytest.fixture
def bundle(lab: Lab, tmp_path: Path) -> Path:
    return tlschain_fix(lab, tmp_path, lab.host("leaf-only").target)


@pytest.fixture
def bundle_for_two(lab: Lab, tmp_path: Path) -> Path:
    return tlschain_fix(lab, tmp_path, *(lab.host(name).target for name in ("leaf-only", "two-links-missing")))


@pytest.fixture
def bundle_with_crls(lab: Lab, tmp_path: Path) -> Path:
    """A bundle for clients that check CRLs, and for a host that forgets its intermediate."""
    root = lab.hierarchy["root"]
    ca = root.issue_ca("Checked CA", naming(lab.publish("/root.crl", make_crl(root).der)))
    place = lab.publish("/checked.cer", ca.der)
    leaf = ca.issue_leaf(["localhost"], naming(lab.publish("/checked.crl", make_crl(ca).der), place))
    return tlschain_fix(lab, tmp_path, f"localhost:{lab.serve([leaf.der], leaf.key)}", "--crl")


def naming(url: str, *issuer: str) -> Template:
    """A certificate that says where its CRL is to be had, and its issuer."""
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return Template(urls=issuer, extensions=((x509.CRLDistributionPoints([point]), False),))


async def refresh(pilot: Pilot[None], file: Path) -> None:
    await audit(pilot, file)
    await keys(pilot, "1", "r", "y")
    await read(pilot)


async def test_it_asks_first_and_leaves_the_list_alone_without_consent(lab: Lab, bundle: Path) -> None:
    app = app_of(lab)
    async with opened(app, SMALL) as pilot:
        await audit(pilot, bundle)
        await keys(pilot, "1", "r")
        await shows(pilot, "The bundle is for 1 host, which would be added")
        await keys(pilot, "n")
        await read(pilot)
        assert app.rows == ()
        assert "A bundle refreshed" not in screen_text(pilot)


async def test_a_bundle_that_works_and_is_needed(lab: Lab, bundle: Path) -> None:
    app = app_of(lab)
    async with opened(app, SMALL) as pilot:
        await refresh(pilot, bundle)
        await shows(pilot, "The bundle works and is needed: it stays as it is.")
        await keys(pilot, "w")
        await toasted(pilot, "There is no new file to write.")
        await keys(pilot, "escape", "escape")
        (row,) = app.rows
        assert str(row.target) == lab.host("leaf-only").target
        assert row.written == bundle, "what stands there works for it"
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)


@pytest.fixture
def private_bundle(lab: Lab, tmp_path: Path) -> Path:
    """A bundle that rests on a private root."""
    root = hashlib.sha256(lab.hierarchy["private-root"].der).hexdigest()
    return tlschain_fix(lab, tmp_path, lab.host("unknown-root").target, "--trust-root", root)


async def test_a_private_root_of_the_bundle_is_at_hand_again(lab: Lab, private_bundle: Path) -> None:
    """The root that the command line names comes out of the old bundle, and nothing else of it."""
    root = hashlib.sha256(lab.hierarchy["private-root"].der).hexdigest()
    app = app_of(lab, pinned=frozenset({root}))
    async with opened(app, SMALL) as pilot:
        await refresh(pilot, private_bundle)
        await shows(pilot, "The bundle works and is needed: it stays as it is.")
        files = app.main.jobs.journey.context.files
        assert [one.sha256 for one, _ in files.certificates] == [root]


async def test_a_bundle_whose_server_was_mended(lab: Lab, bundle: Path) -> None:
    text = bundle.read_text().replace(lab.host("leaf-only").target, lab.host("complete").target)
    bundle.write_text(text)
    async with opened(app_of(lab), SMALL) as pilot:
        await refresh(pilot, bundle)
        await shows(pilot, "No host needs the bundle any more")
        await shows(pilot, "· not needed")
        assert bundle.read_text() == text


def cut(bundle: Path) -> bytes:
    """Leave of a bundle the root alone, with which Python up to 3.12 fails."""
    whole = bundle.read_bytes()
    root = read_certificates(whole).certificates[-1]
    bundle.write_bytes(whole[: whole.index(b"\n\n") + 2] + to_pem([root.der]))
    return whole


async def test_a_bundle_that_fails_is_replaced_once_the_new_one_was_seen(lab: Lab, bundle: Path) -> None:
    whole = cut(bundle)
    old = bundle.read_bytes()
    app = app_of(lab)
    async with opened(app, SMALL) as pilot:
        await refresh(pilot, bundle)
        await shows(pilot, "The bundle does not work any more.")
        await shows(pilot, "2 CA certificates: 1 added, 1 kept, 0 removed; expires 20")
        assert [row.written for row in app.rows] == [None]
        await keys(pilot, "w")
        await shows(pilot, "+ CN=Lab Issuing CA G2")
        await keys(pilot, "enter")
        assert bundle.read_bytes() == old
        await keys(pilot, "enter")
        await read(pilot)
        assert read_certificates(bundle.read_bytes()).certificates == read_certificates(whole).certificates
        assert [row.written for row in app.rows] == [bundle]
        await shows(pilot, "PEM, 2 certificates")


def resting_on(lab: Lab, bundle: Path, name: str) -> bytes:
    """Let a bundle rest on another root of the lab's, as if it had been made so."""
    whole, root = bundle.read_bytes(), lab.hierarchy[name].der
    named = f"# SHA-256: {colon_hex(hashlib.sha256(root).hexdigest())}\n".encode()
    bundle.write_bytes(whole[: whole.index(b"\n\n") + 2] + named + to_pem([root]))
    return bundle.read_bytes()


async def test_another_anchor_is_named_and_shown_only_after_a_yes(lab: Lab, bundle: Path) -> None:
    old = resting_on(lab, bundle, "other-root")
    async with opened(app_of(lab), SMALL) as pilot:
        await refresh(pilot, bundle)
        await says(pilot, "The new file would rest on Lab Root R1")
        for refusal in ("n", "escape"):
            await keys(pilot, "w")
            await shows(pilot, "Another anchor?")
            await says(pilot, "and the old one rests on Lab Root R2")
            await keys(pilot, refusal)
            assert "Replace the bundle" not in screen_text(pilot)
        await keys(pilot, "w")
        await shows(pilot, "Another anchor?")
        await keys(pilot, "y")
        await shows(pilot, "Replace the bundle")
        await keys(pilot, "enter")
        assert bundle.read_bytes() == old
        await keys(pilot, "enter")
        await read(pilot)
    assert Certificate(lab.hierarchy["root"].der) in read_certificates(bundle.read_bytes()).certificates


async def test_what_others_did_to_it_is_not_lost(lab: Lab, bundle: Path) -> None:
    cut(bundle)
    plain = bundle.read_bytes()
    async with opened(app_of(lab), SMALL) as pilot:
        await refresh(pilot, bundle)
        await shows(pilot, "✗ fails")
        bundle.write_bytes(plain + b"# changed\n")
        await keys(pilot, "w")
        await says(pilot, "has changed meanwhile. Audit it again.")
        await keys(pilot, "enter", "escape", "escape")
        assert bundle.read_bytes() == plain + b"# changed\n"
        bundle.write_bytes(plain + b"\n# my own\n" + make_roots().blocks[0])
        old = bundle.read_bytes()
        await refresh(pilot, bundle)
        await shows(pilot, "✗ fails")
        await keys(pilot, "w")
        await toasted(pilot, "1 certificate that this tool did not write for its hosts")
        assert bundle.read_bytes() == old


async def test_several_hosts_are_told_apart(lab: Lab, app_on: AppOn, bundle_for_two: Path) -> None:
    file = bundle_for_two
    file.write_text(file.read_text().replace(lab.host("two-links-missing").target, "localhost:1"))
    app = app_on("leaf-only")
    async with opened(app, SMALL) as pilot:
        await audit(pilot, file)
        await keys(pilot, "1", "r")
        await shows(pilot, "The bundle is for 2 hosts, 1 of them would be added")
        await keys(pilot, "y")
        await read(pilot)
        await shows(pilot, "1 works, 1 unknown")
        await shows(pilot, "⊘ unknown     localhost:1")
        await keys(pilot, "j")
        await says(pilot, "⊘ unknown Nothing listens on that port")
        assert len(app.rows) == 2


async def test_files_that_are_not_for_it_are_refused(lab: Lab, bundle: Path) -> None:
    text, app = bundle.read_text(), app_of(lab)
    cases = (
        (
            text.replace("# Kind: client\n", "# Kind: links\n# Trust store: system\n"),
            "Open the screen with the trust store system",
        ),
        (text.replace("# Kind: client\n", "# Kind: server\n"), "A file of that kind is not refreshed."),
        (text.replace("# Host: localhost", "# Host: \x1b[2J[/x]"), "names a host that is none"),
        (text.replace("# Host", "# Guest"), "does not say which hosts it is for"),
    )
    async with opened(app, SMALL) as pilot:
        for top, words in cases:
            bundle.write_text(top)
            await audit(pilot, bundle)
            assert ("r refreshes it" in screen_text(pilot)) == (
                "is not refreshed" not in words and "does not say" not in words
            )
            await keys(pilot, "1", "r")
            await toasted(pilot, words)
            assert app.rows == ()


async def test_a_bundle_of_another_store_is_judged_by_itself(lab: Lab, bundle: Path) -> None:
    """It holds all that its clients trust; only a new one would rest on the store in force."""
    text = bundle.read_text().replace(f"# Trust store: {lab.trust_file}\n", "# Trust store: system\n")
    assert "# Trust store: system\n" in text
    bundle.write_text(text)
    async with opened(app_of(lab), SMALL) as pilot:
        await audit(pilot, bundle)
        await keys(pilot, "1", "r")
        await keys(pilot, "y")
        await read(pilot)
        await shows(pilot, "The bundle works and is needed: it stays as it is.")


async def test_crls_are_fetched_anew_with_their_bundle(lab: Lab, bundle_with_crls: Path) -> None:
    assert b"X509 CRL" in bundle_with_crls.read_bytes()
    app = app_of(lab)
    async with opened(app, SMALL) as pilot:
        await audit(pilot, bundle_with_crls)
        await keys(pilot, "1", "r")
        await says(pilot, "and its CRLs are fetched.")
        await keys(pilot, "y")
        await read(pilot)
        await shows(pilot, "The bundle works and is needed: it stays as it is.")
        assert isinstance(app.rows[0].state.crls, CrlSet)
