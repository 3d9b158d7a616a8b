"""kafka-python and librdkafka: Kafka from Python and C."""

from __future__ import annotations

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, speaks_tls
from tui_chain.clients.errors import CauseSign, ErrorOutput, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.python_code import TRUST_COMMAND

CLIENT = Client(
    "Kafka",
    364,
    errors=ErrorOutput(
        (
            spelled(
                Kind.GENERAL,
                "broker certificate could not be verified, verify that ssl.ca.location is correctly configured",
            ),
            spelled(Kind.BAD_BUNDLE, "ssl.ca.location failed"),
            spelled(Kind.NO_CA_STORE, "rdkafka#: root certificates"),
            spelled(Kind.ENDED, "Disconnected while requesting ApiVersion"),
        ),
        signs=r"\bkafka(?:\.|-python)|\blibrdkafka\b|\brdkafka\b|ssl://[^\s/]{1,300}/bootstrap|KafkaConnection|confluent_kafka",
        trust_command=TRUST_COMMAND,
        layer=Layer.FRAMEWORK,
        cause_signs=(
            CauseSign(
                frozenset({Kind.GENERAL}),
                r"ssl\.ca\.location",
                (Code.UNTRUSTED_ROOT, Code.CA_FILE, Code.NO_CA_STORE, Code.HOST_MISMATCH),
            ),
        ),
    ),
    reaches=speaks_tls(9093),
)
