"""Several devices of somebody, and their second factor."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp

from medianest.ports.sessions import Session
from tests.e2e.house import PASSWORD, House, Person, eventually, ok, refused
from tests.e2e.listening import Listening

PHONE = "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36"
ENROLMENT = "/auth/second-factor/enrolment"


class App:
    """Somebody's authenticator app, and the paper with their recovery codes."""

    def __init__(self, seed: str, codes: Sequence[str]) -> None:
        self._totp = pyotp.TOTP(seed)
        self.codes = list(codes)

    def code(self) -> str:
        """Of the next time step, which a clock that goes ahead shows: the present one is used up."""
        return self._totp.at(datetime.now(UTC), counter_offset=1)


async def enrolled(person: Person, **wish: Any) -> App:
    begun = await person.post(ENROLMENT)
    assert begun.headers["cache-control"] == "no-store"
    seed = ok(begun)["seed"]
    assert "<svg" in begun.json()["picture"]
    assert begun.json()["uri"].startswith("otpauth://totp/")
    done = ok(await person.put(ENROLMENT, json={"code": pyotp.TOTP(seed).now(), **wish}))
    person.headers["Authorization"] = f"Bearer {done['tokens']['accessToken']}"
    assert done["tokens"]["mustEnrol"] is False
    return App(seed, done["recoveryCodes"])


async def on(house: House, person: Person, user_agent: str) -> Person:
    """The same person on another device."""
    answer = await house.public.post(
        "/auth/login", json={"email": person.email, "password": PASSWORD}, headers={"User-Agent": user_agent}
    )
    return Person(house.url, ok(answer))


async def show(house: House, challenge: str, code: str, **wish: Any) -> httpx.Response:
    return await house.public.post("/auth/second-factor", json={"challenge": challenge, "code": code, **wish})


async def challenged(house: House, person: Person) -> str:
    return str(refused(await house.log_in(person.email), 401, "second_factor_required")["challenge"])


async def sessions_of(person: Person) -> dict[str, Any]:
    """By device."""
    return {one["device"]: one for one in ok(await person.get("/auth/sessions"))["items"]}


def aged(house: House, person: Person, minutes: int) -> dict[str, str]:
    """The session of this person as it would be if they had signed in so long ago."""
    token = person.headers["Authorization"].removeprefix("Bearer ")
    now = datetime.now(UTC)
    session = house.container.access_tokens().read(token, now)
    older = Session(
        session_id=session.session_id,
        user_id=session.user_id,
        authenticated_at=now - timedelta(minutes=minutes),
    )
    return {"Authorization": f"Bearer {house.container.access_tokens().issue(older, now)}"}


async def closes(stream: Listening, within: float = 15.0) -> None:
    async def is_over() -> bool:
        return stream.is_over

    await eventually(is_over, within=within)
