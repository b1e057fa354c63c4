"""The sandbox as a server: its life from start to stop, and what can be asked of it."""

import threading
from types import TracebackType
from typing import Self

from reconcile.sandbox.arrivals import Arrival, most_within
from reconcile.sandbox.connections import Listener
from reconcile.sandbox.gate import Gate
from reconcile.sandbox.settings import SandboxSettings

_HOST = "127.0.0.1"


class Sandbox:
    """A stand-in for the Flxpoint API. As a context manager it runs from enter to exit.

    What arrived can be read while it runs and after. One that was stopped can be started again: at
    the same port, with all it remembers.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        """Prepare a sandbox; nothing listens yet.

        Raises ValueError if the orders of the settings can't be read, OSError for their file.
        """
        self.settings = settings or SandboxSettings()
        self.gate = Gate(self.settings)
        self._port = self.settings.port
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen. Raises OSError if port or log file can't be had, RuntimeError if it runs."""
        if self._listener is not None:
            raise RuntimeError("the sandbox runs already")
        listener = Listener((_HOST, self._port), self.gate)
        try:
            if self.settings.log_file is not None:
                self.gate.log.open_file(self.settings.log_file)
        except OSError:
            listener.server_close()
            raise
        self._port = listener.server_address[1]
        self._listener = listener
        self._thread = threading.Thread(
            target=listener.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="sandbox",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection, idle or not, and free the port. Harmless when it doesn't run."""
        listener, thread = self._listener, self._thread
        self._listener = self._thread = None
        if listener is not None and thread is not None:
            listener.shutdown()
            thread.join()
            listener.server_close()
            listener.close_connections()
            self.gate.log.close_file()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:49152`, without a slash at the end.

        Raises RuntimeError if it was never started and its port isn't settled.
        """
        if self._port == 0:
            raise RuntimeError("the sandbox has no address before it is started")
        return f"http://{_HOST}:{self._port}"

    @property
    def arrivals(self) -> list[Arrival]:
        """Everything that arrived so far, in the order of arrival. A copy."""
        return self.gate.log.all()

    def most_in_any_second(self) -> int:
        """Count the most arrivals, refused ones too, in any window of less than 1.0 s."""
        return most_within(arrival.at_monotonic for arrival in self.arrivals)
