from __future__ import annotations

from tests.explain.making.client import EVERYTHING, FEW, SOME, USUAL, Client

_PROXY = 'export https_proxy="$PROXY" HTTPS_PROXY="$PROXY"; '
_EXTRA = 'export TRUST ${TRUST:+NODE_EXTRA_CA_CERTS="$TRUST"}; '
_HTTPS = """const https = require('https'); const fs = require('fs');
const [url, cert, key] = process.argv.slice(2);
const options = cert ? { cert: fs.readFileSync(cert), key: fs.readFileSync(key), timeout: 4000 } : { timeout: 4000 };
const request = https.get(url, options, r => r.pipe(process.stdout));
request.on('timeout', () => request.destroy(new Error('timeout')));
"""
_CA = """const https = require('https'); const fs = require('fs');
const [url, ca] = process.argv.slice(2);
https.get(url, ca ? { ca: fs.readFileSync(ca) } : {}, r => r.pipe(process.stdout));
"""
_FETCH = """const response = await fetch(process.argv[2], { signal: AbortSignal.timeout(4000) });
console.log(await response.text());
"""
_FETCH_LOGGED = """try {
  const response = await fetch(process.argv[2]);
  console.log(await response.text());
} catch (error) {
  console.error('sync failed:', error);
  process.exit(1);
}
"""
_GET = """import java.net.*;
public class Fetch { public static void main(String[] a) throws Exception {
    HttpURLConnection c = (HttpURLConnection) new URL(a[0]).openConnection();
    c.setConnectTimeout(4000); c.setReadTimeout(4000);
    System.out.print(new String(c.getInputStream().readAllBytes())); } }
"""
_CLIENT = """import java.net.URI; import java.net.http.*; import java.time.Duration;
public class Send { public static void main(String[] a) throws Exception {
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(4))
        .proxy(java.net.ProxySelector.getDefault()).build();
    HttpRequest request = HttpRequest.newBuilder(URI.create(a[0])).timeout(Duration.ofSeconds(4)).build();
    System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body()); } }
"""
_JAVA_STORE = "${TRUST:+-Djavax.net.ssl.trustStore=${TRUST/%.pem/.p12} -Djavax.net.ssl.trustStorePassword=changeit}"
_JAVA_PROXY = "${PROXY:+-Dhttps.proxyHost=$(echo $PROXY | cut -d/ -f3 | cut -d: -f1) -Dhttps.proxyPort=${PROXY##*:}}"
_JAVA = f"$VARIANT -XX:TieredStopAtLevel=1 -cp /srv/app {_JAVA_STORE} {_JAVA_PROXY}"
_JAVAS = {
    "17.0.15": "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
    "25.0.3": "/usr/lib/jvm/temurin-25-jdk-amd64/bin/java",
}
_STORES = """for each in corp-root intermediate-only; do
    keytool -importcert -noprompt -storetype PKCS12 -storepass changeit -alias one -file /srv/app/pki/$each.pem \\
        -keystore /srv/app/pki/$each.p12
done
for each in empty garbage broken half; do cp /srv/app/pki/$each.pem /srv/app/pki/$each.p12; done
cd /srv/app; javac -nowarn --release 17 Fetch.java Send.java
"""
_GO = """package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{}
	if len(os.Args) > 2 {
		pair, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
		if err != nil {
			fmt.Fprintln(os.Stderr, "tls:", err)
			os.Exit(1)
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	client := http.Client{Timeout: 4 * time.Second, Transport: transport}
	answer, err := client.Get(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	text, _ := io.ReadAll(answer.Body)
	fmt.Print(string(text))
}
"""
_GO_LOG = """package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 4 * time.Second}
	answer, err := client.Get(os.Args[1])
	if err != nil {
		log.Fatalf("sync: %v", err)
	}
	io.Copy(os.Stdout, answer.Body)
}
"""
_BUILD = "cd /srv/app; export GOCACHE=/srv/go-cache GOPATH=/srv/go GOTOOLCHAIN=local GO111MODULE=off; "
_RUBY = """require 'net/http'
require 'openssl'
uri = URI(ARGV[0])
Net::HTTP.start(uri.host, uri.port, use_ssl: true, open_timeout: 4, read_timeout: 4, ssl_timeout: 4) do |http|
  puts http.get('/').body
end
"""
_PHP = """<?php
ini_set("default_socket_timeout", 4);
$context = stream_context_create($argv[2] ? ["ssl" => ["cafile" => $argv[2]]] : []);
echo file_get_contents($argv[1], false, $context);
"""
_PHP_CURL = """<?php
$c = curl_init($argv[1]);
$trust = $argv[2] ? [CURLOPT_CAINFO => $argv[2]] : [];
curl_setopt_array($c, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 5] + $trust);
$body = curl_exec($c);
if ($body === false) {
    $help = 'see https://curl.haxx.se/libcurl/c/libcurl-errors.html';
    throw new RuntimeException('cURL error ' . curl_errno($c) . ': ' . curl_error($c) . " ($help) for " . $argv[1]);
}
echo $body;
"""
_LWP = """use LWP::UserAgent;
my $ua = LWP::UserAgent->new(timeout => 4, ssl_opts => { $ARGV[1] ? (SSL_ca_file => $ARGV[1]) : () });
$ua->env_proxy;
my $response = $ua->get($ARGV[0]);
print $response->is_success ? $response->decoded_content : $response->as_string;
"""
_PERL = """use IO::Socket::SSL;
my @trust = $ARGV[2] ? (SSL_ca_file => $ARGV[2]) : ();
my $socket = IO::Socket::SSL->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => 4, @trust)
    or die "cannot connect: $!, $SSL_ERROR\\n";
print $socket "GET / HTTP/1.0\\r\\n\\r\\n";
print <$socket>;
"""
_NODE = r"node:|Node\.js|code: '[A-Z_]+'|UNABLE_TO|\[cause\]"
_DENO = "/srv/node/node_modules/deno/bin.cjs"

CLIENTS = (
    Client(
        "node",
        _EXTRA + 'node https.cjs "$URL" $CERT $KEY',
        _NODE,
        "node --version | tr -d v",
        tags=EVERYTHING - {"proxy"},
        sources={"https.cjs": _HTTPS},
    ),
    Client(
        "node",
        'node ca.cjs "$URL" $TRUST',
        _NODE,
        "node --version | tr -d v",
        tags=FEW | {"file"},
        sources={"ca.cjs": _CA},
    ),
    Client(
        "node-fetch",
        _EXTRA + 'node fetch.mjs "$URL"',
        _NODE,
        "node --version | tr -d v",
        tags=USUAL - {"proxy"},
        sources={"fetch.mjs": _FETCH},
    ),
    Client(
        "node-fetch",
        _EXTRA + 'node logged.mjs "$URL"',
        _NODE,
        "node --version | tr -d v",
        tags=SOME - {"proxy"},
        sources={"logged.mjs": _FETCH_LOGGED},
    ),
    Client(
        "java",
        _JAVA + ' Fetch "$URL"',
        r"java|sun\.security|javax",
        tags=EVERYTHING,
        variants=_JAVAS,
        sources={"Fetch.java": _GET, "Send.java": _CLIENT},
        prepare=_STORES,
    ),
    Client("java-http", _JAVA + ' Send "$URL"', r"java|sun\.security|javax", tags=USUAL, variants=_JAVAS),
    Client(
        "go",
        _PROXY + 'export TRUST ${TRUST:+SSL_CERT_FILE="$TRUST"}; /srv/app/get "$URL" $CERT $KEY',
        r'x509|tls:|Get "|dial tcp|proxyconnect',
        "go version",
        tags=EVERYTHING,
        sources={"get.go": _GO},
        prepare=_BUILD + "go build -o get get.go",
    ),
    Client(
        "go",
        _PROXY + 'export TRUST ${TRUST:+SSL_CERT_FILE="$TRUST"} SSL_CERT_DIR=/nonexistent; /srv/app/logging "$URL"',
        r'x509|tls:|Get "|dial tcp|proxyconnect',
        "go version",
        tags=SOME,
        sources={"logging.go": _GO_LOG},
        prepare=_BUILD + "go build -o logging logging.go",
    ),
    Client(
        "go",
        _PROXY + 'export TRUST ${TRUST:+SSL_CERT_FILE="$TRUST"} GOCACHE=/srv/go-cache GOPATH=$HOME/go '
        'GOTOOLCHAIN=local GOFLAGS=-mod=mod GOPROXY="${URL%/}" GONOSUMDB=* GONOSUMCHECK=1 '
        "GOSUMDB=off; mkdir -p $HOME/mod; cd $HOME/mod; go mod init shop >/dev/null 2>&1; go get "
        "golang.org/x/text@v0.14.0",
        r'x509|tls:|Get "|dial tcp|proxyconnect',
        "go version",
        tags=FEW | {"proxy"},
        host="proxy.golang.org",
    ),
    Client(
        "ruby",
        _PROXY + 'export TRUST ${TRUST:+SSL_CERT_FILE="$TRUST"}; ruby fetch.rb "$URL"',
        r"\.rb:|OpenSSL::|Net::",
        "ruby --version",
        tags=EVERYTHING - {"identity"},
        sources={"fetch.rb": _RUBY},
    ),
    Client(
        "php",
        'php fetch.php "$URL" "$TRUST"',
        "PHP|file_get_contents|php",
        "php --version | head -n1",
        tags=USUAL - {"proxy"},
        sources={"fetch.php": _PHP},
    ),
    Client(
        "php-curl",
        _PROXY + 'php curl.php "$URL" "$TRUST"',
        "cURL|PHP",
        "php --version | head -n1",
        tags=USUAL,
        sources={"curl.php": _PHP_CURL},
    ),
    Client(
        "lwp",
        _PROXY + 'perl lwp.pl "$URL" "$TRUST"',
        "LWP|Client-Warning|perl",
        "perl -MLWP -e 'print $LWP::VERSION'",
        tags=USUAL,
        sources={"lwp.pl": _LWP},
    ),
    Client(
        "perl",
        'perl socket.pl "$HOST" "$PORT" "$TRUST"',
        "IO::Socket",
        "perl -MIO::Socket::SSL -e 'print $IO::Socket::SSL::VERSION'",
        tags=SOME - {"proxy"},
        sources={"socket.pl": _PERL},
    ),
    Client(
        "deno",
        _PROXY + f"export NO_COLOR=1 DENO_NO_UPDATE_CHECK=1 ${{TRUST:+DENO_CERT=$TRUST}}; node {_DENO} "
        f'eval "console.log(await (await fetch(Deno.args[0])).text())" "$URL"',
        r"deno|ext:|client error",
        f"node {_DENO} --version | head -n1 | cut -d' ' -f2",
        tags=SOME,
    ),
)
