"""Results of several runs as one: beside an undisturbed run, and one bundle for all of their hosts."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_fleet import check, fix, hosts_of, in_order_of_hosts, timeless
from tests.support.cli import PROGRAM, ROOT, SECONDS, Done, process, started, tlschain
from tui_chain.lab.internet import Lab
from tui_chain.x509.formats.readers import read_certificates


def merge(lab: Lab, *words: str | Path, stdin: bytes = b"") -> Done:
    return tlschain("merge", *words, "--trust", lab.trust_file, "--no-pool", stdin=stdin)


def parts_of(lab: Lab, folder: Path, lines: list[str], of: int = 3) -> list[Path]:
    """Files of what `check` says of the parts of a list."""
    (folder / "hosts.txt").write_text("\n".join(lines))
    paths = []
    for number in range(1, of + 1):
        paths.append(folder / f"part-{number}.jsonl")
        paths[-1].write_text(check(lab, "--hosts", folder / "hosts.txt", "--shard", f"{number}/{of}").out)
    return paths


def test_merged_parts_are_an_undisturbed_run_line_by_line(lab: Lab, tmp_path: Path) -> None:
    parts = parts_of(lab, tmp_path, hosts_of(lab, 20))
    whole = check(lab, "--hosts", tmp_path / "hosts.txt")
    done = merge(lab, *parts, "--json")
    assert (done.code, done.err) == (1, "")
    assert in_order_of_hosts(done.out.splitlines()) == timeless(whole.out.splitlines())
    again = merge(lab, "-", "--json", stdin=done.out.encode())
    assert again.out == done.out, "merging what was merged changes nothing"


def test_one_bundle_for_all_is_made_of_lines_and_works(lab: Lab, tmp_path: Path) -> None:
    """The one that lacks its intermediate is repaired by what another part served; nobody is asked."""
    port, whole = lab.host("leaf-only").port, lab.host("complete").port
    parts = parts_of(lab, tmp_path, [f"localhost:{port}", f"127.0.0.1:{whole}"], of=2)
    bundle = tmp_path / "bundle.pem"
    done = merge(lab, *parts, "-o", bundle, "--json")
    assert done.code == 0, done.err
    lacking, complete = done.objects
    assert (lacking["status"], complete["status"]) == ("repairable", "complete")
    assert (lacking["written"], complete["written"]) == (str(bundle), None)
    assert lacking["path"][1]["source"] == f"served by 127.0.0.1:{whole}"
    assert len(read_certificates(bundle.read_bytes()).certificates) == 2
    assert f"# Host: localhost:{port}\n" in bundle.read_text()
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    url = f"https://localhost:{port}/"
    for file, code in ((bundle, 0), (lab.trust_file, 60)):
        assert (
            subprocess.run([curl, "-sS", "--cacert", file, url], capture_output=True, check=False).returncode == code
        )


def test_hosts_that_were_searched_for_alone_are_helped_by_the_others(lab: Lab, tmp_path: Path) -> None:
    """Each run had one host: the first found nothing, and the second serves what it lacks."""
    lacking, whole = lab.host("leaf-only").target, lab.host("complete").target
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    first.write_text(fix(lab, lacking, "--offline").out)
    assert json.loads(first.read_text())["status"] == "incomplete"
    second.write_text(check(lab, whole).out)
    together = fix(lab, lacking, whole, "--offline").objects
    merged = merge(lab, first, second, "--json").objects
    assert [one["status"] for one in merged] == [one["status"] for one in together] == ["repairable", "complete"]
    assert [one["bundle"] for one in merged] == [one["bundle"] for one in together]


def test_the_newest_line_of_a_host_counts_whatever_file_it_is_in(lab: Lab, tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text(check(lab, lab.host("complete").target).out)
    new.write_text(check(lab, lab.host("complete").target).out)
    for order in ((old, new), (new, old)):
        assert merge(lab, *order, "--json").out == new.read_text()


def test_a_line_that_is_no_result_is_named_and_the_others_are_merged(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    line = check(lab, lab.host("complete").target).out
    file.write_text(f"{line}nonsense\n{line[:400]}")
    done = merge(lab, file, "--json")
    assert (done.code, done.out) == (2, line)
    assert done.err == f"tlschain: {file}, line 2: it is no result of this version.\n" + (
        f"tlschain: {file}, line 3: it is no result of this version.\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "cannot be read: no such file or directory."), ("", "there are no results as JSON lines")],
)
def test_a_file_without_results_says_so(lab: Lab, tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "results.jsonl"
    if text is not None:
        file.write_text(text)
    done = merge(lab, file)
    assert done.code == 2
    assert words in done.complaint


def test_a_bundle_of_a_line_is_believed_only_where_it_is_proven_again(lab: Lab, tmp_path: Path) -> None:
    """A line that names another certificate as the path's puts nothing into the file."""
    file, bundle = tmp_path / "results.jsonl", tmp_path / "bundle.pem"
    result = fix(lab, lab.host("unknown-root").target).objects[0]
    other = fix(lab, lab.host("leaf-only").target).objects[0]
    file.write_text(
        json.dumps(result | {name: other[name] for name in ("status", "path", "bundle", "clients")}) + "\n"
    )
    done = merge(lab, file, "-o", bundle, "--json")
    assert done.objects[0]["written"] is None
    assert not bundle.exists()


def test_a_trust_store_of_another_name_is_said(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(check(lab, lab.host("complete").target).out)
    done = tlschain("merge", file, "--no-pool")
    assert done.err == (
        "tlschain: 1 host judged otherwise now, with the trust store certifi, than in the files;"
        " --trust names another.\n"
    )


def test_a_text_has_every_host_and_commands_that_may_ask(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(check(lab, lab.host("leaf-only").target).out)
    done = merge(lab, file)
    assert done.code == 1
    assert f"{lab.host('leaf-only').target}\n✗ incomplete" in done.out
    assert "--offline" not in done.out


def test_nothing_is_asked(lab: Lab, tmp_path: Path) -> None:
    """The lab's AIA site counts who comes."""
    file = tmp_path / "results.jsonl"
    file.write_text(check(lab, lab.host("leaf-only").target).out)
    before = len(lab.aia_log)
    done = process("merge", file, "--trust", lab.trust_file, "--no-pool", "-o", tmp_path / "b.pem")
    assert done.code == 1
    assert len(lab.aia_log) == before


def test_options_that_do_not_fit_say_so(tmp_path: Path) -> None:
    assert tlschain("merge").code == 2
    done = tlschain("merge", tmp_path / "x", "--backup")
    assert "--backup is for a file that is written: name it with -o." in done.err


def test_a_reader_that_goes_away_is_no_file_that_cannot_be_read(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(check(lab, lab.host("leaf-only").target).out)
    command = (*PROGRAM, "merge", str(file), "--trust", str(lab.trust_file), "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.close()
        assert reader.stderr.read() == b""
    assert reader.returncode == 1


@pytest.mark.parametrize("name", ["fleet.html", "all.CSV", "all.jsonl"])
def test_a_bundle_is_not_written_where_results_were_meant(tmp_path: Path, name: str) -> None:
    """`-o` of `check` and of `report` is for results, and of `merge` for a bundle."""
    done = tlschain("merge", tmp_path / "a.jsonl", "--format", "html", "-o", tmp_path / name)
    assert done.code == 2
    assert f"The results are printed: have the shell write them, > {name}" in done.err
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("form", ["json", "csv", "text"])
def test_a_host_whose_repair_is_not_proven_again_is_none_that_is_repaired(
    lab: Lab, tmp_path: Path, form: str
) -> None:
    """Its line says that it is repairable, by a root which this run does not trust."""
    file, bundle = tmp_path / "results.jsonl", tmp_path / "bundle.pem"
    file.write_text(fix(lab, lab.host("leaf-only").target).out)
    assert json.loads(file.read_text())["status"] == "repairable"
    done = tlschain("merge", file, "--no-pool", "-o", bundle, "--format", form)
    assert (done.code, bundle.exists()) == (1, False)


def test_a_host_of_which_the_text_says_that_it_is_broken_now_fails(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(check(lab, lab.host("complete").target).out)
    assert merge(lab, file).code == 0
    done = tlschain("merge", file, "--no-pool")
    assert (done.code, "1 host judged otherwise now" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--fail-on", "risk"), 0),
        (("--fail-on", "cosmetic"), 1),
        (("--critical-days", "300"), 1),
        (("--at", "2040-01-01"), 1),
    ],
)
@pytest.mark.parametrize("form", ["json", "csv", "short"])
def test_what_a_repair_does_not_help_counts_for_the_exit_code(
    lab: Lab, tmp_path: Path, words: tuple[str, ...], code: int, form: str
) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(fix(lab, lab.host("root-in-place-of-intermediate").target).out)
    assert merge(lab, file, "--format", form, *words).code == code


def test_a_host_that_was_complete_and_has_expired_fails(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(check(lab, lab.host("complete").target).out)
    assert merge(lab, file, "--format", "csv").code == 0
    done = merge(lab, file, "--format", "csv", "--at", "2040-01-01")
    assert (done.code, ",critical," in done.out) == (1, True)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_ctrl_c_ends_it_with_what_is_done(lab: Lab, tmp_path: Path, form: str) -> None:
    file, count = tmp_path / "results.jsonl", 2_000
    line = json.loads(check(lab, lab.host("complete").target).out)
    file.write_text("".join(json.dumps(line | {"target": f"host-{one}.test:443"}) + "\n" for one in range(count)))
    with started("merge", file, "--trust", lab.trust_file, "--no-pool", "--format", form) as running:
        assert running.stdout is not None
        # a table has a head before the first host
        first = running.stdout.readline() + running.stdout.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=SECONDS)
    assert (running.returncode, err) == (130, b"tlschain: interrupted\n")
    lines = (first + out).splitlines(keepends=True)
    assert len(lines) < count
    assert all(one.endswith(b"\n") for one in lines)


def test_a_host_that_is_repaired_now_keeps_how_it_was_reached(lab: Lab, tmp_path: Path) -> None:
    """It stays the same host: merged with what it was merged from, it is listed once."""
    (tmp_path / "hosts.txt").write_text("\n".join(hosts_of(lab, 2)))
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    whole, lacking = (json.loads(one) for one in check(lab, "--hosts", tmp_path / "hosts.txt").out.splitlines())
    lacking |= {"found": [], "proxy": "http://proxy.test:3128", "crl_error": "none came", "noted": {"by": "me"}}
    old.write_text("".join(json.dumps(one) + "\n" for one in (whole, lacking)))
    merged = merge(lab, old, "--json")
    new.write_text(merged.out)
    repaired = merged.objects[1]
    assert (lacking["status"], repaired["status"]) == ("incomplete", "repairable")
    assert lacking["connection"].keys() >= {"connect-to", "verify-name"}
    for name in ("target", "label", "address", "proxy", "connection", "time", "crl_error", "noted"):
        assert repaired[name] == lacking[name], name
    assert merge(lab, old, new, "--json").out == merged.out


@pytest.mark.parametrize("form", ["csv", "junit", "prometheus", "nagios", "html"])
def test_a_bundle_is_not_printed_among_results_that_programs_read(lab: Lab, tmp_path: Path, form: str) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(fix(lab, lab.host("leaf-only").target).out)
    done = merge(lab, file, "-o", "-", "--format", form)
    why = f"-o - would print the bundle among the results, which --format {form} prints."
    assert done.err == f"tlschain: {why} Name a file for it: `tlschain merge FILE -o BUNDLE`.\n"
    if form == "nagios":
        assert (done.code, done.out.startswith("TLSCHAIN UNKNOWN")) == (3, True)
    else:
        assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(("form", "begin"), [("text", "# "), ("short", "# "), ("json", "{")])
def test_forms_that_leave_room_for_a_bundle_stay(lab: Lab, tmp_path: Path, form: str, begin: str) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(fix(lab, lab.host("leaf-only").target).out)
    done = merge(lab, file, "-o", "-", "--format", form)
    assert (done.code, done.out[: len(begin)]) == (0, begin)


@pytest.mark.parametrize("command", ["fix", "merge"])
def test_one_of_several_files_that_cannot_be_written_is_told(lab: Lab, tmp_path: Path, command: str) -> None:
    """DER holds one certificate a file; the second one stands there already, and is another."""
    targets = [lab.host(name).target for name in ("leaf-only", "unknown-root-served")]
    lines, first, second = (tmp_path / name for name in ("results.jsonl", "d.der", "d-2.der"))
    second.write_bytes(b"mine")
    where = ("--as", "der", "-o", first)
    lines.write_text(fix(lab, *targets, "--as", "client").out)
    done = fix(lab, *targets, *where) if command == "fix" else merge(lab, lines, *where, "--json")
    assert f"tlschain: {second} exists and differs; it was left as it is. Add --replace to replace it.\n" in done.err
    assert (done.code, second.read_bytes()) == (2, b"mine")


@pytest.mark.parametrize("status", ["[]", "{}"])
def test_a_line_whose_status_is_no_text_is_named(lab: Lab, tmp_path: Path, status: str) -> None:
    file = tmp_path / "results.jsonl"
    line = fix(lab, lab.host("complete").target).out
    file.write_text(line + line.replace('"status": "complete"', f'"status": {status}'))
    done = merge(lab, file, "--json")
    assert (done.code, done.out) == (2, line)
    assert done.err.startswith(f"tlschain: {file}, ")
    assert done.err.count("\n") == 1
