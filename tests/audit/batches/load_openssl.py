"""For each file named on standard input: the number of certificates and CRLs of a CA file, or why it is refused."""

import hashlib
import ssl
import sys

for line in sys.stdin:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=line.rstrip("\n"))
    except OSError as error:
        print("no", " ".join(str(error).split()))
        continue
    stats = context.cert_store_stats()
    cas = (hashlib.sha256(der).hexdigest() for der in context.get_ca_certs(binary_form=True))
    print(stats["x509"], stats["crl"], *cas)
