"""The engines by name, and the models of them: the module of each is loaded when somebody first asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from types import MappingProxyType
from typing import Protocol

from tui_chain.clients.families import Engine, Family, FamilyId
from tui_chain.clients.verdict import Verdict


class Model(Protocol):
    """A model of a library with one trust file as its only store."""

    def verify(self, served: Sequence[bytes], host: str, at: datetime) -> Verdict:
        """Judge `served` (DER, leaf first) for `host` (ASCII) at `at` (aware)."""


class StaplingModel(Model, Protocol):
    """A model whose library looks at a stapled OCSP response."""

    def verify(self, served: Sequence[bytes], host: str, at: datetime, *, stapled: bool = False) -> Verdict:
        """Judge as `Model` does; `stapled` says that the server staples a good response for the leaf."""


@dataclass(frozen=True)
class ModelEntry:
    """A model: its name with the version it was measured with, and where its class is, which takes a trust file."""

    name: str
    module: str
    verifier: str

    def load(self, trust: bytes) -> Model:
        """Return the model with the bytes of a trust file as its store."""
        model: Model = getattr(import_module(self.module), self.verifier)(trust)
        return model


_HERE = "tui_chain.clients.engines"
MODELS: Mapping[Engine, ModelEntry] = MappingProxyType(
    {
        Engine.GNUTLS: ModelEntry("model of GnuTLS 3.7", f"{_HERE}.gnutls.verifier", "GnuTLSVerifier"),
        Engine.GO: ModelEntry("model of Go 1.19", f"{_HERE}.go.verifier", "GoVerifier"),
        Engine.JAVA: ModelEntry("model of Java 17", f"{_HERE}.java.verifier", "JavaVerifier"),
        Engine.RUSTLS: ModelEntry("model of rustls 0.23", f"{_HERE}.rustls.verifier", "RustlsVerifier"),
    }
)
"""Every engine but OpenSSL, which is no model."""


def engine_name(family: Family) -> str:
    """Name what judges for a family: the library with its version, or the model and what it was measured with."""
    if family.engine is not Engine.OPENSSL:
        return MODELS[family.engine].name
    # OpenSSL's engine takes a library to load, which the names of the others do without
    from tui_chain.clients.engines.openssl.libcurl import curl_engine
    from tui_chain.clients.engines.openssl.verifier import library

    return curl_engine() if family.id is FamilyId.CURL else library()
