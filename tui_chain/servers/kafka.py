"""Apache Kafka's brokers, from 2.7 on, which read PEM files as well as key stores (KIP-651)."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    both, store = at.beside(at.key, "-and-chain.pem"), at.beside(at.key, ".p12")
    return ServerLines(
        "Kafka 2.7 and later",
        f"ssl.keystore.type=PEM\nssl.keystore.location={both}",
        "systemctl restart kafka",
        language="properties",
        # the key as PKCS#8, the only form that Kafka reads, in a file of mode 600 before it goes in
        first=f"install -m 600 /dev/null {both} && (openssl pkcs8 -topk8 -nocrypt -in {at.key} && cat {at.chain}) "
        f"> {both}",
        note="Remove ssl.keystore.password, which Kafka refuses beside a PEM file. One broker after the other is "
        "restarted; kafka-configs changes the setting of a broker that runs. With a PKCS#12 key store in place of "
        "the PEM file, make the store anew with the chain in it: "
        f"openssl pkcs12 -export -in {at.chain} -inkey {at.key} -name {at.name} -out {store}",
    )


SERVER = Server("Kafka", 110, _lines, ports=frozenset({9093, 9094}), only=True)
