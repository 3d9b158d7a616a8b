"""The whole live test of one host: before and after, hop by hop, client by client, and what the environment does."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.pem import to_pem
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.store import TrustStore
from tui_chain.failure import Failure
from tui_chain.livetest.environment import BUNDLES, Variable, audit_environment
from tui_chain.livetest.hops import Hop, follow
from tui_chain.livetest.profiles import ProfileTest, ProfileTester
from tui_chain.livetest.programs import ProgramTest, programs, run_programs
from tui_chain.livetest.request import Attempt, LiveTest, Request, bundle_context, default_store_context
from tui_chain.probe.lookup import lookup
from tui_chain.probe.target import Target
from tui_chain.repair.containers import java_truststore


@dataclass(frozen=True)
class FullTest:
    """Everything that a live test of one host told.

    `live` is the request before and after; `hops` its way through redirects with the trust store and the bundle
    together; `profiles` each client's handshake with the bundle alone, or with the trust store where there is no
    bundle; `http2` whether the server offers HTTP/2 (None: not asked); `environment` the variables that are set,
    `with_environment` by name what happens with the file that each of them names; `programs` the real ones.
    """

    live: LiveTest
    hops: tuple[Hop, ...] = ()
    profiles: tuple[ProfileTest, ...] = ()
    http2: bool | None = None
    environment: tuple[Variable, ...] = ()
    with_environment: Mapping[str, Attempt] | None = None
    programs: tuple[ProgramTest, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the connection is verified at the end: with the bundle, or without one as it is."""
        last = self.live.after if self.live.after is not None else self.live.before
        return last.ok and all(profile.ok for profile in self.profiles)


@dataclass(frozen=True)
class LiveTester:
    """Tests one host at a time: `store` is the trust store, `at` the time (aware), `environment` the user's own.

    `bundle` is a bundle file on disk, if there is one: programs and variables are held against it.
    """

    store: TrustStore
    at: datetime
    environment: Mapping[str, str]
    bundle: Path | None = None

    async def test(self, request: Request, pem: bytes | None, *, with_programs: bool) -> FullTest | Failure:
        """Test `request` with the bundle's bytes `pem`, or with the trust store alone where that is None."""
        anchors = read_certificates(pem).certificates if pem is not None else self.store.anchors
        try:
            alone = await asyncio.to_thread(bundle_context, pem) if pem is not None else None
        except (ssl.SSLError, UnicodeError, ValueError):
            return Failure("file", "OpenSSL cannot read that bundle.", "tlschain audit says why, and --fix mends it.")
        plain = await asyncio.to_thread(default_store_context, self.store.anchors)
        live = await self._live(request, plain, alone)
        profiles = await self._profiles(request, pem, anchors)
        variables = audit_environment(self.environment, self.bundle)
        return FullTest(
            live,
            await self._hops(request, plain, pem),
            profiles,
            await self._http2(request, alone or plain),
            variables,
            await self._with_environment(request, variables),
            await self._programs(request.target, pem, anchors) if with_programs and pem is not None else (),
        )

    async def _live(self, request: Request, plain: ssl.SSLContext, alone: ssl.SSLContext | None) -> LiveTest:
        before = await request.send(plain, f"trust store {self.store.name}")
        after = await request.send(alone, "the bundle alone") if alone is not None else None
        return LiveTest(request.method, request.url, before, after)

    async def _hops(self, request: Request, plain: ssl.SSLContext, pem: bytes | None) -> tuple[Hop, ...]:
        """Other hosts are verified with the trust store; the first one with the bundle as well."""
        if request.target.starttls is not None:
            return ()
        both = await asyncio.to_thread(default_store_context, self.store.anchors)
        if pem is not None:
            both.load_verify_locations(cadata=pem.decode("ascii"))
        return await follow(request, lambda target: both if target == request.target else plain)

    async def _profiles(
        self, request: Request, pem: bytes | None, anchors: tuple[Certificate, ...]
    ) -> tuple[ProfileTest, ...]:
        data = pem if pem is not None else "".join(map(to_pem, anchors)).encode("ascii")
        tester = ProfileTester(request.target, data, anchors, self.at, request.address, request.timeout)
        return await tester.run()

    async def _http2(self, request: Request, context: ssl.SSLContext) -> bool | None:
        """Whether the server takes h2 (RFC 9113 section 3.2) when it is offered, on a verified connection."""
        if request.target.starttls is not None or request.proxy is not None:
            return None
        context.set_alpn_protocols(["h2", "http/1.1"])
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(request.timeout):
                place = (await lookup(request.address or request.target.host))[0].ip
                name, port = request.target.host, request.target.port
                _, writer = await asyncio.open_connection(place, port, ssl=context, server_hostname=name)
                chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
                writer.transport.abort()
                return bool(chosen == "h2")
        return None

    async def _with_environment(self, request: Request, variables: tuple[Variable, ...]) -> Mapping[str, Attempt]:
        """The same request with each variable's own file or folder, as a client that obeys it would make it."""
        found: dict[str, Attempt] = {}
        for variable in variables:
            if variable.name in BUNDLES and variable.exists:
                context = _context_of(Path(self.environment[variable.name]), self._kept(variable.name))
                if context is None:
                    words = "OpenSSL cannot read what it names"
                    found[variable.name] = Attempt(variable.name, ok=False, words=words)
                else:
                    found[variable.name] = await request.send(context, variable.name)
        return found

    def _kept(self, name: str) -> tuple[Certificate, ...]:
        """What a client still trusts under a variable: Node's extends its roots, the others take their place."""
        return self.store.anchors if name == "NODE_EXTRA_CA_CERTS" else ()

    async def _programs(
        self, target: Target, pem: bytes | None, anchors: tuple[Certificate, ...]
    ) -> tuple[ProgramTest, ...]:
        with TemporaryDirectory(prefix="tlschain-test-") as folder:
            scratch = Path(folder)
            bundle, store = scratch / "bundle.pem", scratch / "store.p12"
            bundle.write_bytes(pem or b"")
            store.write_bytes(java_truststore(anchors))
            return await run_programs(programs(target, bundle, scratch, store), self.environment, scratch)


def _context_of(place: Path, kept: tuple[Certificate, ...]) -> ssl.SSLContext | None:
    """A verifying context with a file's or folder's roots, beside those that the client keeps."""
    context = default_store_context(kept) if kept else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if place.is_dir():
            context.load_verify_locations(capath=place)
        else:
            context.load_verify_locations(cafile=place)
    except OSError:  # ssl.SSLError is a kind of it
        return None
    return context
