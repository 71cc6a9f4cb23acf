"""The seam for a virus scanner: any command line that says by its exit code whether a file is
clean (0), as `clamdscan` does. Nothing is scanned when none is configured.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Callable

import structlog

from minxin.errors import Refused

VirusHook = Callable[[bytes], None]

_INFECTED = 1  # what clamscan and clamdscan return; any other code but 0 is a failure
log = structlog.get_logger(__name__)


class CommandScanner:
    """Runs a command on each file, e.g. `clamdscan --no-summary --fdpass {path}`.

    `{path}` stands for a temporary copy that only this process's user can read; without it the
    content goes to standard input (`clamdscan --no-summary -`). No shell is involved. timeout: in
    seconds.
    """

    def __init__(self, command: str, timeout: float = 60.0) -> None:
        self._words = shlex.split(command)
        self._timeout = timeout
        if not self._words:
            raise ValueError("the scanner's command line is empty")

    def __call__(self, content: bytes) -> None:
        """Return when the scanner finds nothing; raise Refused when it finds something or fails:
        an unscanned file is not taken."""
        if any("{path}" in word for word in self._words):
            with tempfile.NamedTemporaryFile(prefix="scan-") as copy:
                copy.write(content)
                copy.flush()
                words = [word.replace("{path}", copy.name) for word in self._words]
                self._judge(self._run(words, None))
        else:
            self._judge(self._run(self._words, content))

    def _run(self, words: list[str], content: bytes | None) -> int:
        try:
            done = subprocess.run(
                words,
                input=b"" if content is None else content,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.error("scanner failed", reason=type(error).__name__)
            raise Refused("文件安全检查暂时无法进行。请稍后再上传。") from None
        return done.returncode

    def _judge(self, code: int) -> None:
        if code == 0:
            return
        if code == _INFECTED:
            log.warning("scanner refused a file")
            raise Refused("该文件未通过安全检查，可能带有病毒。请查杀病毒后更换文件上传。")
        log.error("scanner failed", code=code)
        raise Refused("文件安全检查暂时无法进行。请稍后再上传。")


def hook(command: str | None) -> VirusHook | None:
    """The scanner of a settings value; None when it is empty."""
    return CommandScanner(command) if command and command.strip() else None
