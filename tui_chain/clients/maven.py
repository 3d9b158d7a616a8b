"""Maven: Java's cacerts, which -Djavax.net.ssl.trustStore replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.core.output_kind import OutputKind

_OPTION, _VARIABLE, _FILE, _JVM = "-D of mvn", "MAVEN_OPTS", ".mvn/jvm.config", "JAVA_TOOL_OPTIONS"

_INSECURE = "-Dmaven.wagon.http.ssl.insecure"


def _advice(at: Deployment) -> Iterator[Advice]:
    file = str(at.path(OutputKind.JAVA))
    name, note = _VARIABLE, "It takes the place of a MAVEN_OPTS of yours: put the options of both into one."
    if shlex.quote(file) != file:
        name, note = _JVM, "Every JVM reads it: the script mvn takes MAVEN_OPTS apart at white space, quotes or not."
    code, undo = f"export {name}={shlex.quote(at.jvm_option)}", f"unset {name}"
    yield at.command("Maven", code, note, REPLACES, kind=OutputKind.JAVA, undo=undo)


CLIENT = Client(
    "Maven",
    place=224,
    settings=(
        Setting(_OPTION, SettingForm.OPTION, REPLACES, wins_over=(_VARIABLE, _FILE, _JVM)),
        Setting(_VARIABLE, SettingForm.OPTION, REPLACES, wins_over=(_FILE, _JVM)),
        Setting(_FILE, SettingForm.CONFIG, REPLACES, wins_over=(_JVM,)),
        Setting(_JVM, SettingForm.OPTION, REPLACES),
    ),
    files=tuple(
        ConfigFile((place,), Syntax.OPTIONS, {"javax.net.ssl.truststore": name, "maven.*.ssl.insecure": _INSECURE})
        for place, name in (("$MAVEN_OPTS", _VARIABLE), ("^/.mvn/jvm.config", _FILE), ("$JAVA_TOOL_OPTIONS", _JVM))
    ),
    switches=(Switch(_INSECURE, ("true",), variable=False),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.PROXY_REFUSES,
                pattern=r"could not transfer artifact .{1,400}(?:status code|proxy).{0,40}\b(?:403|502|503)\b",
            ),
        ),
        signs=r"\bmvn\b|\bmaven\b.{0,40}(?:plugin|resolver|artifact)|Could not transfer artifact"
        r"|\[ERROR\] .{0,80}artifact"
        r"|org\.apache\.maven|repo\.maven\.apache\.org",
        version=r"Apache Maven (\d+\.\d+\.\d+)",
        help_hosts=("cwiki.apache.org",),
        trust_command="keytool -list -cacerts | head; env | grep -E 'MAVEN_OPTS|JAVA_TOOL_OPTIONS'",
    ),
)
