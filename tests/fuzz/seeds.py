"""The seeds of the corpus, made anew by `python -m tests.fuzz --seeds`; keys and with them all signatures are new.

Certificates, CRLs, responses and containers are of one small PKI, texts are those that programs print.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import tempfile
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

import cryptography_vectors
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7, pkcs12
from cryptography.x509 import ocsp

from tests.clients.cases_files import SETTINGS, block
from tests.fuzz import http_seeds
from tests.fuzz.reader import CORPUS, PASSWORD
from tests.support.chains import HOST, NOW, Pki, served_by, store_of
from tests.support.crls import Oddity, issuing_point, make_crl
from tests.support.journeys import walk
from tests.x509.test_jks import key, store, trusted
from tui_chain.core.failure import Failure
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.activity import Entry, append_entries
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.session import SavedHost, SavedRequest, Session, write_session
from tui_chain.engine.settings import example
from tui_chain.lab.authority import Authority, Template, key_to_pem, rsa_key, to_pem
from tui_chain.net.target import Target
from tui_chain.pool.pool import Pool
from tui_chain.repair.repair import Repair
from tui_chain.resolve.files import FileCertificates
from tui_chain.results.audit import audit_result
from tui_chain.results.doctor import (
    DoctorResult,
    HostTrialResult,
    JudgementResult,
    LibraryResult,
    SettingResult,
    TrustProblemResult,
)
from tui_chain.results.explanation import explain_result
from tui_chain.results.host import host_result
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import crl_to_pem

_UNKNOWN = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")


def write(only: Collection[str] = (), corpus: Path = CORPUS) -> None:
    """Write all seeds, or those of the readers in `only`; what was found by fuzzing stays."""
    for name, made in _made().items():
        if only and name not in only:
            continue
        folder = corpus / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("seed-*"):
            old.unlink()
        for title, data in made.items():
            (folder / f"seed-{title}").write_bytes(data)


def _made() -> Mapping[str, Mapping[str, bytes]]:
    pki = _pki()
    return {
        **_certificates(pki),
        **_revocation(pki),
        **_containers(pki),
        **_files(pki),
        **_texts(pki),
        **_network(pki),
        **http_seeds.made(),
    }


def _pki() -> Pki:
    """A root with RSA, an issuing CA with constraints, and a leaf with every usual extension."""
    root = Authority.root("Corpus Root", now=NOW, template=Template(new_key=rsa_key))
    constraints = x509.NameConstraints([x509.DNSName("test")], [x509.DNSName("bad.test")])
    issuing = root.issue_ca("Corpus Issuing", Template(path_length=0, extensions=((constraints, True),)))
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)])
    staple = x509.TLSFeature([x509.TLSFeatureType.status_request])
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.test/a.crl")], None, None, None)
    extensions = (
        (policies, False),
        (staple, False),
        (x509.CRLDistributionPoints([point]), False),
        (x509.UnrecognizedExtension(_UNKNOWN, b"\x04\x02hi"), False),
    )
    names = (HOST, "*.host.test", "192.0.2.7", "2001:db8::1")
    return Pki(
        root, issuing, issuing.issue_leaf(names, Template(urls=("http://aia.test/a.crt",), extensions=extensions))
    )


def _certificates(pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    root, issuing, leaf = pki.root.der, pki.issuing.der, pki.leaf.der
    single = {"root": root, "issuing": issuing, "leaf": leaf}
    chains = {
        "whole": leaf + issuing + root,
        "leaf-only": leaf,
        "namesake": leaf + Authority.root("Corpus Issuing", now=NOW).der + issuing,
        "unreadable": leaf + issuing + b"\x30\x03\x02\x01\x05",
        "expired": Authority.root("Old", now=NOW - timedelta(days=9999)).issue_leaf([HOST]).der + issuing,
    }
    return {"certificate": single, "served-chain": chains}


def _revocation(pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    sound, full = make_crl(pki.issuing), make_crl(pki.issuing, [pki.leaf])
    users = make_crl(pki.issuing, odd=Oddity(extensions=issuing_point(url="http://crl.test/a.crl", users=True)))
    lists = {"sound": sound.der, "revoking": full.der, "users": users.der, "pem": crl_to_pem(full).encode()}
    kinds = {"good": ocsp.OCSPCertStatus.GOOD, "revoked": ocsp.OCSPCertStatus.REVOKED}
    answers = {name: _response(pki, status) for name, status in kinds.items()}
    vectors = Path(cryptography_vectors.__file__).parent / "x509" / "ocsp"
    for name in ("resp-unknown-extension", "resp-unauthorized", "resp-revoked-reason"):
        answers[name] = (vectors / f"{name}.der").read_bytes()
    return {"crl": lists, "ocsp": answers}


def _response(pki: Pki, status: ocsp.OCSPCertStatus) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    return (
        ocsp.OCSPResponseBuilder()
        .add_response(
            pki.leaf.certificate,
            pki.issuing.certificate,
            hashes.SHA1(),  # noqa: S303 - what responders know
            status,
            NOW,
            NOW + timedelta(days=3),
            NOW - timedelta(days=1) if revoked else None,
            x509.ReasonFlags.superseded if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, pki.issuing.certificate)
        .certificates([pki.issuing.certificate])
        .sign(pki.issuing.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def _containers(pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    ders = [pki.leaf.der, pki.issuing.der, pki.root.der]
    parsed = [pki.leaf.certificate, pki.issuing.certificate, pki.root.certificate]
    text = b"subject=/CN=host.test\n" + to_pem(ders[:1]) + b"---\n" + to_pem(ders[1:]).replace(b"\n", b"\r\n")
    pem = {
        "chain": to_pem(ders),
        "s-client": text,
        "key": key_to_pem(pki.leaf.key) + to_pem(ders[:1]),
        "log": json.dumps({"error": to_pem(ders[:1]).decode()}).encode(),
        "mail": b"".join(b"> " + line + b"\n" for line in to_pem(ders[:1]).splitlines()),
        "trusted": block("TRUSTED CERTIFICATE", pki.root.der + SETTINGS["trust-email-reject-server"]),
    }
    pkcs7s = {
        "der": pkcs7.serialize_certificates(parsed, Encoding.DER),
        "pem": pkcs7.serialize_certificates(parsed, Encoding.PEM),
    }
    stores = {
        "trusted": store([trusted(pki.root.der), trusted(pki.issuing.der)]),
        "identity": store([key(*ders), trusted(pki.root.der)]),
        "jceks": store([trusted(pki.root.der)], "JCEKS"),
    }
    return {"pem": pem, "pkcs7": pkcs7s, "pkcs12": _pkcs12(pki), "jks": stores}


def _pkcs12(pki: Pki) -> Mapping[str, bytes]:
    others = [pki.issuing.certificate, pki.root.certificate]
    encryption = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(10)
    locked = encryption.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).build(b"changeit")
    old = encryption.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).build(b"changeit")
    leaf = pki.leaf.certificate
    assert isinstance(pki.leaf.key, ec.EllipticCurvePrivateKey)

    return {
        "identity": pkcs12.serialize_key_and_certificates(b"me", pki.leaf.key, leaf, others, locked),
        "old": pkcs12.serialize_key_and_certificates(b"me", None, None, others, old),
        "open": pkcs12.serialize_key_and_certificates(b"me", None, leaf, others, NoEncryption()),
    }


def _files(pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    root = to_pem([pki.root.der])
    other = to_pem([Authority.root("Corpus Other Root", now=NOW).der])
    crl = crl_to_pem(make_crl(pki.issuing, [pki.leaf])).encode()
    marked = block("TRUSTED CERTIFICATE", pki.root.der + SETTINGS["trust-email-reject-server"])
    repaired, bundle = _repaired(pki)
    trust = {
        "roots": root + other,
        "mixed": b"# Root\n" + root + to_pem([pki.leaf.der]) + crl + key_to_pem(pki.leaf.key) + other,
        "settings": marked + other,
        "bundle": bundle,
        "damaged": root.replace(b"M", b"!", 1) + other,
        "der": pki.root.der,
        "java": store([trusted(pki.root.der), trusted(pki.issuing.der)]),
        "pkcs12": _pkcs12(pki)["open"],
        "pkcs7": pkcs7.serialize_certificates([pki.root.certificate, pki.issuing.certificate], Encoding.DER),
    }
    lines = {"fixed": repaired, "unreachable": _unreachable(pki)}
    listing = b'"CA Owner","SHA-256 Fingerprint","PEM Info"\r\n'
    listing += b'"One","%s","\'%s\'"\r\n' % (
        Certificate(pki.issuing.der).sha256.upper().encode(),
        to_pem([pki.issuing.der]),
    )
    listing += b'"Two","","\'%s\'"\r\n' % to_pem([pki.root.der])
    with tempfile.TemporaryDirectory() as folder:
        own = _own_files(Path(folder), pki)
    return {
        "trust-file": trust,
        "merged-file": {
            "bundle": bundle,
            "several": _several(bundle),
            "roots": root + other,
            "mixed": trust["mixed"],
        },
        "header": {"bundle": bundle, "several": _several(bundle)},
        "saved-results": lines,
        "result-json": _results(pki),
        "published-list": {"two": listing},
        **own,
    }


def _repaired(pki: Pki) -> tuple[bytes, bytes]:
    """A line of saved results, and the file of its bundle."""
    served = served_by(pki.leaf, address="127.0.0.1")
    files = FileCertificates(((Certificate(pki.issuing.der), "file at-hand.pem"),))
    journey = Journey(Context(store_of(pki.root), lambda: NOW, offline=True, files=files))
    state = walk(journey.diagnose(HostState(Target(HOST), "a label"), served), journey.fix)
    assert isinstance(state.repair, Repair)
    result = host_result(state, NOW, accept_lost_constraints=True)
    return result.to_json().encode() + b"\n", state.repair.bundle.pem


def _results(pki: Pki) -> Mapping[str, bytes]:
    """A line of each kind of result that is of no host."""
    audited = audit_result(to_pem([pki.root.der] * 2) + b"-----BEGIN X-----\n", store_of(pki.root), NOW)
    explained = explain_result("curl: (60) SSL certificate problem: unable to get local issuer certificate")
    assert not isinstance(explained, Failure)
    library = LibraryResult(
        "ssl", "3.13.1", "", ("default",), True, 0x80000, 2, 140, JudgementResult(False, 20, "unable to get issuer")
    )
    setting = SettingResult("requests", "REQUESTS_CA_BUNDLE", "/srv/ca.pem", "$REQUESTS_CA_BUNDLE", "replaces", None)
    problem = TrustProblemResult(
        "missing-file", "fatal", "There is no file.", "unset REQUESTS_CA_BUNDLE", ("requests",)
    )
    host = HostTrialResult("host.test:443", "incomplete", "server", "the issuer is missing", ("ssl",), ())
    doctor = DoctorResult(
        "/usr/bin/python3",
        "3.13.1",
        False,
        (problem,),
        ("unset X",),
        (setting,),
        (library,),
        host,
        {"platform": "linux"},
    )
    made = {"audit": audited.to_json(), "explanation": explained.to_json(), "doctor": doctor.to_json()}
    return {name: line.encode() for name, line in made.items()}


def _unreachable(pki: Pki) -> bytes:
    failure = Failure("timeout", "host.test:443: no answer within 5 s (step: connect).", "Check the port.")
    state = HostState(Target(HOST)).with_served(failure, Diagnoser(store_of(pki.root)).diagnose(failure, at=NOW))
    return host_result(state, NOW).to_json().encode() + b"\n"


def _several(bundle: bytes) -> bytes:
    """A bundle whose comments name many hosts."""
    hosts = b"".join(b"# Host: host%d.test:443\n" % number for number in range(3))
    first, _, rest = bundle.partition(b"\n\n")
    return first + b"\n" + hosts + b"\n" + rest


def _own_files(folder: Path, pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    digest = Certificate(pki.leaf.der).sha256
    host = SavedHost(
        Target(HOST, 8443, "smtp"),
        "mail",
        (digest,),
        ((digest, digest),),
        Path("/srv/bundle.pem"),
        (("java", Path("/srv/store.jks")),),
        SavedRequest("HEAD", "/health", ("X-Team",)),
    )
    kept, log, pool = folder / "session.json", folder / "activity.jsonl", folder / "pool.db"
    assert write_session(Session((host, SavedHost(Target("b.test"))), "-name", "nord"), kept) is None
    command = "tlschain fix host.test -o /srv/bundle.pem"
    entries = (Entry(NOW, "Bundle written.", command, "/srv/bundle.pem"), Entry(NOW, "Probed host.test:443."))
    assert append_entries(entries, log) is None
    filled = Pool(pool)
    filled.add([(Certificate(pki.issuing.der), "host.test:443"), (Certificate(pki.root.der), "file a.pem")], NOW)
    filled.close()
    with sqlite3.connect(pool) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    settings = b'trust = ["certifi", "roots.pem"]\ntimeout = 5\njobs = 8\nwarn_days = 30\npool = "~/certificates"\n'
    settings += b'theme = "nord"\n[keymap]\nhelp = "f2, ctrl+h"\n"host.fix" = "F"\nquit = ["q"]\n'
    return {
        "session": {"two": kept.read_bytes()},
        "activity": {"two": log.read_bytes()},
        "pool": {"two": pool.read_bytes()},
        "settings": {"set": settings, "example": example().encode()},
    }


def _texts(pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    login = f"user:{PASSWORD}@".encode()
    return {
        "host-list": {
            "usual": b"# hosts\nexample.org\nexample.org:8443 the label\n[2001:db8::1]:443 six\n192.0.2.7 # four\n"
            b"https://example.org/path?q\nsmtp+starttls://mail.example.org\n\nbad host here\nlocalhost:1\n",
            "names": "bücher.example\nxn--bcher-kva.example\nпример.example мой\nfaß.example\nа.example\n"
            "fe80::1%eth0\nEXAMPLE.ORG.\n".encode(),
        },
        "host-table": {
            "commas": b'host,label,port\na.example,"the ""first"" one",8443\n"b.example",two,\n[2001:db8::1],,993\n'
            b'smtp+starttls://c.example,"two\nlines",25\n',
            "excel": "\ufeffsep=;\r\nid;Host;Label;Port\r\n1;bücher.example;über;443\r\n2;no host;;\r\n".encode(),
            "tabs": b"label\thost\tport\none\thttps://a.example/\t8443\ntwo\tb.example:1\t1\nthree\t\t\n",
        },
        "yaml-file": {
            "block": b"%YAML 1.1\n--- # a\na: &x {b: [c, 'd', \"\\x65\"]}\ne: *x\n"
            b"f: |\n  g\n  h\n...\n---\n- !!str 1\n- ~\n",
            "json": json.dumps({"a": [1, None, True, {"b": "\u00fc\x1b"}], "c": {}}, indent=1).encode(),
        },
        "manifest": _manifests(pki),
        "kubeconfig": {"two": _KUBECONFIG.encode()},
        "additions": {
            "chain": b"example.org\n" + to_pem([Authority.root("Pasted", now=NOW).der]),
            "files": b"example.org < no-such-file.pem\nb.example.org label\n",
        },
        "error-text": _ERRORS,
        "proxy": {
            "login": b"http://" + login + b"proxy.example:3128",
            "bare": b"proxy.example:3128",
            "socks": b"socks5h://" + login + b"[2001:db8::1]:1080/",
        },
        "request": {"usual": b'/health?probe=1\nX-Team: a\nAccept: text/html\nIf-None-Match: "x"\n'},
        "log-entry": {
            "command": b"tlschain test host.test --proxy http://" + login + b"proxy.example:3128 --header 'X-A: b'",
            "text": b"Written for https://" + login + b"host.test/path?token=1 with password: x and Bearer abcdefghi",
        },
        "interpreter-report": {"usual": _report()},
        "client-config": {
            "ini": b"[global]\ncert = /srv/ca.pem ; why\nproxy = http://" + login + b"proxy.example:3128\n# x\n",
            "git": b'[http "https://example.org"]\n\tsslCAInfo = /srv/ca.pem\n\tsslVerify\n\tproxy = "x"\n',
            "yaml": b"ssl_verify: /srv/ca.pem  # why\nproxy_servers:\n  https: http://" + login + b"proxy.example\n",
            "options": b"-Xmx1g -Djavax.net.ssl.trustStore=/srv/store -Djavax.net.ssl.trustStorePassword='a b'\n",
            "lines": b'--cacert /srv/ca.pem\ncacert=/srv/ca.pem\ncafile: "x"\nstrict-ssl=false\n',
        },
    }


def _manifests(pki: Pki) -> Mapping[str, bytes]:
    """Two Secrets with an Ingress, as documents and as a List in JSON."""
    leaf, issuing = ({"tls.crt": to_pem([der]).decode()} for der in (pki.leaf.der, pki.issuing.der))
    data = {name: base64.b64encode(text.encode()).decode() for name, text in leaf.items()}
    owner = {"cert-manager.io/certificate-name": "web-cert"}
    objects = [
        {"kind": "Secret", "metadata": {"name": "web", "namespace": "shop", "annotations": owner}, "data": data},
        {"kind": "Secret", "metadata": {"name": "other"}, "type": "kubernetes.io/tls", "stringData": issuing},
        {
            "kind": "Ingress",
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"tls": [{"hosts": [HOST, "*.host.test"], "secretName": "web"}, {"secretName": "gone"}],
                     "rules": [{"host": "b.test"}]},
        },
    ]  # fmt: skip
    versioned = [{"apiVersion": "v1", **one} for one in objects]
    return {
        "documents": yaml.safe_dump_all(versioned).encode(),
        "list": json.dumps({"apiVersion": "v1", "kind": "List", "items": versioned}, indent=1).encode(),
    }


_KUBECONFIG = f"""apiVersion: v1
kind: Config
current-context: here
clusters:
- name: one
  cluster: {{server: "https://one.example:6443", certificate-authority-data: QUJD, tls-server-name: two.example}}
- name: two
  cluster:
    server: https://[2001:db8::1]/path
    certificate-authority: ca.pem
    proxy-url: http://user:{PASSWORD}@proxy.example:3128
    insecure-skip-tls-verify: true
contexts:
- {{name: here, context: {{cluster: two, user: me}}}}
- {{name: there, context: {{cluster: one}}}}
users:
- {{name: me, user: {{token: abc}}}}
"""
_ERRORS = {
    "python": b'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n'
    b"urllib3.exceptions.MaxRetryError: "
    b"HTTPSConnectionPool(host='example.org', port=443): Max retries exceeded with url: /a?b=c (Caused by SSLError("
    b"SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local "
    b"issuer certificate (_ssl.c:1000)')))\n",
    "curl": b"curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore details here: "
    b"https://curl.se/docs/sslcerts.html\n",
    "go": b'Get "https://example.org/v2/": tls: failed to verify certificate: x509: certificate signed by unknown '
    b"authority\n",
    "java": b"javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath."
    b"SunCertPathBuilderException: unable to find valid certification path to requested target\n",
    "openssl": b"depth=0 CN = example.org\nverify error:num=20:unable to get local issuer certificate\n"
    b"verify return:1\n",
    "nginx": b"2026/11/23 10:00:00 [crit] 7#7: *1 SSL_do_handshake() failed (SSL: error:0A000418:SSL routines::tlsv1 "
    b"alert unknown ca:SSL alert number 48) while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443\n",
    "json": json.dumps(
        {"log": "\x1b[31mx509: certificate has expired\x1b[0m &quot;example.org:443&quot;\n"}
    ).encode(),
    "code": b"20",
}


def _report() -> bytes:
    verdict = {"ok": False, "code": 20, "text": "unable to get local issuer certificate"}
    library = {
        "name": "requests", "loaded": ["/srv/ca.pem"], "verifies": True, "flags": 0, "security_level": 2,
        "oldest": "TLSv1.2", "roots": 1, "verdict": verdict,
    }  # fmt: skip
    store = {
        "path": "/srv/ca.pem", "kind": "file", "error": "", "mtime": 1.7e9, "size": 2000, "format": "PEM",
        "sha256": "ab" * 32, "bom": False, "private_key": False, "certificates": 1, "roots": [["ab" * 32, "CN=x"]],
        "labelled": [], "hashed": 0,
    }  # fmt: skip
    report = {
        "doctor": 1, "host": HOST, "time": 1.7e9, "complete": True, "errors": [],
        "interpreter": {"platform": "linux", "version": "3.12.1", "executable": "/usr/bin/python3"},
        "variables": {"SSL_CERT_FILE": "/srv/ca.pem", "REQUESTS_CA_BUNDLE": ""},
        "proxies": {"https_proxy": "http://***@proxy.example:3128"},
        "files": [{"client": "pip", "place": "~", "path": "/srv/pip.conf", "error": None,
                   "entries": [{"setting": "cert", "key": "global.cert", "value": "/srv/ca.pem", "line": 2}]}],
        "packages": {"requests": "2.32.0", "certifi": "2024.7.4"}, "injected": [],
        "certifi": {"version": "2024.7.4", "where": "/srv/cacert.pem", "own": "/srv/cacert.pem", "changed": False},
        "openssl": {"version": "OpenSSL 3.0.2", "file": "/srv/ca.pem", "folder": "/srv/certs",
                    "config": {"path": "/srv/openssl.cnf", "named": False, "error": "",
                               "settings": {"MinProtocol": "TLSv1"}}},
        "context": library, "stores": [store], "libraries": [library],
    }  # fmt: skip
    return json.dumps(report).encode() + b"\n"


def _network(pki: Pki) -> Mapping[str, Mapping[str, bytes]]:
    greeting = b"\x0a8.0.36\0" + bytes(13) + b"\xff\xff\x21\x02\0\xff\xdf\x15" + bytes(40)
    answers = {
        "smtp": b"220 mail.example ESMTP\r\n250-mail.example\r\n250-SIZE 1\r\n250 STARTTLS\r\n220 go ahead\r\n",
        "ftp": b"220-hello\r\nany text\r\n220 ready\r\n234 AUTH TLS\r\n",
        "imap": b"* OK IMAP4rev1\r\n* CAPABILITY STARTTLS\r\na1 OK begin\r\n",
        "pop3": b"+OK ready\r\n+OK begin\r\n",
        "ldap": bytes.fromhex("300c02010178070a010004000400"),
        "ldap-refusing": bytes.fromhex("300f020101780a0a0102040004036e6f21"),
        "ldap-entry": bytes.fromhex("3009020102640404003000"),
        "mysql": len(greeting).to_bytes(3, "little") + b"\0" + greeting,
        "postgres": b"S",
        "irc": b":irc.test NOTICE * :hello\r\n:irc.test 670 * :go\r\n",
        "lmtp": b"220 mail.example LMTP\r\n250-mail.example\r\n250 STARTTLS\r\n220 go ahead\r\n",
        "nntp": b"201 news.example\r\n382 go ahead\r\n",
        "sieve": b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK "ready"\r\nOK "begin"\r\n',
        "xmpp": b"<?xml version='1.0'?><stream:stream id='a' xmlns='jabber:client'><stream:features><starttls "
        b"xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features><proceed/>",
        "refusing": b"220 mail\r\n250 mail\r\n454 TLS not available\r\n",
    }
    name = pki.issuing.certificate.subject.public_bytes()
    hello = b"\x03\x03" + bytes(32) + b"\0\x13\x01\0"
    old = hello.replace(b"\x13\x01", b"\xc0\x2f") + _sized(b"\xff\x01\0\x01\0")
    new = hello + _sized(b"\0\x2b\0\x02\x03\x04\0\x33\0\x04\0\x1d\0\0")
    request = b"\x02\x01\x40" + _sized(b"\x04\x03\x08\x04") + _sized(_sized(name))
    exchange = b"\x03\0\x1d\x20" + bytes(32) + b"\x08\x04" + _sized(bytes(64))
    finite = _sized(b"\xff" * 256) + _sized(b"\x02") + _sized(b"\x01" * 256) + b"\x08\x04" + _sized(bytes(64))
    authorities = b"\0" + _sized(b"\0\x2f" + _sized(_sized(_sized(name))))
    messages = {
        "tls12": _message(2, old) + _message(12, exchange) + _message(13, request),
        "dhe": _message(2, old) + _message(12, finite),
        "tls13": _message(2, new) + _message(13, authorities) + _message(15, b"\x08\x04" + _sized(bytes(64))),
    }
    return {"starttls": answers, "handshake-messages": messages}


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body
