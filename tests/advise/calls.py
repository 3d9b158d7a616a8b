"""What the clients are called with whose advice is a setting, and how each of them says that it got through TLS."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_JAVA = """
import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  System.out.println(((HttpURLConnection) new URI(a[0]).toURL().openConnection()).getResponseCode()); } }
"""
_GO = """
package main
import ("fmt"; "net/http"; "os")
func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { panic(err) }
	fmt.Println(answer.StatusCode)
}
"""
_NODE = "require('https').get(process.argv[1], a => { console.log(a.statusCode); a.resume(); })"
_REQUESTS = "import sys, requests; print(requests.get(sys.argv[1]).status_code)"
_HTTPX = "import sys, httpx; print(httpx.get(sys.argv[1]).status_code)"
_BOTO3 = "import sys, boto3; print(boto3.client('sts', endpoint_url=sys.argv[1]).get_caller_identity()['Arn'])"
_RUBY = "puts Net::HTTP.get_response(URI(ARGV[0])).code"
_SOURCES = {"Get.java": _JAVA, "get.go": _GO}


@dataclass(frozen=True)
class Call:
    """A client's own command, to which the URL is added, and what it says after a verified connection."""

    name: str
    client: str
    words: tuple[str, ...]
    told: str = "200"
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        return self.words[0]

    def environment(self, home: Path, folder: Path) -> dict[str, str]:
        """Its variables, and homes for what the client keeps: settings that are gone with `home`, Go's builds not."""
        home.mkdir(exist_ok=True)
        return {**self.variables, "HOME": str(home), "GOCACHE": str(folder / "go"), "GOTOOLCHAIN": "local"}


def _own(program: str) -> str:
    """A program that is installed beside this Python."""
    return str(Path(sys.executable).with_name(program))


_AWS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}
_UV = ("pip", "install", "--dry-run", "--no-cache", "--no-config", "--python", sys.executable, "--target", "none")
_PIP = ("-m", "pip", "--retries=0", "index", "versions", "probe", "--index-url")

CALLS = (
    Call("requests", "requests, every host", (sys.executable, "-c", _REQUESTS)),
    Call("httpx", "httpx, every host", (sys.executable, "-c", _HTTPX)),
    Call("pip", "pip", (sys.executable, *_PIP), "Available versions: 1.0"),
    Call("uv", "uv", (_own("uv"), *_UV, "probe", "--index-url"), "+ probe==1.0"),
    Call("boto3", "boto3", (sys.executable, "-c", _BOTO3), "user/probe", _AWS),
    Call("aws", "aws", ("aws", "sts", "get-caller-identity", "--endpoint-url"), "user/probe", _AWS),
    Call("git", "git", ("git", "ls-remote"), "not valid: is this a git repository"),
    Call("Node", "Node", ("node", "-e", _NODE)),
    Call("npm", "npm", ("npm", "--fetch-retries=0", "ping", "--registry"), "PONG"),
    Call("Java", "Java", ("java", "Get.java")),
    Call("Go", "Go", ("go", "run", "get.go")),
    Call("Ruby", "Ruby", ("ruby", "-rnet/http", "-e", _RUBY)),
)


def write_sources(folder: Path) -> None:
    """Put the small programs there that Java and Go run from source."""
    for name, text in _SOURCES.items():
        (folder / name).write_text(text)
