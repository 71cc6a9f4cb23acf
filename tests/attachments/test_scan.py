from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from minxin.attachments.scan import CommandScanner, hook
from minxin.errors import Refused


def scanner(folder: Path, body: str) -> str:
    """A real program that looks at the file it is given, or at its standard input."""
    script = folder / "scanner.py"
    script.write_text(
        "import sys, time\n"
        "named = len(sys.argv) > 1\n"
        "data = open(sys.argv[1], 'rb').read() if named else sys.stdin.buffer.read()\n" + body
    )
    return f"{sys.executable} {script}"


FINDS_EICAR = "sys.exit(1 if b'EICAR' in data else 0)\n"


@pytest.mark.parametrize("way", [" {path}", ""])
def test_a_clean_file_passes_and_an_infected_one_does_not(tmp_path: Path, way: str) -> None:
    scan = CommandScanner(scanner(tmp_path, FINDS_EICAR) + way)
    scan(b"harmless" * 100_000)
    with pytest.raises(Refused, match="病毒"):
        scan(b"..EICAR..")


def test_a_scanner_that_fails_lets_nothing_through(tmp_path: Path) -> None:
    commands = [
        scanner(tmp_path, "sys.exit(2)\n"),
        "/nonexistent/clamdscan {path}",
        str(tmp_path),
    ]
    for command in commands:
        with pytest.raises(Refused, match="稍后"):
            CommandScanner(command)(b"harmless")


def test_a_scanner_that_was_killed_lets_nothing_through(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="稍后"):
        CommandScanner(scanner(tmp_path, "import os; os.abort()\n"))(b"harmless")


def test_a_scanner_that_hangs_lets_nothing_through(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="稍后"):
        CommandScanner(scanner(tmp_path, "time.sleep(30)\n"), timeout=0.3)(b"harmless")


def test_the_copy_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    note = tmp_path / "note"
    body = (
        "import os\n"
        "mode = oct(os.stat(sys.argv[1]).st_mode)\n"
        f"open({str(note)!r}, 'w').write(sys.argv[1] + ' ' + mode)\n"
    )
    CommandScanner(scanner(tmp_path, body) + " {path}")(b"harmless")
    path, mode = note.read_text().split()
    assert mode.endswith("600")
    assert not os.path.exists(path)


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        CommandScanner(f"/bin/false ; touch {tmp_path}/made")(b"harmless")
    assert not (tmp_path / "made").exists()


def test_nothing_is_scanned_when_none_is_configured(tmp_path: Path) -> None:
    assert hook(None) is None
    assert hook("  ") is None
    assert hook("clamdscan --no-summary --fdpass {path}") is not None
