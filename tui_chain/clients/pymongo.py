"""pymongo: the system's store by Python's context, which tlsCAFile replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, speaks_tls
from tui_chain.clients.errors import TRUST_KINDS, CauseSign, ErrorOutput, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.python_code import TRUST_COMMAND, python
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.core.endpoint import bracketed

_CALL = """import pymongo
with pymongo.MongoClient(
    {host!r}, {port}, tls=True, tlsCAFile={file}, serverSelectionTimeoutMS=5000
) as client:
    print(client.admin.command('ping'))"""


def _advice(at: Deployment) -> Iterator[Advice]:
    code = _CALL.format(host=bracketed(at.endpoint.host), port=at.endpoint.port, file=at.python())
    note = (
        "For MongoDB. A refused certificate is an error only when serverSelectionTimeoutMS is over, 30 seconds by "
        "default. The file has to serve every member of a replica set."
    )
    yield python(at, "pymongo", code, note, REPLACES)


CLIENT = Client(
    "pymongo",
    place=350,
    settings=(Setting("tlsCAFile", SettingForm.ARGUMENT, REPLACES),),
    library=PythonLibrary(("pymongo",)),
    advice=_advice,
    reaches=speaks_tls(27017, 27018, 27019),
    errors=ErrorOutput(
        (
            # pymongo/common.py tries to open each file of its options
            spelled(Kind.BAD_BUNDLE, pattern=r"in validate readable .{0,300}\[errno 21\] is a directory"),
        ),
        signs=r"\bpymongo\b|ServerSelectionTimeoutError|\bmotor\b",
        version=r"\bpymongo[ /](\d+\.\d+(?:\.\d+)?)",
        trust_command=TRUST_COMMAND,
        layer=Layer.FRAMEWORK,
        cause_signs=(
            CauseSign(TRUST_KINDS, r"\.mongodb\.net\b", (Code.NO_CA_STORE, Code.INTERCEPTION_LIKELY)),
            # Atlas answers so to an address that is not on its access list
            CauseSign(frozenset({Kind.INTERNAL}), r"mongodb\.net|\b[Aa]tlas\b", (Code.ALERT_ACCESS_DENIED,)),
        ),
    ),
)
