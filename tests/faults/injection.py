"""Faults of a disk and kills at every write of a child: ptrace(2) stops its system calls, which fail or end it.

Linux on x86-64 alone. The child is a fork of this process; what it does must take one thread.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

assert sys.platform != "win32", "Windows has neither forks nor ptrace(2)"

KILL = "SIGKILL"
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EPERM": errno.EPERM}
FAULTS = (*ERRORS, KILL)
DONE, FAILED, RAISED = 0, 1, 2
"""How a child ends: it did its work, said that it could not, or let an exception through."""

_TRACEME, _SYSCALL, _GETREGS, _SETREGS, _SETOPTIONS = 0, 24, 12, 13, 0x4200
_OPTIONS = 1 | 0x100000  # PTRACE_O_TRACESYSGOOD, PTRACE_O_EXITKILL
_SYSCALL_STOP = signal.SIGTRAP | 0x80
_RDX, _RSI, _RAX, _CALL = 12, 13, 10, 15
"""Places in user_regs_struct (sys/user.h)."""
_OPEN, _OPENAT = 2, 257
_WRITING = {
    1: "write",
    18: "pwrite64",
    20: "writev",
    74: "fsync",
    75: "fdatasync",
    76: "truncate",
    77: "ftruncate",
    82: "rename",
    83: "mkdir",
    86: "link",
    87: "unlink",
    91: "fchmod",
    93: "fchown",
    258: "mkdirat",
    263: "unlinkat",
    264: "renameat",
    265: "linkat",
    285: "fallocate",
    296: "pwritev",
    316: "renameat2",
}
_NO_CALL = ctypes.c_ulonglong(-1).value


@dataclass(frozen=True)
class Outcome:
    """How a child ended: its exit code or None where it was killed, and the call that the fault befell, if any."""

    code: int | None
    befallen: str | None


def run(work: Callable[[], int]) -> int:
    """Do something in a fork without faults, and return the exit code."""
    child = _fork(work, traced=False)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def inject(work: Callable[[], int], number: int, fault: str) -> Outcome:
    """Do something in a fork, in which the call of that number, counted from 0, that writes has the fault."""
    child = _fork(work, traced=True)
    os.waitpid(child, 0)
    _ptrace(_SETOPTIONS, child, _OPTIONS)
    registers = (ctypes.c_ulonglong * 27)()
    befallen, entering, passed, code = None, True, 0, 0
    while True:
        _ptrace(_SYSCALL, child, passed)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status)
            return Outcome(code if code >= 0 else None, befallen)
        passed = 0
        if os.WSTOPSIG(status) != _SYSCALL_STOP:
            passed = os.WSTOPSIG(status)
            continue
        if entering:
            _ptrace(_GETREGS, child, ctypes.addressof(registers))
            call = _writing_call(registers)
            if call is not None and befallen is None:
                if number == 0:
                    befallen = call
                    entering = not _befall(child, registers, fault)
                number -= 1
        entering = not entering


def _writing_call(registers: ctypes.Array[ctypes.c_ulonglong]) -> str | None:
    number = registers[_CALL]
    if number in {_OPEN, _OPENAT}:
        flags = registers[_RSI if number == _OPEN else _RDX]
        return "open" if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else None
    return _WRITING.get(number)


def _befall(child: int, registers: ctypes.Array[ctypes.c_ulonglong], fault: str) -> bool:
    """Kill the child before its call, or let the call fail; return whether its end has been passed."""
    if fault == KILL:
        os.kill(child, signal.SIGKILL)
        return False
    registers[_CALL] = _NO_CALL
    _ptrace(_SETREGS, child, ctypes.addressof(registers))
    _ptrace(_SYSCALL, child, 0)
    os.waitpid(child, 0)
    _ptrace(_GETREGS, child, ctypes.addressof(registers))
    registers[_RAX] = ctypes.c_ulonglong(-ERRORS[fault]).value
    _ptrace(_SETREGS, child, ctypes.addressof(registers))
    return True


def _fork(work: Callable[[], int], *, traced: bool) -> int:
    child = os.fork()
    if child:
        return child
    code = RAISED
    try:
        if traced:
            _ptrace(_TRACEME, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
        code = work()
    except BaseException as error:  # noqa: BLE001 - the exit code says it
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _ptrace(request: int, pid: int, data: int) -> None:
    if _libc.ptrace(request, pid, None, data) == -1:
        code = ctypes.get_errno()
        if code != errno.ESRCH:  # it has been killed
            raise OSError(code, os.strerror(code))
