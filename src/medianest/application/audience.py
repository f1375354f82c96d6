"""Who listens, found by who they are and by what they may do: nobody is asked about what does not concern them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar
from uuid import UUID

from medianest.application.viewer import Viewer
from medianest.domain.user.vocabulary import Permission

T = TypeVar("T")


class Audience(Generic[T]):
    """`T` is whatever they listen with; each is found as itself alone."""

    def __init__(self) -> None:
        self._by_person: defaultdict[UUID, dict[T, None]] = defaultdict(dict)
        self._by_permission: defaultdict[Permission, dict[T, None]] = defaultdict(dict)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @contextmanager
    def joined(self, ear: T, viewer: Viewer) -> Iterator[None]:
        """For as long as this takes, `ear` is the viewer's."""
        self._by_person[viewer.user_id][ear] = None
        for permission in viewer.permissions:
            self._by_permission[permission][ear] = None
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
            for permission in viewer.permissions:
                del self._by_permission[permission][ear]
            theirs = self._by_person[viewer.user_id]
            del theirs[ear]
            if not theirs:
                del self._by_person[viewer.user_id]

    def concerned(self, people: Collection[UUID], permission: Permission | None) -> Collection[T]:
        """What these people, and all who have the permission, listen with: each once."""
        found = dict(self._by_permission.get(permission, {})) if permission is not None else {}
        for person in people:
            found |= self._by_person.get(person, {})
        return found.keys()
