"""Certificate policies as Java 17 processes them for any initial policy (PolicyChecker; RFC 5280 section 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tui_chain.clients.engines.java import extensions as ext
from tui_chain.clients.engines.java.certificate import JavaCertificate
from tui_chain.clients.engines.java.refusal import Refusal

ANY = "2.5.29.32.0"
_MAX_NODES = 2000


@dataclass(eq=False)
class _PolicyNode:
    """A node of the policy tree: its policy, the policies expected below it, and its parent."""

    policy: str
    expected: set[str]
    parent: _PolicyNode | None = None
    mapped: bool = False
    children: list[_PolicyNode] = field(default_factory=list)

    def add(self, policy: str, expected: set[str], *, mapped: bool = False) -> None:
        self.children.append(_PolicyNode(policy, expected, self, mapped))

    def expect(self, policy: str, alone: set[str]) -> None:
        """Expect a policy that this one is mapped to; the first takes the place of the policy itself.

        `alone` has that policy only. The nodes of one policy share it, being mapped to the same ones.
        """
        if self.mapped:
            self.expected.add(policy)
        else:
            self.expected, self.mapped = alone, True


@dataclass
class _PolicyState:
    """The tree and the counters that certificates lower."""

    root: _PolicyNode | None
    explicit: int
    mapping: int
    any_policy: int

    def level(self, depth: int) -> list[_PolicyNode]:
        nodes = [self.root] if self.root else []
        for _ in range(depth):
            nodes = [child for node in nodes for child in node.children]
        if len(nodes) > _MAX_NODES:
            raise _refusal("its policies are too many to follow")
        return nodes

    def prune(self, depth: int) -> None:
        """Take out nodes above `depth` without children, and the tree where none is left at that depth."""
        for above in range(depth - 1, 0, -1):
            for node in self.level(above):
                if not node.children and node.parent:
                    node.parent.children.remove(node)
        if self.root and not self.root.children:
            self.root = None


def check_policies(path: Sequence[JavaCertificate]) -> None:
    """Raise Refusal where a path, the anchor's child first, lacks a policy that one of its CAs requires.

    Critical policies with qualifiers are refused (PKIXParameters.policyQualifiersRejected). Nothing can fail where
    there are none, and no policy constraints or mappings.
    """
    if not any(map(_matters, path)):
        return
    count = len(path) + 1
    state = _PolicyState(_PolicyNode(ANY, {ANY}), count, count, count)
    for depth, one in enumerate(path, 1):
        _process(state, depth, one, final=depth == len(path))


def _matters(one: JavaCertificate) -> bool:
    return ext.POLICY_CONSTRAINTS in one.values or ext.POLICY_MAPPINGS in one.values or ext.POLICIES in one.critical


def _process(state: _PolicyState, depth: int, one: JavaCertificate, *, final: bool) -> None:
    policies = one.values.get(ext.POLICIES)
    if state.root and isinstance(policies, tuple):
        if ext.POLICIES in one.critical and any(policy.qualified and policy.oid != ANY for policy in policies):
            raise _refusal("its critical certificate policies have qualifiers, which Java refuses", one.sha256)
        _grow(
            state,
            depth,
            tuple(policy.oid for policy in policies),
            wild=state.any_policy > 0 or (not final and one.self_issued),
        )
    elif policies is None:
        state.root = None
    if state.root and not final:
        _map(state, depth, one)
    if final:
        _lower_explicit(state, one, final=True)
    if state.explicit == 0 and state.root is None:
        raise _refusal("a CA above it requires a certificate policy that the path does not have", one.sha256)
    if not final:
        _lower_explicit(state, one, final=False)
        _lower_others(state, one)


def _refusal(error: str, certificate: str | None = None) -> Refusal:
    return Refusal("PKIX path validation failed", error, certificate)


def _grow(state: _PolicyState, depth: int, policies: tuple[str, ...], *, wild: bool) -> None:
    """Add the nodes of a depth, at most one more than `level` lets pass: the others would change nothing."""
    for node, policy in islice(_wanted(state.level(depth - 1), policies, wild=wild), _MAX_NODES + 1):
        node.add(policy, {policy})
    state.prune(depth)


def _wanted(
    parents: Sequence[_PolicyNode], policies: tuple[str, ...], *, wild: bool
) -> Iterator[tuple[_PolicyNode, str]]:
    """Yield the policy and the parent of each node to add, which is added before the next one is asked for."""
    others = [node for node in parents if ANY in node.expected]
    for policy in policies:
        if policy != ANY:
            for node in [node for node in parents if policy in node.expected] or others:
                yield node, policy
    if ANY in policies and wild:
        for node in parents:
            for policy in sorted(node.expected - {child.policy for child in node.children}):
                yield node, policy


def _map(state: _PolicyState, depth: int, one: JavaCertificate) -> None:
    mappings = one.values.get(ext.POLICY_MAPPINGS)
    for issuer_policy, subject_policy in mappings if isinstance(mappings, tuple) else ():
        if ANY in {issuer_policy, subject_policy}:
            raise _refusal("it maps the policy that stands for all", one.sha256)
        _map_policy(state, depth, issuer_policy, subject_policy)
    if mappings:
        state.prune(depth)


def _map_policy(state: _PolicyState, depth: int, issuer_policy: str, subject_policy: str) -> None:
    level, alone = state.level(depth), {subject_policy}
    for node in (found := [node for node in level if node.policy == issuer_policy]):
        if state.mapping:
            node.expect(subject_policy, alone)
        elif node.parent:
            node.parent.children.remove(node)
    if not found and state.mapping:
        for node in level:
            if node.policy == ANY and node.parent:
                node.parent.add(issuer_policy, alone, mapped=True)


def _lower_explicit(state: _PolicyState, one: JavaCertificate, *, final: bool) -> None:
    if state.explicit > 0 and not one.self_issued:
        state.explicit -= 1
    required = _constraint(one).require
    if required is not None and required != -1 and (required == 0 if final else required < state.explicit):
        state.explicit = required


def _lower_others(state: _PolicyState, one: JavaCertificate) -> None:
    if not one.self_issued:
        state.mapping, state.any_policy = max(state.mapping - 1, 0), max(state.any_policy - 1, 0)
    inhibit, skip = _constraint(one).inhibit, one.values.get(ext.INHIBIT_ANY_POLICY)
    if inhibit is not None and inhibit != -1:
        state.mapping = min(state.mapping, inhibit)
    if isinstance(skip, int):
        state.any_policy = min(state.any_policy, skip)


def _constraint(one: JavaCertificate) -> ext.PolicyConstraints:
    found = one.values.get(ext.POLICY_CONSTRAINTS)
    return found if isinstance(found, ext.PolicyConstraints) else ext.PolicyConstraints(None, None)
