"""The whole live test of one host: before and after, hop by hop, client by client, and what the environment does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tui_chain.clients.families import FamilyId
from tui_chain.core.command import FILE, hinted, option
from tui_chain.core.failure import Failure
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import bundle_context, crl_context
from tui_chain.livetest.environment import Variable, VariableTest, try_variables
from tui_chain.livetest.families import FamilyTest, FamilyTester
from tui_chain.livetest.hops import USUAL_LIMITS, Hop, RedirectLimits
from tui_chain.livetest.live import Live, LiveTest
from tui_chain.livetest.programs import (
    NO_FOLDER,
    ProgramTest,
    left_out_programs,
    program_run,
    programs,
    programs_of,
    run_programs,
)
from tui_chain.livetest.request import LiveRequest
from tui_chain.repair.output import java_truststore
from tui_chain.trust.settings import refused_anchors
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope
from tui_chain.x509.formats.readers import read_certificates


@dataclass(frozen=True)
class LiveTestResult:
    """Everything that a live test of one host showed.

    `live` is the request before and after, with its hops through redirects and the variables that are set; `clients`
    the handshake of each client family with the bundle alone, or with the trust store where there is no bundle;
    `variables` what happens with the files that variables name; `programs` the real ones, with the same as `clients`.
    """

    live: LiveTest
    clients: tuple[FamilyTest, ...] = ()
    variables: tuple[VariableTest, ...] = ()
    programs: tuple[ProgramTest, ...] = ()

    def client(self, family: FamilyId) -> FamilyTest | None:
        """What a client family got, or None where none was tested."""
        return next((one for one in self.clients if one.id == family), None)

    def programs_of(self, family: FamilyId) -> tuple[ProgramTest, ...]:
        """What came of the programs that judge by the rules of a client family, also of those that are missing."""
        names = programs_of(family)
        return tuple(one for one in self.programs if one.name in names)

    @property
    def ok(self) -> bool:
        """Whether the connection is verified at the end: with the bundle, or without one as it is, and every hop.

        A client family or a program that refuses counts; a family that is not emulated, and a program that is
        missing or was left out, do not.
        """
        return self.live.last.ok and not self.broken_hops and not self.refusing

    @property
    def refusing(self) -> tuple[str, ...]:
        """The names of the client families and programs that refuse."""
        families = (client.name for client in self.clients if client.ok is False)
        programs = (f"the program {program.name}" for program in self.programs if program.ok is False)
        return (*families, *programs)

    @property
    def broken_hops(self) -> tuple[Hop, ...]:
        """The hops after the request itself with which TLS failed."""
        return tuple(hop for hop in self.live.hops[1:] if hop.tls_failed)

    @property
    def failing_variables(self) -> tuple[str, ...]:
        """The variables of trust with which some client fails, or whose file is not there."""
        failing = {one.name for one in self.variables if not one.attempt.ok}
        return tuple(one.name for one in self.environment if one.name in failing or one.exists is False)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The hops of redirects, the request itself first."""
        return self.live.hops

    @property
    def http2(self) -> bool | None:
        """Whether the server takes HTTP/2; None where it was not asked, or no verified connection came about."""
        return self.live.last.http2

    @property
    def environment(self) -> tuple[Variable, ...]:
        """The variables of trust and proxies that are set."""
        return self.live.environment

    @property
    def with_environment(self) -> Mapping[str, Attempt]:
        """By name what happens with the file of each variable, for the clients that are named first."""
        return {one.name: one.attempt for one in reversed(self.variables)}


@dataclass(frozen=True)
class LiveTester:
    """Tests one host at a time: `store` is the trust store, `at` the time (aware), `environment` the user's own.

    `bundle` is a bundle file on disk, if there is one: programs and variables are held against it. `by_proxy` sends
    every hop through the proxy that the environment names for it. With `crl` the bundle's CRLs are looked into.
    Redirects are followed within the `limits`.
    """

    store: TrustStore
    at: datetime
    environment: Mapping[str, str]
    bundle: Path | None = None
    by_proxy: bool = False
    crl: CrlScope | None = None
    limits: RedirectLimits = USUAL_LIMITS
    usual_proxy: str | None = None

    async def test(self, request: LiveRequest, pem: bytes | None, *, with_programs: bool) -> LiveTestResult | Failure:
        """Test `request` with the bundle's bytes `pem`, or with the trust store alone where that is None."""
        try:
            alone = await asyncio.to_thread(self._context, pem) if pem is not None else None
        except ssl.SSLError:
            hint = f"{hinted('audit', FILE)} says why, and writes it anew {option('--fix')}."
            return Failure("file", "OpenSSL cannot read that bundle.", hint)
        live = Live(self.store, self.environment, self.bundle, self.by_proxy, self.limits, self.usual_proxy)
        tested = await live.test(request, pem, alone)
        return LiveTestResult(
            tested,
            await self._clients(request, self.store.file if pem is None else pem),
            await try_variables(request, tested.environment, self.environment, self.store.file),
            await self._programs(request, pem) if with_programs else (),
        )

    def _context(self, pem: bytes) -> ssl.SSLContext:
        return bundle_context(pem) if self.crl is None else crl_context(pem, self.crl)

    async def _clients(self, request: LiveRequest, trust: bytes) -> tuple[FamilyTest, ...]:
        tester = FamilyTester(
            request.target, trust, self.at, request.address, request.timeout, request.proxy, self.crl
        )
        return await tester.run()

    async def _programs(self, request: LiveRequest, pem: bytes | None) -> tuple[ProgramTest, ...]:
        """Run the programs with the bundle, or with the trust store's file; some take it as PKCS#12."""
        if not request.target.connection.is_for_programs:
            return left_out_programs(request.target)
        try:
            folder = TemporaryDirectory(prefix="tlschain-test-")
        except OSError:  # a system that is read alone
            return left_out_programs(request.target, NO_FOLDER)
        with folder as name:
            scratch = Path(name)
            bundle, store = scratch / "bundle.pem", scratch / "store.p12"
            bundle.write_bytes(self.store.file if pem is None else pem)
            trusted = self._pkcs12_certificates(pem)
            if trusted:
                store.write_bytes(java_truststore(trusted))
            run = program_run(request.target, bundle, scratch, store if trusted else None, request.proxy, self.crl)
            return await run_programs(programs(run), self.environment, scratch)

    def _pkcs12_certificates(self, pem: bytes | None) -> tuple[Certificate, ...]:
        """What goes into the PKCS#12: the bundle's certificates, or the CA certificates of the trust store.

        PKCS#12 can neither be empty nor say what trust settings say: certificates that these reject are left out.
        """
        if pem is None:
            found = tuple(anchor for anchor in self.store.anchors if anchor.is_ca)
        else:
            found = read_certificates(pem).certificates
        rejected = refused_anchors(self.store.file if pem is None else pem)
        return tuple(one for one in found if one.parsed is not None and one.der not in rejected)
