"""The system store of macOS: the System keychain and its trust settings, by security(1)."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.system_store import STORE_KIND, UNDO_LATER, VARIABLES, splitting

_NAME = "System store, macOS"
_KEYCHAIN = "/Library/Keychains/System.keychain"
_NOTE = (
    "As root, on the machine's own screen: since macOS 11 it asks for a password where a root becomes trusted. "
    "Safari, Chrome, Go, .NET, the system's curl and git, and pip since 24.2 use it then; most fetch a missing "
    "intermediate by themselves where its certificate names it, so that it is mostly for private roots. Python's "
    f"ssl, requests, httpx, Node, Java and what Homebrew installs do not: set {', '.join(VARIABLES)} to the file of "
    f"the kind client+store for them. {UNDO_LATER}"
)


def _advice(at: Deployment) -> Iterator[Advice]:
    add = (
        f'if {_SELF_ISSUED}; then security add-trusted-cert -d -r trustRoot -k {_KEYCHAIN} "$each"\n'
        f'  else security add-certificates -k {_KEYCHAIN} "$each"; fi'
    )
    remove = (
        f'! {_SELF_ISSUED} || security remove-trusted-cert -d "$each"\n'
        f'  security delete-certificate -Z "$({_SHA1})" {_KEYCHAIN}'
    )
    yield at.command(_NAME, _each(at, add), _NOTE, ADDS, kind=STORE_KIND, undo=_each(at, remove))


_SELF_ISSUED = (
    '[ "$(openssl x509 -noout -subject_hash -in "$each")" = "$(openssl x509 -noout -issuer_hash -in "$each")" ]'
)
_SHA1 = "openssl x509 -noout -fingerprint -sha1 -in \"$each\" | sed 's/.*=//; s/://g'"


def _each(at: Deployment, command: str) -> str:
    """The command for each certificate of the file, in a file of its own: security(1) takes the first of a file."""
    split = splitting(at.endpoint, ".", ".pem")
    return (
        f'(folder=$(mktemp -d) && exec < {at.shell(STORE_KIND)} && cd "$folder" && {split} && for each in ./*.pem\n'
        f'do\n  {command}\ndone; rm -r "$folder")'
    )


CLIENT = Client(
    _NAME,
    place=425,
    settings=(Setting("trust settings of the keychain", SettingForm.CONFIG, ADDS),),
    advice=_advice,
    reaches=any_endpoint,
)
