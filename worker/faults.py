"""Where something failed: told without its message, which may hold what people wrote."""

from __future__ import annotations

import traceback
from pathlib import Path

from minxin.config import ROOT

OURS = (str(ROOT / "minxin"), str(ROOT / "worker"))


def place(error: BaseException) -> str:
    """`OperationalError at importing.py:123 run`: the deepest line that is ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(OURS)]
    if not frames:
        return type(error).__name__
    at = (ours or frames)[-1]
    return f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno} {at.name}"
