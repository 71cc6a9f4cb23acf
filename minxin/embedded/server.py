"""One server as a child process: started as its account, waited for, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from minxin.embedded.layout import EmbeddedError, Layout


class Server:
    """A running server. `name` is its log's name."""

    def __init__(self, name: str, layout: Layout, command: Sequence[str], cwd: Path) -> None:
        self.name = name
        self._layout = layout
        with layout.open_log(name) as log:
            self._process = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def gone(self) -> bool:
        return self._process.poll() is not None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the server is ready. Raises EmbeddedError with the end of its log."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.gone():
                raise EmbeddedError(
                    f"{self.name} ended while starting; the end of {self._layout.logs}/"
                    f"{self.name}.log says why:\n{self._layout.log_tail(self.name)}"
                )
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} is not ready after {seconds:.0f} seconds; see "
                    f"{self._layout.logs}/{self.name}.log"
                )
            time.sleep(0.02)

    def stop(self, stop_signal: signal.Signals, seconds: float) -> None:
        """Ask it to stop and wait; kill it when it does not (its log makes good at next start)."""
        if self.gone():
            return
        self._process.send_signal(stop_signal)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def end_left_over(pid_file: Path, program: str, seconds: float = 60) -> None:
    """Stop the server that a killed keeper left behind, if any, and remove its pid file.

    The caller holds the keeper's lock, so a server that still runs here has nobody else.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    deadline = time.monotonic() + seconds
    while _is(pid, program):
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"An older {program} (process {pid}) does not stop: end it with `kill {pid}` and "
                "start again"
            )
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _is(pid: int, program: str) -> bool:
    """Whether that process runs that program: process ids are used again."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == program
    except OSError:
        return False
