"""What is logged, heard whole: also what MediaNest, run earlier in this process, has quietened."""

import logging
from typing import Final

import pytest

QUIETENED: Final = ("httpx", "httpcore")


def hear_everything(caplog: pytest.LogCaptureFixture) -> None:
    """From here to the end of the test, `caplog` holds the least of what anybody logs."""
    caplog.set_level(logging.DEBUG)
    for name in QUIETENED:
        caplog.set_level(logging.DEBUG, logger=name)
