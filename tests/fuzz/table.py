"""Every reader of what somebody else wrote; a new one gets its line in the module of its kind, and a seed."""

from __future__ import annotations

from tests.fuzz.readers import files, http, network, texts, x509

READERS = (*x509.READERS, *files.READERS, *texts.READERS, *network.READERS, *http.READERS)
