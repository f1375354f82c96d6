"""As fast as so many connections ask, one request after the other on each: wrk."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

SCRIPT = Path(__file__).with_name("wrk.lua")
MISSING = "wrk is not there (Debian, Ubuntu: `apt install wrk`; macOS: `brew install wrk`)"


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What wrk measured. Times are in seconds; `refused` are answers of 400 and above, `broken` those that never
    came."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


async def load(
    url: str,
    targets: Sequence[str],
    *,
    tokens: Sequence[str] = (),
    method: str = "GET",
    in_order: bool = False,
    connections: int,
    seconds: float,
) -> Load:
    """Ask `url` for `targets`, drawn at random or from the first on, as the people of `tokens` in turn.

    A target is a path, and after a tab a JSON body where there is one. Raises RuntimeError for an answer that says no
    and for one that does not come.
    """
    with tempfile.TemporaryDirectory(prefix="medianest-wrk-") as name:
        named = [Path(name, part) for part in ("targets", "tokens")]
        for file, lines in zip(named, (targets, tokens), strict=True):
            file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        words = ["--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"]
        words += ["--timeout", "10s", "--script", str(SCRIPT), url, "--", method, *map(str, named)]
        process = await asyncio.create_subprocess_exec(
            "wrk", *words, "each" if in_order else "random", stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
    if process.returncode != 0 or not (found := re.search(rb"^\{.*\}$", said, re.MULTILINE)):
        raise RuntimeError(f"wrk ended with status {process.returncode}: {said.decode()[-500:]}")
    measured = msgspec.json.decode(found[0], type=Load)
    if measured.refused or measured.broken or not measured.requests:
        raise RuntimeError(f"{method} {targets[0]}: {measured}")
    return measured
