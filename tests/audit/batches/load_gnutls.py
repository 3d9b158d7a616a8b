"""For each file named on standard input: the number that GnuTLS's trust list takes of it, and SHA-256 of each."""

import ctypes
import ctypes.util
import hashlib
import sys
from pathlib import Path


class Datum(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("size", ctypes.c_uint))


library = ctypes.CDLL(ctypes.util.find_library("gnutls") or "libgnutls.so.30")
PEM, DER = 1, 0


def digest(certificate: ctypes.c_void_p) -> str:
    out = Datum()
    library.gnutls_x509_crt_export2(certificate, DER, ctypes.byref(out))
    return hashlib.sha256(ctypes.string_at(out.data, out.size)).hexdigest()


def loaded(path: str) -> str:
    credentials = ctypes.c_void_p()
    library.gnutls_certificate_allocate_credentials(ctypes.byref(credentials))
    number = library.gnutls_certificate_set_x509_trust_file(credentials, path.encode(), PEM)
    library.gnutls_certificate_free_credentials(credentials)
    content = Path(path).read_bytes()
    buffer = ctypes.create_string_buffer(content, len(content) + 1)
    data = Datum(ctypes.cast(buffer, ctypes.c_void_p), len(content))
    found, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_uint()
    error = library.gnutls_x509_crt_list_import2(ctypes.byref(found), ctypes.byref(count), ctypes.byref(data), PEM, 0)
    digests = [] if error < 0 else [digest(ctypes.c_void_p(found[place])) for place in range(count.value)]
    return " ".join((str(number), *digests))


for line in sys.stdin:
    sys.stdout.write(loaded(line.rstrip("\n")) + "\n")
