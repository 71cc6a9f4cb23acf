"""As whom the embedded servers run.

PostgreSQL refuses to run as root, so root starts the servers as a system user of their own. Where
that user may not enter the folder of the checkout (say, under /root), the servers keep the one
capability that lets them pass, instead of the folders being opened to everybody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from minxin.embedded.layout import EmbeddedError

_USER = "minxin"


@dataclass(frozen=True)
class Account:
    """The user of the servers, and the command line prefix that turns a program into theirs."""

    uid: int
    gid: int
    switch: tuple[str, ...]

    def command(self, *words: str | Path, dies_with_parent: str | None = None) -> list[str]:
        """A command line that runs as this account; the named signal comes when its parent ends."""
        line = [*self.switch]
        if dies_with_parent:
            line = [*(line or ["setpriv"]), "--pdeathsig", dies_with_parent]
        return [*line, *map(str, words)]


def account_for(*paths: Path) -> Account:
    """The account to run servers as that must be able to enter all of `paths`."""
    if shutil.which("setpriv") is None:
        raise EmbeddedError("The program setpriv is missing: install the package util-linux")
    if os.geteuid() != 0:
        return Account(os.getuid(), os.getgid(), ())
    user = _system_user()
    switch = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    for extra in ((), ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")):
        account = Account(user.pw_uid, user.pw_gid, (*switch, *extra))
        if all(_may_enter(account, path) for path in paths):
            return account
    raise EmbeddedError(
        f"The user {_USER}, which runs the embedded servers when you are root, may not enter "
        f"{' or '.join(map(str, paths))}: move the checkout to a folder that others may enter "
        "(such as /srv), or run this as an ordinary user"
    )


def _may_enter(account: Account, path: Path) -> bool:
    # Not `test -x`: access(2) leaves capabilities out of account.
    tried = subprocess.run(
        account.command("stat", f"{path}/."), capture_output=True, cwd="/", check=False
    )
    return tried.returncode == 0


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_USER)
    except KeyError:
        pass
    options = ("--system", "--user-group", "--no-create-home", "--shell=/usr/sbin/nologin")
    made = subprocess.run(
        ["useradd", *options, _USER],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(_USER)  # whoever made it: two starts may have tried at once
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and the user {_USER} could not be made "
            f"({made.stderr.strip()}): make it with `useradd --system {_USER}`, or run this as an "
            "ordinary user"
        ) from None
