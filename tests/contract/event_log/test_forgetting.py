"""What every event log promises about personal data."""

from uuid import uuid4

import pytest

from medianest.adapters.eventlog.sealing import KeyMissing
from medianest.domain.kernel import FORGOTTEN, SYSTEM, Forgotten
from tests.contract.event_log.logs import LogParts, an_append, commented, write


async def test_what_somebody_wrote_is_read_as_long_as_their_key_exists(parts: LogParts) -> None:
    author, stream = uuid4(), uuid4()
    await parts.keyring.create(author)
    event = commented(author, "Grüße, and a \0 byte 🎬")
    await parts.log.append(an_append(write(stream, 0, event)))
    (recorded,) = await parts.log.read_stream("media_request", stream)
    assert recorded.event == event


async def test_destroying_a_key_forgets_one_person_and_nobody_else(parts: LogParts) -> None:
    leaver, stayer, stream = uuid4(), uuid4(), uuid4()
    for person in (leaver, stayer):
        await parts.keyring.create(person)
    written = [commented(leaver, "mine"), commented(stayer, "theirs")]
    await parts.log.append(an_append(write(stream, 0, *written)))
    await parts.keyring.destroy(leaver)
    first, second = [one.event for one in await parts.log.read(after=0, limit=10)]
    assert getattr(first, "text") is FORGOTTEN  # noqa: B009
    assert getattr(first, "author") == leaver  # noqa: B009
    assert second == written[1]


async def test_making_a_key_again_changes_nothing(parts: LogParts) -> None:
    author, stream = uuid4(), uuid4()
    await parts.keyring.create(author)
    await parts.log.append(an_append(write(stream, 0, commented(author, "kept"))))
    await parts.keyring.create(author)
    (recorded,) = await parts.log.read_stream("media_request", stream)
    assert getattr(recorded.event, "text") == "kept"  # noqa: B009


async def test_a_destroyed_key_is_not_made_again(parts: LogParts) -> None:
    person = uuid4()
    await parts.keyring.create(person)
    await parts.keyring.destroy(person)
    await parts.keyring.destroy(person)
    with pytest.raises(KeyMissing):
        await parts.keyring.create(person)


async def test_what_arrives_about_a_forgotten_person_is_forgotten_at_once(parts: LogParts) -> None:
    person, stream = uuid4(), uuid4()
    await parts.keyring.create(person)
    await parts.keyring.destroy(person)
    await parts.log.append(an_append(write(stream, 0, commented(person, "too late"))))
    (recorded,) = await parts.log.read_stream("media_request", stream)
    assert isinstance(getattr(recorded.event, "text"), Forgotten)  # noqa: B009


async def test_personal_data_of_somebody_without_a_key_is_refused(parts: LogParts) -> None:
    with pytest.raises(KeyMissing):
        await parts.log.append(an_append(write(uuid4(), 0, commented(uuid4(), "secret"))))
    assert await parts.log.head() == 0


async def test_what_the_system_says_needs_no_key(parts: LogParts) -> None:
    stream = uuid4()
    await parts.log.append(an_append(write(stream, 0, commented(SYSTEM, "arrived"))))
    (recorded,) = await parts.log.read_stream("media_request", stream)
    assert getattr(recorded.event, "text") == "arrived"  # noqa: B009
