"""The system store of Red Hat, Fedora and those made from them: update-ca-trust(8), which reads it with p11-kit."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, any_endpoint
from tui_chain.clients.system_store import STORE_KIND, anchor_install, store_note

_NAME = "System store, Fedora and Red Hat"
_FOLDER = "/etc/pki/ca-trust/source/anchors"
_FILE = "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"


def _advice(at: Deployment) -> Iterator[Advice]:
    code, undo = anchor_install(at, _FOLDER, "update-ca-trust")
    yield at.command(_NAME, code, store_note(_FILE), ADDS, kind=STORE_KIND, undo=undo)


CLIENT = Client(
    _NAME,
    place=405,
    settings=(Setting(_FOLDER, SettingForm.CONFIG, ADDS, Takes.ALL_FILES),),
    advice=_advice,
    reaches=any_endpoint,
)
