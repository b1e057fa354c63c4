"""The sandbox as a server: its life from start to stop, and what can be asked of it."""

import threading
from types import TracebackType
from typing import Any, Self

from reconcile.sandbox.arrivals import Arrival, most_within
from reconcile.sandbox.calls import WriteKind
from reconcile.sandbox.connections import Listener
from reconcile.sandbox.faults import Fault
from reconcile.sandbox.gate import Gate
from reconcile.sandbox.settings import SandboxSettings


class Sandbox:
    """A stand-in for the Flxpoint API. As a context manager it runs from enter to exit.

    What arrived and what the orders hold can be read while it runs and after. One that was stopped
    can be started again: at the same port, with all it remembers.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        """Prepare a sandbox; nothing listens yet.

        Raises ValueError if the orders of the settings can't be read, OSError for their file.
        """
        self.settings = settings or SandboxSettings()
        self._gate = Gate(self.settings)
        self._port = self.settings.port
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen. Raises OSError if port or log file can't be had, RuntimeError if it runs."""
        if self._listener is not None:
            raise RuntimeError("the sandbox runs already")
        listener = Listener((self.settings.host, self._port), self._gate)
        try:
            if self.settings.log_file is not None:
                self._gate.log.open_file(self.settings.log_file)
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
            self._gate.log.close_file()

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
        return f"http://{self.settings.host}:{self._port}"

    @property
    def arrivals(self) -> list[Arrival]:
        """Everything that arrived so far, in the order of arrival. A copy."""
        return self._gate.log.all()

    @property
    def state(self) -> dict[int, dict[str, Any]]:
        """What each order holds, by id, whatever part of it a GET tells. A copy.

        Orders known by range or as "any" are there once they were written to. Accounting fields
        that were never sent or given are not. The last `updateNote` is there if there was one.
        """
        return self._gate.holding()

    @property
    def writes(self) -> dict[tuple[int, WriteKind], int]:
        """How often each kind of write was carried out for each order; 0 if never. A copy."""
        return self._gate.writes()

    def inject(self, fault: Fault) -> None:
        """Add a fault while it runs, behind those of the settings."""
        self._gate.inject(fault)

    def change(self, order_id: int, **fields: Any) -> None:
        """Set fields of an order as somebody else would on the server. Counts as no write.

        `orderItems` and `shipments` replace the ones before. `updatedAt` becomes now unless it is
        one of the fields.

        Raises ValueError, and changes nothing, for an order that isn't there, for a field that an
        order doesn't have and for a value that it can't hold.
        """
        self._gate.change(order_id, fields)

    def change_item(self, order_id: int, item_id: int, **fields: Any) -> None:
        """Set fields of one item of an order in the same way; the order's `updatedAt` is now."""
        self._gate.change_item(order_id, item_id, fields)

    def most_in_any_second(self) -> int:
        """Count the most arrivals, refused ones too, in any window of less than 1.0 s."""
        return most_within(arrival.at_monotonic for arrival in self.arrivals)

    def wait_for_arrivals(self, count: int, timeout: float = 5.0) -> bool:
        """Wait until `count` requests have arrived in all; False if not in `timeout` seconds."""
        return self._gate.log.wait_for(count, timeout)
