"""`python -m medianest.adapters.standin`: both stand-ins on fixed ports, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys

from medianest.adapters.standin import overseerr, tmdb


async def serve(
    tmdb_port: int, overseerr_port: int, webhook_url: str | None, webhook_authorization: str | None
) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    gateway = overseerr.OverseerrStandin(
        port=overseerr_port, webhook_url=webhook_url, webhook_authorization=webhook_authorization
    )
    async with tmdb.TmdbStandin(port=tmdb_port) as films, gateway:
        exports = {
            "MEDIANEST_TMDB_URL": films.url,
            "MEDIANEST_TMDB_TOKEN": films.token,
            "MEDIANEST_OVERSEERR_URL": gateway.url,
            "MEDIANEST_OVERSEERR_API_KEY": gateway.api_key,
        }
        if webhook_authorization:
            exports["MEDIANEST_OVERSEERR_WEBHOOK_AUTHORIZATION"] = webhook_authorization
        sys.stdout.write("".join(f"export {name}='{value}'\n" for name, value in exports.items()))
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m medianest.adapters.standin",
        description="Stand-ins for TMDB and Overseerr with invented titles. Prints what to export for MediaNest.",
    )
    parser.add_argument("--tmdb-port", type=int, default=8490)
    parser.add_argument("--overseerr-port", type=int, default=8491)
    parser.add_argument("--webhook-url", help="where Overseerr's notifications go")
    parser.add_argument("--webhook-authorization", help="the Authorization header sent along with them")
    args = parser.parse_args()
    asyncio.run(serve(args.tmdb_port, args.overseerr_port, args.webhook_url, args.webhook_authorization))


if __name__ == "__main__":
    main()
