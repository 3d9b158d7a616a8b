"""Advice that a test module of its own runs, since a setting and one call do not show what it does."""

from __future__ import annotations

from collections.abc import Mapping

OWN_TESTS: Mapping[str, tuple[str, ...]] = {
    "test_system_stores": (
        "System store, Debian and Ubuntu",
        "System store, Fedora and Red Hat",
        "System store, Alpine",
        "System store, Arch",
        "System store, SUSE",
        "System store, macOS",
        "System store, Windows",
    ),
    "test_containers": (
        "Docker daemon",
        "Dockerfile, Debian base",
        "Dockerfile, Alpine base",
        "Kubernetes, ConfigMap",
        "Kubernetes, pods",
    ),
    "test_jobs": ("GitHub Actions", "GitLab CI", "GitLab Runner"),
    "test_go_programs": ("kubectl", "Terraform"),
    "test_dotnet": (".NET", ".NET, in code", "PowerShell"),
}
"""Modules of this folder, each with the headings of the advice that it runs."""
OWN_HEADINGS = frozenset(heading for headings in OWN_TESTS.values() for heading in headings)
