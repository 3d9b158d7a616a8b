"""The one table of actions: it feeds the bindings, the palette, the help screen and the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

APP, MAIN, HOSTS, CHAIN, LINKS, LIVE = "app", "main", "hosts", "chain", "links", "live"
"""Where actions live: the app, its main screen, and the panes by their id."""


@dataclass(frozen=True)
class Action:
    """Something a key does: a stable `id` for remapping, `keys` as Textual names them, a `description` for the help.

    `homes` are the places where it lives, each with its name in the footer, which is empty to leave it out; the home
    nearest to the focus acts. `shown` is the key as people write it, and `footer_key` as the footer does.
    """

    id: str
    keys: str
    call: str
    description: str
    homes: Mapping[str, str] = field(default_factory=lambda: {MAIN: ""})
    shown: str = ""
    footer_key: str = ""
    palette: bool = True

    @property
    def key_names(self) -> str:
        """The keys as people write them."""
        return self.shown or self.keys.replace(",", " ")

    @property
    def name(self) -> str:
        """The name of its method, without `action_`."""
        return self.call.partition("(")[0]


ACTIONS: tuple[Action, ...] = (
    Action("help", "question_mark", "help", "All keys", {APP: "Keys"}, "?"),
    Action("quit", "q,ctrl+q", "request_quit", "Quit; asks while a proven bundle is unwritten", {APP: "Quit"}, "q"),
    Action("pane.hosts", "1", "pane('hosts')", "Go to the host list", {MAIN: "Pane"}, "", "1-4", palette=False),
    Action("pane.chain", "2", "pane('chain')", "Go to the served chain", palette=False),
    Action("pane.links", "3", "pane('links')", "Go to the missing links", palette=False),
    Action("pane.live", "4", "pane('live')", "Go to the clients and the live test", palette=False),
    Action("host.add", "a", "add", "Add a host, or paste a list", {MAIN: "Add"}),
    Action("host.probe", "r", "probe", "Probe this host, or the marked ones, again"),
    Action("host.fix", "f", "fix", "Find the missing links, build and prove the repair", {MAIN: "Fix"}),
    Action("host.fix_all", "F", "list('fix_all')", "Fix every host of the list that has no repair yet"),
    Action("host.test", "t", "test", "Test with a real request, before and after", {MAIN: "Test"}),
    Action("host.write", "w", "write", "Write the bundle; shows its exact bytes first", {MAIN: "Write"}),
    Action(
        "copy.certificate",
        "y",
        "copy",
        "Copy of this certificate: PEM, SHA-256, names, … ; y y is PEM",
        {MAIN: "Copy"},
    ),
    Action("copy.bundle", "Y", "copy_bundle", "Copy the whole bundle as PEM"),
    Action("host.say", "x", "instructions", "Instructions for clients, and a letter to the server"),
    Action(
        "link.choose",
        "space",
        "choose",
        "Mark a host for one bundle, or choose a certificate",
        {HOSTS: "Mark", LINKS: "Choose", MAIN: ""},
        shown="space",
    ),
    Action(
        "path.next", "n", "step_path(1)", "Select the next of several paths", {LINKS: "", MAIN: ""}, palette=False
    ),
    Action("path.previous", "p", "step_path(-1)", "Select the path before", {LINKS: "", MAIN: ""}, palette=False),
    Action("root.trust", "c", "trust_root", "Confirm a private root by its fingerprint"),
    Action("host.servers", "A", "servers", "Ask every address and key type of this host"),
    Action("host.revocation", "v", "revocation", "Ask whether its certificates were revoked"),
    Action("host.request", "m", "request", "Method, path, headers and proxy of the test"),
    Action("hop.open", "o", "open_hop", "Open the hop that failed as a new host", {LIVE: "Open hop", MAIN: ""}),
    Action("host.crls", "V", "crls", "Put its CRLs into the bundle, or leave them out"),
    Action("host.programs", "T", "programs", "Test with all clients and programs of this machine"),
    Action("host.doctor", "D", "doctor", "What this machine's Python makes of this host, and what is wrong"),
    Action("file.audit", "b", "audit", "Audit a bundle or trust file, as each client reads it"),
    Action("host.report", "s", "report", "Save a report of this host"),
    Action("explain", "E", "explain", "Explain an error text that a program printed", {APP: ""}),
    Action(
        "details",
        "i",
        "details",
        "Details of this certificate",
        {CHAIN: "", LINKS: "", MAIN: ""},
        shown="i enter",
    ),
    Action("error", "e", "error", "The last error in full"),
    Action("log", "L", "log", "Log: what was done and written, each with its command", {APP: ""}),
    Action("host.probe_all", "R", "list('probe_all')", "Probe all hosts again"),
    Action("host.remove", "d", "remove", "Remove this host, or the marked ones, from the list"),
    Action("undo", "u", "list('undo')", "Bring back what was removed, or dropped by another answer"),
    Action("filter", "slash", "filter", "Filter the hosts", {HOSTS: "", MAIN: ""}, shown="/"),
    Action("mark.all", "asterisk", "list('mark_all')", "Mark all hosts that the filter shows, or none", shown="*"),
    Action("mark.range", "M", "list('mark_range')", "Mark the hosts from the last mark to this one"),
    Action("list.next", "J", "list('next_work', 1)", "Go to the next host that needs work"),
    Action("list.previous", "K", "list('next_work', -1)", "Go to the host before that needs work"),
    Action("list.sort", "S", "list('sort')", "Sort the hosts by the next column"),
    Action("list.reverse", "I", "list('reverse')", "Sort the hosts the other way round"),
    Action("watch", "W", "list('ask_watch')", "Probe all hosts again every few minutes, and mark what changed"),
    Action("zoom", "z", "zoom", "Zoom this pane, and back"),
    Action("stop_all", "ctrl+x", "stop_all", "Stop all jobs"),
    Action(
        "back",
        "escape",
        "back",
        "Leave the filter; stop this host's job; unzoom; clear marks",
        shown="esc",
        palette=False,
    ),
    Action("palette", "ctrl+p", "command_palette", "Every action by name", {APP: ""}, "ctrl+p", palette=False),
)
"""Every action, the most used first."""
NAMES = frozenset(action.name for action in ACTIONS)
"""The names of their methods, without `action_`."""
RANK = {action.id: rank for rank, action in enumerate(ACTIONS)}
"""The place of an action in the table, by its id."""

MOVES: tuple[tuple[str, str], ...] = (
    ("j k g G", "Move: down, up, first, last; the arrow and page keys too"),
    ("h l", "Left and right in the matrix of client families"),
    ("/ n N", "Search in a text that has the focus, the next hit, the one before"),
    ("o O", "Open a page in $PAGER, in $EDITOR"),
    ("tab", "Next pane"),
    ("enter", "Details of what is under the cursor"),
)
"""Keys that every list has; they are not remapped one by one."""


def keys_table() -> str:
    """Every key as a Markdown table, for the README."""
    rows = [(action.key_names, action.description) for action in ACTIONS] + list(MOVES)
    return "\n".join(["| key | what it does |", "|---|---|", *(f"| `{keys}` | {text} |" for keys, text in rows)])
