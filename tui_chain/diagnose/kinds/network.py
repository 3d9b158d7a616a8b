"""Findings on the way to a host, and between the many servers that one host can be."""

from __future__ import annotations

from tui_chain.diagnose.kinds.kind import COSMETIC, FATAL, NETWORK, RISK, SERVER, FindingKind, Kinds

NETWORK_KINDS: Kinds = (
    FindingKind("name", FATAL, NETWORK, "The name could not be looked up.", "Check the spelling and the resolver."),
    FindingKind("refused", FATAL, NETWORK, "Nothing listens on that port.", "Check the port and the service."),
    FindingKind("network", FATAL, NETWORK, "There is no route to the host.", "Check the network, VPN or proxy."),
    FindingKind("reset", FATAL, NETWORK, "The connection was cut.", "A firewall or the server did it."),
    FindingKind("connect", FATAL, NETWORK, "The connection failed.", "Check the host, the port and the network."),
    FindingKind("timeout", FATAL, NETWORK, "A step took longer than its deadline.", "Check the port and firewalls."),
    FindingKind("no-tls", FATAL, NETWORK, "What answers does not speak TLS.", "Check the port, or use STARTTLS."),
    FindingKind(
        "starttls", FATAL, SERVER, "The server did not agree to STARTTLS.", "Check the protocol and port.", "RFC 3207"
    ),
    FindingKind("tls", FATAL, SERVER, "The TLS handshake failed.", "The server's log may say more.", "RFC 8446"),
    FindingKind(
        "alert",
        FATAL,
        SERVER,
        "The server ended the handshake with an alert.",
        "Its log says why.",
        "RFC 8446 section 6.2",
    ),
    FindingKind(
        "alert-unrecognized-name",
        FATAL,
        SERVER,
        "The server has no certificate for this name and says so by an alert.",
        "Check the name and the server's virtual hosts.",
        "RFC 6066 section 3; alert 112",
    ),
    FindingKind(
        "alert-protocol-version",
        FATAL,
        SERVER,
        "The server and this client have no TLS version in common.",
        "The server is very old or very strict; allow TLS 1.2 and 1.3 there.",
        "RFC 8446 section 6.2; alert 70",
    ),
    FindingKind(
        "alert-certificate-required",
        FATAL,
        SERVER,
        "The server demands a client certificate.",
        "Give the client its certificate and key; the server's chain has no part in this.",
        "RFC 8446 section 4.4.2.4; alerts 116 and 42",
    ),
    FindingKind(
        "alert-handshake-failure",
        FATAL,
        SERVER,
        "The server and this client have no cipher or key type in common, or it wants a client certificate.",
        "Compare the server's ciphers and key types with the client's.",
        "RFC 8446 section 6.2; alert 40",
    ),
    FindingKind(
        "client-certificate",
        FATAL,
        SERVER,
        "The server ended the handshake after its certificates; most likely it wants a client certificate.",
        "Give the client its certificate and key; what is said of the chain holds all the same.",
        "RFC 5246 section 7.4.6; alerts 40, 42 and 116",
    ),
)
"""Why a host was not reached, by the kind of the failure."""

SERVERS: Kinds = (
    FindingKind(
        "backend-broken",
        FATAL,
        SERVER,
        "One of several servers behind this name is broken; whoever reaches it fails.",
        "Give every server of the name the same chain file.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "key-type-broken",
        FATAL,
        SERVER,
        "The server has a chain for each key type, and one of them is broken.",
        "Mend the chain file of that key type; which one a client gets depends on the client.",
        "RFC 8446 section 4.2.3",
    ),
    FindingKind(
        "sni-needed",
        COSMETIC,
        SERVER,
        "Without SNI the server answers with another certificate or not at all.",
        "Only very old clients send none.",
        "RFC 6066 section 3",
    ),
    FindingKind(
        "servers-differ",
        COSMETIC,
        SERVER,
        "The servers behind this name send different chains, all of them good.",
        "Nobody refuses it; it may be a renewal under way.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "answers-vary",
        RISK,
        SERVER,
        "The same address answers differently from one time to the next.",
        "A load balancer has servers behind it that differ; compare their chain files.",
        "RFC 8446 section 4.4.2",
    ),
)
"""One host is many servers: what comes out only when several of them are asked."""
