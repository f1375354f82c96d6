"""What stands in a path and opens somebody's sign-in is in no log line."""

import httpx
import pytest
from structlog.testing import capture_logs


@pytest.mark.parametrize("path", ["/api/v1/auth/plex/pin/s3cret", "/api/v1/auth/PLEX/Pin/s3cret/more"])
async def test_the_access_log_leaves_out_the_pin_that_a_client_polls(client: httpx.AsyncClient, path: str) -> None:
    with capture_logs() as lines:
        await client.get(path)
    [line] = [line for line in lines if line["event"] == "request"]
    assert "s3cret" not in str(line)
    assert line["path"].lower().endswith("/plex/pin/***")
