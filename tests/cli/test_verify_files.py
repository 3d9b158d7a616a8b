"""`tlschain verify` of folders and manifests: each chain judged by every family for its hosts, and put right."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.probe.test_tls_secrets import ingress, secret
from tests.support.chains import HOST, NOW, Pki, make_pki
from tests.support.cli import Done, process, tlschain
from tests.support.kubectl import kubectl
from tests.support.network import record_connections
from tests.support.posix import mkfifo
from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tui_chain.lab.authority import Authority, Template, days, key_to_pem, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.probe.pasted import served_ders

PKI = make_pki()
OTHER = make_pki("Other")
WILD = PKI.issuing.issue_leaf(["*.wild.test", "wild.test", "192.0.2.7", "2001:db8::1"])
OLD = PKI.issuing.issue_leaf(["old.test"], Template(validity=days(-90, -1)))
KEY = key_to_pem(PKI.leaf.key)


def b64(*ders: bytes) -> str:
    return base64.b64encode(to_pem(list(ders))).decode()


LEAF, WHOLE = b64(PKI.leaf.der), b64(PKI.leaf.der, PKI.issuing.der)
KEY64 = base64.b64encode(KEY).decode()


def web(chain: str, name: str = "web", authority: str = "") -> str:
    more = f", ca.crt: {authority}" if authority else ""
    return secret(name, data=f"{{tls.crt: {chain}, tls.key: {KEY64}{more}}}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    file = tmp_path / "root" / "root.pem"
    file.parent.mkdir()
    file.write_bytes(to_pem([PKI.root.der]))
    return file


def verify(root: Path, path: Path, *words: str | Path, stdin: bytes = b"") -> Done:
    done = tlschain("verify", path, "--trust", root, "--at", NOW.isoformat(), *words, stdin=stdin)
    for text in (done.out, done.err):
        assert "PRIVATE" not in text
        assert KEY64[:60] not in text
        assert unsafe_in(text.replace("\n", "")) == set()
    return done


def manifest(folder: Path, *documents: str) -> Path:
    file = folder / "all.yaml"
    file.write_text("---\n".join(documents), encoding="utf-8")
    return file


# folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "chains"
    made.mkdir()
    files = {
        "a-whole.pem": to_pem([PKI.leaf.der, PKI.issuing.der]),
        "b-leaf.crt": to_pem([PKI.leaf.der]),
        "c-leaf.der": PKI.leaf.der,
        "d-wild.pem": to_pem([WILD.der, PKI.issuing.der]),
        "e-turned.pem": to_pem([PKI.issuing.der, PKI.leaf.der]),
        "f-old.cer": to_pem([OLD.der, PKI.issuing.der]),
        "g-roots.pem": to_pem([PKI.root.der, OTHER.root.der]),
        "h-key.pem": KEY,
        "notes.md": b"x",
    }
    for name, data in files.items():
        (made / name).write_bytes(data)
    bag = subprocess.run(
        [require_program("openssl"), "crl2pkcs7", "-nocrl", "-certfile", made / "a-whole.pem", "-outform", "DER"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    (made / "i-bag.p7b").write_bytes(bag.stdout)
    return made


def test_every_chain_of_a_folder_has_its_row(folder: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = record_connections(monkeypatch)
    done = verify(root, folder)
    assert done.code == 1
    assert done.err.splitlines()[0] == f"tlschain: 2 files of {folder} without a server's certificate skipped."
    rows = {line.split()[1].rpartition("/")[2]: line for line in done.out.splitlines() if line[:2] in {"✓ ", "✗ "}}
    verdicts = {name: (line[0], line.partition("accepted by ")[2][:1]) for name, line in rows.items()}
    assert verdicts == {
        "a-whole.pem": ("✓", "9"), "b-leaf.crt": ("✗", "0"), "c-leaf.der": ("✗", "0"), "d-wild.pem": ("✓", "9"),
        "e-turned.pem": ("✗", "0"), "f-old.cer": ("✗", "0"), "i-bag.p7b": ("✓", "9"),
    }  # fmt: skip
    assert "www.wild.test:443, wild.test:443 and 2 more" in rows["d-wild.pem"]
    for words in ("missing-issuer", "leaf-not-first", "expired"):
        assert f"\n  {words}  CN=" in done.out, words
    assert tried == []


def test_the_json_of_a_folder_is_a_line_for_each_host(folder: Path, root: Path) -> None:
    told = verify(root, folder, "--json").objects
    rows = [(Path(one["label"]).name, one["target"], one["status"]) for one in told]
    assert rows[:3] == [
        ("a-whole.pem", f"{HOST}:443", "complete"),
        ("b-leaf.crt", f"{HOST}:443", "incomplete"),
        ("c-leaf.der", f"{HOST}:443", "incomplete"),
    ]
    wild = [target for name, target, _ in rows if name == "d-wild.pem"]
    assert wild == ["www.wild.test:443", "wild.test:443", "192.0.2.7:443", "[2001:db8::1]:443"]
    assert all(len(one["clients"]) == 9 for one in told)


def test_a_host_or_a_bundle_counts_for_all(folder: Path, root: Path) -> None:
    told = verify(root, folder, "--host", "other.test", "--json").objects
    assert {one["target"] for one in told} == {"other.test:443"}
    assert {one["status"] for one in told} <= {"invalid", "incomplete"}
    for name in ("d-wild.pem", "e-turned.pem", "f-old.cer"):
        (folder / name).unlink()
    bundle = folder.parent / "bundle.pem"
    bundle.write_bytes(to_pem([PKI.issuing.der, PKI.root.der]))
    assert verify(root, folder, "--bundle", bundle).code == 0
    assert verify(root, folder).code == 1


def test_a_folder_without_chains_says_so(tmp_path: Path, root: Path) -> None:
    assert "There is no file with a server's certificate in" in verify(root, root.parent).complaint
    assert "--fix writes one chain" in verify(root, _two(tmp_path), "--fix").complaint
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.pem").write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der]))
    (broken / "b.pem").symlink_to(broken / "b.pem")
    (broken / "c.pem").write_bytes(to_pem([PKI.issuing.issue_leaf([]).der]))
    (broken / "d.pem").write_bytes(to_pem([PKI.leaf.der])[:300])
    (broken / "e.der").write_bytes(PKI.leaf.der[:-9])
    (broken / "f.txt").write_bytes(b"read me")
    done = verify(root, broken)
    assert done.code == 2
    assert f"There is no certificate in {broken}/d.pem: line 1: the block has no end" in done.err
    assert f"There is no certificate in {broken}/e.der: line 1: not a certificate that can be read" in done.err
    assert f"1 file of {broken} without a server's certificate skipped" in done.err
    assert f"The certificate in {broken}/c.pem names no host." in done.err


def test_a_hostile_name_does_not_reach_the_terminal(tmp_path: Path, root: Path) -> None:
    made = tmp_path / "odd"
    made.mkdir()
    (made / "\x1b[31m\u202e.pem").write_bytes(to_pem([PKI.leaf.der]))
    assert "\\x1b[31m\\u202e.pem" in verify(root, made).out
    (told,) = verify(root, made, "--json").objects
    assert told["label"].endswith("\\x1b[31m\\u202e.pem")


def _two(folder: Path) -> Path:
    made = folder / "two"
    made.mkdir()
    for name in "ab":
        (made / f"{name}.pem").write_bytes(to_pem([PKI.leaf.der]))
    return made


# one file


def test_without_a_host_a_chain_is_judged_for_its_own_names(tmp_path: Path, root: Path) -> None:
    file = tmp_path / "chain.pem"
    file.write_bytes(to_pem([WILD.der, PKI.issuing.der]))
    done = verify(root, file)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"✓ {file}  www.wild.test:443, wild.test:443 and 2 more  complete  accepted by 9 of 9")


def test_the_right_chain_of_a_file_is_written(tmp_path: Path, root: Path) -> None:
    file, right, pool = (tmp_path / name for name in ("chain.pem", "right.pem", "pool.pem"))
    file.write_bytes(to_pem([PKI.leaf.der]))
    pool.write_bytes(to_pem([PKI.issuing.der]))
    words = ("--fix", "--offline", "--no-pool")
    alone = verify(root, file, *words, "-o", right)
    assert alone.code == 1
    assert "no chain was found that more client families accept" in alone.err
    assert f"There is nothing to write; {right} was left as it is." in alone.err
    done = verify(root, file, *words, "--pool", pool, "-o", right)
    assert done.code == 0, done.err
    assert "its chain lacks Test Issuing. The right one is host.test, Test Issuing." in done.err
    assert verify(root, right, "--host", HOST).code == 0
    assert verify(root, right, *words).code == 0
    printed = verify(root, file, *words, "--pool", pool).out.encode()
    assert served_ders(printed) == served_ders(right.read_bytes()) == (PKI.leaf.der, PKI.issuing.der)


def test_a_pipe_is_read_once(tmp_path: Path, root: Path) -> None:
    import threading

    pipe = tmp_path / "pipe.pem"
    mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der])))
    writer.start()
    assert verify(root, pipe, "--host", HOST).code == 0
    writer.join()


# manifests


def test_a_secret_without_its_intermediate_is_named(tmp_path: Path, root: Path) -> None:
    tls = f"[{{hosts: [{HOST}], secretName: web}}, {{hosts: [b.test], secretName: gone}}]"
    file = manifest(tmp_path, web(LEAF), ingress(tls), web(WHOLE, "good"))
    done = verify(root, file)
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].split("  ")[0] == "✗ Secret shop/web"
    assert "incomplete" in lines[0]
    assert lines[1].startswith("✓ Secret shop/good  host.test:443  complete")
    assert "missing-issuer  CN=host.test: The server does not send the issuer" in done.out
    assert f"{file}: The Secret shop/gone, which an Ingress or Gateway names, is not in the file." in done.err
    assert f"`tlschain verify --trust {root}" in done.err
    assert verify(root, manifest(tmp_path, web(WHOLE))).code == 0


def test_the_right_chain_is_written_and_kubectl_and_openssl_take_it(tmp_path: Path) -> None:
    """As kubectl makes them; the missing intermediate comes from another Secret's ca.crt."""
    pki = _today()
    root, chain, key = (tmp_path / name for name in ("root.pem", "chain.pem", "key.pem"))
    root.write_bytes(to_pem([pki.root.der]))
    chain.write_bytes(to_pem([pki.leaf.der]))
    key.write_bytes(key_to_pem(pki.leaf.key))
    dry = ("-n", "shop", "--dry-run=client", "-o", "yaml")
    made = kubectl("create", "secret", "tls", "web", f"--cert={chain}", f"--key={key}", *dry)
    alone = manifest(tmp_path, made)
    before = alone.read_bytes()
    rule = kubectl("create", "ingress", "i", f"--rule={HOST}/*=svc:80,tls=web", *dry)
    beside = secret("other", data=f"{{tls.crt: {b64(pki.leaf.der, pki.issuing.der)}}}")
    listed, change = tmp_path / "listed.yaml", tmp_path / "change.yaml"
    listed.write_text("---\n".join((made, rule, beside)), encoding="utf-8")
    done = tlschain("verify", listed, "--trust", root, "--fix", "--offline", "--no-pool", "-o", change)
    assert done.code == 0, done.err
    assert "Secret shop/web: its tls.crt lacks Test Issuing. The right one is host.test, Test Issuing." in done.err
    (command,) = (line for line in done.err.splitlines() if "kubectl" in line)
    words = shlex.split(command.partition("cluster: ")[2])
    assert words == ["kubectl", "patch", "secret", "web", "-n", "shop", "--patch-file", str(change)]
    assert set(yaml.safe_load(change.read_bytes())["data"]) == {"tls.crt"}
    after = json.loads(kubectl("patch", "--local", "-f", alone, "--patch-file", change, "-o", "json"))
    old = yaml.safe_load(before)
    assert {**after["data"], "tls.crt": ""} == {**old["data"], "tls.crt": ""}
    assert alone.read_bytes() == before
    served = tmp_path / "served.pem"
    served.write_bytes(base64.b64decode(after["data"]["tls.crt"]))
    openssl: list[str | Path] = [
        require_program("openssl"),
        "verify",
        "-CAfile",
        root,
        "-untrusted",
        served,
        "-verify_hostname",
        HOST,
    ]
    verified = subprocess.run([*openssl, served], capture_output=True, text=True, check=False, timeout=60)
    assert verified.stdout.strip() == f"{served}: OK", verified.stderr


def _today() -> Pki:
    from datetime import UTC, datetime

    return make_pki(now=datetime.now(UTC))


def test_several_secrets_are_one_file_without_keys(tmp_path: Path, root: Path) -> None:
    turned = b64(PKI.issuing.der, PKI.leaf.der)
    managed = web(LEAF, "managed").replace(
        "namespace: shop", "namespace: shop, annotations: {cert-manager.io/certificate-name: managed-cert}"
    )
    authority = b64(PKI.issuing.der)
    file = manifest(tmp_path, web(LEAF, "a", authority), web(turned, "b"), web(WHOLE, "c"), managed)
    change = tmp_path / "change.yaml"
    done = verify(root, file, "--fix", "--offline", "--no-pool", "-o", change)
    assert done.code == 0, done.err
    assert f"kubectl apply --server-side --force-conflicts -f {change}" in done.err
    assert "cert-manager's Certificate managed-cert owns it" in done.err
    documents = list(yaml.safe_load_all(change.read_bytes()))
    assert [one["metadata"]["name"] for one in documents] == ["a", "b", "managed"]
    assert {one["data"]["tls.crt"] for one in documents} == {WHOLE}
    assert {tuple(one["data"]) for one in documents} == {("tls.crt",)}
    told = verify(root, file, "--fix", "--offline", "--no-pool", "-o", change, "--replace", "--json").objects
    assert [one["written"] for one in told] == [str(change), str(change), None, str(change)]
    again = manifest(tmp_path, *(web(one["data"]["tls.crt"], one["metadata"]["name"]) for one in documents))
    assert verify(root, again).code == 0


def test_a_manifest_with_keys_is_never_written_over(tmp_path: Path, root: Path) -> None:
    file = manifest(tmp_path, web(LEAF, authority=b64(PKI.issuing.der)))
    before = file.read_bytes()
    done = verify(root, file, "--fix", "--offline", "--no-pool", "-o", file, "--replace")
    assert done.code == 2
    assert "holds a private key; it is neither shown nor replaced" in done.err
    assert file.read_bytes() == before


def test_what_a_new_chain_cannot_mend_stays_refused(tmp_path: Path, root: Path) -> None:
    """A host that the certificate is not for, one that has expired, and a root that nobody trusts."""
    hosts = f"[{{hosts: [{HOST}, wrong.test], secretName: web}}]"
    file = manifest(tmp_path, web(LEAF, authority=b64(PKI.issuing.der)), ingress(hosts))
    done = verify(root, file, "--fix", "--offline", "--no-pool")
    assert done.code == 1
    assert "For host.test:443 it is accepted by 9 of 9 client families." in done.err
    assert "For wrong.test:443 it is accepted by 0 of 9 client families." in done.err
    assert yaml.safe_load(done.out)["data"]["tls.crt"] == WHOLE
    for chain in (b64(OLD.der), b64(OTHER.leaf.der, OTHER.issuing.der)):
        file = manifest(tmp_path, web(chain, authority=b64(PKI.issuing.der, OTHER.root.der)))
        done = verify(root, file, "--fix", "--offline", "--no-pool")
        assert (done.code, done.out) == (1, "")


def test_a_root_in_a_secret_is_no_anchor(tmp_path: Path, root: Path) -> None:
    """Neither in its chain nor in its ca.crt: law 1."""
    chain = b64(OTHER.leaf.der, OTHER.issuing.der, OTHER.root.der)
    file = manifest(tmp_path, web(chain, authority=b64(OTHER.root.der)))
    done = verify(root, file)
    assert done.code == 1
    assert "untrusted" in done.out
    assert verify(root, file, "--fix", "--offline", "--no-pool").out == ""


def test_missing_certificates_come_from_aia_unless_offline(lab: Lab, tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    told = tlschain("check", lab.host("leaf-only").target, "--trust", lab.trust_file, "--json").objects[0]
    leaf = x509.load_pem_x509_certificate(told["served"][0]["pem"].encode())
    file = manifest(tmp_path, secret(data=f"{{tls.crt: {b64(leaf.public_bytes(Encoding.DER))}}}"))
    words = ("verify", file, "--trust", lab.trust_file, "--fix", "--no-pool")
    assert tlschain(*words, "--offline").code == 1
    assert tlschain(*words).code == 1, "a private address needs consent"
    done = tlschain(*words, "--allow-private-aia")
    assert done.code == 0, done.err
    assert "tlschain: asking 127.0.0.1:" in done.err
    chain = yaml.safe_load(done.out)["data"]["tls.crt"]
    assert base64.b64decode(chain).count(b"BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize("data", [b"apiVersion: v1\nkind: ConfigMap\n", b"apiVersion: v1\nkind: x: y\n"])
def test_a_manifest_without_chains_says_why(tmp_path: Path, root: Path, data: bytes) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(data)
    assert str(file) in verify(root, file).complaint


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("-o", "x"), "-o is for the chain that --fix writes."),
        (("--fix", "--bundle", "x"), "--fix and --bundle exclude each other"),
        (("--fix", "--backup"), "--backup is for a file that is written"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, words: tuple[str, ...], complaint: str) -> None:
    done = tlschain("verify", tmp_path / "x.pem", *words)
    assert done.code == 2
    assert complaint in done.err


def test_the_audit_leads_to_it(tmp_path: Path) -> None:
    file = manifest(tmp_path, web(WHOLE))
    complaint = tlschain("audit", file).complaint
    assert complaint.startswith(f"{file} is a manifest of Kubernetes and no trust file. `tlschain verify {file}`")


def test_standard_input_is_a_manifest_too(root: Path) -> None:
    words = ("verify", "-", "--trust", root, "--at", NOW.isoformat())
    assert process(*words, stdin=web(WHOLE).encode()).code == 0


def test_other_authorities_make_no_difference(tmp_path: Path, root: Path) -> None:
    """A namesake with another key in ca.crt is no issuer: law 2."""
    namesake = Authority.root("Test Issuing", now=NOW)
    file = manifest(tmp_path, web(LEAF, authority=b64(namesake.der)))
    done = verify(root, file, "--fix", "--offline", "--no-pool")
    assert (done.code, done.out) == (1, "")
