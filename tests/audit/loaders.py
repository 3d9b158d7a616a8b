"""What the real clients of this machine load from a file: which of three servers they accept with it."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from tests.audit.damaged import Roots
from tests.support.programs import require_program
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.tls import TlsOptions

SECONDS = 30
Accepted = tuple[bool, ...]
Loader = Callable[[Path, "Ground"], Accepted]


class Ground:
    """Three servers, each with a leaf of one root, and their leaves as files."""

    def __init__(self, lab: Lab, roots: Roots, folder: Path) -> None:
        self.roots, self.folder = roots, folder
        self.ports = tuple(
            lab.serve([leaf.der], leaf.key, options=TlsOptions(text=f"root {place}"))
            for place, leaf in enumerate(roots.leaves)
        )
        for place, leaf in enumerate(roots.leaves):
            (folder / f"leaf{place}.pem").write_bytes(to_pem([leaf.der]))


def run(*words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run a program without the user's environment and with an end."""
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(
        words,
        env=clean | dict(env or {}),
        capture_output=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def python_ssl(file: Path, ground: Ground) -> Accepted:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=str(file))
    except (ssl.SSLError, OSError):
        return (False, False, False)
    loaded = set(context.get_ca_certs(binary_form=True))
    return tuple(ca.der in loaded for ca in ground.roots.cas)


def openssl(file: Path, ground: Ground) -> Accepted:
    now = str(int(ground.roots.cas[0].now.timestamp()))
    own = ("-no-CApath", "-no-CAstore", "-attime", now, "-CAfile", str(file))
    leaves = [str(ground.folder / f"leaf{place}.pem") for place in range(3)]
    said = run("openssl", "verify", *own, *leaves).stdout.decode()
    return tuple(f"{leaf}: OK" in said for leaf in leaves)


def curl(file: Path, ground: Ground) -> Accepted:
    """Every server has a text of its own."""
    urls = [f"https://localhost:{port}/" for port in ground.ports]
    said = run("curl", "-q", "-sS", "--capath", "/nonexistent", "--cacert", str(file), *urls).stdout.decode()
    return tuple(f"root {place}" in said for place in range(3))


def wget(file: Path, ground: Ground) -> Accepted:
    urls = [f"https://localhost:{port}/" for port in ground.ports]
    said = run("wget", "--no-config", "-q", "-O", "-", f"--ca-certificate={file}", *urls).stdout.decode()
    return tuple(f"root {place}" in said for place in range(3))


def git(file: Path, ground: Ground) -> Accepted:
    """The lab is no git server, which a client finds out after it has verified the certificate."""
    said = [
        run("git", "-c", f"http.sslCAInfo={file}", "ls-remote", f"https://localhost:{port}/").stderr
        for port in ground.ports
    ]
    return tuple(b"unable to access" not in words for words in said)


_NODE = """
const tls = require('tls');
const ports = JSON.parse(process.argv[1]);
Promise.all(ports.map(port => new Promise(done => {
  const s = tls.connect({port, host: '127.0.0.1', servername: 'localhost'}, () => { s.end(); done(true); });
  s.on('error', () => done(false));
}))).then(found => console.log(JSON.stringify(found)));
"""


def node(file: Path, ground: Ground) -> Accepted:
    require_program("node")
    said = run("node", "-e", _NODE, json.dumps(ground.ports), env={"NODE_EXTRA_CA_CERTS": str(file)})
    return tuple(json.loads(said.stdout))


_JAVA = """
import java.io.*; import java.nio.file.*; import java.security.cert.*; import java.security.MessageDigest;
public class Load { public static void main(String[] files) throws Exception {
  for (String file : files) {
    StringBuilder line = new StringBuilder();
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(c.getEncoded());
        for (byte b : digest) line.append(String.format("%02x", b));
        line.append(' ');
      }
    } catch (CertificateException e) { line = new StringBuilder("refused " + e.getMessage()); }
    System.out.println(line);
  } } }
"""


def java_all(files: list[Path], ground: Ground) -> list[Accepted]:
    require_program("java")
    source = ground.folder / "Load.java"
    source.write_text(_JAVA)
    lines = run("java", str(source), *map(str, files)).stdout.decode().split("\n")
    digests = [x509.load_der_x509_certificate(ca.der).fingerprint(_sha256()).hex() for ca in ground.roots.cas]
    return [tuple(digest in line for digest in digests) for line in lines[: len(files)]]


def _sha256() -> SHA256:
    return SHA256()


def cryptography(file: Path, ground: Ground) -> Accepted:
    try:
        loaded = {one.fingerprint(_sha256()) for one in x509.load_pem_x509_certificates(file.read_bytes())}
    except ValueError:
        return (False, False, False)
    return tuple(ca.certificate.fingerprint(_sha256()) in loaded for ca in ground.roots.cas)
