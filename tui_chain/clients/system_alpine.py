"""The system store of Alpine: its own update-ca-certificates, with the folders of Debian's."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, any_endpoint
from tui_chain.clients.system_store import DEBIAN_FILE, DEBIAN_FOLDER, STORE_KIND, name_for, split_install, store_note

_NAME = "System store, Alpine"


def _advice(at: Deployment) -> Iterator[Advice]:
    code = f"apk add ca-certificates && {split_install(at)}"
    undo = f"rm -f {DEBIAN_FOLDER}/{name_for(at.endpoint)}_*.crt && update-ca-certificates --fresh"
    more = "Java needs the package java-cacerts for that."
    yield at.command(_NAME, code, store_note(DEBIAN_FILE, more), ADDS, kind=STORE_KIND, undo=undo)


CLIENT = Client(
    _NAME,
    place=410,
    settings=(Setting(DEBIAN_FOLDER, SettingForm.CONFIG, ADDS, Takes.ALL_FILES),),
    advice=_advice,
    reaches=any_endpoint,
)
