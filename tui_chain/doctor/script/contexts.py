"""The contexts that libraries make here by themselves, and OpenSSL's verdict in each of them.

A library opens a connection as programs do, up to the point where TLS begins: no name is looked up, no socket is
connected, and the context that it has made by then is kept.
"""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Iterator
from typing import Any

from tui_chain.doctor.script.stores import context_class, cut, ssl

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_LOADS = ("load_verify_locations", "set_default_verify_paths")


class Begun(KeyboardInterrupt):
    """TLS would begin now; no library and no event loop holds this one back."""


class Recorder:
    """Stands in the place of sockets and of TLS while libraries connect; `context` is the last that was used."""

    def __init__(self) -> None:
        self.context: Any = None
        self.host: str | None = None
        self._loads: list[tuple[Any, str]] = []
        self._undo: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Recorder:
        self._replace(socket, "getaddrinfo", _no_lookup)
        self._replace(socket.socket, "connect", lambda *_: None)
        self._replace(socket.socket, "connect_ex", lambda *_: 0)
        kind = context_class()
        for name in ("wrap_socket", "wrap_bio"):
            self._replace(kind, name, self._begin())
        for name in _LOADS:
            self._replace(kind, name, self._load(getattr(kind, name)))
        return self

    def __exit__(self, *_: object) -> None:
        for owner, name, old in reversed(self._undo):
            if old is None:
                delattr(owner, name)
            else:
                setattr(owner, name, old)

    def _replace(self, owner: Any, name: str, new: Any) -> None:
        self._undo.append((owner, name, vars(owner).get(name)))
        setattr(owner, name, new)

    def _begin(self) -> Any:
        def begin(context: Any, *_: Any, **named: Any) -> None:
            self.context, self.host = context, named.get("server_hostname")
            raise Begun

        return begin

    def _load(self, real: Any) -> Any:
        def load(context: Any, *given: Any, **named: Any) -> Any:
            places = [each for each in (*given[:2], named.get("cafile"), named.get("capath")) if each]
            data = "data" if named.get("cadata") or len(given) > 2 else "default"
            self._loads += [(context, cut(os.fspath(each))) for each in places] or [(context, data)]
            return real(context, *given, **named)

        return load

    def loaded(self, context: Any) -> list[str]:
        """What was loaded into a context: paths, `default` for OpenSSL's own, `data` for certificates in memory."""
        return [place for owner, place in self._loads if owner is context][:20]


def _no_lookup(_: Any, port: Any, *__: Any, **___: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("192.0.2.1", int(port or 443)))]


def libraries(table: list[dict[str, Any]], request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What each library of the table makes of the request's host, those without `connect` and not installed aside."""
    for name in [name for name in os.environ if name.lower() in _PROXIES]:
        del os.environ[name]
    os.environ["PATH"] = ""  # no program is started: one asks for the version of a compiler
    with Recorder() as recorder:
        made = [(each["name"], *_made(recorder, each["connect"], request)) for each in table]
    for name, context, host, loaded, error in made:
        if context is None:
            yield {"name": name, "error": error}
        else:
            judgement = judged(context, host, request)
            if (judgement.get("handshake") or {"ok": True})["ok"] is None:
                request = {**request, "address": None}  # the network fails; to wait for it again says nothing
            yield {"name": name, "loaded": loaded, **facts(context), **judgement}


def _made(recorder: Recorder, connect: str, request: dict[str, Any]) -> tuple[Any, ...]:
    """The context that a library has when TLS begins, its name of the host, what was loaded; or why there is none."""
    recorder.context = recorder.host = None
    error = "it opens no connection of TLS"
    try:
        exec(compile(connect, "connect", "exec"), {"url": request["url"], "__name__": "connect"})  # noqa: S102
    except Begun:
        pass
    except BaseException as raised:  # noqa: BLE001 - a library may raise anything, SystemExit too
        error = cut(f"{type(raised).__name__}: {raised}")
    return recorder.context, recorder.host, recorder.loaded(recorder.context), error


def facts(context: Any) -> dict[str, Any]:
    """How a context verifies."""
    return {
        "verifies": context.verify_mode == ssl.CERT_REQUIRED,
        "flags": int(context.verify_flags),
        "security_level": getattr(context, "security_level", None),
        "oldest": getattr(context.minimum_version, "name", str(context.minimum_version)),
        "roots": context.cert_store_stats().get("x509_ca"),
    }


def judged(context: Any, host: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """The verdict on the request's chain, and that of a real handshake where one is wanted."""
    if "flight" not in request:
        return {}
    real = handshake(context, request) if request.get("address") else None
    return {"handshake": real, "verdict": verdict(context, host or request["host"], request["flight"])}


def verdict(context: Any, host: str, flight: str) -> dict[str, Any]:
    """OpenSSL's verdict: a client over memory is fed a ServerHello and the Certificate message of the server."""
    if context.verify_mode != ssl.CERT_REQUIRED:
        return {"ok": None, "code": None, "text": "OpenSSL verifies nothing in this context"}
    incoming = ssl.MemoryBIO()
    try:
        # the property of ssl.SSLContext never ends where another class stands in its place
        context_class().__bases__[0].maximum_version.__set__(context, int(ssl.TLSVersion.TLSv1_2))
        context.check_hostname = True  # urllib3 1.26 compares the name by itself, afterwards
        client = context.wrap_bio(incoming, ssl.MemoryBIO(), server_hostname=host)
        for data in (b"", base64.b64decode(flight)):
            incoming.write(data)
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                continue
    except Exception as error:  # noqa: BLE001 - ssl's own errors, ValueError for a name
        return _refused(error)
    return {"ok": True, "code": None, "text": "accepted"}


def handshake(context: Any, request: dict[str, Any]) -> dict[str, Any]:
    """What comes of a real handshake with the server."""
    try:
        connection = socket.create_connection(tuple(request["address"]), timeout=request["timeout"])
        with connection, context.wrap_socket(connection, server_hostname=request["host"]):
            return {"ok": True, "code": None, "text": "shaken hands"}
    except Exception as error:  # noqa: BLE001 - of ssl, or of the network, which says nothing about trust
        return _refused(error) if isinstance(error, ssl.SSLError) else {"ok": None, "code": None, "text": cut(error)}


def _refused(error: Exception) -> dict[str, Any]:
    code = getattr(error, "verify_code", None)
    return {"ok": False, "code": code, "text": cut(getattr(error, "verify_message", None) or error)}
