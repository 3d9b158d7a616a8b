"""Bundles with CRLs looked after, on a lab whose lists change."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.audit.test_commands import tlschain
from tests.support.chains import make_pki
from tests.support.crls import Oddity, make_crl, naming
from tests.support.journeys import lab_trust, walk
from tui_chain.audit.refresh import Refreshed, State, header_of, refreshed
from tui_chain.audit.summary import replacement_refused
from tui_chain.core.failure import Failure
from tui_chain.core.text import colon_hex
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.revocation import gather_crls
from tui_chain.lab.authority import Authority, Identity
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.lab.servers.services import LOCALHOST
from tui_chain.net.target import Target
from tui_chain.repair.output import make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.x509.crl import RevocationList, crl_to_pem, crls_of
from tui_chain.x509.formats.readers import read_certificates

ENDED = Oddity(timedelta(days=-8), timedelta(days=-1))


@dataclass(frozen=True)
class Place:
    """A host with lists that a test publishes anew, and a bundle for it."""

    lab: Lab
    root: Authority
    ca: Authority
    leaf: Identity
    port: int

    @property
    def now(self) -> datetime:
        return self.root.now

    def publish(self, of_leaf: RevocationList | None = None, of_ca: RevocationList | None = None) -> None:
        """Publish these lists, or both anew."""
        both = of_leaf is of_ca is None
        lists = {"leaf": make_crl(self.ca), "ca": make_crl(self.root)} if both else {"leaf": of_leaf, "ca": of_ca}
        for name, crl in lists.items():
            if crl is not None:
                self.lab.publish(f"/after-{name}.crl", AiaAnswer(crl.der))

    def state(self, at: datetime) -> tuple[Journey, HostState]:
        journey = Journey(Context(lab_trust(self.lab), clock=lambda: at))

        async def crls(state: HostState) -> HostState:
            return await gather_crls(journey, state)

        return journey, walk(HostState(Target("localhost", self.port)), journey.probe, journey.fix, crls)

    def bundle(self) -> bytes:
        self.publish()
        _, state = self.state(self.now)
        assert state.bundle is not None
        assert state.bundle.crls
        return state.bundle.pem

    def look(self, data: bytes, later: timedelta) -> Refreshed:
        header = header_of(data)
        assert not isinstance(header, Failure)
        journey, state = self.state(self.now + later)
        return refreshed(data, header, [state], journey.trust, journey.clock())


@pytest.fixture(scope="module", params=["forgets its intermediate", "serves it"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with open_lab([]) as lab:
        root = lab.hierarchy["root"]
        urls = {name: lab.publish(f"/after-{name}.crl", AiaAnswer()) for name in ("leaf", "ca")}
        ca = root.issue_ca("After CA", naming(urls["ca"]))
        leaf = ca.issue_leaf(template=naming(urls["leaf"], issuer=(lab.publish("/after.cer", ca.der),)))
        chain = [leaf.der] if request.param.startswith("forgets") else [leaf.der, ca.der]
        yield Place(lab, root, ca, leaf, lab.serve(chain, leaf.key, addresses=LOCALHOST))


DAY = timedelta(days=1)


def test_it_works_and_newer_lists_make_a_new_file(place: Place) -> None:
    data = place.bundle()
    assert place.look(data, timedelta()).output is None
    assert place.look(data, timedelta()).state is State.WORKS
    newer = make_crl(place.ca, odd=Oddity(begin=timedelta(hours=20)))
    place.publish(newer)
    found = place.look(data, DAY)
    assert found.state is State.WORKS
    assert found.output is not None
    assert newer in crls_of(found.output.data)
    assert replacement_refused(Path("x"), data, found) is None


def test_lists_that_end_are_due_and_then_fail(place: Place) -> None:
    data = place.bundle()
    soon = place.look(data, 5 * DAY)
    assert soon.state is State.SOON
    assert "The CRL of" in soon.news[0].text
    assert soon.output is None
    place.publish(
        make_crl(place.ca, odd=Oddity(7 * DAY, 14 * DAY)), make_crl(place.root, odd=Oddity(7 * DAY, 14 * DAY))
    )
    failed = place.look(data, 8 * DAY)
    assert failed.state is State.FAILS
    assert "CRL has expired" in failed.news[0].text
    assert failed.output is not None
    assert place.look(failed.output.data, 8 * DAY).state is State.WORKS


def test_without_new_lists_the_old_file_stays_and_says_why(place: Place) -> None:
    data = place.bundle()
    ended = place.look(data, 8 * DAY)
    assert (ended.state, ended.output) == (State.FAILS, None)
    assert ended.failure is not None
    assert "no CRL in force" in ended.failure.message


def test_a_certificate_that_was_revoked_since_fails_at_once(place: Place) -> None:
    """The old list is in force still, and does not know."""
    data = place.bundle()
    place.publish(make_crl(place.ca, [place.leaf]))
    found = place.look(data, timedelta())
    assert (found.state, found.output) == (State.FAILS, None)
    assert "was revoked on" in found.news[0].text


def test_lists_that_were_not_fetched_make_no_file_without_them(place: Place) -> None:
    """A front end that only probes and repairs must not drop them in silence."""
    data = place.bundle()
    header = header_of(data)
    assert not isinstance(header, Failure)
    journey, state = place.state(place.now + 5 * DAY)
    bare = replace(state, crls=None)
    found = refreshed(data, header, [bare], journey.trust, journey.clock())
    assert found.output is None
    assert found.failure is not None
    assert "were not fetched anew" in found.failure.message


def test_a_list_added_by_hand_is_not_lost(place: Place) -> None:
    data = place.bundle()
    place.publish(make_crl(place.ca, odd=Oddity(begin=timedelta(hours=-1))))
    foreign = data + crl_to_pem(make_crl(make_pki("Other").root, odd=Oddity(now=place.now))).encode()
    found = place.look(foreign, timedelta())
    refused = replacement_refused(Path("x"), foreign, found)
    assert isinstance(refused, Failure)
    assert "holds 1 CRL that this tool did not write" in refused.message


# -- as commands


@pytest.fixture
def written(place: Place, tmp_path: Path) -> Path:
    place.publish()
    file = tmp_path / "bundle.pem"
    done = tlschain("fix", f"localhost:{place.port}", "--trust", place.lab.trust_file, "--crl", "-o", file)
    assert done.exit_code == 0, done.stderr
    assert "context.verify_flags = " in done.stderr
    return file


def age(file: Path, stale: RevocationList) -> None:
    """Put a list that has ended in the place of the first one, with its comment, as if that had been written then."""
    first = crls_of(file.read_bytes())[0]
    text = file.read_text().replace(crl_to_pem(first), crl_to_pem(stale))
    file.write_text(text.replace(colon_hex(first.sha256), colon_hex(stale.sha256)))


def test_refresh_by_cron(place: Place, written: Path) -> None:
    trust = ("--trust", str(place.lab.trust_file))
    assert tlschain("refresh", written, *trust).exit_code == 0
    place.publish(make_crl(place.ca, odd=Oddity(begin=timedelta(minutes=-1))))
    done = tlschain("refresh", written, *trust)
    assert done.exit_code == 0
    assert "A new file is at hand" in done.stderr
    done = tlschain("refresh", written, *trust, "--write")
    assert "CRLs: 1 added, 1 kept, 1 removed" in done.stderr
    age(written, make_crl(place.ca, odd=ENDED))
    done = tlschain("refresh", written, *trust, "--json")
    assert (done.exit_code, json.loads(done.stdout)["state"]) == (1, "fails")
    assert tlschain("audit", written).exit_code == 1
    assert tlschain("refresh", written, *trust, "--write").exit_code == 0
    assert tlschain("audit", written).exit_code == 0


def test_audit_as_json(written: Path) -> None:
    told = json.loads(tlschain("audit", written, "--json").stdout)
    assert told["crl_check"] == "chain"
    digests = [crl["sha256"] for crl in told["crls"]]
    assert told["clients"]["OpenSSL"]["crls"] == digests
    assert told["clients"]["Node"]["crls"] == []
    assert told["crls"][0]["next_update"].endswith("+00:00")
    assert [crl.sha256 for crl in crls_of(written.read_bytes())] == digests


def test_audit_fix_says_that_lists_were_dropped(place: Place, written: Path) -> None:
    age(written, make_crl(place.ca, odd=ENDED))
    done = tlschain("audit", written, "--fix")
    assert done.exit_code == 0
    assert "1 CRL, without 1 CRL" in done.stderr
    newest = f"tlschain refresh --write {shlex.quote(str(written))} --trust {place.lab.trust_file}"
    assert f"this gets the newest: {newest}\n" in done.stderr
    assert len(read_certificates(written.read_bytes()).certificates) >= 1


def test_every_kind_for_clients_is_looked_after(place: Place) -> None:
    place.publish()
    journey, state = place.state(place.now)
    assert state.served is not None
    assert not isinstance(state.served, Failure)
    assert state.proven is not None
    assert not isinstance(state.crls, Failure)
    for kind in (OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS):
        made = make_output(kind, [(state.served, state.proven)], journey.trust, at=place.now, crls=state.crls)
        if not isinstance(made, Failure):
            assert place.look(made.data, timedelta()).state is State.WORKS, kind
