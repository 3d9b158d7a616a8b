"""The system store of Arch: update-ca-trust(8) of ca-certificates-utils, which reads it with p11-kit."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, any_endpoint
from tui_chain.clients.system_store import DEBIAN_FILE, STORE_KIND, anchor_install, store_note

_NAME = "System store, Arch"
_FOLDER = "/etc/ca-certificates/trust-source/anchors"


def _advice(at: Deployment) -> Iterator[Advice]:
    code, undo = anchor_install(at, _FOLDER, "update-ca-trust")
    more = (
        "trust anchor --store FILE does the same with names of its own, and trust anchor --remove FILE undoes that."
    )
    yield at.command(_NAME, code, store_note(DEBIAN_FILE, more), ADDS, kind=STORE_KIND, undo=undo)


CLIENT = Client(
    _NAME,
    place=415,
    settings=(Setting(_FOLDER, SettingForm.CONFIG, ADDS, Takes.ALL_FILES),),
    advice=_advice,
    reaches=any_endpoint,
)
