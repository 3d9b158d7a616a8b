from __future__ import annotations

from tests.advise.calls.call import OwnTest

CALLS = (
    OwnTest(
        "test_system_stores",
        (
            "System store, Debian and Ubuntu",
            "System store, Fedora and Red Hat",
            "System store, Alpine",
            "System store, Arch",
            "System store, SUSE",
            "System store, macOS",
            "System store, Windows",
        ),
    ),
    OwnTest(
        "test_containers",
        (
            "Docker daemon",
            "Dockerfile, Debian base",
            "Dockerfile, Alpine base",
            "Kubernetes, ConfigMap",
            "Kubernetes, pods",
        ),
    ),
    OwnTest("test_jobs", ("GitHub Actions", "GitLab CI", "GitLab Runner")),
    OwnTest("test_go_programs", ("kubectl", "Terraform")),
    OwnTest("test_dotnet", (".NET", ".NET, in code", "PowerShell")),
)
