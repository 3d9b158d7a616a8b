"""Error texts as users have them: the client, the symptom, the first cause, the host (or None), the text.

Those of curl, Python, requests, httpx, wget, git (GnuTLS), Node, Java and openssl were printed by these clients in
front of the lab's servers; host names were put in afterwards.
"""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    client: str | None
    symptom: str
    cause: str
    host: str | None
    text: str


_POOL = "HTTPSConnectionPool(host='api.example.org', port=443): Max retries exceeded with url: / (Caused by "
_VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "

SAMPLES = (
    Sample("requests", "unknown-issuer", "missing-issuer", "api.example.org",
           f"requests.exceptions.SSLError: {_POOL}SSLError(SSLCertVerificationError(1, '{_VERIFY}"
           "unable to get local issuer certificate (_ssl.c:1006)')))"),
    Sample("Python", "unknown-issuer", "missing-issuer", None,
           f"urllib.error.URLError: <urlopen error {_VERIFY}unable to get local issuer certificate (_ssl.c:1020)>"),
    Sample("httpx", "unknown-issuer", "missing-issuer", None,
           f"httpx.ConnectError: {_VERIFY}unable to get local issuer certificate (_ssl.c:1006)"),
    Sample("curl", "unknown-issuer", "missing-issuer", None,
           "curl: (60) SSL certificate problem: unable to get local issuer certificate\n"
           "More details here: https://curl.se/docs/sslcerts.html\n"),
    Sample("Node", "first-certificate-unverified", "missing-issuer", None,
           "TypeError: fetch failed\n  [cause]: Error: unable to verify the first certificate\n"
           "      at TLSSocket.onConnectSecure (node:_tls_wrap:1699:34) {\n"
           "    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'\n  }"),
    Sample("npm", "root-unknown", "interception-likely", "registry.example.org",
           "npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY\nnpm error request to https://registry.example.org/pkg "
           "failed, reason: unable to get local issuer certificate"),
    Sample("Java", "unknown-issuer", "missing-issuer", None,
           "javax.net.ssl.SSLHandshakeException: PKIX path building failed: "
           "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to "
           "requested target"),
    Sample("Go", "unknown-issuer", "missing-issuer", "api.example.org",
           'Get "https://api.example.org/v2/": tls: failed to verify certificate: x509: certificate '
           'signed by unknown '
           "authority"),
    Sample("pip", "unknown-issuer", "missing-issuer", "pypi.example.org",
           "Could not fetch URL https://pypi.example.org:8443/simple/requests/: There was a problem "
           "confirming the ssl "
           f"certificate: {_POOL.replace('api', 'pypi').replace('443', '8443')}SSLError(SSLCertVerificationError(1, "
           f"'{_VERIFY}unable to get local issuer certificate (_ssl.c:1000)'))) - skipping"),
    Sample("wget", "unknown-issuer", "missing-issuer", "api.example.org",
           "ERROR: The certificate of ‘api.example.org’ is not trusted.\n"
           "ERROR: The certificate of ‘api.example.org’ doesn't have a known issuer."),
    Sample("wget", "unknown-issuer", "missing-issuer", None,
           "ERROR: cannot verify api.example.org's certificate, issued by ‘CN=Example CA’:\n"
           "  Unable to locally verify the issuer's authority."),
    Sample("openssl", "unknown-issuer", "missing-issuer", None,
           "depth=0 CN = api.example.org\nverify error:num=20:unable to get local issuer certificate"),
    Sample("cargo", "unknown-issuer", "missing-issuer", "crates.example.org",
           "error: download of config.json failed\n\nCaused by:\n  failed to download from "
           "`https://crates.example.org/config.json`\n\nCaused by:\n  [60] SSL peer certificate or SSH remote key "
           "was not OK (SSL certificate problem: unable to get local issuer certificate)"),
    Sample("Rust programs", "unknown-issuer", "untrusted-root", None,
           "error: invalid peer certificate: UnknownIssuer"),
    Sample("git", "unknown-issuer", "missing-issuer", "git.example.org",
           "fatal: unable to access 'https://git.example.org/a.git/': SSL certificate problem: unable to get local "
           "issuer certificate"),
    Sample("git", "verify-failed", "missing-issuer", "git.example.org",
           "fatal: unable to access 'https://git.example.org/a.git/': server certificate "
           "verification failed. CAfile: "
           "/etc/ssl/certs/ca-certificates.crt CRLfile: none"),
    Sample("requests", "untrusted-root-in-chain", "untrusted-root", "api.example.org",
           f"{_POOL}SSLError(SSLCertVerificationError(1, '{_VERIFY}self-signed certificate in certificate chain "
           "(_ssl.c:1006)')))"),
    Sample("npm", "untrusted-root-in-chain", "untrusted-root", None,
           "npm ERR! code SELF_SIGNED_CERT_IN_CHAIN"),
    Sample("openssl", "untrusted-root-in-chain", "untrusted-root", None,
           "verify error:num=19:self signed certificate in certificate chain"),
    Sample("curl", "self-signed", "self-signed", None, "curl: (60) SSL certificate problem: self signed certificate"),
    Sample("Node", "self-signed", "self-signed", None, "Error: self-signed certificate { code: "
           "'DEPTH_ZERO_SELF_SIGNED_CERT' }"),
    Sample("Python", "root-missing-in-bundle", "incomplete-bundle", None,
           f"ssl.SSLCertVerificationError: {_VERIFY}unable to get issuer certificate (_ssl.c:1006)"),
    Sample("Python", "expired", "expired", None,
           f"ssl.SSLCertVerificationError: {_VERIFY}certificate has expired (_ssl.c:1006)"),
    Sample("wget", "expired", "expired", "api.example.org",
           "ERROR: The certificate of ‘api.example.org’ is not trusted.\n"
           "ERROR: The certificate of ‘api.example.org’ has expired."),
    Sample("Java", "wrong-time", "expired", None,
           "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: "
           "java.security.cert.CertPathValidatorException: validity check failed"),
    Sample("Go", "expired", "expired", None,
           "x509: certificate has expired or is not yet valid: current time 2026-11-23T10:00:00Z is after "
           "2026-11-20T10:00:00Z"),
    Sample("Go", "not-yet-valid", "clock-wrong", None,
           "x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before "
           "2026-11-20T10:00:00Z"),
    Sample("Node", "not-yet-valid", "clock-wrong", None,
           "CERT_NOT_YET_VALID certificate is not yet valid (node:tls)"),
    Sample("requests", "host-mismatch", "host-mismatch", "api.example.org",
           f"{_POOL}SSLError(SSLCertVerificationError(1, \"{_VERIFY}Hostname mismatch, certificate is not valid for "
           "'api.example.org'. (_ssl.c:1006)\")))"),
    Sample("curl", "host-mismatch", "host-mismatch", "api.example.org",
           "curl: (60) SSL: no alternative certificate subject name matches target host name 'api.example.org'"),
    Sample("Node", "host-mismatch", "host-mismatch", "api.example.org",
           "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: "
           "api.example.org. is not in the cert's altnames: DNS:other.example.org"),
    Sample("Java", "host-mismatch", "host-mismatch", "api.example.org",
           "javax.net.ssl.SSLHandshakeException: No subject alternative DNS name matching api.example.org found."),
    Sample("Go", "host-mismatch", "host-mismatch", "api.example.org",
           "tls: failed to verify certificate: x509: certificate is valid for a.example, b.example, "
           "not api.example.org"),
    Sample("Go", "ip-mismatch", "ip-not-covered", "192.0.2.1",
           "x509: cannot validate certificate for 192.0.2.1 because it doesn't contain any IP SANs"),
    Sample("Go", "no-san", "no-san", None,
           "x509: certificate relies on legacy Common Name field, use SANs instead"),
    Sample("requests", "no-tls", "no-tls", "api.example.org",
           f"{_POOL}SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)')))"),
    Sample("git", "no-tls", "no-tls", "git.example.org",
           "fatal: unable to access 'https://git.example.org/': gnutls_handshake() failed: An "
           "unexpected TLS packet was "
           "received."),
    Sample("Java", "no-tls", "no-tls", None, "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message"),
    Sample("Go", "plain-http", "no-tls", "api.example.org",
           'Get "https://api.example.org": http: server gave HTTP response to HTTPS client'),
    Sample("curl", "alert-unrecognized-name", "alert-unrecognized-name", None,
           "curl: (35) OpenSSL/3.0.19: error:0A000458:SSL routines::tlsv1 unrecognized name"),
    Sample("Python", "protocol-version", "alert-protocol-version", None,
           "ssl.SSLError: [SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1006)"),
    Sample("Java", "handshake-failure", "alert-handshake-failure", None,
           "javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure"),
    Sample("Python", "client-certificate", "client-certificate", None,
           "ssl.SSLError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)"),
    Sample("curl", "connection-cut", "reset", "api.example.org",
           "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to api.example.org:443"),
    Sample("Python", "connection-cut", "reset", None,
           "ssl.SSLEOFError: [SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of "
           "protocol (_ssl.c:1006)"),
    Sample("Python", "legacy-renegotiation", "legacy-renegotiation", None,
           "ssl.SSLError: [SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation "
           "disabled (_ssl.c:992)"),
    Sample("Python", "weak-key", "weak-key", None,
           f"ssl.SSLCertVerificationError: {_VERIFY}EE certificate key too weak (_ssl.c:1020)"),
    Sample("Python", "strict-aki", "strict-aki", None,
           f"ssl.SSLCertVerificationError: {_VERIFY}Missing Authority Key Identifier (_ssl.c:1020)"),
    Sample("Python", "strict-ski", "strict-ski", None,
           f"ssl.SSLCertVerificationError: {_VERIFY}Missing Subject Key Identifier (_ssl.c:1020)"),
    Sample("Python", "strict-criticality", "strict-criticality", None,
           f"<urlopen error {_VERIFY}Basic Constraints of CA cert not marked critical (_ssl.c:1020)>"),
    Sample("Java", "purpose", "purpose", None,
           "sun.security.validator.ValidatorException: Extended key usage does not permit use for TLS server "
           "authentication"),
    Sample("Java", "name-constraints", "name-constraints", None,
           "java.security.cert.CertPathValidatorException: name constraints check failed"),
    Sample("Java", "critical-extension", "critical-extension", None,
           "java.security.cert.CertPathValidatorException: unrecognized critical extension(s)"),
    Sample("wget", "invalid-ca", "not-a-ca", "api.example.org",
           "ERROR: The certificate of ‘api.example.org’ is not trusted.\n"
           "ERROR: The certificate signer of ‘api.example.org’ was not a CA."),
    Sample("requests", "bundle-unusable", "ca-file", None,
           "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/company/ca.pem"),
    Sample("curl", "bundle-unusable", "ca-file", None,
           "curl: (77) error setting certificate verify locations:  CAfile: /no/such.pem CApath: none"),
    Sample("Java", "bundle-unusable", "ca-file", None,
           "java.security.InvalidAlgorithmParameterException: the trustAnchors parameter must be non-empty"),
    Sample("requests", "proxy-login", "proxy-auth", "api.example.org",
           f"{_POOL}ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 "
           f"Proxy Authentication "
           "Required')))"),
    Sample("requests", "context-as-verify", "wrong-argument", None,
           '  File "/usr/lib/python3/dist-packages/requests/adapters.py", line 300, in cert_verify\n'
           "TypeError: stat: path should be string, bytes, os.PathLike or integer, not SSLContext"),
    Sample("pip", "no-ssl-module", "runtime-fault", "index.example.org",
           "pip: Can't connect to HTTPS URL https://index.example.org/ because the SSL module is not available."),
    Sample("Node", "name", "name", "api.example.org", "Error: getaddrinfo ENOTFOUND api.example.org"),
    Sample("curl", "refused", "refused", "api.example.org",
           "curl: (7) Failed to connect to api.example.org port 8443 after 0 ms: Couldn't connect to server"),
    Sample("Go", "timeout", "timeout", "192.0.2.1", "dial tcp 192.0.2.1:443: i/o timeout"),
    Sample("Windows", "revocation-unreachable", "revocation-unreachable", None,
           "schannel: next InitializeSecurityContext failed: CRYPT_E_NO_REVOCATION_CHECK (0x80092012)"),
    Sample(None, "revoked", "revoked", None, "error: certificate revoked"),
    Sample("Python", "crl", "revocation-unreachable", None,
           f"urllib.error.URLError: <urlopen error {_VERIFY}unable to get certificate CRL (_ssl.c:1020)>"),
    Sample("curl", "crl", "revocation-unreachable", None, "curl: (60) SSL certificate problem: CRL has expired\n"),
    Sample("openssl", "crl", "revocation-unreachable", None, "verify error:num=44:different CRL scope"),
    Sample(".NET", "unknown-issuer", "missing-issuer", None,
           "System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of "
           "errors in the certificate chain: PartialChain"),
    Sample("PowerShell", "untrusted-root-in-chain", "untrusted-root", None,
           "Invoke-WebRequest: The remote certificate is invalid because of errors in the certificate chain: "
           "UntrustedRoot"),
    Sample(".NET", "wrong-time", "expired", None,
           "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner "
           "exception.\n ---> System.Security.Authentication.AuthenticationException: The remote certificate is "
           "invalid because of errors in the certificate chain: NotTimeValid"),
    Sample(".NET", "host-mismatch", "host-mismatch", None,
           "The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch"),
    Sample(".NET", "verify-failed", "missing-issuer", None,
           "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner "
           "exception.\n ---> System.Security.Authentication.AuthenticationException: The remote certificate is "
           "invalid according to the validation procedure."),
    Sample("PowerShell", "verify-failed", "missing-issuer", None,
           "Invoke-WebRequest : The underlying connection was closed: Could not establish trust relationship for the "
           "SSL/TLS secure channel."),
    Sample("Docker daemon", "unknown-issuer", "missing-issuer", "registry.example.org",
           'Error response from daemon: Get "https://registry.example.org/v2/": tls: failed to verify certificate: '
           "x509: certificate signed by unknown authority"),
    Sample("Docker daemon", "unknown-issuer", "missing-issuer", "registry.example.org",
           'time="2026-11-27T02:45:18Z" level=fatal msg="Error listing repository tags: pinging container registry '
           'registry.example.org:5000: Get \\"https://registry.example.org:5000/v2/\\": x509: certificate signed by '
           'unknown authority"'),
    Sample("kubectl", "unknown-issuer", "missing-issuer", None,
           "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown "
           "authority"),
)  # fmt: skip
