"""Kubernetes: a Secret of type kubernetes.io/tls, as an Ingress or a Gateway names it."""

from __future__ import annotations

from tui_chain.core.ip import parse_ip
from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    secret = f"{at.name}-tls"
    # the hosts of an Ingress are DNS names (IngressTLS of networking.k8s.io/v1); without them all of its hosts count
    hosts = f"hosts: [{at.host}]\n      " if parse_ip(at.host.strip("[]")) is None else ""
    return ServerLines(
        "Kubernetes TLS Secret",
        f"spec:\n  tls:\n    - {hosts}secretName: {secret}",
        f"kubectl create secret tls {secret} --cert={at.chain} --key={at.key} --dry-run=client -o yaml "
        "| kubectl apply -f -",
        language="yaml",
        note="The lines are those of an Ingress, whose namespace the command needs too (-n). The Secret is made anew "
        "from the chain and the private key; the controller takes it by itself. Where cert-manager owns the "
        "Secret, its Issuer has to give the whole chain: it would write over this one.",
    )


SERVER = Server("Kubernetes", 46, _lines)
