from __future__ import annotations

from tests.advise.calls.call import Call

_WORDS = ("conda", "search", "--override-channels", "probe", "--channel")
CALLS = (
    Call(
        "conda",
        "conda",
        _WORDS,
        "UnavailableInvalidChannel",
        {"CONDA_REMOTE_MAX_RETRIES": "0"},
        unregistered="conda comes with its own installers alone",
    ),
)
