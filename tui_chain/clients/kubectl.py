"""kubectl as the client of a Kubernetes API server.

client-go: rest.TLSConfigFor replaces the system's store by the file; tools/clientcmd drops certificate-authority-data
of the kubeconfig where the option is given, and its validation refuses it beside certificate-authority.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

_NOTE = (
    "Where this host is the API server of the current context. To keep it, name the file as certificate-authority: "
    "of the cluster in the kubeconfig (KUBECONFIG, else ~/.kube/config) in the place of certificate-authority-data; "
    "kubectl refuses both together. Without any of them it uses the system's store, as Go does."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    code = f"kubectl --certificate-authority={at.shell()} get --raw /version"
    yield at.command("kubectl", code, _NOTE, REPLACES)


CLIENT = Client(
    "kubectl",
    place=465,
    settings=(
        Setting("--certificate-authority", SettingForm.OPTION, REPLACES),
        Setting("certificate-authority", SettingForm.CONFIG, REPLACES),
        variable("SSL_CERT_FILE", ADDS),
    ),
    files=(
        ConfigFile(
            ("{KUBECONFIG:~/.kube/config}",),
            Syntax.YAML,
            {
                "certificate-authority": "certificate-authority",
                "insecure-skip-tls-verify": "insecure-skip-tls-verify",
            },
        ),
    ),
    switches=(Switch("insecure-skip-tls-verify", ("true",), variable=False),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.PROXY_REFUSES,
                pattern=r"unable to connect to the server: (?:forbidden|bad gateway|service unavailable)(?: |$)",
            ),
            spelled(Kind.BAD_BUNDLE, "unable to load root certificates", "unable to read certificate-authority"),
            spelled(Kind.BAD_BUNDLE, pattern=r"error: read .{1,300}: is a directory"),
        ),
        signs=r"^Unable to connect to the server|\bkubectl\b|couldn't get current server API group list",
        version=r"kubectl/v(\d+\.\d+\.\d+)",
        trust_command="kubectl config view --minify | grep certificate-authority",
    ),
)
