"""R: download.file, curl and httr over libcurl."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorOutput, Layer

CLIENT = Client(
    "R",
    294,
    errors=ErrorOutput(
        signs=r"Error in (?:curl::|download\.file|open\.connection|url\(|utils::|readLines)"
        r"|\binstall\.packages\(|\bCRAN\b",
        trust_command="Rscript -e 'curl::curl_version()'; env | grep CURL_CA_BUNDLE",
        layer=Layer.LIBRARY,
    ),
)
