"""A sandbox in a process of its own, and real runs of the program against it.

Owns where those processes find config, home and token, and how their traces are read: the
sandbox's log of arrivals, and what the server holds.
"""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from benchmarks.bench import ROOT

__all__ = ["TOKEN", "Arrived", "LogReader", "Running", "Server", "environment", "spawn"]

TOKEN = "TheTokenOfTheProofs"  # noqa: S105  (it opens nothing)
_HOMES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME")


class Running(Protocol):
    """A process, as `subprocess.Popen` knows it."""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def kill(self) -> None:
        """Sends SIGKILL."""

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end."""

    def communicate(self) -> tuple[str, str]:
        """Waits for its end; what it said."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One write as the sandbox logged it. `at` is of the machine's monotonic clock."""

    at: float
    order_id: int
    kind: str
    status: int | None
    body: str


@dataclass(slots=True)
class LogReader:
    """Reads the log of a sandbox as it grows; `writes` are those that arrived so far."""

    path: Path
    writes: list[Arrived] = field(default_factory=list)
    every: list[float] = field(default_factory=list)
    _offset: int = 0

    def read(self) -> list[Arrived]:
        """Takes in what was logged since, and returns all writes in the order of the log."""
        with self.path.open("rb") as stream:
            stream.seek(self._offset)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                self._take(json.loads(line))
        return self.writes

    def _take(self, entry: dict[str, Any]) -> None:
        self.every.append(entry["at_monotonic"])
        if entry["method"] == "PATCH":
            self.writes.append(
                Arrived(
                    entry["at_monotonic"],
                    entry["order_id"],
                    entry["kind"],
                    entry["status"],
                    entry["body"],
                )
            )


class Server:
    """`reconcile sandbox` as a process, from enter to exit; its log lies in `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options
        self.log = LogReader(folder / "arrivals.jsonl")

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        options = ("--port", "0", "--token", TOKEN, "--log", str(self.log.path), *self._options)
        self._process = spawn(self.folder, "sandbox", *options)
        assert self._process.stdout is not None  # noqa: S101  (it is a pipe)
        for line in self._process.stdout:
            if line.startswith("Listening on "):
                self.base_url = line.split()[2]
                return self
        raise RuntimeError("The sandbox did not start.")

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)

    def holding(self, orders: Sequence[int]) -> dict[int, dict[str, Any]]:
        """What `GET /orders/{id}` answers for each of these; `{}` for one that isn't there."""
        found: dict[int, dict[str, Any]] = {}
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=30)
        for order_id in orders:
            connection.request("GET", f"/orders/{order_id}", headers={"X-API-TOKEN": TOKEN})
            answer = connection.getresponse()
            body = answer.read()
            found[order_id] = json.loads(body) if answer.status == http.HTTPStatus.OK else {}
        connection.close()
        return found


def environment(folder: Path, token: str = TOKEN) -> dict[str, str]:
    """That of a program whose home is in this folder."""
    homes = {name: str(folder / "home") for name in _HOMES}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, **homes, "FLXPOINT_API_TOKEN": token, "PYTHONPATH": path}


def spawn(
    folder: Path, *arguments: str, home: Path | None = None, token: str = TOKEN
) -> "subprocess.Popen[str]":
    """`python -m reconcile ARGUMENTS` in this folder; both outputs go into one pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "reconcile", *arguments],
        cwd=folder,
        env=environment(home or folder, token),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
