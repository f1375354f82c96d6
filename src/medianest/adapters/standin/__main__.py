"""`python -m medianest.adapters.standin`: all stand-ins on fixed ports, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys

from medianest.adapters.standin import overseerr, plex, plex_server, tmdb


async def serve(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    gateway = overseerr.OverseerrStandin(
        port=args.overseerr_port, webhook_url=args.webhook_url, webhook_authorization=args.webhook_authorization
    )
    plex_tv = plex.PlexTvStandin(port=args.plex_tv_port)
    media_server = plex_server.PlexServerStandin(port=args.plex_port, webhook_url=args.plex_webhook_url)
    async with tmdb.TmdbStandin(port=args.tmdb_port) as films, gateway, plex_tv, media_server:
        exports = {
            "MEDIANEST_TMDB_URL": films.url,
            "MEDIANEST_TMDB_IMAGE_URL": films.url,
            "MEDIANEST_TMDB_TOKEN": films.token,
            "MEDIANEST_OVERSEERR_URL": gateway.url,
            "MEDIANEST_OVERSEERR_API_KEY": gateway.api_key,
            "MEDIANEST_PLEX_TV_URL": plex_tv.url,
            "MEDIANEST_PLEX_URL": media_server.url,
            "MEDIANEST_PLEX_TOKEN": media_server.token,
        }
        if args.webhook_authorization:
            exports["MEDIANEST_OVERSEERR_WEBHOOK_AUTHORIZATION"] = args.webhook_authorization
        sys.stdout.write("".join(f"export {name}='{value}'\n" for name, value in exports.items()))
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m medianest.adapters.standin",
        description="Stand-ins for TMDB, Overseerr and Plex with invented titles and people. Prints what to export for "
        "MediaNest.",
    )
    parser.add_argument("--tmdb-port", type=int, default=8490)
    parser.add_argument("--overseerr-port", type=int, default=8491)
    parser.add_argument("--plex-tv-port", type=int, default=8492)
    parser.add_argument("--plex-port", type=int, default=8493)
    parser.add_argument("--webhook-url", help="where Overseerr's notifications go")
    parser.add_argument("--webhook-authorization", help="the Authorization header sent along with them")
    parser.add_argument("--plex-webhook-url", help="where the media server's webhooks go")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
