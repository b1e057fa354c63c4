"""One call of the program: what its last word on an error must know."""

from dataclasses import dataclass, field

__all__ = ["Invocation"]


@dataclass(slots=True)
class Invocation:
    """One call of the program: its words, the run that it began to send, and its token.

    The token is there so that nothing that is printed or logged can hold it.
    """

    words: tuple[str, ...]
    run: str | None = None
    token: str | None = field(default=None, repr=False)
