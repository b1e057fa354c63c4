"""Which signals ask the program to stop; they differ from platform to platform."""

import signal

__all__ = ["STOPPING", "listened_to", "words_for"]

STOPPING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last one on Windows only
    if hasattr(signal, name)
)
"""What a person, a scheduler or a closing terminal sends."""


def listened_to() -> tuple[signal.Signals, ...]:
    """Those that whoever started the program has not switched off, as `nohup` does."""
    return tuple(n for n in STOPPING if signal.getsignal(n) is not signal.SIG_IGN)


def words_for(number: int) -> str:
    """What stopped the program, to follow `Stopped`."""
    match signal.Signals(number).name:
        case "SIGINT":
            return "by Ctrl-C"
        case "SIGHUP":
            return "since the terminal was closed"
        case name:
            return f"by {name}"
