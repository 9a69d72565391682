"""A process that must not outlive the one that started it."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1  # prctl(2)


def end_with_it(parent: int) -> None:
    """The kernel ends this process when `parent` has ended, even while it is stopped or holds its interpreter.

    Linux only; elsewhere a closed connection has to do. Ctrl-C and a stop that reaches the whole group are the
    service's to handle, which lets calls end first: here they are not heard.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it had ended before this was asked
        os._exit(0)
