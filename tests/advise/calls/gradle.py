from __future__ import annotations

from tests.advise.calls.call import Call

_SOURCE = """
import java.io.*; import java.net.*; import java.util.*;
public class Gradle { public static void main(String[] a) throws Exception {
  File file = new File(System.getenv("GRADLE_USER_HOME"), "gradle.properties");
  Properties lines = new Properties();
  if (file.exists()) try (InputStream in = new FileInputStream(file)) { lines.load(in); }
  for (String name : lines.stringPropertyNames())
    if (name.startsWith("systemProp.")) System.setProperty(name.substring(11), lines.getProperty(name));
  System.out.println(((HttpURLConnection) new URI(a[0]).toURL().openConnection()).getResponseCode()); } }
"""
"""What Gradle does before a build: a build of its own takes 12 seconds, and all that it adds is the HTTP client."""
_VARIABLES = {"GRADLE_USER_HOME": "{home}/.gradle"}
CALLS = (
    Call(
        "Gradle", "Gradle", ("java", "Gradle.java"), variables=_VARIABLES, sources={"Gradle.java": _SOURCE},
        file=".gradle/gradle.properties",
    ),
)  # fmt: skip
