"""XMPP between clients and servers: RFC 6120 section 5.4, read tag by tag without a parser of XML."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui_chain.core.text import safe_text
from tui_chain.net.starttls.conversation import MAX_LINE, Conversation, StartTLSProtocol, StartTLSRefused

TLS_OFF = (
    "The server has no TLS for this: its log says why, most often a certificate or key file that it cannot read."
)
WRONG_DOMAIN = "The server does not serve this domain: XMPP wants the domain of its addresses, not a machine's name."
CLIENTS, SERVERS = "jabber:client", "jabber:server"
"""Namespaces of a stream (section 4.8.2)."""
MAX_TAGS = 256
"""Tags until the features end."""
_NAMESPACE = "urn:ietf:params:xml:ns:xmpp-tls"
STARTTLS = f"<starttls xmlns='{_NAMESPACE}'/>".encode()
END = b"</stream:stream>"
_NAME = re.compile(r"/?(?:[\w.-]{1,60}:)?([\w.-]{1,60})")


@dataclass(frozen=True)
class _Tag:
    """A tag of XML: its name without a prefix, whether it closes an element, and whether it does so at once."""

    name: str
    closes: bool
    empty: bool


class _StreamError(StartTLSRefused):
    """A server ended the stream for this condition (section 4.9.3)."""

    def __init__(self, condition: str) -> None:
        super().__init__(
            f"it answered '{safe_text(condition, 60)}'", WRONG_DOMAIN if condition == "host-unknown" else TLS_OFF
        )
        self.condition = condition


async def ask_stream(server: Conversation, namespace: str) -> None:
    """Open a stream of this namespace and ask for TLS (sections 4.2, 5.4.2)."""
    await _open(server, namespace)
    if "starttls" not in await _features(server):
        raise StartTLSRefused("its features offer no TLS", TLS_OFF)
    await server.send(STARTTLS)
    answer = await _tag(server)
    if answer.name != "proceed":
        raise StartTLSRefused(f"it answered '{safe_text(answer.name, 60)}'", TLS_OFF)
    if not answer.empty:  # TLS begins behind the closing tag
        await _tag(server)


async def greet_stream(server: Conversation, namespace: str) -> str:
    """Open the stream anew, as section 5.4.3.3 wants it after TLS, and read its features or its error."""
    await _open(server, namespace)
    try:
        answer = f"stream features: {', '.join(await _features(server)) or 'none'}"
    except _StreamError as error:
        answer = f"stream error: {error.condition}"
    await server.send(END)
    return answer


async def _open(server: Conversation, namespace: str) -> None:
    # between servers each says who it is (section 4.7.1)
    own = f"from='{server.ehlo}' " if namespace == SERVERS else ""
    await server.send(
        f"<?xml version='1.0'?><stream:stream {own}to='{_domain(server.host)}' version='1.0' xml:lang='en' "
        f"xmlns='{namespace}' xmlns:stream='http://etherx.jabber.org/streams'>".encode()
    )
    opened = await _tag(server)
    if opened.name != "stream" or opened.closes:
        raise StartTLSRefused("it did not open a stream as XMPP does")


def _domain(host: str) -> str:
    """A host as XMPP addresses it: in Unicode (RFC 7622 section 3.2), an address without its zone."""
    if "xn--" not in host:
        return host.partition("%")[0]
    import idna  # its tables cost 5 ms, which only such names are worth

    try:
        return idna.decode(host)
    except UnicodeError:
        return host


async def _features(server: Conversation) -> tuple[str, ...]:
    """The names of the elements that stand in the features themselves; raises _StreamError as well."""
    first = await _tag(server)
    if first.name == "error":
        raise _StreamError((await _tag(server)).name)
    if first.name != "features":
        raise StartTLSRefused("it sent no stream features")
    return await _children(server) if not first.empty else ()


async def _children(server: Conversation) -> tuple[str, ...]:
    names: list[str] = []
    depth = 0
    for _ in range(MAX_TAGS):
        tag = await _tag(server)
        if tag.closes:
            depth -= 1
            if depth < 0:
                return tuple(names)
            continue
        names += [tag.name] if depth == 0 else []
        depth += not tag.empty
    raise StartTLSRefused("it sent features that do not end")


async def _tag(server: Conversation) -> _Tag:
    """Read up to the end of the next tag and not beyond it; text before it and an XML declaration are passed over.

    Other declarations, comments and processing instructions XMPP forbids (section 11.1): nothing is expanded.
    """
    text = await _markup(server)
    if text.startswith("?xml "):
        text = await _markup(server)
    name = _NAME.match(text)
    if name is None:
        raise StartTLSRefused("it sent XML that XMPP forbids")
    return _Tag(name[1], text.startswith("/"), text.endswith("/"))


async def _markup(server: Conversation) -> str:
    """What stands between the next `<` and its `>`."""
    await _until(server, "<")
    return await _until(server, ">")


async def _until(server: Conversation, end: str) -> str:
    """Read up to a character that stands in no quotes; return what stands before it."""
    text, quote = "", ""
    while True:
        if len(text) >= MAX_LINE:
            raise StartTLSRefused("it sent a tag that does not end")
        char = (await server.exactly(1)).decode("latin-1")
        if char == end and not quote:
            return text
        if char == quote:
            quote = ""
        elif char in "'\"" and not quote and end == ">":
            quote = char
        text += char


async def _ask(server: Conversation) -> None:
    await ask_stream(server, CLIENTS)


async def _greet(server: Conversation) -> str:
    return await greet_stream(server, CLIENTS)


PROTOCOL = StartTLSProtocol(
    "xmpp",
    5222,
    _ask,
    _greet,
    "XMPP",
    re.compile(rb"(?:<\?xml\b[^>]{0,99}\?>)?\s{0,9}<stream:(?!.*jabber:server)", re.DOTALL),
    speaks_first=False,
    tls_ports=(5223,),
)
