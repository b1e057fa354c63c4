"""A running sandbox and a client of it, as many as a test asks for."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import httpx
import pytest

from reconcile.sandbox import SandboxSettings
from tests.sandboxes import Sandbox


class Serve(Protocol):
    """Starts a sandbox with these options and a keep-alive client that has its token."""

    def __call__(self, **options: Any) -> tuple[Sandbox, httpx.Client]:
        """Start both; they end with the test."""
        ...


# Loading certificates that plain http never needs costs each client 0.2 s.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def connect(sandbox: Sandbox, *headers: tuple[str, str]) -> httpx.Client:
    """Make a client that sends these headers, or the token if there are none.

    Nothing of the surroundings (proxies) gets into it.
    """
    return httpx.Client(
        base_url=sandbox.base_url,
        headers=headers or [("X-API-TOKEN", sandbox.settings.tokens[0])],
        verify=NO_CERTIFICATES,
        trust_env=False,
        timeout=120,
    )


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Without options: any order, and a rate that is never reached."""
    with ExitStack() as stack:

        def start(**options: Any) -> tuple[Sandbox, httpx.Client]:
            settings = SandboxSettings(**{"rate": 100_000} | options)
            sandbox = stack.enter_context(Sandbox(settings))
            return sandbox, stack.enter_context(connect(sandbox))

        yield start
