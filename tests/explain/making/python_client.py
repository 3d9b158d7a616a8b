"""Clients that are programs of Python, each a file beside the script."""

from __future__ import annotations

from tests.explain.making.client import SOME, Client

HERE, NEWER = "/srv/app/.venv/bin/python", "/srv/app313/.venv/bin/python"
PROXY = 'export https_proxy="$PROXY" HTTPS_PROXY="$PROXY"; '
PLACE = ' "$URL" "$TRUST" $CERT $KEY'
_PRINTS = "{python} -c 'import platform; print(platform.python_version())'"
_OF = "-c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))'"


def python_client(
    label: str,
    code: str,
    shows: str,
    *,
    args: str = PLACE,
    python: str = HERE,
    module: str = "",
    before: str = "",
    tags: frozenset[str] = SOME,
    name: str = "",
    **more: object,
) -> Client:
    """Declare a client that is a program of Python: `code`, run with `args`; `module` names its library."""
    # a file of a library's own name would be imported in its place
    file = "fetch_" + (name or label).replace("-", "_") + ".py"
    version = f"{before}{python} {_OF} {module}" if module else _PRINTS.format(python=python)
    script = f"{PROXY}{before}{python} {file}{args}"
    return Client(label, script, shows, version, tags=tags, sources={file: code}, **more)  # type: ignore[arg-type]
