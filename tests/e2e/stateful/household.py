"""The people of one house on both sides, what they can do there, and what they leave behind."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.domain.limits import QuotaLimits
from medianest.domain.user.commands import DeleteUser, RegisterUser, SetQuota
from medianest.domain.user.vocabulary import Permission, Role
from tests.e2e.house import KEY, PASSWORD
from tests.e2e.stateful.sides import Answer, Call, Manner, Sides
from tests.e2e.stateful.vocabulary import Request
from tests.e2e.stateful.witness import Witness

CAST: Sequence[tuple[Role, set[Permission], QuotaLimits]] = (
    ("admin", set(), QuotaLimits()),
    ("admin", set(), QuotaLimits()),
    ("member", {"request", "manage_requests", "manage_users"}, QuotaLimits()),
    ("member", {"request", "request_4k"}, QuotaLimits(movie_limit=1, season_limit=2)),
    ("member", {"request", "request_4k"}, QuotaLimits(movie_limit=2, season_limit=3)),
    ("member", {"request", "auto_approve"}, QuotaLimits(movie_limit=3)),
)
UNDOABLE = {
    "media_request": {"rejected", "cancelled", "expired"},
    "user": {"suspended", "reinstated", "permission_granted", "permission_revoked", "role_changed", "quota_set"},
}
NUMBERS = itertools.count(20_002, 4)
"""Of titles that no other house speaks of; the series of these ids have three seasons."""
CLAIMS = HmacClaimIds(KEY)


class Household:
    """Whoever is named by a number is one of `people`, whichever of them that is; requests likewise."""

    def __init__(self, sides: Sides, position: int) -> None:
        self._sides = sides
        self.witness = Witness(sides, position)
        self._titles = [next(NUMBERS) for _ in range(2)]
        self._number = self._titles[0]
        self.done: list[tuple[Call, Answer]] = []

    @classmethod
    async def found(cls, sides: Sides) -> Self:
        await sides.react()
        house = cls(sides, await sides.agree())
        for number, (role, permissions, limits) in enumerate(CAST):
            user_id = sides.working.ids().new()
            await sides.working.keyring().create(user_id)
            email = f"cast{number}.{house._number}@example.org"
            await sides.order(
                RegisterUser(
                    **sides.by_itself(),
                    user_id=user_id,
                    email=email,
                    name=f"Person {number}",
                    role=role,
                    email_claim=CLAIMS.of_email(email),
                    permissions=frozenset(permissions),
                )
            )
            await sides.order(SetQuota(**sides.by_itself(), user_id=user_id, limits=limits))
            if number == 0:
                await house.witness.look()
        await house.witness.look()
        await house._agree()
        return house

    @property
    def people(self) -> Sequence[UUID]:
        return list(self.witness.model.people)

    @property
    def requests(self) -> Mapping[UUID, Request]:
        return self.witness.model.requests

    @property
    def undoable(self) -> Sequence[int]:
        return [row.position for row in self.witness.seen if row.word in UNDOABLE.get(row.category, ())]

    def ask(self, side: int, who: int, title: int, seasons: Sequence[int], *, is_4k: bool) -> Call:
        """Titles 0 and 1 are films, the others series."""
        number, is_film = self._titles[title % 2], title < 2
        wish = {"mediaType": "movie" if is_film else "tv", "tmdbId": number, "is4k": is_4k}
        about = {"title": (wish["mediaType"], number, is_4k), "parts": (0,) if is_film else tuple(seasons)}
        body = wish if is_film else {**wish, "seasons": list(seasons)}
        return Call(side, self._who(who), "ask", "POST", "/media/request", body, about)

    def ask_again(self, side: int, who: int, which: int) -> Call:
        """For the title of a request; for anything as long as there is none."""
        if not self.requests:
            return self.ask(side, who, which, (1, 2), is_4k=False)
        kind, number, is_4k = self.requests[self._which(which)].title
        title = self._titles.index(number) + (0 if kind == "movie" else 2)
        return self.ask(side, who, title, (1, 2), is_4k=is_4k)

    def act(self, side: int, who: int, which: int, verb: str) -> Call:
        if not self.requests:
            return self.ask_again(side, who, which)
        request_id = self._which(which)
        body = {"reject": {"reason": "Not now."}, "comment": {"text": "Is it any good?"}}.get(verb)
        path = f"/media/requests/{request_id}/{verb}"
        return Call(side, self._who(who), verb, "POST", path, body, {"request": request_id})

    def register(self, side: int, who: int, number: int) -> Call:
        email = f"new{number}.{self._number}@example.org"
        body = {"email": email, "name": f"New {number}", "password": PASSWORD}
        return Call(
            side, self._who(who), "register", "POST", "/admin/users", body, {"claim": str(CLAIMS.of_email(email))}
        )

    def change(self, side: int, who: int, target: int, change: Mapping[str, Any] | None) -> Call:
        """None: they are to be deleted."""
        user_id = self._who(target)
        path = f"/admin/users/{user_id}"
        if change is None:
            return Call(side, self._who(who), "delete", "DELETE", path, None, {"target": user_id})
        return Call(side, self._who(who), "change", "PATCH", path, change, {"target": user_id, "change": change})

    def undo(self, side: int, who: int, which: int) -> Call:
        positions = self.undoable or [self.witness.seen[0].position]
        position = positions[-1 - which % len(positions)]
        return Call(side, self._who(who), "undo", "POST", f"/admin/audit/{position}/undo")

    def read_all(self, side: int, who: int) -> Call:
        return Call(side, self._who(who), "read_all", "POST", "/notifications/read-all")

    async def do(self, calls: Sequence[Call], manner: Manner, *, is_hasty: bool = False) -> None:
        """`is_hasty`: at once, whatever a side has not heard yet of what was done before."""
        if not is_hasty:
            await self._agree()
        answers = await self._sides.together(calls, manner)
        await self._look(calls, answers)

    async def work(self, *, is_refusing: bool = False, beside: Sequence[Call] = ()) -> None:
        """Do all the jobs, at a gateway that takes what it is given or refuses all."""
        await self._agree()
        gateway = self._sides.overseerr
        key = gateway.api_key
        gateway.api_key = "another" if is_refusing else key
        try:
            _, *answers = await asyncio.gather(self._sides.work(), *map(self._sides.call, beside))
        finally:
            gateway.api_key = key
        await self._look(beside, answers)
        if beside:
            await self._sides.work()
            await self.witness.look()
        self._nobody_haunts_it()

    async def expire(self) -> None:
        await self._agree()
        await self._sides.working.request_jobs().expire()
        await self.witness.look()

    async def leave(self) -> None:
        """See to it that both sides show what happened, and leave nobody who would be told of what others do."""
        await self.work()
        await self._both_sides_show_it()
        for user_id in self.people:
            await self._sides.order(DeleteUser(**self._sides.by_itself(), user_id=user_id))
        await self._sides.work()
        await self._sides.verify()

    async def _both_sides_show_it(self) -> None:
        await self._agree()
        model = self.witness.model
        admin = model.administrators()[0]
        counts = [await side.get(admin, "/media/requests/counts") for side in self._sides.sides]
        assert counts[0] == counts[1]
        for side in self._sides.sides:
            for request_id, request in model.requests.items():
                shown = await side.get(admin, f"/media/requests/{request_id}")
                assert (shown["status"], shown["requestedBy"]["id"]) == (request.status, str(request.owner))
                assert shown["followers"] == len(request.followers)
                assert shown["version"] == model.versions[request_id]
                assert shown["needsApproval"] == bool(request.numbers("pending"))
            for user_id, person in model.people.items():
                shown = await side.get(admin, f"/admin/users/{user_id}")
                assert (shown["role"], set(shown["granted"])) == (person.role, person.granted)
                assert (shown["isSuspended"], shown["isDeleted"]) == (person.is_suspended, person.is_deleted)
                if person.is_welcome:
                    news = (await side.get(user_id, "/notifications?unread=true&limit=1"))["unread"]
                    kept = [status for recipient, status in model.news.values() if recipient == user_id]
                    assert news == sum(status in ("queued", "delivered") for status in kept)

    async def _agree(self) -> None:
        await self._sides.agree()
        self.witness.all_agree()

    async def _look(self, calls: Sequence[Call], answers: Sequence[Answer]) -> None:
        asked = list(zip(calls, answers, strict=True))
        self.done.extend(asked)
        await self.witness.look(asked)

    def _nobody_haunts_it(self) -> None:
        """With all jobs done, whoever was deleted owns nothing that is still wanted and follows nothing."""
        for request in self.requests.values():
            for user_id in request.people:
                is_here = not self.witness.model.people[user_id].is_deleted
                assert is_here or (user_id == request.owner and not request.numbers("pending", "approved", "handed_on"))

    def _who(self, number: int) -> UUID:
        return self.people[number % len(self.people)]

    def _which(self, number: int) -> UUID:
        requests = list(self.requests)
        return requests[-1 - number % len(requests)]
