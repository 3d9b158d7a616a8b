from __future__ import annotations

from tests.explain.making.client import FEW, SOME, Client

_HERE = "/srv/app/.venv/bin/python"
_OF = "-c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))'"
_DIRECT = SOME - {"proxy"}
_PYMONGO = """import sys
from pymongo import MongoClient

host, port, trust = sys.argv[1:4]
client = MongoClient(f"mongodb://{host}:{port}/", tls=True, tlsCAFile=trust or None, serverSelectionTimeoutMS=2500)
print(client.list_database_names())
"""
_PYMONGO_SET = """import sys
from pymongo import MongoClient

client = MongoClient("mongodb://%s:%s/?replicaSet=rs0" % tuple(sys.argv[1:3]), tls=True,
                     tlsCAFile=sys.argv[3] or None, serverSelectionTimeoutMS=1500)
print(client.list_database_names())
"""
_REDIS = """import sys
import redis

host, port, trust = sys.argv[1:4]
client = redis.Redis(host=host, port=int(port), ssl=True, ssl_ca_certs=trust or None, socket_timeout=4)
print(client.ping())
"""
_PSYCOPG = """import sys
import psycopg

host, port, trust = sys.argv[1:4]
dsn = f"host={host} port={port} dbname=shop user=shop sslmode=verify-full connect_timeout=4"
connection = psycopg.connect(dsn + (f" sslrootcert={trust}" if trust else " sslrootcert=system"))
"""
_PYMYSQL = """import sys
import pymysql

host, port, trust = sys.argv[1:4]
connection = pymysql.connect(host=host, port=int(port), user="shop", password="secret", ssl_ca=trust or None,
                             ssl_verify_cert=True, ssl_verify_identity=True, connect_timeout=4)
"""
_SMTPLIB = """import smtplib
import ssl
import sys

host, port, trust = sys.argv[1:4]
context = ssl.create_default_context(cafile=trust or None)
with smtplib.SMTP(host, int(port), timeout=4) as server:
    server.starttls(context=context)
    server.noop()
"""
_IMAPLIB = """import imaplib
import ssl
import sys

host, port, trust = sys.argv[1:4]
context = ssl.create_default_context(cafile=trust or None)
with imaplib.IMAP4_SSL(host, int(port), ssl_context=context, timeout=4) as mail:
    mail.noop()
"""
_KAFKA = """import logging
import sys
from kafka import KafkaProducer

logging.basicConfig(level=logging.WARNING)
host, port, trust = sys.argv[1:4]
producer = KafkaProducer(bootstrap_servers=f"{host}:{port}", security_protocol="SSL", ssl_cafile=trust or None,
                         request_timeout_ms=1500, bootstrap_timeout_ms=2000)
"""
_LDAP3 = """import ssl
import sys
import ldap3

host, port, trust = sys.argv[1:4]
tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=trust or None)
server = ldap3.Server(host, int(port), use_ssl=True, tls=tls, connect_timeout=3)
ldap3.Connection(server, auto_bind=True)
"""
_PIKA = """import ssl
import sys
import pika

host, port, trust = sys.argv[1:4]
context = ssl.create_default_context(cafile=trust or None)
parameters = pika.ConnectionParameters(host, int(port), ssl_options=pika.SSLOptions(context, host),
                                       stack_timeout=3, blocked_connection_timeout=3)
pika.BlockingConnection(parameters)
"""
_PAHO = """import ssl
import sys
import paho.mqtt.client as mqtt

host, port, trust = sys.argv[1:4]
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.tls_set_context(ssl.create_default_context(cafile=trust or None))
client.connect(host, int(port))
"""
_ELASTIC = """import sys
from elasticsearch import Elasticsearch

url, trust = sys.argv[1:3]
client = Elasticsearch(url, ca_certs=trust or None, request_timeout=3, max_retries=0)
print(client.info())
"""
_PLACE = ' "$HOST" "$PORT" "$TRUST"'
_MORE = 'export PYTHONPATH="$LIBRARIES/misc"; '


def _service(
    label: str,
    code: str,
    shows: str,
    port: int,
    *,
    module: str = "",
    before: str = "",
    args: str = _PLACE,
    tags: frozenset[str] = _DIRECT,
    name: str = "",
) -> Client:
    file = (name or label).replace("-", "_") + "_client.py"
    version = f"{before}{_HERE} {_OF} {module}" if module else f"{_HERE} --version"
    return Client(label, f"{before}{_HERE} {file}{args}", shows, version, port, tags=tags, sources={file: code})


CLIENTS = (
    _service("pymongo", _PYMONGO, "pymongo", 27017, module="pymongo"),
    _service("pymongo", _PYMONGO_SET, "pymongo", 27017, module="pymongo", tags=FEW, name="pymongo_set"),
    _service("redis", _REDIS, "redis", 6379, module="redis", tags=_DIRECT | {"own"}),
    _service("psycopg", _PSYCOPG, "psycopg|connection to server at", 5432, module="psycopg"),
    _service("pymysql", _PYMYSQL, "pymysql", 3306, module="pymysql"),
    _service("smtplib", _SMTPLIB, "smtplib", 587, tags=FEW | {"connect"}),
    _service("imaplib", _IMAPLIB, "imaplib", 993, tags=FEW | {"connect"}),
    _service(
        "kafka",
        _KAFKA,
        "kafka",
        9093,
        module="kafka-python",
        tags=FEW,
        before='export PYTHONPATH="$LIBRARIES/kafka"; ',
    ),
    _service("ldap3", _LDAP3, "ldap3", 636, module="ldap3", before=_MORE, tags=FEW),
    _service("pika", _PIKA, "pika", 5671, module="pika", before=_MORE, tags=FEW),
    _service("paho", _PAHO, "paho", 8883, module="paho-mqtt", before=_MORE, tags=FEW),
    _service(
        "elasticsearch",
        _ELASTIC,
        "elastic",
        9200,
        module="elasticsearch",
        before=_MORE,
        tags=FEW,
        args=' "https://$HOST:9200" "$TRUST"',
    ),
    Client(
        "psql",
        '[ "$TRUST" ] || exit 127; '
        'psql "host=$HOST port=$PORT user=shop dbname=shop sslmode=verify-full connect_timeout=4'
        ' ${TRUST:+sslrootcert=$TRUST}"',
        "psql",
        "psql --version",
        5432,
        tags=_DIRECT | {"own", "more"},
    ),
    Client(
        "mysql",
        'mariadb -h "$HOST" -P "$PORT" -u shop --connect-timeout=4 --ssl-verify-server-cert'
        " ${TRUST:+--ssl-ca=$TRUST} -e status",
        "ERROR 20",
        "mariadb --version",
        3306,
        tags=_DIRECT,
    ),
    Client(
        "redis-cli",
        'timeout 8 redis-cli --tls -h "$HOST" -p "$PORT" ${TRUST:+--cacert $TRUST} PING',
        "Redis|redis",
        "redis-cli --version",
        6379,
        tags=_DIRECT,
    ),
    Client(
        "ldapsearch",
        "export TRUST ${TRUST:+LDAPTLS_CACERT=$TRUST} LDAPTLS_REQCERT=demand LDAPNETWORK_TIMEOUT=4;"
        ' ldapsearch -d 1 -H "ldaps://$HOST:$PORT" -x -s base -b "" 2>&1 | grep -v "^ldap_\\(url\\|create\\|init\\)"',
        "ldap",
        "ldapsearch -VV 2>&1 | head -n1",
        636,
        tags=FEW | {"file"},
    ),
)
