"""For each file named on standard input: the number of certificates and CRLs of a CA file, or why it is refused."""

import ssl
import sys


def loaded(path: str) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except OSError as error:
        return f"no {error}".replace("\n", " ")
    stats = context.cert_store_stats()
    return f"{stats['x509']} {stats['crl']}"


for line in sys.stdin:
    sys.stdout.write(loaded(line.rstrip("\n")) + "\n")
