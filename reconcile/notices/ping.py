"""Pings of a dead man's switch, such as healthchecks.io: a POST with the counts as its body."""

import http.client
from collections.abc import Mapping
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from reconcile.config import is_loopback, ping_fault
from reconcile.notices.sending import all_within, looked_up

__all__ = ["PATIENCE", "Ping", "send_ping"]

PATIENCE = 10.0
"""Seconds that one ping may take."""

Ping = Literal["start", "success", "failure"]


def send_ping(
    ping: Ping,
    address: str,
    body: str,
    environment: Mapping[str, str],
    patience: float = PATIENCE,
) -> str | None:
    """Sends one ping; raises nothing.

    Args:
        ping: which one it is, for the remark.
        address: that of the config, `$NAME` for what a variable holds.
        body: plain text.
        environment: the variables.
        patience: seconds after which nothing more is waited for.

    Returns:
        a remark if it failed, without the address.
    """
    (why,) = all_within(patience, [lambda: _post(address, body, environment, patience)])
    return None if why is None else f"The ping notify.ping.{ping} was not sent: {why}."


def _post(address: str, body: str, environment: Mapping[str, str], patience: float) -> str | None:
    url = looked_up(address, environment)
    if not url:
        return f"the variable {address[1:]} is not set"
    fault = ping_fault(url)
    if fault:
        return f"its address {fault}"
    request = Request(  # noqa: S310  (https, or this machine)
        url,
        data=body.encode(),
        headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "reconcile"},
        method="POST",
    )
    try:
        with _opener(url).open(request, timeout=patience):
            return None
    except HTTPError as error:
        error.close()
        return f"the answer was {error.code}"
    except (OSError, http.client.HTTPException):
        return "there was no answer"


class _NoRedirect(HTTPRedirectHandler):
    """Follows none, as nothing here does: the answer is then an error of its own."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(url: str) -> OpenerDirector:
    """No proxy of the environment gets to see what is meant for this machine."""
    direct = [ProxyHandler({})] if is_loopback(url) else []
    return build_opener(_NoRedirect, *direct)
