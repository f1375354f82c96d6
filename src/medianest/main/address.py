"""The socket that HTTP is answered on. Apart from the server, so that the parent can hold it without loading HTTP.

The parent binds it and hands it to each `serve` in turn. Once the first of them has listened, the system takes calls
for as long as the parent lives: whoever calls while `serve` is being replaced waits, and nobody is turned away.
"""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Mapping

from medianest.main.settings import Settings, SettingsError

LEAVING = 3.5
"""Seconds for which another MediaNest may still hold the port: one whose parent was killed ends within 3 s."""


VARIABLE = "MEDIANEST_LISTENER"


def handing_on(listener: socket.socket) -> Mapping[str, str]:
    """What has to stand in the environment of the child that inherits `listener`."""
    return {VARIABLE: str(listener.fileno())}


async def listen(settings: Settings) -> socket.socket:
    """The socket: the parent's, or one that is bound before anything else is opened. Raises SettingsError when the
    address cannot be had."""
    if inherited := os.environ.pop(VARIABLE, None):
        listener = socket.socket(fileno=int(inherited))
        listener.set_inheritable(False)
        return listener
    give_up = time.monotonic() + LEAVING
    while True:
        try:
            return _bound(settings)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < give_up:
                await asyncio.sleep(0.1)
                continue
            raise SettingsError(_complaint(settings, error)) from error


def _bound(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(False)
    return listener


def _complaint(settings: Settings, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"MEDIANEST_HOST: {settings.host} is no address of this machine. Example: MEDIANEST_HOST=127.0.0.1"
    return (
        f"MEDIANEST_PORT: cannot listen on {settings.host} port {settings.port} ({error.strerror}). "
        "Stop what uses it, or choose another, for example MEDIANEST_PORT=8485."
    )
