"""The JSON of a host: the schema of the package, the page that describes it, and its example."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import tlschain
from tests.support.schema import faults, host_schema
from tui_chain.clients.families import FAMILIES
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.results.values import HostResult

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
ASKED = ("servers", "revocation", "crls", "crl_check", "crl_clients", "crl_error", "changes")


def told(*words: str | Path) -> dict[str, Any]:
    (host,) = tlschain(*words, "--json").objects
    assert isinstance(host, dict)
    return host


def same_everywhere(value: Any, key: str = "") -> Any:
    """A value without what differs from one run or machine to the next."""
    if isinstance(value, dict):
        return {name: same_everywhere(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [same_everywhere(one) for one in value]
    if isinstance(value, float) or key in {"time", "not_after"}:
        return "…"
    if not isinstance(value, str):
        return value
    short = value.partition("\n")[0] if key in {"pem", "bundle"} else value
    return re.sub(r"[0-9a-f]{40,}|(?<=:)\d{4,5}|(?<=OpenSSL )[\d.]+(?: \d+ \w+ \d+)?|group '\w+'", "…", short)


def example() -> Mapping[str, Any]:
    (text,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found: Mapping[str, Any] = json.loads(text)
    return found


def test_the_example_is_what_the_command_prints() -> None:
    real = told("fix", "--demo", "leaf-only", "--no-pool")
    assert same_everywhere(real) == same_everywhere(example())
    assert list(real) == list(example()), "in the same order"
    assert faults(real) == faults(example()) == []


def test_the_page_tells_every_key_of_the_schema() -> None:
    page = PAGE.read_text(encoding="utf-8")
    schema = host_schema()
    for part in (schema, *schema["$defs"].values()):
        for name in part.get("properties", ()):
            assert f"`{name}`" in page, name
    assert set(schema["properties"]) == {*schema["required"], *ASKED}


def test_the_schema_has_the_words_of_the_code() -> None:
    schema = host_schema()
    defs, properties = schema["$defs"], schema["properties"]
    assert set(properties["status"]["enum"]) == set(Status)
    assert set(properties["blame"]["enum"]) == set(Blame)
    assert set(defs["finding"]["properties"]["severity"]["enum"]) == set(Severity)
    assert defs["client"]["properties"]["id"]["enum"] == [family.id for family in FAMILIES]


@pytest.mark.parametrize(
    "words",
    [
        ("check", "complete", "--all-addresses", "--key-types", "--no-sni", "--repeat", "2"),
        ("check", "ocsp-revoked", "--revocation"),
        ("check", "client-certificate-requested-1.2"),
        ("check", "tls-1.0-only"),
        ("check", "alert"),
        ("check", "starttls-not-now"),
        ("fix", "crl-chain", "--crl"),
        ("fix", "crl-chain-revoked", "--crl"),
        ("fix", "constraints-lost-names", "--accept-lost-constraints"),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_every_form_of_it_is_of_the_schema(words: tuple[str, ...]) -> None:
    command, name, *options = words
    host = told(command, "--demo", name, *options)
    assert faults(host) == []
    assert json.loads(HostResult.from_json(json.dumps(host)).to_json()) == host
    for option, key in {"--crl": "crls", "--all-addresses": "servers"}.items():
        assert (key in host) == (option in options)
    assert ("revocation" in host) == ("revoked" in name)


def test_what_a_server_wants_of_clients_is_in_it() -> None:
    tls = told("check", "--demo", "client-certificate-required-1.3")["tls"]
    assert tls["client_certificate"] == "required"
    assert "CN=Lab Root R1,O=tlschain lab" in tls["client_cas"]


def test_verify_judges_a_file_and_fills_both_columns(lab: Lab, tmp_path: Path) -> None:
    chain, bundle = tmp_path / "chain.pem", tmp_path / "bundle.pem"
    chain.write_bytes(to_pem(lab.host("leaf-only").served_der))
    bundle.write_bytes(to_pem([lab.hierarchy["issuing"].der]))
    words = ("verify", chain, "--host", "localhost", "--trust", lab.trust_file)
    host = told(*words, "--bundle", bundle)
    assert faults(host) == []
    assert (host["status"], host["address"]) == ("incomplete", None)
    assert not any(host["tls"].values()), "there was no handshake"
    refused = {one["id"]: one["with_bundle"]["code"] for one in host["clients"] if not one["with_bundle"]["ok"]}
    assert refused == {"requests": 2, "python": 2}
    assert not any(one["as_served"]["ok"] for one in host["clients"])
    assert all(one["with_bundle"] is None for one in told(*words)["clients"])


def test_verify_ends_with_what_counts(lab: Lab, tmp_path: Path) -> None:
    chain, bundle = tmp_path / "chain.pem", tmp_path / "bundle.pem"
    chain.write_bytes(to_pem(lab.host("leaf-only").served_der))
    bundle.write_bytes(to_pem([lab.hierarchy["issuing"].der, lab.hierarchy["root"].der]))
    words = ("verify", chain, "--host", "localhost", "--trust", lab.trust_file)
    assert tlschain(*words).code == 1
    assert tlschain(*words, "--bundle", bundle).code == 0
    assert tlschain("verify", chain, "--trust", lab.trust_file).code == 1, "for its own names"
    assert tlschain("verify", tmp_path / "none.pem").code == 2
    assert tlschain("verify", tmp_path / "none.pem", "--host", "localhost").code == 2
    text = tlschain(*words, "--bundle", bundle).out
    assert "    Go                        ✗ its issuer is not known (UnknownAuthority)" in text
    assert text.count("✓ accepted") == len(FAMILIES)
