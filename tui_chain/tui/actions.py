"""The one table of actions: it feeds the bindings, the palette, the help screen and the README."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Action:
    """Something a key does: stable `id` for remapping, `keys` as Textual names them, words for help and palette.

    `footer` is its short name in the footer, empty to leave it out; `shown` the key as people write it, and
    `footer_key` as the footer does where that differs.
    """

    id: str
    keys: str
    call: str
    words: str
    footer: str = ""
    shown: str = ""
    footer_key: str = ""
    palette: bool = True

    @property
    def key_words(self) -> str:
        """The keys as people write them."""
        return self.shown or self.keys.replace(",", " ")


ACTIONS: tuple[Action, ...] = (
    Action("help", "question_mark", "help", "All keys", "Keys", "?"),
    Action("quit", "q,ctrl+q", "request_quit", "Quit; asks while a proven bundle is unwritten", "Quit", "q"),
    Action("pane.hosts", "1", "pane('hosts')", "Go to the host list", "Pane", footer_key="1-4", palette=False),
    Action("pane.chain", "2", "pane('chain')", "Go to the served chain", palette=False),
    Action("pane.links", "3", "pane('links')", "Go to the missing links", palette=False),
    Action("pane.live", "4", "pane('live')", "Go to the clients and the live test", palette=False),
    Action("host.add", "a", "add", "Add a host, or paste a list", "Add"),
    Action("host.probe", "r", "probe", "Probe this host again", "Probe"),
    Action("host.fix", "f", "fix", "Find the missing links, build and prove the repair", "Fix"),
    Action("host.test", "t", "test", "Test with a real request, before and after", "Test"),
    Action("host.write", "w", "write", "Write the bundle; shows its exact bytes first", "Write"),
    Action("copy.certificate", "y", "copy_certificate", "Copy this certificate as PEM", "Copy"),
    Action("copy.bundle", "Y", "copy_bundle", "Copy the whole bundle as PEM"),
    Action("host.say", "x", "say", "Say it: commands for clients, a letter to the server"),
    Action("link.choose", "space", "choose", "Mark a host for one bundle, or choose a certificate", shown="space"),
    Action("path.next", "n", "way(1)", "Take the next of several paths", palette=False),
    Action("path.previous", "p", "way(-1)", "Take the path before", palette=False),
    Action("root.trust", "c", "trust_root", "Confirm a private root by its fingerprint"),
    Action("host.servers", "A", "servers", "Ask every address and key type of this host"),
    Action("host.revocation", "v", "revocation", "Ask whether its certificates were revoked"),
    Action("host.request", "m", "request", "Method, path, headers and proxy of the test"),
    Action("hop.open", "o", "open_hop", "Open the hop that failed as a new host"),
    Action("host.crls", "V", "crls", "Put its CRLs into the bundle, or leave them out"),
    Action("host.programs", "T", "programs", "Test with all clients and programs of this machine"),
    Action("file.audit", "b", "audit", "Audit a bundle or trust file, as each client reads it"),
    Action("host.report", "s", "report", "Save a report of this host"),
    Action("explain", "E", "explain", "Explain an error text that a program printed"),
    Action("details", "i", "details", "Details of this certificate", shown="i enter"),
    Action("error", "e", "error", "The last error in full"),
    Action("host.probe_all", "R", "probe_all", "Probe all hosts again"),
    Action("host.remove", "d", "remove", "Remove this host from the list"),
    Action("filter", "slash", "filter", "Filter the hosts", shown="/"),
    Action("zoom", "z", "zoom", "Zoom this pane, and back"),
    Action("back", "escape", "stop_or_unzoom", "Stop the job, clear filter, zoom, marks", shown="esc", palette=False),
    Action("palette", "ctrl+p", "command_palette", "Every action by name", shown="ctrl+p", palette=False),
)
"""Every action, the most used first."""
NAMES = frozenset(action.call.partition("(")[0] for action in ACTIONS)
"""The names of their methods, without `action_`."""

MOVES: tuple[tuple[str, str], ...] = (
    ("j k g G, arrows", "Move"),
    ("h l", "Fold and unfold"),
    ("tab", "Next pane"),
    ("enter", "Details of what is under the cursor"),
)
"""Keys that every list has; they are not remapped one by one."""


def bindings() -> list[BindingType]:
    """The bindings of the app, made from the table."""
    return [_binding(action, key) for action in ACTIONS for key in action.keys.split(",") if key != "ctrl+p"]


def _binding(action: Action, key: str) -> Binding:
    first = key == action.keys.split(",")[0]
    return Binding(
        key,
        action.call,
        action.footer or action.words,
        show=first and bool(action.footer),
        key_display=action.footer_key or action.shown or None,
        tooltip=action.words,
        id=action.id if first else f"{action.id}.{key}",
    )


def keys_table() -> str:
    """Every key as a Markdown table, for the README."""
    rows = [(action.key_words, action.words) for action in ACTIONS] + list(MOVES)
    return "\n".join(["| key | what it does |", "|---|---|", *(f"| `{keys}` | {words} |" for keys, words in rows)])
