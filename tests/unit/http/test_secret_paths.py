"""What stands in a path and is a secret is in no log line."""

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


@pytest.mark.parametrize(
    "path", ["/api/v1/webhooks/plex/s3cret", "/API/v1/webhooks/Plex/s3cret/more", "/webhooks/plex/s3cret"]
)
async def test_the_access_log_leaves_out_the_secret_of_webhooks(client: httpx.AsyncClient, path: str) -> None:
    with capture_logs() as lines:
        await client.post(path, content=b"s3cret")
    [line] = [line for line in lines if line["event"] == "request"]
    assert "s3cret" not in str(lines)
    assert line["path"].lower().endswith("/webhooks/plex/***")
