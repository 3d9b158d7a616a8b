"""File formats that hold certificates: PEM, DER, PKCS#7, PKCS#12, JKS."""
