from __future__ import annotations

from tests.explain.making.client import FEW, SOME, USUAL, Client

_PROXY = 'export https_proxy="$PROXY" HTTPS_PROXY="$PROXY"; '
_PYENV = "$PYENVS"
_PIP = (
    _PROXY + "$VARIANT --no-cache-dir --disable-pip-version-check --retries 1 --timeout 3 install "
    "--user ${TRUST:+--cert $TRUST}"
)
_PIPS = {
    "18.1": f"{_PYENV}/3.6.15/bin/python -m pip",
    "19.2.3": f"{_PYENV}/2.7.18/bin/python -m pip",
    "22.0.4": f"{_PYENV}/3.7.16/bin/python -m pip",
    "23.0.1": f"{_PYENV}/3.9.18/bin/python -m pip",
    "23.2.1": f"{_PYENV}/3.12.1/bin/python -m pip",
    "24.2": f"{_PYENV}/3.13.0/bin/python -m pip",
}
_NEW_PIP = {"26.3": "/srv/app/.venv/bin/python -m pip"}
_NODE = "/srv/node/node_modules"
_EXTRA = 'export TRUST ${TRUST:+NODE_EXTRA_CA_CERTS="$TRUST"} NO_COLOR=1; '
_PROJECT = 'mkdir -p $HOME/project; cd $HOME/project; echo \'{"name":"shop","version":"1.0.0"}\' > package.json; '
_NPM = "npm --no-update-notifier --no-audit --no-fund --fetch-retries=0 --fetch-timeout=4000"
_GEMFILE = "mkdir -p $HOME/gems; cd $HOME/gems; printf \"source '%s'\\ngem 'rack'\\n\" \"$URL\" > Gemfile; "
_SETTINGS = """<settings><mirrors><mirror>
  <id>central</id><mirrorOf>*</mirrorOf><url>${env.URL}</url>
</mirror></mirrors></settings>"""
_POM = """<project><modelVersion>4.0.0</modelVersion><groupId>shop</groupId><artifactId>shop</artifactId>
<version>1</version><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>
<version>3.5.0</version><relativePath/></parent></project>"""
_JAVA_STORE = "${TRUST:+-Djavax.net.ssl.trustStore=${TRUST/%.pem/.p12} -Djavax.net.ssl.trustStorePassword=changeit}"
_JAVA_PROXY = "${PROXY:+-Dhttps.proxyHost=$(echo $PROXY | cut -d/ -f3 | cut -d: -f1) -Dhttps.proxyPort=${PROXY##*:}}"
_POETRY = """[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
[[tool.poetry.source]]
name = "internal"
url = "URL"
"""

CLIENTS = (
    Client(
        "pip",
        _PIP + ' --index-url "${URL}simple" inventory',
        "pip|Retrying|Could not fetch URL|TLS CA certificate|find a version",
        tags=SOME,
        variants=_PIPS,
        host="pypi.org",
        seconds=25,
    ),
    Client(
        "pip",
        _PIP.replace("--user", "--dry-run") + ' --index-url "${URL}simple" inventory',
        "pip|Retrying|Could not fetch URL|TLS CA certificate|find a version|ERROR: ",
        tags=SOME | {"more", "own"},
        variants=_NEW_PIP,
        host="pypi.org",
        seconds=25,
    ),
    Client(
        "uv",
        _PROXY + 'export TRUST ${TRUST:+SSL_CERT_FILE="$TRUST"} UV_HTTP_TIMEOUT=3 UV_HTTP_RETRIES=0;'
        " /srv/app/.venv/bin/uv --color never pip install --dry-run --no-cache --no-config "
        '--target none --index-url "${URL}simple" inventory',
        r"uv|error: |Caused by|cause: |invalid peer certificate|os error",
        "/srv/app/.venv/bin/uv --version",
        tags=USUAL | {"rare", "slow"},
        host="pypi.org",
    ),
    Client(
        "poetry",
        _PROXY + 'mkdir -p $HOME/shop; cd $HOME/shop; sed "s#URL#${URL}simple#" /srv/app/poetry.toml > '
        "pyproject.toml;"
        " export POETRY_CERTIFICATES_INTERNAL_CERT=$TRUST POETRY_VIRTUALENVS_CREATE=false "
        "${TRUST:+REQUESTS_CA_BUNDLE=$TRUST};"
        " /srv/app/.venv/apart/poetry/bin/python -m poetry --no-ansi add --no-interaction --dry-run inventory",
        "poetry|All attempts",
        "/srv/app/.venv/apart/poetry/bin/python -m poetry --version",
        tags=FEW,
        sources={"poetry.toml": _POETRY},
        seconds=40,
        host="pypi.org",
    ),
    Client(
        "npm",
        _PROXY + _EXTRA + _PROJECT + _NPM + ' install left-pad --registry "$URL"',
        "npm",
        "npm --version",
        tags=SOME | {"own"},
        host="registry.npmjs.org",
    ),
    Client(
        "npm",
        _PROXY + _PROJECT + _NPM + ' ${TRUST:+--cafile=$TRUST} view left-pad --registry "$URL"',
        "npm",
        "npm --version",
        tags=FEW | {"file"},
        host="registry.npmjs.org",
    ),
    Client(
        "pnpm",
        _PROXY + _EXTRA + _PROJECT + f"node {_NODE}/pnpm/bin/pnpm.cjs add --lockfile-only --fetch-retries=0 "
        f'--fetch-timeout=4000 left-pad --registry "$URL"',
        "pnpm|ERR_PNPM|WARN|ERR",
        f"node {_NODE}/pnpm/bin/pnpm.cjs --version",
        tags=SOME,
        host="registry.npmjs.org",
    ),
    Client(
        "yarn1",
        _PROXY
        + _EXTRA
        + _PROJECT
        + f"PREFIX=/nonexistent node {_NODE}/yarn/bin/yarn.js --network-timeout 3000 --registry "
        f'"$URL" add left-pad',
        "yarn",
        f"node {_NODE}/yarn/bin/yarn.js --version",
        tags=FEW,
        host="registry.yarnpkg.com",
        seconds=40,
    ),
    Client(
        "yarn",
        _PROXY + _EXTRA + _PROJECT + f"touch yarn.lock; YARN_ENABLE_TELEMETRY=0 YARN_HTTP_RETRY=0 "
        f'YARN_NPM_REGISTRY_SERVER="${{URL%/}}" node {_NODE}/@yarnpkg/cli-dist/bin/yarn.js add '
        f"left-pad",
        "YN0|yarn|➤",
        f"node {_NODE}/@yarnpkg/cli-dist/bin/yarn.js --version",
        tags=FEW | {"connect"},
        host="registry.yarnpkg.com",
    ),
    Client(
        "maven",
        f'export MAVEN_OPTS="-XX:TieredStopAtLevel=1 {_JAVA_STORE} {_JAVA_PROXY}"; export URL; '
        f"mkdir -p $HOME/mvn; cp /srv/app/pom.xml $HOME/mvn; cd $HOME/mvn;"
        " mvn -B -q -s /srv/app/maven.xml -Dmaven.repo.local=$HOME/m2-$RANDOM package",
        r"\[ERROR\]|maven",
        "mvn --version | head -n1 | tr -d '\\033' | cut -d' ' -f3 | cut -d[ -f1",
        tags=SOME,
        host="repo.maven.apache.org",
        sources={"maven.xml": _SETTINGS, "pom.xml": _POM},
        seconds=30,
    ),
    Client(
        "gem",
        _PROXY + 'export TRUST ${TRUST:+SSL_CERT_FILE=$TRUST}; gem install rack --clear-sources --source "$URL"',
        "gem|Gem|ERROR:  ",
        "gem --version",
        tags=SOME,
        host="rubygems.org",
    ),
    Client(
        "bundler",
        _PROXY + _GEMFILE + "export TRUST ${TRUST:+SSL_CERT_FILE=$TRUST} BUNDLE_RETRY=0 BUNDLE_TIMEOUT=4; bundle "
        "install",
        "bundle|Bundler|Fetching|Gem|gem",
        "bundle --version",
        tags=FEW | {"connect"},
        host="rubygems.org",
    ),
    Client(
        "composer",
        _PROXY + "export TRUST ${TRUST:+SSL_CERT_FILE=$TRUST} COMPOSER_ALLOW_SUPERUSER=1 "
        "COMPOSER_HOME=$HOME; composer create-project --no-interaction --no-ansi shop/shop "
        '--repository "$URL"',
        r"composer|Composer|curl error",
        "composer --version --no-ansi 2>/dev/null | cut -d' ' -f3",
        tags=SOME,
    ),
    Client(
        "cargo",
        _PROXY + "export CARGO_NET_RETRY=0 CARGO_HTTP_TIMEOUT=4 RUSTUP_HOME=$RUSTUPS "
        "PATH=$CARGOS/bin:$PATH ${TRUST:+CARGO_HTTP_CAINFO=$TRUST}; $CARGOS/bin/cargo "
        'info --color=never serde --index "sparse+$URL"',
        "cargo|crates|Updating|config.json",
        "RUSTUP_HOME=$RUSTUPS $CARGOS/bin/cargo --version",
        tags=SOME | {"own"},
        host="index.crates.io",
    ),
)
