"""Every route, called by everybody: who is let through is what the table in docs/security.md says."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn
from uuid import UUID

import httpx
import pytest
import structlog

from medianest.adapters.http.foundation.access import routes_of
from medianest.adapters.http.foundation.caller import Caller
from medianest.domain.api_key import SCOPES, Scope
from medianest.domain.key_scopes import let_through
from medianest.domain.user.vocabulary import PERMISSIONS, Permission
from medianest.main.documented import documented_app
from medianest.ports.sessions import Session

TABLE: Final = Path(__file__).parents[3] / "docs" / "security.md"
LINE: Final = re.compile(r"\| `([A-Z]+) (/\S+)` \| ([^|]+) \| ([^|]*) \| ([^|]*) \|")
NOBODY: Final = UUID(int=404)
VALUES: Final = {"position": "1", "tmdb_id": "1", "number": "1", "category": "user", "parked_id": "tell_people:1"}
"""What stands for a parameter of a path; anything else is an id that nothing has."""


@dataclass(frozen=True, kw_only=True)
class Who:
    """`scopes` None: they signed in themselves; otherwise their program calls with a key."""

    permissions: Collection[Permission] = ()
    is_admin: bool = False
    is_fresh: bool = True
    is_limited: bool = False
    scopes: Collection[Scope] | None = None

    def caller(self) -> Caller:
        permissions = frozenset(PERMISSIONS if self.is_admin else self.permissions)
        role = "admin" if self.is_admin else "member"
        if self.scopes is not None:
            return Caller(
                user_id=UUID(int=1),
                session_id=UUID(int=2),
                role=role if "admin" in self.scopes else "member",
                permissions=let_through(permissions, self.scopes),
                scopes=frozenset(self.scopes),
                is_limited=self.is_limited,
            )
        session = Session(
            session_id=UUID(int=2),
            user_id=UUID(int=1),
            authenticated_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        return Caller(
            user_id=UUID(int=1),
            session_id=UUID(int=2),
            role=role,
            permissions=permissions,
            session=session,
            is_fresh=self.is_fresh,
            is_limited=self.is_limited,
        )


MANAGER: Final[Sequence[Permission]] = ("manage_requests",)
EVERYBODY: Final[Mapping[str, Who | None]] = {
    "nobody": None,
    "a stranger": Who(),
    **{f"a member who may {permission}": Who(permissions=(permission,)) for permission in PERMISSIONS},
    "an administrator": Who(is_admin=True),
    "an administrator who signed in long ago": Who(is_admin=True, is_fresh=False),
    "an administrator without their second factor": Who(is_admin=True, is_limited=True),
    "the same who signed in long ago": Who(is_admin=True, is_limited=True, is_fresh=False),
    "a key to everything of the same": Who(is_admin=True, is_limited=True, scopes=SCOPES),
    **{f"a key to {scope} of an administrator": Who(is_admin=True, scopes=(scope,)) for scope in SCOPES},
    "a key to everything of an administrator": Who(is_admin=True, scopes=SCOPES),
    "a key to everything of a stranger": Who(scopes=SCOPES),
    "a key to manage of whoever manages requests": Who(permissions=MANAGER, scopes=SCOPES[2:3]),
    "a key to read of whoever manages requests": Who(permissions=MANAGER, scopes=SCOPES[:1]),
}


@dataclass(frozen=True)
class Line:
    """A line of the table, as it is written."""

    method: str
    path: str
    access: str
    key: str
    confirmed: str
    address: str = field(init=False)

    def __post_init__(self) -> None:
        address = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], str(NOBODY)), self.path)
        object.__setattr__(self, "address", address)

    def lets_through(self, who: Who | None) -> bool:
        if self.access == "public":
            return True
        if who is None:
            return False
        if who.scopes is not None and self.key not in {f"`{scope}`" for scope in who.scopes}:
            return False
        if who.is_limited and (who.scopes is not None or self.access != "signed in, second factor or not"):
            return False
        if self.confirmed == "yes" and not (who.scopes is None and who.is_fresh):
            return False
        if self.access == "administrator":
            return who.is_admin
        if self.access.startswith("permission "):
            return who.is_admin or self.access.removeprefix("permission ") in who.permissions
        assert self.access.startswith("signed in")
        return True


def lines() -> Sequence[Line]:
    found = (LINE.fullmatch(line) for line in TABLE.read_text("utf-8").splitlines())
    return [Line(*(text.strip() for text in line.groups())) for line in found if line]


def drop(*_: object) -> NoReturn:
    raise structlog.DropEvent


@pytest.fixture
def quiet() -> Iterator[None]:
    """Nothing stands behind the routes: whoever is let through finds a fault, which the log need not hold."""
    before = structlog.get_config()
    structlog.configure(processors=[drop])
    yield
    structlog.configure(**before)


async def authenticate(credential: str) -> Caller | None:
    who = list(EVERYBODY.values())[int(credential)]
    return who.caller() if who else None


@pytest.fixture(scope="module")
def app() -> Any:
    return documented_app(authenticate=authenticate)


def test_the_table_names_every_route(app: Any) -> None:
    shown = {(method, path) for method, path, handler in routes_of(app) if handler.resolve_include_in_schema()}
    assert {(line.method, line.path) for line in lines()} == shown


@pytest.mark.usefixtures("quiet")
async def test_everybody_is_let_through_where_the_table_says_so_and_nowhere_else(app: Any) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    wrong = []
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        for number, (name, who) in enumerate(EVERYBODY.items()):
            headers = {"Authorization": f"Bearer {number}"} if who else {}
            for line in lines():
                answer = await client.request(line.method, line.address, headers=headers)
                if (answer.status_code not in (401, 403)) != line.lets_through(who):
                    wrong.append(f"{name}: {line.method} {line.path} {answer.status_code}")
    assert not wrong, wrong
