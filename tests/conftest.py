"""What the tests of whole runs share: a sandbox, a home of their own, a token."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from reconcile.config import Settings
from reconcile.job.context import RunContext
from reconcile.job.planned_input import SendRules
from reconcile.job.resume import resume
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.sandbox import SandboxSettings
from tests.sandboxes import Sandbox

TOKEN = "x" * 100
HOMES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME")

# No example fails for the time that it took; HYPOTHESIS_PROFILE=deep looks longer.
settings.register_profile(
    "quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", settings.get_profile("quick"), max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# What runs in the background has inherited that Ctrl-C is ignored, and hands it on.
signal.signal(signal.SIGINT, signal.default_int_handler)

PATIENCE = 120.0
"""Seconds after which something that has not happened counts as never; no test waits so long."""

NO_READS = {"overwrite": "all", "verify": "none"}
"""Nothing is read before a run or after it: what tests/orders is about."""


def until(holds: Callable[[], bool]) -> None:
    """Waits until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def says(process: "subprocess.Popen[str]", words: str) -> None:
    """Waits until the process has written a line with these words to stderr."""
    assert process.stderr is not None
    read = []
    for line in process.stderr:
        read.append(line)
        if words in line:
            return
    raise AssertionError("".join(read))


@dataclass(frozen=True)
class Shop:
    """A sandbox, and a folder in which runs against it leave their files."""

    server: Sandbox
    folder: Path
    usual: Mapping[str, object] = field(default_factory=lambda: NO_READS)

    @property
    def journal(self) -> Path:
        return self.folder / "home" / "journal.sqlite3"

    def settings(self, **said: object) -> Settings:
        fast = {"base_url": self.server.base_url, "requests_per_second": 500.0}
        return Settings.model_validate({**fast, **self.usual, **said})

    def export(self, text: str, name: str = "export.csv") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *files: Path, rules: SendRules | None = None, **said: Any) -> Finished:
        finished = run(files, rules or SendRules(), self.context(**said))
        assert isinstance(finished, Finished)
        return finished

    def resume(self, run_id: str | None = None, token: str = TOKEN, **said: Any) -> Finished | None:
        options = {key: said.pop(key) for key in ("as_planned", "results") if key in said}
        return resume(run_id, self.context(token=token, **said), **options)

    def context(self, token: str | None = TOKEN, **said: Any) -> RunContext:
        return RunContext(self.settings(**said), self.journal, token)

    def spawn(self, *arguments: str, rate: float = 20.0) -> "subprocess.Popen[str]":
        """The program as a process of its own, with its journal in this folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconcile", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **self.surroundings(rate),
        )

    def surroundings(self, rate: float) -> dict[str, Any]:
        """Where a process finds its config, its home and the token."""
        (self.folder / "config.yaml").write_text(
            f"base_url: {self.server.base_url}\nrequests_per_second: {rate:g}\n"
            f"journal: {self.journal}\n{_as_config(self.usual)}",
            encoding="utf-8",
        )
        home = {name: str(self.folder / "home") for name in HOMES}
        more = {"FLXPOINT_API_TOKEN": TOKEN, "PYTHONPATH": str(Path.cwd())}
        return {"cwd": self.folder, "env": {**os.environ, **home, **more}}

    def patches(self) -> list[tuple[str, str, str]]:
        """What reached the server: path, query, body; reads left out."""
        return [(a.path, a.query, a.body) for a in self.server.arrivals if a.method == "PATCH"]


def _as_config(settings: Mapping[str, object]) -> str:
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's own journal, budget or config, nor those of another test."""
    for name in HOMES:
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Sandbox(SandboxSettings(tokens=(TOKEN,), rate=100_000)) as server:
        yield Shop(server, tmp_path)


@pytest.fixture
def command(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line in this process: exit code, stdout, stderr."""
    from reconcile.__main__ import run_command  # noqa: PLC0415

    monkeypatch.setenv("FLXPOINT_API_TOKEN", TOKEN)
    monkeypatch.chdir(shop.folder)
    config = f"base_url: {shop.server.base_url}\nrequests_per_second: 500\n"
    config += _as_config(shop.usual)
    (shop.folder / "config.yaml").write_text(config, encoding="utf-8")

    def run_it(*arguments: str | Path) -> tuple[int, str, str]:
        code = run_command([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it
