"""Why somebody is not let in. None of these says which part of what they showed was wrong."""

from typing import ClassVar


class Denied(Exception):
    """Not let in. `code` is stable, the text says what to do about it."""

    code: ClassVar[str] = "denied"
    text: ClassVar[str] = "You are not let in."

    def __init__(self) -> None:
        super().__init__(self.text)


class SignInRejected(Denied):
    code = "invalid_credentials"
    text = "The e-mail address or the password is wrong."


class RefreshDenied(Denied):
    code = "invalid_refresh_token"
    text = "This refresh token is no longer good. Sign in again."


class ChallengeRejected(Denied):
    code = "sign_in_expired"
    text = "This sign-in was begun too long ago, or is complete. Begin anew."


class ProviderDistrusted(Denied):
    code = "provider_not_trusted"
    text = "What the sign-in provider says cannot be trusted. Try again; if it stays so, tell the owner of the server."


class CodeRejected(Denied):
    code = "invalid_code"
    text = "The code is wrong, or was used before. Wait for the next one, or use a recovery code."


class SecondFactorNeeded(Denied):
    """They are who they say, as far as that goes. `challenge` goes back with a code of their second factor."""

    code = "second_factor_required"
    text = "Now show a code of your second factor: send it with the challenge to /api/v1/auth/second-factor."

    def __init__(self, challenge: str) -> None:
        super().__init__()
        self.challenge = challenge


class TooManyAttempts(Denied):
    """Nobody may try this for a while, not even with the right secret. `retry_after` in seconds."""

    code = "too_many_attempts"
    text = "Too many wrong attempts. Wait a while, or ask an administrator to unlock the account."

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after
