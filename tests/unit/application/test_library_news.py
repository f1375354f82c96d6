"""Who hears of libraries and media servers, and what follows from the owner's word."""

from medianest.application.handlers import TellOfLibraries
from medianest.application.reactions import REACTIONS
from medianest.domain.kernel import SYSTEM, Recorded
from medianest.domain.library import AllowRemovals, DeclineRemovals, HoldBackRemovals
from medianest.domain.media_server import AddServer, RecordTokenRefused, RecordTokenTaken
from medianest.domain.notification import NotificationQueued
from medianest.ports.work import Job
from tests.unit.application.rig import Rig

LIBRARY = {"server": "plex", "library_uuid": "films"}


async def told(rig: Rig, recorded: Recorded) -> set[tuple[object, str, str | None]]:
    """Who hears what of it; twice tells once."""
    news = set()
    for reaction in REACTIONS:
        for order in reaction.react(recorded) if type(recorded.event) in reaction.events else ():
            if isinstance(order, TellOfLibraries):
                outcome = await rig.run(order)
                events = [one.event for one in outcome.recorded]
                news |= {(it.recipient, it.kind, it.title) for it in events if isinstance(it, NotificationQueued)}
                assert (await rig.run(order)).recorded == ()
    return news


async def test_those_who_look_after_services_hear_of_a_question_and_nobody_else(rig: Rig) -> None:
    admin, helper, _ = await rig.person(role="admin"), await rig.person("manage_services"), await rig.person()
    hold = HoldBackRemovals(**rig.by(SYSTEM), **LIBRARY, name="Films", leaving=9, held=40)
    [held] = (await rig.run(hold)).recorded
    assert await told(rig, held) == {
        (admin, "removals_held_back", "Films"),
        (helper, "removals_held_back", "Films"),
    }


async def test_a_token_that_is_refused_is_told_by_the_name_of_its_server_once(rig: Rig) -> None:
    admin = await rig.person(role="admin")
    await rig.run(AddServer(**rig.by(admin), slug="attic", name="The attic", url="https://attic.example.org"))
    [refused] = (await rig.run(RecordTokenRefused(**rig.by(SYSTEM), slug="attic"))).recorded
    assert await told(rig, refused) == {(admin, "media_server_refuses", "The attic")}
    assert (await rig.run(RecordTokenRefused(**rig.by(SYSTEM), slug="attic"))).recorded == ()
    [taken] = (await rig.run(RecordTokenTaken(**rig.by(SYSTEM), slug="attic"))).recorded
    assert await told(rig, taken) == set()
    [own] = (await rig.run(RecordTokenRefused(**rig.by(SYSTEM), slug="plex"))).recorded
    assert await told(rig, own) == {(admin, "media_server_refuses", "plex")}


async def test_what_the_owner_says_is_carried_out_as_of_when_they_said_it(rig: Rig) -> None:
    admin = await rig.person(role="admin")
    for word, is_allowed in ((AllowRemovals, True), (DeclineRemovals, False)):
        await rig.run(HoldBackRemovals(**rig.by(SYSTEM), **LIBRARY, name="Films", leaving=9, held=40))
        [said] = (await rig.run(word(**rig.by(admin), **LIBRARY))).recorded
        jobs = [
            order
            for reaction in REACTIONS
            if type(said.event) in reaction.events
            for order in reaction.react(said)
            if isinstance(order, Job)
        ]
        [job] = jobs
        assert (job.name, job.args["server"], job.args["library_uuid"]) == ("carry_out_removals", "plex", "films")
        assert (job.args["is_allowed"], job.args["decided_at"]) == (is_allowed, said.occurred_at.isoformat())
        assert (job.args["leaving"], job.args["name"]) == (9, "Films")
