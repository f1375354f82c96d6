"""Codes of authenticator apps: time-based one-time passwords (RFC 6238), and how an app is told the seed."""

import re
from datetime import datetime
from io import BytesIO
from typing import Final

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

WINDOW: Final = 1
"""Time steps to either side that still count, for clocks that differ and people who type slowly (RFC 6238, 5.2)."""
ISSUER: Final = "MediaNest"
CODE: Final = re.compile(r"[0-9]{6}")


class TotpCodes:
    """Implements OneTimeCodes with SHA-1, six digits and 30 seconds: what every app understands."""

    def seed(self) -> str:
        return pyotp.random_base32()

    def step(self, seed: str, code: str, now: datetime) -> int | None:
        digits = "".join(code.split())
        if not CODE.fullmatch(digits):
            return None
        try:
            return pyotp.TOTP(seed).verify_and_get_timecode(digits, for_time=now, valid_window=WINDOW)
        except OTPVerificationError:
            return None

    def uri(self, seed: str, account: str) -> str:
        return pyotp.TOTP(seed).provisioning_uri(name=account, issuer_name=ISSUER)

    def picture(self, uri: str) -> str:
        drawn = BytesIO()
        # On white with a margin of four modules: on a dark page it could not be read otherwise.
        segno.make(uri, error="m", micro=False).save(
            drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass=None, lineclass=None, nl=False
        )
        return drawn.getvalue().decode()
