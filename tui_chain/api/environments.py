"""What decides about trust in an interpreter's environment: `doctor`."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Unpack

from tui_chain.api.calls import good, refuse_unknown, run_now
from tui_chain.api.keywords import DoctorOptions
from tui_chain.results.doctor import DoctorResult, doctor_result

if TYPE_CHECKING:  # the stages are loaded by the first call
    from collections.abc import Mapping
    from pathlib import Path

    from tui_chain.api.runs import APIRun
    from tui_chain.doctor.examination import Examination


def doctor(target: str | None = None, **options: Unpack[DoctorOptions]) -> DoctorResult:
    """Look at what decides about trust in an interpreter's environment; with a target also whether it is accepted.

    Of a target the chain is probed, missing certificates are fetched, and a change that helps is proven in that
    interpreter. Raises ValueError where there is no such interpreter, or the target is not reached.
    """
    refuse_unknown(options, DoctorOptions, "doctor")
    return run_now("doctor", "await adoctor(...)", lambda: adoctor(target, **options))


async def adoctor(target: str | None = None, **options: Unpack[DoctorOptions]) -> DoctorResult:
    """`doctor` for a running event loop."""
    refuse_unknown(options, DoctorOptions, "adoctor")
    if target is None:
        return doctor_result(await asyncio.to_thread(_examined, options))
    with ExitStack() as opened:
        run, interpreter = await asyncio.to_thread(_open, opened, options)
        from tui_chain.doctor.examination import examine_host

        return doctor_result(
            good(await examine_host(run.journey, run.host(target), interpreter, _variables(options)))
        )


def _examined(options: DoctorOptions) -> Examination:
    from tui_chain.doctor.examination import examine
    from tui_chain.engine.host_state import utc_now

    variables = _variables(options)
    return good(examine(_interpreter(options), variables, utc_now()))


def _open(opened: ExitStack, options: DoctorOptions) -> tuple[APIRun, Path]:
    """Find the interpreter and start a run; what examines a host is loaded here too, beside the event loop."""
    import tui_chain.doctor.examination  # noqa: F401
    from tui_chain.api.runs import open_run

    interpreter = _interpreter(options)
    return opened.enter_context(open_run(options, every_source=True)), interpreter


def _interpreter(options: DoctorOptions) -> Path:
    from tui_chain.doctor.interpreter import find_interpreter

    return good(find_interpreter(options.get("python"), _variables(options))).path


def _variables(options: DoctorOptions) -> Mapping[str, str]:
    given = options.get("environment")
    return os.environ if given is None else given
