from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from medianest.adapters.http.foundation.app import HttpSettings
from tests.unit.http.sample import sample_app, serving


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The sample application over real HTTP, without rate limits."""
    with serving(sample_app(settings=HttpSettings(version="1.2.3", rate_limits=False))) as address:
        yield address


@pytest.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=10, verify=False) as client:
        yield client
