"""macOS: SecureTransport and the trust evaluation of the system, as programs print them."""

from __future__ import annotations

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client
from tui_chain.clients.errors import TRUST_KINDS, CauseSign, ErrorOutput, HostKind, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind

CLIENT = Client(
    "macOS",
    312,
    errors=ErrorOutput(
        (
            spelled(Kind.HOST, pattern=r"(?:originalvalue=|trust evaluation failed\(|\[3:) ?9843"),
            spelled(Kind.EXPIRED, pattern=r"(?:originalvalue=|trust evaluation failed\(|\[3:) ?9814"),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "CSSMERR_TP_NOT_TRUSTED",
                pattern=r"(?:originalvalue=|evaluation failed\("
                r"|\[3:|\(3:|sslerror|domainssl code=|code=) ?98(?:07|12|13)",
            ),
            spelled(
                Kind.CLIENT_CERTIFICATE,
                "did not accept the certificate",
                pattern=r"\[ ?9825\]|code= ?1205|code= ?1206",
            ),
            # Security/SecureTransport.h
            spelled(Kind.UNKNOWN_ISSUER, "errSSLUnknownRootCert", "errSSLXCertChainInvalid", "errSSLNoRootCert"),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "OSStatus -9812",
                "OSStatus -9807",
                "OSStatus -9813",
                "certificate is not trusted",
            ),
            spelled(Kind.EXPIRED, "errSSLCertExpired", "OSStatus -9814"),
            spelled(Kind.NOT_YET, "errSSLCertNotYetValid", "OSStatus -9815"),
            spelled(Kind.HOST, "errSSLHostNameMismatch", "OSStatus -9843"),
            spelled(
                Kind.ENDED, "errSSLClosedAbort", "errSSLClosedGraceful", "errSSLClosedNoNotify", "OSStatus -9806"
            ),
            spelled(Kind.HANDSHAKE, "errSSLNegotiation", "OSStatus -9801"),
            spelled(Kind.NOT_TLS, "errSSLProtocol", "OSStatus -9800"),
            spelled(Kind.WEAK_DH, "errSSLWeakPeerEphemeralDHKey", "OSStatus -9850"),
            spelled(
                Kind.GENERAL,
                "The certificate for this server is invalid",
                "NSURLErrorServerCertificateUntrusted",
                "errSecNotTrusted",
            ),
            spelled(Kind.VAGUE, "An SSL error has occurred and a secure connection to the server cannot be made"),
            spelled(
                Kind.PURPOSE,
                "certificate is not standards compliant",
            ),
        ),
        signs=r"errSSL[A-Z]|SecureTransport|NSURLError|kCFStreamError|OSStatus -98\d\d|SecTrust",
        trust_command="security find-certificate -a /Library/Keychains/System.keychain | grep labl",
        layer=Layer.TLS_LIBRARY,
        cause_signs=(
            # the chain as the system prints it: a certificate that is its own issuer
            CauseSign(
                TRUST_KINDS, r"<cert\(\w+\) s: (?P<name>[^>]{1,200}) i: (?P=name)>\"\s*\)", (Code.SELF_SIGNED,)
            ),
            CauseSign(
                TRUST_KINDS,
                r"NSURLError|NSErrorFailingURL",
                (Code.UNTRUSTED_ROOT, Code.SELF_SIGNED),
                host=HostKind.PRIVATE,
            ),
        ),
    ),
)
