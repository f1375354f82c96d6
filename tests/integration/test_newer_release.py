"""A `serve` on a log that a newer release writes to, or wrote to before this one was put back."""

import json
from uuid import UUID, uuid4

import pytest
from tests.e2e.house import beside, ok, opened_house, refused
from tests.fakes.identity import HASHER
from tests.followers import eventually
from tests.newer_release import SomethingNew, record, reshaped

from medianest.domain.kernel import SYSTEM
from medianest.domain.user.commands import RegisterUser, SuspendUser
from medianest.domain.user.events import UserRenamed
from medianest.main.container import Container, opened
from medianest.main.settings import Secret, Settings
from medianest.ports.event_log import Context
from medianest.ports.failures import UnreadableEvent

KEY = b"the key of a house whose release is put back"
CLICK = Context(correlation_id="a-click")


async def person(container: Container, role: str) -> dict[str, object]:
    user_id = uuid4()
    await container.keyring().create(user_id)
    order = {"actor": SYSTEM, "at": container.clock().now(), "user_id": user_id}
    wish = {"email": "a@example.org", "name": "Ada", "role": role, "email_claim": uuid4()}
    await container.commands().run([RegisterUser(**order, **wish)], CLICK)
    return order


async def test_a_serve_starts_and_follows_on_a_log_that_it_cannot_read_all_of(
    database_url: str, redis_url: str
) -> None:
    settings = Settings(database_url=Secret(database_url), redis_url=Secret(redis_url), secret_key=Secret(KEY.decode()))
    async with opened(settings, KEY, hasher=HASHER) as container:
        ada, bob = await person(container, "admin"), await person(container, "member")
        log = container.log()
        await record(log, "user", ada["user_id"], SomethingNew())
        await record(log, "setting", uuid4(), SomethingNew(), reshaped("setting.changed"))
        await record(log, "upkeep", uuid4(), SomethingNew())
        with pytest.raises(UnreadableEvent, match=r"user\.something_new is no event of this release"):
            await container.commands().run([SuspendUser(**ada)], CLICK)
    async with opened(settings, KEY, hasher=HASHER) as container:
        people = container.people()
        assert await people.has_administrator(), "what a start asks, to know whether to show a setup token"
        async with beside(people.follow(), container.live().follow(), container.upstream_watch().run()):
            assert await people.admit(ada["user_id"], uuid4()) is not None
            await record(container.log(), "session", uuid4(), SomethingNew())
            await container.commands().run([SuspendUser(**bob)], CLICK)

            async def is_shut_out() -> bool:
                return await people.admit(bob["user_id"], uuid4()) is None

            await eventually(is_shut_out)


async def test_who_did_what_is_still_told_where_it_cannot_be_read_and_changes_are_refused(
    database_url: str, redis_url: str
) -> None:
    async with opened_house(database_url, redis_url) as house:
        ada, ben = await house.admin(), await house.sign_in("ben")
        log = house.container.log()
        await record(log, "user", UUID(ben.id), reshaped(UserRenamed.tag))
        [first, *_] = ok(await ada.get("/admin/audit", params={"stream": ben.id}))["items"]
        assert (first["action"], first["sentence"]) == (UserRenamed.tag, "MediaNest did what this release cannot read")
        lines = [json.loads(line) for line in (await ben.get("/auth/me/export")).text.splitlines()]
        assert UserRenamed.tag in [line["body"].get("action") for line in lines if line["kind"] == "event"]
        problem = refused(await ada.patch(f"/admin/users/{ben.id}", json={"name": "Benedict"}), 503, "event_unreadable")
        assert "upgraded" in problem["detail"]
        ok(await ada.get("/auth/me"))
