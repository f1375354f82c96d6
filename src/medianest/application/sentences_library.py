"""What happened to media servers and their libraries, in words made when they are read."""

from medianest.domain import library, media_server


def of_library(event: media_server.MediaServerEvent | library.LibraryEvent, who: str) -> str:
    match event:
        case media_server.ServerAdded(name=name):
            return f"{who} added the media server {name}"
        case media_server.ServerChanged(name=name, has_new_token=True):
            return f"{who} changed the media server {name} and gave it another token"
        case media_server.ServerChanged(name=name):
            return f"{who} changed the media server {name}"
        case media_server.ServerRemoved(slug=slug):
            return f"{who} removed the media server {slug}"
        case media_server.TokenRefused(slug=slug):
            return f"The media server {slug} no longer takes our token"
        case media_server.TokenTaken(slug=slug):
            return f"The media server {slug} takes our token again"
        case media_server.MachineAccepted(slug=slug):
            return f"{who} accepted that the media server {slug} is another machine now"
        case library.RemovalsHeldBack(name=name, leaving=leaving, held=held):
            return f"The owner is asked about {leaving} of {held} titles, which are missing from {name}"
        case library.RemovalsAllowed(name=name, leaving=leaving):
            return f"{who} confirmed that {leaving} titles have left {name}"
        case library.RemovalsDeclined(name=name, leaving=leaving):
            return f"{who} wants {leaving} titles missing from {name} to be waited for"
        case library.RemovalsWithdrawn(name=name):
            return f"Nobody is asked any more about what was missing from {name}"
    return type(event).__name__
