"""What the settings of mail become."""

import pytest
from msgspec.structs import replace

from medianest.main.resources import mail_server
from medianest.main.settings import Secret, Settings

MAIL = Settings(
    smtp_host="smtp.example.org", smtp_from="Nest <nest@example.org>", public_url="https://nest.example.org"
)


def test_without_a_mail_server_there_is_none() -> None:
    assert mail_server(Settings()) is None


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_the_security_unless_it_is_set(security: str, port: int) -> None:
    found = mail_server(replace(MAIL, smtp_security=security))
    assert found is not None
    assert (found.port, found.security) == (port, security)
    other = mail_server(replace(MAIL, smtp_security=security, smtp_port=2525))
    assert other is not None
    assert other.port == 2525


def test_it_is_greeted_by_the_public_name_and_hides_the_password() -> None:
    settings = Settings(
        smtp_host="smtp.example.org",
        smtp_from="nest@example.org",
        public_url="https://nest.example.org:8443",
        smtp_user="nest",
        smtp_password=Secret("hunter2"),
    )
    found = mail_server(settings)
    assert found is not None
    assert (found.calling, found.user, found.password) == ("nest.example.org", "nest", "hunter2")
    assert "hunter2" not in repr(found)


def test_a_sender_that_no_mail_can_come_from_is_said_at_the_start() -> None:
    with pytest.raises(ValueError, match="sender"):
        mail_server(Settings(smtp_host="a", smtp_from="nest@example..org", public_url="https://nest.example.org"))
