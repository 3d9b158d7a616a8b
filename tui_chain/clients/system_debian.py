"""The system store of Debian and Ubuntu: update-ca-certificates(8), and for Java the hook of ca-certificates-java."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, any_endpoint
from tui_chain.clients.system_store import DEBIAN_FILE, DEBIAN_FOLDER, STORE_KIND, name_for, split_install, store_note

_NAME = "System store, Debian and Ubuntu"


def _advice(at: Deployment) -> Iterator[Advice]:
    name = name_for(at.endpoint)
    # the hook for Java is told what is new, and of local certificates never what is gone
    undo = (
        f"rm -f {DEBIAN_FOLDER}/{name}_*.crt && update-ca-certificates --fresh\n"
        "! command -v keytool > /dev/null || keytool -list -cacerts -storepass changeit"
        f" | sed -n 's/^\\(debian:{name}_[0-9]*\\.pem\\),.*/\\1/p'"
        " | xargs -r -n 1 keytool -delete -cacerts -storepass changeit -alias"
    )
    more = "Each certificate gets a file of its own: of a file with two, Java takes the first alone."
    yield at.command(_NAME, split_install(at), store_note(DEBIAN_FILE, more), ADDS, kind=STORE_KIND, undo=undo)


CLIENT = Client(
    _NAME,
    place=400,
    settings=(Setting(DEBIAN_FOLDER, SettingForm.CONFIG, ADDS, Takes.ALL_FILES),),
    advice=_advice,
    reaches=any_endpoint,
)
