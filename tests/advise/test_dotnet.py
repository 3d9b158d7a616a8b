"""The advice for .NET and PowerShell, neither of which a registry of packages has: what can be read of it."""

from __future__ import annotations

import ast
import re
import shlex

import tree_sitter_c_sharp
from tree_sitter import Language, Parser

from tests.advise.conftest import Site


def test_the_code_is_csharp_and_names_the_file(site: Site) -> None:
    snippet = site.of(".NET, in code")
    assert snippet.language == "csharp"
    assert not Parser(Language(tree_sitter_c_sharp.language())).parse(snippet.code.encode()).root_node.has_error
    literal = re.search(r"ImportFromPemFile\((.*)\);", snippet.code)
    assert literal is not None
    # escapes of JSON are a part of those of C#, and of Python's but for pairs of surrogates
    assert ast.literal_eval(literal[1]).encode("utf-16", "surrogatepass").decode("utf-16") == str(site.bundle)


def test_the_variable_is_set_before_the_process_starts(site: Site) -> None:
    for client in (".NET", "PowerShell"):
        snippet = site.of(client)
        assert snippet.language == "sh"
        assert shlex.split(snippet.code) == ["export", f"SSL_CERT_FILE={site.bundle}"]
        assert site.undo_of(client) == "unset SSL_CERT_FILE"
