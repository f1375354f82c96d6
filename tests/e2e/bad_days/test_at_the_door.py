"""Whoever calls while the process that answers is being replaced waits a moment, and is not turned away."""

import os
import signal

import httpx

from tests.e2e.bad_days.running import Running
from tests.processes import eventually, lives


def test_whoever_calls_while_serve_is_replaced_is_answered_by_the_next(medianest: Running) -> None:
    gone = medianest.child("serve")
    os.kill(gone, signal.SIGTERM)  # it closes its sockets tidily: they are its own alone, but for the one at the door
    eventually(lambda: not lives(gone))
    with httpx.Client(trust_env=False, verify=False, timeout=60) as stranger:  # on a connection of its own
        assert stranger.get(f"{medianest.url}/health/live").status_code == 200
    assert medianest.child("serve") != gone
