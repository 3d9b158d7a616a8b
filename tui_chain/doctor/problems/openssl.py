"""OpenSSL as the interpreter has it: its default store, openssl.cnf, and the clock that it judges by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tui_chain.core.status import Severity
from tui_chain.doctor.environment_report import OpenSSLFacts
from tui_chain.doctor.problems.problem import Evidence, TrustProblem, release, users_of

USUAL_LEVEL = 2
"""The security level of a context that Python makes, from 3.10 on."""
DAY = timedelta(days=1)


def openssl_problems(evidence: Evidence) -> Iterator[TrustProblem]:
    """What keeps OpenSSL's defaults from working."""
    report = evidence.report
    if report.interpreter.get("ssl") is False:
        message = f"{report.executable} has no module ssl: it was built without OpenSSL."
        change = "Install OpenSSL's headers and build Python again, or use another interpreter."
        yield TrustProblem("no-ssl-module", Severity.FATAL, message, change, users_of(""))
    elif report.openssl is not None:
        yield from filter(None, (_no_store(report.openssl, evidence), _config(report.openssl, evidence)))
        yield from filter(None, (_level(report.openssl, evidence), _oldest(report.openssl)))


def _no_store(openssl: OpenSSLFacts, evidence: Evidence) -> TrustProblem | None:
    file, folder = evidence.report.store(openssl.file), evidence.report.store(openssl.folder)
    filled = (file is not None and file.certificates > 0) or (folder is not None and folder.hashed > 0)
    if (
        filled
        or evidence.report.context.roots
        or evidence.report.platform == "win32"
        or "truststore" in evidence.report.injected
    ):
        return None
    message = f"OpenSSL's default file {openssl.file} and folder {openssl.folder} have no certificates."
    return TrustProblem("no-system-store", Severity.FATAL, message, _installation(evidence), users_of(""))


def _installation(evidence: Evidence) -> str:
    """How the system's store is installed: on Windows and macOS Python brings its own way."""
    if evidence.report.platform == "darwin":
        short = re.match(r"\d\.\d{1,2}(?!\d)", evidence.report.version, re.ASCII)
        return f"open '/Applications/Python {short[0] if short else '3'}/Install Certificates.command'"
    return "Install the package ca-certificates: apt-get install ca-certificates, apk add, or dnf install."


def _config(openssl: OpenSSLFacts, evidence: Evidence) -> TrustProblem | None:
    broken = next((error for error in evidence.report.errors if error.startswith(("context:", "openssl:"))), "")
    if broken:
        message = f"OpenSSL makes no context here, most likely for {openssl.config}: {broken.partition(': ')[2]}."
        change = "unset OPENSSL_CONF" if openssl.config_named else f"Repair {openssl.config}."
        return TrustProblem("openssl-config", Severity.FATAL, message, change, users_of(""))
    if openssl.config_named and openssl.config_error:
        message = f"OPENSSL_CONF names {openssl.config}, which cannot be read: {openssl.config_error}."
        return TrustProblem(
            "openssl-config", Severity.RISK, message, "unset OPENSSL_CONF", users_of(""), ("OPENSSL_CONF",)
        )
    return None


def _level(openssl: OpenSSLFacts, evidence: Evidence) -> TrustProblem | None:
    cause = openssl.config_settings.get("CipherString", "")
    contexts = (evidence.report.context, *evidence.report.libraries)
    levels = [context.security_level for context in contexts if context.security_level is not None]
    # before Python 3.10, whose contexts have their own, the file's level counts and no context shows it
    named = re.search(r"@SECLEVEL=(\d)", cause, re.ASCII)
    level = max(levels, default=int(named[1]) if named else 0)
    if level <= USUAL_LEVEL:
        return None
    message = (
        f"OpenSSL's security level is {level}: RSA keys below 3072 bits are refused"
        f"{f' ({cause} in {openssl.config})' if cause else ''}."
    )
    change = f"Write CipherString = DEFAULT:@SECLEVEL={USUAL_LEVEL} in {openssl.config}."
    return TrustProblem("security-level", Severity.RISK, message, change, users_of(""))


def _oldest(openssl: OpenSSLFacts) -> TrustProblem | None:
    if openssl.config_settings.get("MinProtocol") != "TLSv1.3":
        return None
    message = f"{openssl.config} has MinProtocol = TLSv1.3: servers that have TLS 1.2 alone are refused."
    change = f"Write MinProtocol = TLSv1.2 in {openssl.config}."
    return TrustProblem("minimum-version", Severity.RISK, message, change, users_of(""))


def clock_problems(evidence: Evidence) -> Iterator[TrustProblem]:
    """A clock that is more than a day behind what has happened already."""
    report = evidence.report
    if report.time is None:
        return
    try:
        clock = datetime.fromtimestamp(report.time, UTC)
    except (OverflowError, ValueError, OSError):
        return
    certifi = report.certifi
    known = [
        (evidence.begins, "the server's CA begins to be valid on"),
        (release(certifi.version) if certifi is not None else None, "the installed certifi was released on"),
    ]
    for moment, words in known:
        if moment is not None and clock < moment - DAY:
            message = f"The clock says {clock:%Y-%m-%d}, and {words} {moment:%Y-%m-%d}."
            yield TrustProblem("clock-behind", Severity.FATAL, message, "Set the clock of this machine.", ())
            return


RULES = (openssl_problems, clock_problems)
