"""Completion in bash, zsh and fish: the shell asks the program, and click knows what fits.

Scripts and answers are ours and not click's: the scripts lie in a release, and what click's own expect in an answer
has changed from version to version. They also know of `--option=value`, of which click's make another word.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, split_arg_string

from tui_chain.engine.option_entry import OptionEntry

_BASH = """\
%(complete_func)s() {
    local word=${COMP_WORDS[COMP_CWORD]} before=() number typed kind value description prefix=
    # bash may take --option=value apart at the equals sign
    for (( number = 0; number < COMP_CWORD; number++ )); do
        typed=${COMP_WORDS[number]}
        if [[ ${#before[@]} -gt 0 && ( $typed == "=" || ${before[-1]} == --*= ) ]]; then
            before[-1]+=$typed
        else
            before+=("$typed")
        fi
    done
    if [[ $word == "=" ]]; then
        word=
        before[-1]+="="
    fi
    if [[ $word == --*=* ]]; then
        prefix=${word%%%%=*}=
    elif [[ ${before[-1]} == --*= ]]; then
        word=${before[-1]}$word
        unset "before[-1]"
    fi
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value description; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$prefix$value") ;;
        esac
    done < <(COMP_WORDS=$(printf '%%s\\n' "${before[@]}") COMP_CWORD=$word %(complete_var)s=bash_complete "$1")
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a answer plain described
    local line word=${words[CURRENT]} before=${(F)words[1,CURRENT-1]}
    local -i none=1
    answer=("${(@f)$(COMP_WORDS=$before COMP_CWORD=$word %(complete_var)s=zsh_complete ${words[1]})}")
    [[ $word == --*=* ]] && compset -P '*='
    for line in $answer; do
        local -a field=("${(@ps:\\t:)line}")
        case $field[1] in
            dir) _path_files -/ && none=0 ;;
            file) _path_files && none=0 ;;
            plain)
                if [[ -n $field[3] ]]; then
                    described+=("${field[2]//:/\\\\:}:$field[3]")
                else
                    plain+=("$field[2]")
                fi ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described && none=0
    (( $#plain )) && compadd -V unsorted -a plain && none=0
    return none
}

# the body of a function where fpath has this file, and else read once
if [[ $funcstack[1] == _%(prog_name)s ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l word (commandline -ct)
    set -l prefix (string match -r -- '^--[^=]+=' "$word"; or echo '')
    set -l value (string replace -r -- '^--[^=]+=' '' "$word")
    set -l before (commandline -opc | string collect)
    env COMP_WORDS="$before" COMP_CWORD="$word" %(complete_var)s=fish_complete %(prog_name)s | while read -l line
        set -l field (string split \\t -- $line)
        switch $field[1]
            case dir
                printf '%%s\\n' $prefix(__fish_complete_directories "$value" '')
            case file
                printf '%%s\\n' $prefix(__fish_complete_path "$value" '')
            case plain
                printf '%%s\\t%%s\\n' "$prefix$field[2]" "$field[3]"
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Shell(ShellComplete):
    """A shell that says in COMP_WORDS what stands before the word at the cursor, and that word in COMP_CWORD."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor without the program's name, and what is typed of the word there."""
        typed = split_arg_string(os.environ.get("COMP_CWORD", ""))
        return split_arg_string(os.environ.get("COMP_WORDS", ""))[1:], typed[0] if typed else ""

    def format_completion(self, item: CompletionItem) -> str:
        """A line of three fields with tabs between them: what it is, the value, its description."""
        return "\t".join(" ".join(str(field or "").split()) for field in (item.type, item.value, item.help))


class Bash(_Shell):
    """bash from 4.4 on."""

    name = "bash"
    source_template = _BASH


class Zsh(_Shell):
    """zsh from 5 on."""

    name = "zsh"
    source_template = _ZSH


class Fish(_Shell):
    """fish from 3.1 on."""

    name = "fish"
    source_template = _FISH


SHELLS: tuple[type[ShellComplete], ...] = (Bash, Zsh, Fish)
"""Those that can complete the programs."""


def register() -> None:
    """Have click use these for the shells of their names."""
    for shell in SHELLS:
        add_completion_class(shell)


def suggestions(entry: OptionEntry, typed: str) -> Iterator[CompletionItem]:
    """What may stand behind an option, as its metavar says: words in small letters, files, names of protocols."""
    for word in (entry.metavar or "").split("|"):
        if word in _FILES:  # the shell knows them
            yield CompletionItem(typed, type="file")
        else:
            names = _protocols() if word == "PROTOCOL" else (word,) * word.islower()
            yield from (CompletionItem(name) for name in names if name.startswith(typed))


_FILES = frozenset({"FILE", "DIR"})


def _protocols() -> tuple[str, ...]:
    from tui_chain.net.starttls.registry import protocols  # loads them all

    return tuple(protocols())


def source(shell: type[ShellComplete], command: click.Command, program: str) -> str:
    """The script by which a shell completes `program`, whose arguments `command` takes."""
    variable = f"_{program.replace('-', '_')}_complete".upper()
    return shell(command, {}, program, variable).source()
