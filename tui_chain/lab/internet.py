"""The running lab: all hosts, their trust store and their AIA site, in one thread of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self, TypeVar

from tui_chain.lab.authority import PrivateKey
from tui_chain.lab.hierarchy import COMMON_CAS, Hierarchy
from tui_chain.lab.scenarios.catalogue import CannotServeError, choose_scenarios
from tui_chain.lab.scenarios.scenario import Scenario
from tui_chain.lab.servers.aia_site import AiaAnswer, AiaSite, AnswerSource
from tui_chain.lab.servers.listener import Handler, Listener, bind_loopback
from tui_chain.lab.servers.services import UnsupportedError
from tui_chain.lab.servers.tls import DEFAULT_TLS, Credentials, TlsOptions, make_context, tls_handler

T = TypeVar("T")

START_SECONDS = 10.0
CLOSE_SECONDS = 5.0


class LoopThread:
    """An asyncio loop in a daemon thread, from entering the context to leaving it."""

    def __init__(self) -> None:
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tlschain-lab", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise TimeoutError("the lab's thread did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSE_SECONDS)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in the loop's thread and return its result; raises what it raises."""

        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(START_SECONDS)

    def _run(self) -> None:
        # listening sockets are read by `add_reader`, which the loop that Windows takes by default does not have;
        # the runner cancels what still serves a client and waits for it before the loop is closed
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._wait())

    async def _wait(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._started.set()
        await self._stop.wait()


IPV4 = ("127.0.0.1",)


@dataclass(frozen=True)
class LabHost:
    """A scenario that is being served: where, and the DER certificates that a client gets, in order."""

    scenario: Scenario
    port: int
    served_der: tuple[bytes, ...]

    @property
    def name(self) -> str:
        """The scenario's name, which is the host's label in lists."""
        return self.scenario.name

    @property
    def summary(self) -> str:
        """What the host does wrong, in one line."""
        return self.scenario.summary

    @property
    def target(self) -> str:
        """Where clients reach it, most often as `localhost:PORT`."""
        return self.scenario.reach.format(port=self.port)


class Lab:
    """An open lab; its methods may be called from any thread but the lab's own. Use `open_lab` to make one."""

    def __init__(self, resources: ExitStack, folder: Path, thread: LoopThread, now: datetime) -> None:
        self._folder = folder
        self.hosts: tuple[LabHost, ...] = ()
        """What is served, in the order of the scenarios."""
        self._resources = resources
        self._thread = thread
        dead, web = (resources.enter_context(bind_loopback(IPV4)[0]) for _ in range(2))
        self._site = AiaSite(web.getsockname()[1], dead.getsockname()[1])
        self._open(Listener(web, self._site.handle))
        self.hierarchy = Hierarchy(self._site, now)
        """The lab's CAs by label, to issue more from."""
        self.hierarchy.extend(COMMON_CAS)

    @property
    def trust_pem(self) -> bytes:
        """The lab's trust store as PEM: its own roots and nothing else."""
        return self.hierarchy.trust_pem

    @property
    def trust_file(self) -> Path:
        """A file with the trust store of the lab as it was opened, for programs that want one."""
        return self.folder / "lab-roots.pem"

    @property
    def folder(self) -> Path:
        """Temporary folder of the lab, gone when it closes."""
        return self._folder

    @property
    def dead_port(self) -> int:
        """A port on which nobody listens."""
        return self._site.dead_port

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Names that only the lab knows, with their loopback addresses."""
        scenarios = (host.scenario for host in self.hosts)
        return {each.host: each.addresses for each in scenarios if each.addresses}

    @property
    def aia_log(self) -> tuple[str, ...]:
        """The paths that the AIA site was asked for, oldest first."""
        return self._site.log

    def host(self, name: str) -> LabHost:
        """Return the host of a scenario; raises KeyError when it is not served."""
        return {host.name: host for host in self.hosts}[name]

    def start(self, scenarios: Iterable[Scenario]) -> None:
        """Serve more scenarios, for tests also such as the lab does not list; raises CannotServeError."""
        for scenario in scenarios:
            try:
                self.hierarchy.extend(scenario.cas)
                self.hosts += (LabHost(scenario, *scenario.service.open(self, scenario.name)),)
            except UnsupportedError as error:
                raise CannotServeError(scenario.name, str(error)) from error
        self.trust_file.write_bytes(self.trust_pem)

    def serve(
        self,
        chain: Sequence[bytes],
        key: PrivateKey,
        *,
        addresses: Sequence[str] = IPV4,
        port: int = 0,
        options: TlsOptions = DEFAULT_TLS,
    ) -> int:
        """Serve DER certificates over TLS, with the key of the first; return the port (0 asks for a free one).

        Raises ValueError for an address that is not loopback, OSError for one that cannot be bound, and
        ssl.SSLError for a chain that OpenSSL does not load.
        """
        context = make_context(self.folder, Credentials(chain, key), options)
        return self.listen(tls_handler(context, options.text), addresses=addresses, port=port)

    def listen(self, handler: Handler, *, addresses: Sequence[str] = IPV4, port: int = 0) -> int:
        """Serve every connection with a handler of one's own; return the port, raise as `serve` does."""
        socks = bind_loopback(addresses, port)
        for sock in socks:
            self._open(Listener(sock, handler))
        bound: int = socks[0].getsockname()[1]
        return bound

    def publish(self, path: str, answer: AnswerSource | bytes) -> str:
        """Let the AIA site answer a path that starts with a slash; bytes are a DER certificate. Return the URL."""
        return self._site.publish(path, AiaAnswer(answer) if isinstance(answer, bytes) else answer)

    def _open(self, listener: Listener) -> None:
        self._thread.call(listener.open)
        self._resources.callback(self._thread.call, listener.close)


@contextmanager
def open_lab(names: Iterable[str] | None = None, *, now: datetime | None = None) -> Iterator[Lab]:
    """Serve the scenarios of these names (None: all) until the context is left.

    `now` is the time that certificates are made for (the clock's by default). Raises ValueError for an unknown name
    or a time without a zone.
    """
    scenarios = choose_scenarios(names)
    with ExitStack() as resources:
        folder = Path(resources.enter_context(TemporaryDirectory(prefix="tlschain-lab-")))
        thread = resources.enter_context(LoopThread())
        lab = Lab(resources, folder, thread, now or datetime.now(UTC))
        lab.start(scenarios)
        yield lab
