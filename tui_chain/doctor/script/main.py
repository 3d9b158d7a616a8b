"""Everything that decides about trust in this interpreter, as one JSON object on standard output.

It writes no file, opens no connection unless a server is named, and ends by its own deadline. Whatever other code
prints goes to standard error.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from tui_chain.doctor.script.contexts import facts, libraries
from tui_chain.doctor.script.settings import files, proxies, variables
from tui_chain.doctor.script.stores import context_class, cut, describe, read, ssl

_INJECTED = ("truststore", "pip_system_certs", "certifi_win32", "wincertstore")
"""Packages that put another trust store in the place of certifi's or OpenSSL's."""
_CNF = re.compile(r"^[ \t]*(MinProtocol|MaxProtocol|CipherString|Options)[ \t]*=[ \t]*([^#\r\n]*)", re.MULTILINE)


class ReportOutput:
    """Standard output as it was at the start: the report is printed there once, whole or as far as it has come."""

    def __init__(self) -> None:
        self.report: dict[str, Any] = {"doctor": 1, "complete": False, "errors": []}
        self._lock = threading.Lock()
        sys.stdout = sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
        self._descriptor = os.dup(1)
        os.dup2(_errors(), 1)

    def end(self) -> None:
        """Print the report and leave, without what other code has for the end of the program."""
        with self._lock:
            data = f"\n{json.dumps(dict(self.report), default=cut)}\n".encode("ascii")
            while data:
                data = data[os.write(self._descriptor, data) :]
            os._exit(0)

    def watch(self, seconds: float) -> None:
        """Print what there is when the time is over."""
        clock = threading.Timer(seconds, self.end)
        clock.daemon = True
        clock.start()


def _errors() -> int:
    try:
        os.fstat(2)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
    return 2


def run(request: dict[str, Any]) -> None:
    """Collect step by step; a step that fails is named among the errors."""
    output = ReportOutput()
    output.watch(request["seconds"])
    report = output.report
    report["time"] = time.time()
    report["host"] = request.get("host")
    for name, collect in _steps(request, report):
        try:
            report[name] = collect()
        except BaseException as error:  # noqa: BLE001 - whatever the user's own code raises
            report["errors"].append(cut(f"{name}: {type(error).__name__}: {error}"))
    report["complete"] = True
    output.end()


def _steps(request: dict[str, Any], report: dict[str, Any]) -> Iterator[tuple[str, Callable[[], Any]]]:
    table = request["table"]
    yield "interpreter", _interpreter
    yield "variables", lambda: variables(table["variables"])
    yield "proxies", proxies
    yield "files", lambda: files(table["files"])
    yield "packages", lambda: _packages(table["packages"])
    yield "injected", lambda: [name for name in _INJECTED if name in sys.modules]
    yield "certifi", _certifi
    if ssl is not None:
        yield "openssl", _openssl
    yield "stores", lambda: [describe(path) for path in _places(table, report)]
    if ssl is not None:
        yield "context", _context  # after the files are described: OpenSSL reads a pipe until somebody writes
        yield "libraries", lambda: list(libraries(_installed(table["libraries"], report), request))


def _interpreter() -> dict[str, Any]:
    return {
        "executable": cut(sys.executable),
        "version": sys.version.split()[0],
        "implementation": sys.implementation.name,
        "platform": sys.platform,
        "prefix": cut(sys.prefix),
        "base_prefix": cut(sys.base_prefix),
        "conda": os.path.isdir(os.path.join(sys.prefix, "conda-meta")),  # noqa: PTH112, PTH118
        "frozen": cut(getattr(sys, "_MEIPASS", "") or getattr(sys, "frozen", "")),
        "folder": _current_folder(),
        "ssl": ssl is not None,
    }


def _current_folder() -> str | None:
    try:
        return cut(os.getcwd())  # noqa: PTH109
    except OSError:  # it does not exist any more
        return None


def _packages(names: list[str]) -> dict[str, str]:
    from importlib import metadata

    found = {}
    for name in names:
        try:
            found[name] = cut(metadata.version(name))
        except Exception:  # noqa: BLE001, S112 - not installed, or broken metadata
            continue
    return found


def _certifi() -> dict[str, Any] | None:
    try:
        import certifi
    except ImportError:
        return None
    folder = os.path.dirname(os.path.abspath(certifi.__file__))  # noqa: PTH100, PTH120
    own = os.path.join(folder, "cacert.pem")  # noqa: PTH118
    recorded = _recorded()
    return {
        "version": cut(certifi.__version__),
        "where": cut(certifi.where()),
        "own": cut(own),
        "changed": None if recorded is None or not os.path.isfile(own) else recorded != _digest(own),  # noqa: PTH113
    }


def _recorded() -> str | None:
    """The hash of certifi's file that its installer recorded, as hexadecimal digits."""
    import base64
    from importlib import metadata

    try:
        listed = metadata.distribution("certifi").files or []
        entry = next(each for each in listed if str(each).replace("\\", "/") == "certifi/cacert.pem")
        value = entry.hash.value if entry.hash is not None else ""
    except Exception:  # noqa: BLE001 - no distribution, no record
        return None
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex() or None


def _digest(path: str) -> str:
    return hashlib.sha256(read(path)).hexdigest()


def _openssl() -> dict[str, Any]:
    paths = ssl.get_default_verify_paths()
    named = os.environ.get("OPENSSL_CONF")
    config = named or os.path.join(os.path.dirname(paths.openssl_cafile), "openssl.cnf")  # noqa: PTH118, PTH120
    try:
        settings = dict(_CNF.findall(read(config, 1 << 20).decode("utf-8", "replace")))
        error = None
    except (OSError, ValueError) as raised:
        settings, error = {}, cut(getattr(raised, "strerror", None) or raised)
    return {
        "version": cut(ssl.OPENSSL_VERSION),
        "file": cut(paths.openssl_cafile),
        "folder": cut(paths.openssl_capath),
        "config": {
            "path": cut(config),
            "named": named is not None,
            "error": error,
            "settings": {name: cut(value.strip()) for name, value in settings.items()},
        },
    }


def _context() -> dict[str, Any]:
    """What a default context is like, by the real class."""
    context = ssl.create_default_context()
    inner = context if isinstance(context, context_class()) else None
    kind = f"{type(context).__module__}.{type(context).__qualname__}"
    own = {} if inner is None or type(context) is not context_class() else facts(context)
    return {"class": cut(kind), **own}


def _places(table: dict[str, Any], report: dict[str, Any]) -> list[str]:
    """Every path that is named anywhere, each once."""
    openssl, certifi = report.get("openssl") or {}, report.get("certifi") or {}
    found = [openssl.get("file"), openssl.get("folder"), certifi.get("where"), certifi.get("own")]
    for name, value in (report.get("variables") or {}).items():
        if any(fnmatchcase(name, re.sub("<[^>]*>", "*", each)) for each in table["named"]):
            found += value.split(os.pathsep) if name in table["folders"] else [value]
    for file in report.get("files") or []:
        found += [entry["value"] for entry in file["entries"] if entry["setting"] in table["named"]]
    words = {"", *table["words"]}
    return [path for path in dict.fromkeys(filter(None, found)) if path not in words][:100]


def _installed(table: list[dict[str, Any]], report: dict[str, Any]) -> list[dict[str, Any]]:
    packages = report.get("packages") or {}
    return [each for each in table if each["package"] in {"", *packages}]
