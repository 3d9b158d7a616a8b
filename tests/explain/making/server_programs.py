"""Servers whose logs are kept, and how each is started."""

from __future__ import annotations

from dataclasses import dataclass

_NGINX = """daemon off; pid /srv/app/nginx.pid; error_log stderr info; events { worker_connections 64; }
http { access_log off; server { listen 10.20.0.5:8443 ssl; server_name git.corp.internal;
ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate /srv/app/server/chain.pem; ssl_certificate_key /srv/app/server/key.pem;
CLIENTS location / { return 200 "You reached the lab.\\n"; } } }
"""
_NGINX_CLIENTS = "ssl_client_certificate /srv/app/pki/corp-root.pem; ssl_verify_client on;"
_HAPROXY = """global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout connect 3s
  timeout client 3s
  timeout server 3s
frontend web
  bind 10.20.0.5:8443 ssl crt /srv/app/server/both.pem CLIENTS
  error-log-format "%ci:%cp [%t] %ft: SSL handshake failure (%[ssl_fc_err_str]) %[fc_err_str]"
  http-request return status 200
"""
_GO = """package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
)

func main() {
	config := &tls.Config{}
	if len(os.Args) > 1 {
		roots := x509.NewCertPool()
		pem, _ := os.ReadFile(os.Args[1])
		roots.AppendCertsFromPEM(pem)
		config.ClientCAs, config.ClientAuth = roots, tls.RequireAndVerifyClientCert
	}
	server := http.Server{Addr: "10.20.0.5:8443", TLSConfig: config}
	server.ListenAndServeTLS("/srv/app/server/chain.pem", "/srv/app/server/key.pem")
}
"""
_PYTHON = """import http.server
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/app/server/chain.pem", "/srv/app/server/key.pem")
if sys.argv[1:]:
    context.load_verify_locations(sys.argv[1])
    context.verify_mode = ssl.CERT_REQUIRED


class Server(http.server.ThreadingHTTPServer):
    def finish_request(self, request, client_address):
        with context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)


Server(("10.20.0.5", 8443), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
_ASYNCIO = """import asyncio
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/app/server/chain.pem", "/srv/app/server/key.pem")
if sys.argv[1:]:
    context.load_verify_locations(sys.argv[1])
    context.verify_mode = ssl.CERT_REQUIRED


async def handle(reader, writer):
    await reader.readline()
    writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
    writer.close()


async def main():
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    server = await asyncio.start_server(handle, "10.20.0.5", 8443, ssl=context)
    await server.serve_forever()


asyncio.run(main())
"""
_NODE = """const tls = require('tls'); const fs = require('fs');
const [cert, key] = ['chain', 'key'].map(name => fs.readFileSync(`/srv/app/server/${name}.pem`));
const ca = process.argv[2];
const asking = ca ? { ca: fs.readFileSync(ca), requestCert: true, rejectUnauthorized: true } : {};
const server = tls.createServer({ cert, key, ...asking }, s => s.end('HTTP/1.0 200 OK\\r\\n\\r\\n'));
server.on('tlsClientError', (error, s) => console.error('tlsClientError', s.remoteAddress, error));
server.listen(8443, '10.20.0.5');
"""


@dataclass(frozen=True)
class Server:
    """A server: how it is started, with $CLIENTS where it asks for certificates of clients.

    `shows` is whether a program that is a client too wrote the log, and its lines show which.
    """

    label: str
    script: str
    shows: bool
    version: str
    sources: dict[str, str]
    prepare: str = ""


_CA = "${CLIENTS:+/srv/app/pki/corp-root.pem}"
SERVERS = (
    Server(
        "nginx",
        f'sed "s#CLIENTS#${{CLIENTS:+{_NGINX_CLIENTS}}}#" nginx.txt > nginx.conf; exec nginx -c /srv/app/nginx.conf',
        False,
        "nginx -v 2>&1",
        {"nginx.txt": _NGINX},
    ),
    Server(
        "haproxy",
        'sed "s#CLIENTS#${CLIENTS:+ca-file /srv/app/pki/corp-root.pem verify required}#" haproxy.txt > haproxy.cfg;'
        " exec haproxy -db -f haproxy.cfg",
        False,
        "haproxy -v | head -n1",
        {"haproxy.txt": _HAPROXY},
    ),
    Server(
        "go",
        f"exec /srv/app/serve {_CA}",
        True,
        "go version",
        {"serve.go": _GO},
        "cd /srv/app; export GOCACHE=/srv/go-cache GO111MODULE=off; go build -o serve serve.go",
    ),
    Server(
        "socket",
        f"exec /usr/bin/env python3 serve_http.py {_CA}",
        True,
        "python3 --version",
        {"serve_http.py": _PYTHON},
    ),
    Server(
        "asyncio",
        f"exec /srv/app/.venv/bin/python serve_asyncio.py {_CA}",
        True,
        "/srv/app/.venv/bin/python --version",
        {"serve_asyncio.py": _ASYNCIO},
    ),
    Server(
        "node",
        f"exec node serve_tls.cjs {_CA}",
        True,
        "node --version | tr -d v",
        {"serve_tls.cjs": _NODE},
    ),
)
