"""Pods of Kubernetes: the file in a ConfigMap, mounted, with the variables that name it; the image stays as it is.

kubernetes.io/docs: Configure a Pod to Use a ConfigMap, Define Environment Variables for a Container.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.system_store import VARIABLES, name_for
from tui_chain.core.output_kind import OutputKind

_FILE = "/etc/tlschain/ca.pem"
_VARIABLES = (*VARIABLES, "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")
_CREATE_NOTE = (
    "In the namespace of the pods. For a new file, delete the ConfigMap, create it again and restart the pods; "
    "kubectl apply may refuse it, since the annotation that it writes has 256 KiB at most."
)
_POD_NOTE = (
    "A patch for a Deployment whose container is called app: kubectl patch deployment NAME --patch-file FILE. The "
    "variables replace the trust stores of Python, Node, Go, curl, git and Ruby, so that the file has the roots as "
    "well; Java needs the kind java and JAVA_TOOL_OPTIONS instead. A variable is read when a process starts. To undo "
    "it, take the lines out, then delete the ConfigMap."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    name, kind = name_for(at.endpoint), OutputKind.CLIENT_STORE
    # kubectl takes commas and quotes of a path for a list
    code = f"kubectl create configmap {name} --from-file=ca.pem=/dev/stdin < {at.shell(kind)}"
    undo = f"kubectl delete configmap {name}"
    yield at.command("Kubernetes, ConfigMap", code, _CREATE_NOTE, kind=kind, undo=undo)
    code = f"# The ConfigMap {name} has {at.path(kind)}\n{_patch(name)}"
    yield at.command("Kubernetes, pods", code, _POD_NOTE, REPLACES, kind=kind, language="yaml")


def _patch(name: str) -> str:
    variables = "\n".join(f"        - {{name: {one}, value: {_FILE}}}" for one in _VARIABLES)
    return f"""spec:
  template:
    spec:
      volumes:
      - name: tlschain
        configMap: {{name: {name}}}
      containers:
      - name: app
        volumeMounts:
        - {{name: tlschain, mountPath: /etc/tlschain, readOnly: true}}
        env:
{variables}"""


CLIENT = Client(
    "Kubernetes",
    place=445,
    settings=(
        Setting("env of the container", SettingForm.CONFIG, REPLACES),
        Setting("envFrom of the container", SettingForm.CONFIG, REPLACES),
        Setting("ENV of the image", SettingForm.CONFIG, REPLACES),
    ),
    advice=_advice,
    reaches=any_endpoint,
)
