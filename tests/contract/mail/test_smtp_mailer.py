"""What `SmtpMailer` writes into a letter, and how it speaks with the server."""

import asyncio
from email.headerregistry import Address
from email.utils import parsedate_to_datetime

import pytest

from medianest.adapters.mail.message import sender_of
from medianest.adapters.mail.smtp import AT_ONCE, calling
from medianest.ports.failures import MailUnavailable
from medianest.ports.mail import Letter, MailRefused
from tests.certificates import authority
from tests.contract.mail.servers import ADA, LETTER, mailer_at
from tests.fakes.clock import FakeClock
from tests.mailbox import Mailbox, link_in, text_of


async def test_a_letter_has_the_headers_that_mail_programs_ask_for() -> None:
    async with Mailbox() as mailbox:
        await mailer_at(mailbox).send(LETTER)
        letter = await mailbox.letter_to(ADA, about="new password")
    assert letter["From"] == "MediaNest <nest@example.org>"
    assert letter["To"] == ADA
    assert letter["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(letter["Date"]) == FakeClock().now()
    assert letter["Message-ID"].endswith("@example.org>")
    assert letter["X-MailFrom"] == "nest@example.org"
    assert link_in(letter) == "https://nest.example.org/reset?token=1"
    assert mailbox.calling == ["nest.example.org"]


async def test_two_letters_never_have_the_same_id() -> None:
    async with Mailbox() as mailbox:
        mailer = mailer_at(mailbox)
        await mailer.send(LETTER)
        await mailer.send(LETTER)
        assert len({letter["Message-ID"] for letter in mailbox.letters}) == 2


async def test_those_who_prefer_it_get_the_same_as_html() -> None:
    async with Mailbox() as mailbox:
        await mailer_at(mailbox).send(Letter(to=ADA, subject="Hello", text="Zoë\n", html="<p>Zoë</p>"))
        letter = await mailbox.letter_to(ADA)
    html = letter.get_body(("html",))
    assert html is not None
    assert (text_of(letter), html.get_content().strip()) == ("Zoë\n", "<p>Zoë</p>")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x00", "\x85", "\u2028"])
async def test_nothing_in_a_subject_begins_a_header_of_its_own(end: str) -> None:
    async with Mailbox() as mailbox:
        await mailer_at(mailbox).send(Letter(to=ADA, subject=f"Hello{end}Bcc: eve@example.org{end}{end}", text="Hi\n"))
        letter = await mailbox.letter_to(ADA)
    assert letter["Subject"] == "Hello Bcc: eve@example.org"
    assert letter["Bcc"] is None
    assert text_of(letter) == "Hi\n"


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("ada@nést.example", "ada@xn--nst-bma.example"),
        ("anna@Fußball.example", "anna@xn--fuball-cta.example"),
        ('a"<b>,c@example.org', '"a\\"<b>,c"@example.org'),
        ("ädä@example.org", "ädä@example.org"),
    ],
)
async def test_unusual_addresses_are_written_so_that_they_stay_one(address: str, reached: str) -> None:
    async with Mailbox() as mailbox:
        await mailer_at(mailbox).send(Letter(to=address, subject="Hello", text="Hi\n"))
        assert [letter["X-RcptTo"] for letter in mailbox.letters] == [reached]


async def test_an_address_that_the_server_cannot_write_is_refused() -> None:
    async with Mailbox(smtputf8=False) as mailbox:
        with pytest.raises(MailRefused, match="ASCII"):
            await mailer_at(mailbox).send(Letter(to="ädä@example.org", subject="Hello", text="Hi\n"))


@pytest.mark.parametrize("is_wrapped", [False, True])
async def test_name_and_password_travel_over_tls_alone(is_wrapped: bool) -> None:
    tls = authority().server("127.0.0.1")
    async with Mailbox(tls=tls, is_wrapped=is_wrapped, sign_in=("nest", "pass wörd")) as mailbox:
        await mailer_at(mailbox, tls=authority().client()).send(LETTER)
        assert mailbox.secured == [True]


async def test_a_crowd_of_letters_opens_few_connections() -> None:
    async with Mailbox() as mailbox:
        mailer = mailer_at(mailbox)
        mailbox.gate.clear()
        sending = [asyncio.create_task(mailer.send(LETTER)) for _ in range(3 * AT_ONCE)]
        async with asyncio.timeout(10):
            while mailbox.busy < AT_ONCE:
                await asyncio.sleep(0.005)
        mailbox.gate.set()
        await asyncio.gather(*sending)
        assert mailbox.busiest == AT_ONCE
        assert len(mailbox.letters) == 3 * AT_ONCE


def test_a_sender_is_an_address_with_or_without_a_name() -> None:
    plain = Address(username="nest", domain="example.org")
    assert sender_of("nest@example.org") == plain
    assert sender_of("<nest@example.org>") == plain
    assert sender_of("Our Nest, at home <nest@example.org>") == Address("Our Nest, at home", "nest", "example.org")
    for wrong in ("", "nest", "Nest <nest>", "Nest nest@example.org", "<nest@example.org", "a <b@c> d"):
        with pytest.raises(ValueError, match="sender"):
            sender_of(wrong)


def test_the_server_is_greeted_by_the_name_that_people_know() -> None:
    assert calling("https://nest.example.org:8443") == "nest.example.org"
    assert calling("https://nést.example") == "xn--nst-bma.example"
    assert calling("http://192.0.2.7:8484") == "[192.0.2.7]"
    assert calling("http://[2001:db8::7]") == "[IPv6:2001:db8::7]"


async def test_a_password_never_shows_itself() -> None:
    async with Mailbox(sign_in=("nest", "hunter2")) as mailbox:
        mailer = mailer_at(mailbox, password="hunter3")
        assert "hunter3" not in repr(mailer._server)
        with pytest.raises(MailUnavailable) as outage:
            await mailer.send(LETTER)
        assert "hunter3" not in str(outage.value)
