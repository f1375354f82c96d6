"""What every change over HTTP has in common: who acts, under which Idempotency-Key, on which version."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.caller import Caller, caller_of
from medianest.adapters.http.foundation.problems import PreconditionFailed
from medianest.adapters.http.foundation.versions import IfMatch, expected_version
from medianest.adapters.http.writing import Act, viewer_of
from medianest.application.viewer import Viewer
from medianest.domain.kernel import AnyAggregate, Command
from medianest.ports.front_door import Expected, Wording

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="A value of your own. Sent again with the same body within 24 hours, it gets the same answer.",
    ),
]
"""For `idempotency_key: IdempotencyKey = None` in a handler."""


class Acting:
    """Somebody's change in the making. Made by `provide_acting` for every handler that asks for it."""

    def __init__(
        self, request: Request[Any, Any, Any], door: FrontDoor, idempotency_key: str | None, if_match: str | None
    ) -> None:
        self.door = door
        self.caller: Caller = caller_of(request)
        self.viewer: Viewer = viewer_of(request)
        self._request = request
        self._idempotency_key = idempotency_key
        self._version = expected_version(if_match)

    def order(self, command: type[Command], **fields: Any) -> Command:
        """`command`, given by this person now."""
        return command(actor=self.caller.user_id, at=self.door.clock.now(), **fields)

    async def answer(self, act: Act, *, views: Collection[str]) -> Response[Any]:
        """Run `act`; see `Writing.answer`."""
        return await self.door.writing.answer(self._request, act, views=views, idempotency_key=self._idempotency_key)

    def ensure(self, current: int) -> None:
        """For a change that leads to no command. Raises PreconditionFailed where `If-Match` names another version."""
        if self._version not in (None, current):
            raise PreconditionFailed(current)

    def expected(self, aggregate: AnyAggregate, stream_id: UUID) -> Expected | None:
        """The version of this stream that `If-Match` names, if it names one."""
        if self._version is None:
            return None
        return Expected(aggregate=aggregate, stream_id=stream_id, version=self._version)

    async def run(
        self,
        commands: Sequence[Command],
        *,
        on: tuple[AnyAggregate, UUID],
        wording: Wording | None,
        views: Collection[str],
    ) -> Response[Any]:
        """Run commands on one aggregate, if it still is at the version that `If-Match` names."""
        expected = self.expected(*on)
        return await self.answer(
            lambda context, idempotency: self.door.commands.run(
                commands, context, wording=wording, idempotency=idempotency, expected=expected
            ),
            views=views,
        )


async def provide_acting_without_version(
    request: Request[Any, Any, Any], door: NamedDependency[FrontDoor], idempotency_key: IdempotencyKey = None
) -> Acting:
    return Acting(request, door, idempotency_key, None)


WITHOUT_VERSION: Final = {"acting": Provide(provide_acting_without_version)}
"""`dependencies` of a change that is made to nothing of which somebody could have read a version: it takes no
`If-Match`, and is refused with one."""


async def provide_acting(
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Acting:
    return Acting(request, door, idempotency_key, if_match)
