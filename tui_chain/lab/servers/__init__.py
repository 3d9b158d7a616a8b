"""The servers of the lab: TLS in every state of disrepair, AIA, OCSP and CRLs."""
