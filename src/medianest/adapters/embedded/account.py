"""Which operating system account the private servers run as, and the directories made for it.

Postgres refuses to run as root, so a root MediaNest drops to another account for the servers alone. Nothing on the
machine is changed for that: no account is added, and no mode of a directory that we did not make.
"""

import hashlib
import os
import pwd
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A package's own account first; `postgres` is there wherever Postgres ever was, `nobody` everywhere.
DROP_TO = ("medianest", "postgres", "nobody")
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
LONGEST_SOCKET_PATH = 103
ELSEWHERE = Path("/tmp")  # noqa: S108 - what is made there is checked before it is used


class ServersUnavailable(Exception):
    """A private server cannot run: one sentence for the owner with what to do, and the server's last words."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that owns a server's files. `dropped`: it is another than our own (we are root)."""

    uid: int
    gid: int
    dropped: bool

    def process_options(self) -> dict[str, Any]:
        """What `subprocess.Popen` needs so that the process runs as this account, and as nothing else."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}

    def own(self, path: Path) -> None:
        if self.dropped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(existing: Path) -> Account:
    """Choose the account: whoever owns `existing` if it is there, since a server refuses files of another account.

    Raises ServersUnavailable when we may not act as that account, or there is none to drop to.
    """
    me = os.geteuid()
    owner = existing.stat() if existing.exists() else None
    if me != 0:
        if owner is not None and owner.st_uid != me:
            raise ServersUnavailable(
                f"{existing} belongs to {_name(owner.st_uid)}, not to {_name(me)}: start MediaNest as "
                f"{_name(owner.st_uid)}, or set MEDIANEST_DATA_DIR to another directory."
            )
        return Account(me, os.getegid(), dropped=False)
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, dropped=True)
    for name in DROP_TO:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, dropped=True)
    raise ServersUnavailable(
        "Postgres does not run as root, and none of the accounts " + ", ".join(DROP_TO) + " exists: "
        "add one of them, or start MediaNest as an ordinary user."
    )


def make_directory(path: Path) -> None:
    """Make `path` and whatever is missing above it: for us alone, or, as root, open for passing through (0711).

    Raises ServersUnavailable when it cannot be made.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    missing = [part for part in (path, *path.parents) if not part.exists()]
    try:
        for part in reversed(missing):
            part.mkdir(exist_ok=True)
            part.chmod(mode)  # mkdir's own mode would be cut by the umask
    except OSError as error:
        raise ServersUnavailable(
            f"{path} cannot be made ({error.strerror}): set MEDIANEST_DATA_DIR to a directory that you may write to."
        ) from error


def make_private(path: Path, account: Account) -> None:
    """Make `path` (its parent exists) for `account` alone."""
    path.mkdir(mode=0o700, exist_ok=True)
    account.own(path)
    path.chmod(0o700)


def require_passage(path: Path, account: Account) -> None:
    """Raise ServersUnavailable, naming the directory in the way, when `account` cannot reach `path`."""
    if not account.dropped or _reaches(path, account):
        return
    blocking = next(part for part in (*reversed(path.parents), path) if not _reaches(part, account))
    raise ServersUnavailable(
        f"The account {_name(account.uid)}, which runs the private servers for root, may not pass through {blocking}: "
        f"run 'chmod o+x {blocking}', or set MEDIANEST_DATA_DIR to a directory outside it, such as /var/lib/medianest."
    )


def socket_directory(root: Path, socket_name: str, account: Account) -> Path:
    """A directory for a socket, `account`'s alone: `root`/run, or a short one below /tmp when that path is too long.

    It is the same at every start, so that a restarted server is found where it was.
    """
    directory = root / "run"
    if len(os.fsencode(directory / socket_name)) > LONGEST_SOCKET_PATH:
        mark = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
        directory = ELSEWHERE / f"medianest-{account.uid}-{mark}"
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            # Anybody can make a name below /tmp: only one that is ours, and no link, is used.
            there = directory.lstat()
            if not stat.S_ISDIR(there.st_mode) or there.st_uid not in (account.uid, os.geteuid()):
                raise ServersUnavailable(
                    f"{directory} is not ours: remove it, or set MEDIANEST_DATA_DIR to a shorter path."
                ) from None
    make_private(directory, account)
    return directory


def leave_socket_directory(directory: Path) -> None:
    """Remove `directory` if it is one of the short ones below /tmp and empty: nobody else would."""
    if directory.parent == ELSEWHERE:
        with suppress(OSError):
            directory.rmdir()


def _reaches(path: Path, account: Account) -> bool:
    # The kernel is asked instead of reading modes: access lists and mounts count too.
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)]
    asked = subprocess.run(command, cwd="/", capture_output=True, check=False, **account.process_options())
    return asked.returncode == 0


def _name(uid: int) -> str:
    try:
        return f"'{pwd.getpwuid(uid).pw_name}'"
    except KeyError:
        return f"uid {uid}"
