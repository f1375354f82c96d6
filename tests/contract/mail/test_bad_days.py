"""Mail servers that are away, slow, strict or not who they say they are."""

import asyncio
import socket

import pytest

from medianest.adapters.mail.smtp import SmtpMailer
from medianest.ports.failures import MailUnavailable
from medianest.ports.mail import MailRefused
from tests.certificates import authority
from tests.contract.mail.servers import LETTER, QUICK, mailer_at
from tests.mailbox import Mailbox


async def outage_of(mailer: SmtpMailer) -> str:
    with pytest.raises(MailUnavailable) as outage:
        await mailer.send(LETTER)
    return str(outage.value)


async def test_a_server_that_is_down_is_an_outage_and_passes() -> None:
    async with Mailbox() as mailbox:
        mailer = mailer_at(mailbox)
    assert "does not answer" in await outage_of(mailer)


async def test_a_name_that_nobody_has_is_an_outage() -> None:
    async with Mailbox() as mailbox:
        assert "does not answer" in await outage_of(mailer_at(mailbox, host="mail.invalid"))


async def test_a_server_that_never_says_a_word_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailbox = Mailbox()
        assert "does not answer" in await outage_of(mailer_at(mailbox, timeout=QUICK, port=silent.getsockname()[1]))


async def test_a_server_that_stops_in_the_middle_is_given_up_and_the_next_letter_arrives() -> None:
    async with Mailbox() as mailbox:
        mailer = mailer_at(mailbox, timeout=QUICK)
        mailbox.gate.clear()
        assert "does not answer" in await outage_of(mailer)
        mailbox.gate.set()
        await mailer_at(mailbox).send(LETTER)
        assert len(mailbox.letters) == 1


async def test_a_server_that_drips_its_answer_is_given_up_as_a_whole() -> None:
    """Each line comes in time, and there is always another."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"220-please wait\r\n")
                await writer.drain()
                await asyncio.sleep(QUICK / 10)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        mailer = mailer_at(Mailbox(), timeout=QUICK, port=server.sockets[0].getsockname()[1])
        assert "does not answer" in await outage_of(mailer)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_connection_that_breaks_is_an_outage(verb: str) -> None:
    async with Mailbox() as mailbox:
        mailbox.replies[verb] = ""
        assert "does not answer" in await outage_of(mailer_at(mailbox))
        assert not mailbox.letters


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
async def test_a_no_for_ever_is_a_refusal_that_repeats_no_address(verb: str) -> None:
    async with Mailbox() as mailbox:
        mailbox.replies[verb] = f"550 5.1.1 <{LETTER.to}> is nobody here"
        with pytest.raises(MailRefused, match="SMTP 550") as refused:
            await mailer_at(mailbox).send(LETTER)
    assert LETTER.to not in str(refused.value)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_a_no_for_now_is_an_outage(verb: str) -> None:
    async with Mailbox() as mailbox:
        mailbox.replies[verb] = "451 4.7.1 Greylisted, come back"
        assert "SMTP 451" in await outage_of(mailer_at(mailbox))


async def test_a_sender_who_is_refused_names_the_setting() -> None:
    async with Mailbox() as mailbox:
        mailbox.replies["MAIL"] = "553 5.7.1 Not yours"
        assert "MEDIANEST_SMTP_FROM" in await outage_of(mailer_at(mailbox))


async def test_a_refused_sign_in_names_the_settings() -> None:
    tls = authority().server("127.0.0.1")
    async with Mailbox(tls=tls, sign_in=("nest", "hunter2")) as mailbox:
        trusting = authority().client()
        assert "MEDIANEST_SMTP_PASSWORD" in await outage_of(mailer_at(mailbox, tls=trusting, password="hunter3"))
        assert "MEDIANEST_SMTP_USER" in await outage_of(mailer_at(mailbox, tls=trusting, user=None))
        assert not mailbox.letters


async def test_a_server_without_sign_in_gets_neither_name_nor_letter() -> None:
    async with Mailbox() as mailbox:
        assert "offers no sign-in" in await outage_of(mailer_at(mailbox, user="nest", password="hunter2"))
        assert not mailbox.letters


async def test_a_server_that_cannot_secure_the_connection_gets_no_letter() -> None:
    async with Mailbox() as mailbox:
        assert "offers no STARTTLS" in await outage_of(mailer_at(mailbox, security="starttls"))
        assert not mailbox.letters


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("wrong", ["authority", "name", "time"])
async def test_a_certificate_that_is_wrong_gets_no_letter(wrong: str, is_wrapped: bool) -> None:
    issuer = authority("Somebody else") if wrong == "authority" else authority()
    name = "mail.example.org" if wrong == "name" else "127.0.0.1"
    tls = issuer.server(name, expired=wrong == "time")
    async with Mailbox(tls=tls, is_wrapped=is_wrapped) as mailbox:
        said = await outage_of(mailer_at(mailbox, tls=authority().client()))
        assert "certificate" in said
        assert not mailbox.letters


async def test_by_itself_it_trusts_whom_the_machine_trusts() -> None:
    async with Mailbox(tls=authority().server("127.0.0.1")) as mailbox:
        assert "certificate" in await outage_of(mailer_at(mailbox))


async def test_a_letter_that_was_taken_counts_even_if_nobody_says_good_bye() -> None:
    async with Mailbox() as mailbox:
        mailbox.replies["QUIT"] = ""
        await mailer_at(mailbox).send(LETTER)
        assert len(mailbox.letters) == 1


async def test_giving_up_a_letter_closes_its_connection() -> None:
    async with Mailbox() as mailbox:
        mailbox.gate.clear()
        sending = asyncio.create_task(mailer_at(mailbox).send(LETTER))
        async with asyncio.timeout(10):
            while not mailbox.busy:
                await asyncio.sleep(0.005)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            while mailbox.lines():
                await asyncio.sleep(0.005)
        mailbox.gate.set()
