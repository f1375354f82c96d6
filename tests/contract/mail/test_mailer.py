"""What every `Mailer` does."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import pytest

from medianest.adapters.mail import SmtpMailer
from medianest.ports.failures import MailUnavailable
from medianest.ports.mail import Letter, Mailer, MailRefused
from tests.contract.mail.servers import ADA, LETTER, mailer_at
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.mail import FakeMailer
from tests.mailbox import Mailbox, text_of


@dataclass
class World:
    """`came()` is what arrived, as (to, subject, text)."""

    mailer: Mailer
    came: Callable[[], Sequence[tuple[str, str, str]]]
    break_down: Callable[[], None]
    refuse: Callable[[], None]
    recover: Callable[[], None]


def fake_world() -> World:
    fake = FakeMailer()

    def break_down() -> None:
        fake.outage = MailUnavailable()

    def recover() -> None:
        fake.outage = None
        fake.strangers.clear()

    return World(
        fake,
        lambda: [(letter.to, letter.subject, letter.text) for letter in fake.letters],
        break_down,
        lambda: fake.strangers.add(ADA),
        recover,
    )


@pytest.fixture(params=["fake", "smtp"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield fake_world()
        return
    async with Mailbox() as mailbox:
        yield World(
            mailer_at(mailbox),
            lambda: [(each["X-RcptTo"], each["Subject"], text_of(each)) for each in mailbox.letters],
            lambda: mailbox.replies.update(RCPT="451 4.3.0 Try again later"),
            lambda: mailbox.replies.update(RCPT="550 5.1.1 No such user here"),
            mailbox.replies.clear,
        )


async def test_a_letter_arrives_as_it_was_written(world: World) -> None:
    letter = Letter(to=ADA, subject="Grüße aus dem Nest", text="Hallo Zoë,\n\n.\n..ein Punkt für sich\n")
    assert world.mailer.is_configured
    await world.mailer.send(letter)
    assert world.came() == [(ADA, letter.subject, letter.text)]


async def test_letters_arrive_in_the_order_in_which_they_are_sent(world: World) -> None:
    for number in range(3):
        await world.mailer.send(Letter(to=ADA, subject=f"Number {number}", text="Hello\n"))
    assert [subject for _, subject, _ in world.came()] == ["Number 0", "Number 1", "Number 2"]


async def test_an_outage_says_when_to_come_back_and_sends_nothing(world: World) -> None:
    world.break_down()
    with pytest.raises(MailUnavailable) as outage:
        await world.mailer.send(LETTER)
    assert outage.value.retry_after > 0
    assert not world.came()
    world.recover()
    await world.mailer.send(LETTER)
    assert len(world.came()) == 1


async def test_a_recipient_who_is_refused_for_good_is_told_from_an_outage(world: World) -> None:
    world.refuse()
    with pytest.raises(MailRefused) as refused:
        await world.mailer.send(LETTER)
    assert ADA not in str(refused.value)
    assert not world.came()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example..org",
        "ada@-example.org",
        "ada@[127.0.0.1]",
        "ada @example.org",
        "ada@example.org\r\nRCPT TO:<eve@example.org>",
        "ada\r\nRCPT TO:<eve@example.org>@example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org>,<eve@example.org",
        f"{'a' * 65}@example.org",
        f"ada@{'a' * 64}.org",
        f"ada@{'ab.' * 90}org",
        "ada@é..org",
        "ada@☕.example",
    ],
)
async def test_what_is_no_address_is_refused_before_anybody_hears_of_it(world: World, address: str) -> None:
    with pytest.raises(MailRefused):
        await world.mailer.send(Letter(to=address, subject="Hello", text="Hello\n"))
    assert not world.came()


@pytest.mark.parametrize("mailer", [FakeMailer(is_configured=False), SmtpMailer(None, FakeClock(), SeededIds())])
async def test_without_a_mail_server_it_says_that_it_is_not_configured(mailer: Mailer) -> None:
    assert not mailer.is_configured
    with pytest.raises(MailUnavailable, match="No mail server is set up"):
        await mailer.send(LETTER)
