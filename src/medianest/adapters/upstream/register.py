"""All upstreams that this process may call, by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from medianest.adapters.upstream.client import UpstreamFigures
from medianest.ports.upstreams import Saved, UpstreamSample


class Watched(Protocol):
    """A client of `upstream_client` or `origins_client`."""

    def sample(self) -> UpstreamSample: ...

    def figures(self) -> UpstreamFigures: ...

    def reset(self) -> None: ...


class UpstreamRegister:
    """Implements Upstreams. `not_set`: names of those whose setting is missing. `saved` says what kept answers have
    spared each upstream, by its name."""

    def __init__(
        self,
        clients: Mapping[str, Watched],
        *,
        not_set: Iterable[str] = (),
        saved: Callable[[], Mapping[str, Saved]] = dict,
    ) -> None:
        self._clients = dict(clients)
        self._not_set = tuple(not_set)
        self._saved = saved

    def add(self, name: str, client: Watched) -> None:
        """One that came while the process runs, or comes again with another address."""
        self._clients[name] = client

    def remove(self, name: str) -> None:
        self._clients.pop(name, None)

    def samples(self) -> Sequence[UpstreamSample]:
        saved = self._saved()
        found = [self._sample(name, client, saved.get(name)) for name, client in self._clients.items()]
        missing = [name for name in self._not_set if name not in self._clients]
        absent = [UpstreamSample(name=name, token="not_set") for name in missing]  # noqa: S106
        return [*found, *absent]

    def figures(self) -> Sequence[UpstreamFigures]:
        """Since the start of the process, for those who count."""
        return [client.figures() for client in self._clients.values()]

    def reset(self, name: str) -> None:
        if name in self._clients:
            self._clients[name].reset()

    def _sample(self, name: str, client: Watched, kept: Saved | None) -> UpstreamSample:
        """Under the name of the register: it is the one that people use."""
        sample = client.sample()
        if kept is not None:
            joined = sample.saved.joined + kept.joined
            return msgspec.structs.replace(
                sample, name=name, saved=Saved(hits=kept.hits, stale=kept.stale, joined=joined)
            )
        return msgspec.structs.replace(sample, name=name)
