"""What issuers say of their certificates since: OCSP, stapled or fetched, and CRLs; asked on request only."""
