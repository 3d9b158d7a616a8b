from __future__ import annotations

from tests.advise.calls.call import Call

_SETTINGS = """<settings><mirrors><mirror>
  <id>probe</id><mirrorOf>*</mirrorOf><url>${probe}</url>
</mirror></mirrors></settings>"""
_SCRIPT = 'mvn -B -s maven.xml -Dmaven.repo.local="$HOME/m2" -Dprobe="$1" probe:probe:1.0:run'
_VARIABLES = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1"}
_TOLD = "Could not find artifact probe:probe"
_WORDS = ("bash", "-c", _SCRIPT, "bash")
CALLS = (Call("Maven", "Maven", _WORDS, _TOLD, _VARIABLES, {"maven.xml": _SETTINGS}, needs="mvn"),)
