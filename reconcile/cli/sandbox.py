"""`reconcile sandbox`: the stand-in for the API, until it is interrupted."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Literal

from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.sandbox import AccountingFields, Sandbox, SandboxSettings, read_faults

__all__ = ["serve"]


def serve(
    say: Callable[[str], None],
    *,
    port: int,
    token: str,
    orders: str,
    orders_file: Path | None,
    unknown: str,
    rate: int,
    limiter: Literal["sliding", "fixed", "bucket", "gcra"],
    retry_after: bool,
    latency: float,
    log: Path | None,
    faults: Path | None = None,
    accounting_fields: AccountingFields = "sent",
    item_ids: bool = True,
    page_size: int = 50,
    personal_data: bool = False,
) -> int:
    """Serves until Ctrl-C or SIGTERM; `faults` is a file that `read_faults` reads.

    Raises:
        NothingSentError: an option can't be used, or the port is taken.
    """
    try:
        sandbox = Sandbox(
            SandboxSettings(
                port=port,
                tokens=(token,),
                orders=orders_file or orders,
                unknown_orders=unknown,
                rate=rate,
                limiter=limiter,
                retry_after=retry_after,
                latency=latency,
                log_file=log,
                faults=() if faults is None else read_faults(faults),
                accounting_fields=accounting_fields,
                item_ids=item_ids,
                page_size_limit=page_size,
                personal_data=personal_data,
            )
        )
        sandbox.start()
    except (OSError, ValueError) as error:
        raise NothingSentError(f"The sandbox can't start: {error}.") from error
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    say(f"Listening on {sandbox.base_url} (token: {token}). Ctrl-C ends it.")
    say(
        f"Try it: FLXPOINT_API_TOKEN={token} reconcile run --base-url {sandbox.base_url} "
        "sample_data/orders.csv"
    )
    try:
        while not ended.wait(0.5):
            pass
    finally:
        sandbox.stop()
    say(f"{len(sandbox.arrivals)} requests came, at most {sandbox.most_in_any_second()} a second.")
    return ExitCode.DONE
