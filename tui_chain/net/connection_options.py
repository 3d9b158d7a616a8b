"""How a connection to a target is made, where it is not as its name and port alone say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_chain.net.client_identity import ClientIdentity

SHOWN_KEYS = ("sni", "connect-to", "verify-name", "proxy", "ip", "bind", "ehlo", "tls")
"""The names of the options that may be kept and shown, as a host list has them."""


@dataclass(frozen=True)
class ConnectionOptions:
    """What the user said of a target's connection; None is what everybody does.

    `sni` is the name in the SNI extension, `verify_name` the one that a certificate has to cover. `connect_host` and
    `connect_port` are connected to in place of the target's. `proxy` is the URL of a proxy with its login, `direct`
    uses none whatever the environment names. `ip_version` is 4 or 6, `bind` the local IP address, `ehlo` the name by
    which a mail server is greeted, `tls` the one version on offer, as OpenSSL names it. `identity` is the client's
    certificate with its key, for this target alone.
    """

    sni: str | None = None
    connect_host: str | None = None
    connect_port: int | None = None
    verify_name: str | None = None
    proxy: str | None = field(default=None, repr=False)
    direct: bool = False
    ip_version: int | None = None
    bind: str | None = None
    ehlo: str | None = None
    tls: str | None = None
    identity: ClientIdentity | None = None

    def __hash__(self) -> int:
        """A hash of what most often tells two apart: targets are keys of every table of hosts."""
        return hash((self.sni, self.connect_host, self.connect_port, self.verify_name))

    def over(self, usual: ConnectionOptions) -> ConnectionOptions:
        """These options, and of `usual` what they leave open."""
        if usual is USUAL_CONNECTION or usual == USUAL_CONNECTION:
            return self
        if self == USUAL_CONNECTION:
            return usual
        way = self if self.proxy is not None or self.direct else usual
        place = self if self.connect_host is not None else usual
        return ConnectionOptions(
            self.sni or usual.sni,
            place.connect_host,
            place.connect_port,
            self.verify_name or usual.verify_name,
            way.proxy,
            way.direct,
            self.ip_version or usual.ip_version,
            self.bind or usual.bind,
            self.ehlo or usual.ehlo,
            self.tls or usual.tls,
            self.identity or usual.identity,
        )

    @property
    def of_host(self) -> ConnectionOptions:
        """Those that are for the hosts alone for which they were said: names, place and certificate."""
        return replace(self, proxy=None, direct=False, ip_version=None, bind=None, ehlo=None, tls=None)

    @property
    def of_run(self) -> ConnectionOptions:
        """Those that hold for every host of a run."""
        return replace(self, sni=None, connect_host=None, connect_port=None, verify_name=None, identity=None)

    @property
    def has_secrets(self) -> bool:
        """Whether a private key or a login is among them."""
        return self.identity is not None or "@" in (self.proxy or "")

    @property
    def connect_place(self) -> str | None:
        """What is connected to in place of the target, as `--connect-to` takes it."""
        if self.connect_host is None:
            return None
        host = f"[{self.connect_host}]" if ":" in self.connect_host else self.connect_host
        return host if self.connect_port is None else f"{host}:{self.connect_port}"

    @property
    def suffix(self) -> str:
        """What tells two targets of one name and port apart, as it follows them; mostly empty."""
        said = (("connect-to", self.connect_place), ("sni", self.sni), ("verify-name", self.verify_name))
        return "".join(f" {name}={value}" for name, value in said if value is not None)

    @property
    def is_for_programs(self) -> bool:
        """Whether a program that is given host, port and proxy reaches the same server by the same names."""
        return replace(self, proxy=None, direct=False, ehlo=None) == USUAL_CONNECTION

    def remarks_on(self, *, by_proxy: bool) -> tuple[str, ...]:
        """The remarks on a connection that was made by a proxy, or not."""
        said = (
            (self.connect_host is not None, f"connected to {self.connect_place}"),
            (self.sni is not None, f"SNI {self.sni}"),
            (self.verify_name is not None, f"judged as {self.verify_name}"),
            (self.ip_version is not None and not by_proxy, f"IPv{self.ip_version} only"),
            (self.bind is not None and not by_proxy, f"from {self.bind}"),
            (self.tls is not None, f"{(self.tls or '').replace('v', ' ')} only"),
            (self.identity is not None, "with the client certificate"),
        )
        return tuple(text for holds, text in said if holds)


USUAL_CONNECTION = ConnectionOptions()
"""By name and port alone."""
