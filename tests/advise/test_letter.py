"""What the letter to the administrator says: what is wrong, who refuses, what to send, what to leave out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography import x509

from tests.advise.conftest import run
from tests.support.chains import HOST, NOW, Pki, make_pki, resolution_of, served_by, store_of, views
from tests.support.markdown import tags_of
from tests.support.servers import refused_port
from tests.support.unsafe import unsafe_in
from tui_chain.advise.document import Code
from tui_chain.advise.html.blocks import to_html
from tui_chain.advise.letter import check_command, letter, letter_document, letter_markdown
from tui_chain.clients.families import FAMILIES, FamilyId, family
from tui_chain.core.status import Blame
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.lab.authority import Identity, Template, days
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.starttls.registry import protocols
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.server_chain import ServerChain, server_chain
from tui_chain.resolve.resolution import Resolution
from tui_chain.trust.store import TrustStore

URL = "http://ca.test/issuing.cer"


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


def written(served: ServedChain, trust: TrustStore, *found: Identity) -> str:
    """The letter as text; there has to be one."""
    resolution = resolution_of(trust, served, *found)
    text = letter(served, resolution.diagnosis, chain_of(served, trust, *found))
    assert text is not None, resolution.diagnosis
    return text


def chain_of(served: ServedChain, trust: TrustStore, *found: Identity) -> ServerChain | None:
    return server_chain(served, resolution_of(trust, served, *found), trust, at=NOW)


def items(text: str, heading: str) -> list[str]:
    """The list below a sentence, without numbers and fingerprints."""
    block = text.split(f"{heading}\n\n")[1].split("\n\n", maxsplit=1)[0]
    return [re.sub(r"^  (\d+\.|-) | \(SHA-256 [0-9A-F:]+\)", "", line) for line in block.splitlines()]


def sent(text: str) -> list[str]:
    when = re.search(r"Seen on .* The server sent:", text)
    assert when is not None
    return items(text, when[0])


def to_send(text: str) -> list[str]:
    return items(text, "It should send, in this order:")


ISSUING, ROOT = "CN=Test Issuing,O=tlschain lab", "CN=Test Root,O=tlschain lab"
NEW = ", which it does not send now"


def test_a_leaf_alone_wants_its_intermediate(pki: Pki) -> None:
    text = written(served_by(pki.leaf, address="192.0.2.1"), pki.trust, pki.issuing)
    assert text.startswith("host.test:443 does not send 1 intermediate certificate that clients need.\n")
    assert "Seen on 2026-11-23 at 12:00 UTC from 192.0.2.1." in text
    assert (sent(text), to_send(text)) == ([f"CN={HOST}"], [f"CN={HOST}", ISSUING + NEW])
    assert "leave out" not in text
    assert text.count("-----BEGIN CERTIFICATE-----") == 2
    for name in ("nginx", "Apache", "HAProxy", "Caddy", "IIS", "Traefik", "Tomcat", "Kubernetes"):
        assert f"\n{name}" in text
    assert "\nPostfix" not in text


def test_what_to_send_is_the_whole_order_also_what_is_sent_already(pki: Pki) -> None:
    sub = pki.issuing.issue_ca("Sub")
    text = written(served_by(sub.issue_leaf([HOST]), sub), pki.trust, pki.issuing)
    assert to_send(text) == [f"CN={HOST}", "CN=Sub,O=tlschain lab", ISSUING + NEW]


def test_what_is_sent_for_nothing_is_named_with_the_reason(pki: Pki) -> None:
    other = make_pki("Other")
    old = replace(pki.issuing, now=NOW).issue_leaf([HOST])
    served = served_by(old, other.issuing, pki.root, old, old)
    text = written(served, pki.trust, pki.issuing)
    assert len(sent(text)) == 5
    assert to_send(text) == [f"CN={HOST}", ISSUING + NEW]
    assert items(text, "It should leave out:") == [
        f"CN={HOST}, 2 of 3 copies",
        "CN=Other Issuing,O=tlschain lab: it has nothing to do with the server's certificate",
        f"{ROOT}: clients use their own copy of a root",
    ]


def test_an_expired_intermediate_gives_way_to_the_one_that_was_found(pki: Pki) -> None:
    old = pki.root.cross_sign(pki.issuing, Template(validity=days(-90, -1)))
    text = written(served_by(pki.leaf, old), pki.trust, pki.issuing)
    assert to_send(text) == [f"CN={HOST}", ISSUING + NEW]
    assert items(text, "It should leave out:")[0].startswith(f"{ISSUING}: it has expired")


def test_a_leaf_that_is_not_first_is_put_first(pki: Pki) -> None:
    served = served_by(pki.issuing, pki.leaf)
    text = written(served, pki.trust)
    assert text.startswith("host.test:443 does not send its own certificate first.\n")
    assert to_send(text) == [f"CN={HOST}", ISSUING]
    made = chain_of(served, pki.trust)
    assert made is not None
    assert made.won == set(FamilyId)
    assert [one.label for one in made.certificates] == [HOST, "Test Issuing"]


def hidden_path(pki: Pki) -> ServedChain:
    """A namesake of the intermediate before it, and a leaf that does not name its issuer's key: OpenSSL takes it."""
    leaf = pki.issuing.issue_leaf([HOST], Template(without=frozenset({x509.AuthorityKeyIdentifier.oid})))
    return served_by(leaf, make_pki().issuing, pki.issuing)


def test_a_certificate_that_hides_the_path_is_left_out(pki: Pki) -> None:
    text = written(hidden_path(pki), pki.trust)
    assert "sends certificates in which clients do not find the path to a root" in text.splitlines()[0]
    assert to_send(text) == [f"CN={HOST}", ISSUING]
    assert items(text, "It should leave out:") == [f"{ISSUING}: it has the issuer's name, but another key"]


def test_many_that_do_not_belong_there_are_what_the_letter_begins_with(pki: Pki) -> None:
    """Clients find the path; some take only so many certificates."""
    strangers = [make_pki(f"Stranger {number}").root for number in range(12)]
    text = written(served_by(pki.leaf, pki.issuing, *strangers), pki.trust)
    assert text.startswith("host.test:443 sends 12 certificates that have nothing to do with its own.\n")
    assert "the server sends more than 10 certificates" in text
    assert to_send(text) == [f"CN={HOST}", ISSUING]


def test_those_are_named_who_refuse_and_no_others(pki: Pki) -> None:
    served = hidden_path(pki)
    refusing = resolution_of(pki.trust, served).diagnosis.refusing
    assert 0 < len(refusing) < len(FAMILIES)
    sentence = re.search(
        r"^(.*) client families refuse the connection: (.*)\. The error of ", written(served, pki.trust), re.MULTILINE
    )
    assert sentence is not None
    assert sentence[1] == f"{len(refusing)} of {len(FAMILIES)}"
    assert sentence[2].split("; ") == [family(one).name for one in refusing]


@pytest.mark.parametrize(
    ("target", "hidden"),
    [
        (Target(HOST), True),
        (Target(HOST, 8443), True),
        (Target(HOST, 993), False),
        (Target(HOST, 45671), False),
        (Target(HOST, 25, "smtp"), False),
    ],
    ids=str,
)
def test_browsers_are_spoken_of_where_they_go_and_can_fetch(pki: Pki, target: Target, hidden: bool) -> None:
    leaf = pki.issuing.issue_leaf([HOST], template=Template(urls=(URL,)))
    for one, fetched in ((leaf, hidden), (pki.leaf, False)):
        text = written(replace(served_by(one), target=target), pki.trust, pki.issuing)
        assert ("Chrome, Edge and Safari fetch it from the address that stands in host.test" in text) is fetched


def test_every_missing_certificate_has_to_have_an_address_for_browsers(pki: Pki) -> None:
    sub = pki.issuing.issue_ca("Sub")
    leaf = sub.issue_leaf([HOST], template=Template(urls=("http://ca.test/sub.cer",)))
    assert "Chrome" not in written(served_by(leaf), pki.trust, sub, pki.issuing)
    leaf = sub.issue_leaf([HOST], template=Template(urls=("ldap://ca.test/sub.cer",)))
    assert "Chrome" not in written(served_by(leaf, pki.issuing), pki.trust, sub)


def test_a_certificate_that_has_expired_is_to_be_replaced(pki: Pki) -> None:
    old = pki.issuing.issue_leaf([HOST], template=Template(validity=days(-30, -1)))
    text = written(served_by(old, pki.issuing), pki.trust)
    assert text.startswith("host.test:443 needs another certificate.\n")
    assert "host.test: This certificate has expired." in text
    assert to_send(text) == [f"a certificate for {HOST} without these faults, from its authority", ISSUING]
    assert "-----BEGIN" not in text
    alone = written(served_by(old), pki.trust, pki.issuing)
    assert "needs another certificate and does not send 1 intermediate" in alone.splitlines()[0]


def test_what_only_some_refuse_is_for_the_authority_where_no_chain_file_helps(pki: Pki) -> None:
    nameless = Template(without=frozenset({x509.SubjectAlternativeName.oid}))
    text = written(served_by(pki.issuing.issue_leaf([HOST], nameless), pki.issuing), pki.trust)
    assert text.startswith("host.test:443 needs another certificate.\n")
    assert to_send(text)[0] == f"a certificate for {HOST} without these faults, from its authority"
    assert re.search(r"^\d of 9 client families refuse the connection: ", text, re.MULTILINE)
    # the same beside a missing intermediate: the chain file comes first, and the letter says who still refuses
    alone = written(served_by(pki.issuing.issue_leaf([HOST], nameless)), pki.trust, pki.issuing)
    assert alone.startswith("host.test:443 does not send 1 intermediate certificate that clients need.\n")
    assert " still refuses: " in alone


def test_an_intermediate_that_was_found_nowhere_is_named(pki: Pki) -> None:
    leaf = pki.issuing.issue_leaf([HOST], template=Template(urls=(URL,)))
    text = written(served_by(leaf), pki.trust)
    assert to_send(text)[:2] == [f"CN={HOST}", f"the certificate of {ISSUING}, which signed {HOST}"]
    assert "-----BEGIN" not in text


def test_who_is_not_at_fault_gets_no_letter(pki: Pki) -> None:
    good = served_by(pki.leaf, pki.issuing)
    for served, trust in (
        (good, pki.trust),  # complete
        (good, make_pki("Other").trust),  # the client's store lacks the root
        (served_by(pki.leaf), make_pki("Other").trust),  # nobody can know
    ):
        diagnosis = resolution_of(trust, served).diagnosis
        assert letter(served, diagnosis, chain_of(served, trust)) is None


def test_an_interceptor_is_no_administrator(pki: Pki) -> None:
    served = served_by(pki.leaf)
    diagnosis = replace(resolution_of(pki.trust, served, pki.issuing).diagnosis, blame=Blame.INTERCEPTION)
    assert letter(served, diagnosis, chain_of(served, pki.trust, pki.issuing)) is None


# -- the check


def test_the_check_of_a_private_root_names_it(pki: Pki) -> None:
    text = written(served_by(pki.leaf), pki.trust, pki.issuing)
    assert f"root.pem is the certificate {ROOT} (SHA-256 " in text
    assert " -CAfile root.pem -no-CApath -no-CAstore " in text
    assert "-partial_chain" not in text


def test_a_root_that_the_user_confirmed_counts_for_the_chain_and_is_named_by_the_check(pki: Pki) -> None:
    """No client of the chosen store has it; who refuses the chain for another reason is told apart with it."""
    served, store, found = served_by(pki.leaf), make_pki("Other").trust, views(pki.issuing, pki.root)
    diagnoser = Diagnoser(store, confirmed=frozenset({found[-1].sha256}))
    resolution = Resolution(diagnoser.diagnose(served, at=NOW, found=found), found=found)
    chain = server_chain(served, resolution, store, at=NOW)
    assert chain is not None
    assert chain.won == set(FamilyId)
    text = letter(served, resolution.diagnosis, chain)
    assert text is not None
    assert to_send(text) == [f"CN={HOST}", ISSUING + NEW]
    assert f"root.pem is the certificate {ROOT} (SHA-256 " in text


def test_a_store_that_ends_at_an_intermediate_needs_a_partial_chain(pki: Pki) -> None:
    sub = pki.issuing.issue_ca("Sub")
    text = written(served_by(sub.issue_leaf([HOST])), store_of(pki.issuing), sub)
    assert "-CAfile root.pem -no-CApath -no-CAstore -partial_chain " in text
    assert to_send(text) == [f"CN={HOST}", f"CN=Sub,O=tlschain lab{NEW}", ISSUING + NEW]


def test_the_check_of_a_public_root_uses_the_machines_store(pki: Pki) -> None:
    public = replace(pki.trust, name="certifi")
    text = written(served_by(pki.leaf), public, pki.issuing)
    assert f"The root is {ROOT}, which public trust stores hold." in text
    assert "-CAfile" not in text


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(HOST), ["-connect", "host.test:443", "-servername", HOST, "-verify_hostname", HOST]),
        (Target("::1", 8443), ["-connect", "[::1]:8443", "-verify_ip", "::1"]),
        (
            Target(HOST, 25, "smtp"),
            ["-connect", "host.test:25", "-starttls", "smtp", "-servername", HOST, "-verify_hostname", HOST],
        ),
        (
            Target(HOST, connection=ConnectionOptions(sni="b.test", connect_host="::1", connect_port=8443)),
            ["-connect", "[::1]:8443", "-servername", "b.test", "-verify_hostname", HOST],
        ),
        (
            Target("192.0.2.7", connection=ConnectionOptions(sni="b.test", verify_name="c.test")),
            ["-connect", "192.0.2.7:443", "-servername", "b.test", "-verify_hostname", "c.test"],
        ),
    ],
    ids=str,
)
def test_the_check_names_what_has_to_be_verified(target: Target, words: Sequence[str]) -> None:
    command, _, status = check_command(target).rpartition("; ")
    assert status == "echo $?"
    found = shlex.split(command)
    assert found[:3] == ["openssl", "s_client", "-brief"]
    assert found[3:] == [*words, "-verify_return_error", "<", "/dev/null"]


@pytest.mark.parametrize("protocol", protocols())
def test_openssl_speaks_every_protocol_that_the_check_names(protocol: str) -> None:
    with refused_port() as closed:
        command = check_command(Target("127.0.0.1", closed, protocol))
        done = run("sh", "-c", command)
    assert done.stdout.splitlines()[-1] == "1"
    assert "Connection refused" in done.stderr
    assert "must be one of" not in done.stderr


@pytest.mark.parametrize(
    ("target", "first", "others"),
    [
        (Target(HOST, 25, "smtp"), ["Postfix", "Exim"], False),
        (Target(HOST, 143, "imap"), ["Dovecot"], False),
        (Target(HOST, 389, "ldap"), ["OpenLDAP"], False),
        (Target(HOST, 5432, "postgres"), ["PostgreSQL"], False),
        (Target(HOST, 3306, "mysql"), ["MariaDB"], False),
        (Target(HOST, 21, "ftp"), ["ProFTPD"], False),
        (Target(HOST, 5269, "xmpp-server"), ["Prosody"], False),
        (Target(HOST, 6667, "irc"), ["nginx"], True),
        (Target(HOST, 636), ["OpenLDAP", "nginx"], True),
        (Target(HOST, 9093), ["Kafka", "nginx"], True),
    ],
    ids=str,
)
def test_the_server_of_the_protocol_comes_first(pki: Pki, target: Target, first: list[str], others: bool) -> None:
    text = written(replace(served_by(pki.leaf), target=target), pki.trust, pki.issuing)
    names = "nginx|Postfix|Exim|Dovecot|OpenLDAP|PostgreSQL|MariaDB|ProFTPD|Prosody|Kafka|IIS"
    known = re.findall(rf"^({names})\b", text, re.MULTILINE)
    assert known[: len(first)] == first
    assert ("IIS" in known) is others


def test_names_of_certificates_stay_text_in_every_form() -> None:
    evil = "</pre><script>1</script> ``` [x](y:1) $(id)"
    pki = make_pki(evil)
    served = served_by(pki.leaf)
    diagnosis, chain = (
        resolution_of(pki.trust, served, pki.issuing).diagnosis,
        chain_of(served, pki.trust, pki.issuing),
    )
    marked, document = letter_markdown(served, diagnosis, chain), letter_document(served, diagnosis, chain)
    assert marked is not None
    assert document is not None
    assert "<script>1" not in to_html(document)
    assert not {"a", "script", "img"} & tags_of(marked)
    for block in document.parts:
        assert not isinstance(block, Code) or block.language != "sh" or "$(id)" not in block.text


def test_the_letter_is_the_same_in_every_form(pki: Pki) -> None:
    served = served_by(pki.leaf)
    diagnosis, chain = (
        resolution_of(pki.trust, served, pki.issuing).diagnosis,
        chain_of(served, pki.trust, pki.issuing),
    )
    marked, document = letter_markdown(served, diagnosis, chain), letter_document(served, diagnosis, chain)
    assert marked is not None
    assert document is not None
    assert marked.startswith("# `host.test:443` does not send 1 intermediate")
    page = to_html(document)
    for text in (marked, page):
        assert text.index("It should send, in this order:") < text.index("To fix it") < text.index("To check it")
        assert not unsafe_in(text)
    assert page.count("<ol>") == 2
