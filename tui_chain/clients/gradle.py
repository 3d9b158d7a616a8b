"""Gradle: Java's cacerts, which systemProp.javax.net.ssl.trustStore replaces."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.core.output_kind import OutputKind

_PROPERTY = "systemProp.javax.net.ssl.trustStore"
_OPTION, _USER, _PROJECT = "-D of gradle", "~/.gradle/gradle.properties", "gradle.properties of the project"
_VARIABLE, _JVM = "GRADLE_OPTS", "JAVA_TOOL_OPTIONS"
_UNDO = f"sed -i.bak '/^{_PROPERTY}=/d' ~/.gradle/gradle.properties"

_KEY = _PROPERTY.lower()
"""As keys of a file are compared."""


def _advice(at: Deployment) -> Iterator[Advice]:
    # the escapes of JSON are those of java.util.Properties
    file = json.dumps(str(at.path(OutputKind.JAVA)))[1:-1]
    note = "A line for ~/.gradle/gradle.properties, or gradle.properties in the folder that GRADLE_USER_HOME names."
    yield at.command(
        "Gradle", f"{_PROPERTY}={file}", note, REPLACES, kind=OutputKind.JAVA, language="properties", undo=_UNDO
    )


# the order is measured with Gradle 4.4.1
CLIENT = Client(
    "Gradle",
    place=226,
    settings=(
        Setting(_OPTION, SettingForm.OPTION, REPLACES, wins_over=(_USER, _PROJECT, _VARIABLE, _JVM)),
        Setting(_USER, SettingForm.CONFIG, REPLACES, wins_over=(_PROJECT, _VARIABLE, _JVM)),
        Setting(_PROJECT, SettingForm.CONFIG, REPLACES, wins_over=(_VARIABLE, _JVM)),
        Setting(_VARIABLE, SettingForm.OPTION, REPLACES, wins_over=(_JVM,)),
        Setting(_JVM, SettingForm.OPTION, REPLACES),
    ),
    files=(
        ConfigFile(("{GRADLE_USER_HOME:~/.gradle}/gradle.properties",), Syntax.LINES, {_KEY: _USER}),
        ConfigFile(("^/gradle.properties",), Syntax.LINES, {_KEY: _PROJECT}),
        ConfigFile(("$GRADLE_OPTS",), Syntax.OPTIONS, {"javax.net.ssl.truststore": _VARIABLE}),
        ConfigFile(("$JAVA_TOOL_OPTIONS",), Syntax.OPTIONS, {"javax.net.ssl.truststore": _JVM}),
    ),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.VAGUE, "Got SSL handshake exception during request"),),
        signs=r"\bgradlew?\b|org\.gradle|Could not (?:resolve all|GET 'https|HEAD 'https)"
        r"|A problem occurred configuring",
        version=r"\b[Gg]radle[ /-](\d+\.\d+(?:\.\d+)?)",
        help_hosts=("docs.gradle.org", "help.gradle.org"),
        trust_command="grep trustStore ~/.gradle/gradle.properties; keytool -list -cacerts | head",
    ),
)
