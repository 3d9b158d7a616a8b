"""The codes of all findings: stable words in JSON, for every folder to name."""

from __future__ import annotations

from enum import StrEnum


class FindingCode(StrEnum):
    """One code for each kind of finding; `diagnose.findings` says what each means."""

    # the served chain
    MISSING_ISSUER = "missing-issuer"
    ISSUER_UNKNOWN = "issuer-unknown"
    ISSUER_CIRCLE = "issuer-circle"
    ROOT_IN_PLACE_OF_INTERMEDIATE = "root-in-place-of-intermediate"
    LEAF_NOT_FIRST = "leaf-not-first"
    CHAIN_TOO_LARGE = "chain-too-large"
    EXPIRED_UNNEEDED = "expired-unneeded"
    CLIENTS_REFUSE = "clients-refuse"
    NAMESAKE = "namesake"
    WRONG_ORDER = "wrong-order"
    DUPLICATE = "duplicate"
    STRANGER = "stranger"
    ROOT_SERVED = "root-served"
    SEARCH_CUT = "search-cut"

    # the server's certificate
    HOST_MISMATCH = "host-mismatch"
    NO_SAN = "no-san"
    IP_AS_DNS_NAME = "ip-as-dns-name"
    SELF_SIGNED = "self-signed"
    CA_AS_LEAF = "ca-as-leaf"
    EXPIRES_SOON = "expires-soon"
    TOO_LONG_VALID = "too-long-valid"
    MUST_STAPLE_MISSING = "must-staple-missing"

    # any certificate of a path
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    CA_EXPIRES_SOON = "ca-expires-soon"
    NOT_A_CA = "not-a-ca"
    LEAF_AS_ISSUER = "leaf-as-issuer"
    NO_CERT_SIGN = "no-cert-sign"
    PATH_LENGTH = "path-length"
    PURPOSE = "purpose"
    NAME_CONSTRAINTS = "name-constraints"
    CRITICAL_EXTENSION = "critical-extension"
    KEY_ID_MISMATCH = "key-id-mismatch"
    WEAK_SIGNATURE = "weak-signature"
    WEAK_KEY = "weak-key"
    UNREADABLE = "unreadable"
    ODD_SERIAL = "odd-serial"

    # Python 3.13 and later
    STRICT_AKI = "strict-aki"
    STRICT_SKI = "strict-ski"
    STRICT_CRITICALITY = "strict-criticality"
    STRICT_KEY_USAGE = "strict-key-usage"
    STRICT_FORM = "strict-form"

    # the handshake
    OLD_TLS = "old-tls"
    OLD_CIPHER = "old-cipher"
    NO_SECURE_RENEGOTIATION = "no-secure-renegotiation"
    UNSUPPORTED_GROUP = "unsupported-group"
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"
    CLIENT_CERTIFICATE_REQUIRED = "client-certificate-required"
    CLIENT_CERTIFICATE_REQUESTED = "client-certificate-requested"

    # trust
    UNTRUSTED_ROOT = "untrusted-root"
    ROOT_ONLY_IN_SYSTEM = "root-only-in-system"
    ROOT_ONLY_IN_CERTIFI = "root-only-in-certifi"
    ANCHOR_EXPIRED = "anchor-expired"
    NAMESAKE_IN_STORE = "namesake-in-store"
    REJECTED = "rejected"
    ANCHOR_EXPIRES_SOON = "anchor-expires-soon"
    FAMILY_REFUSES = "family-refuses"
    CONSTRAINTS_LOST = "constraints-lost"

    # interception
    INTERCEPTION_LIKELY = "interception-likely"
    SHARED_UNKNOWN_ROOT = "shared-unknown-root"

    # revocation
    REVOKED = "revoked"
    REVOCATION_UNKNOWN = "revocation-unknown"
    REVOCATION_UNREACHABLE = "revocation-unreachable"
    STAPLE_BAD = "staple-bad"

    # one host, many servers
    BACKEND_BROKEN = "backend-broken"
    KEY_TYPE_BROKEN = "key-type-broken"
    SNI_NEEDED = "sni-needed"
    SERVERS_DIFFER = "servers-differ"
    ANSWERS_VARY = "answers-vary"

    # the network
    NAME = "name"
    REFUSED = "refused"
    NETWORK = "network"
    PROXY = "proxy"
    RESET = "reset"
    CONNECT = "connect"
    TIMEOUT = "timeout"
    NO_TLS = "no-tls"
    STARTTLS = "starttls"
    TLS = "tls"
    ALERT = "alert"
    ALERT_UNRECOGNIZED_NAME = "alert-unrecognized-name"
    ALERT_PROTOCOL_VERSION = "alert-protocol-version"
    ALERT_CERTIFICATE_REQUIRED = "alert-certificate-required"
    ALERT_HANDSHAKE_FAILURE = "alert-handshake-failure"
    CLIENT_CERTIFICATE = "client-certificate"
