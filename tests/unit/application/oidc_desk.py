"""Sign-in providers on a rig, without a provider."""

from medianest.application.bound_secrets import BoundSecrets
from medianest.application.identity.oidc import OidcDesk
from medianest.application.identity.providers import SECRET, ProviderBook
from medianest.application.outgoing import AllowedAddresses
from medianest.ports.oidc import OidcCallback, OidcIdentity, OidcStart, Provider
from tests.fakes.links import FakeAddedProviders
from tests.fakes.oidc import FakeOidcClient
from tests.unit.application.desk import Desk
from tests.unit.application.rig import Rig

OWN = Provider(slug="oidc", name="Own", issuer="https://own.example.org", client_id="nest", may_register=True)
BEN = OidcIdentity(issuer=OWN.issuer, subject="ben", email="ben@example.org", name="Ben")


class Recording(FakeOidcClient):
    """It remembers the starts, as the provider's page would hold them."""

    last: OidcStart

    async def begin(self, provider: Provider, redirect_uri: str) -> OidcStart:
        self.last = await super().begin(provider, redirect_uri)
        return self.last


class OidcTrial:
    """A house with one provider of its own, at which Ben has an account."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.desk, self.client = rig, Desk(rig), Recording()
        self.book = ProviderBook(
            rig.bus,
            rig.states,
            own=OWN,
            added=FakeAddedProviders(rig.views),
            client=self.client,
            allowed=AllowedAddresses(),
            secrets=BoundSecrets(self.desk.vault, rig.log, SECRET),
            clock=rig.clock,
        )
        self.oidc = OidcDesk(
            self.desk.links,
            self.desk.sign_in,
            self.desk.guard,
            self.book,
            client=self.client,
            challenges=self.desk.challenges,
            home="https://nest.example.org/",
        )

    async def agreed(self) -> tuple[str, OidcCallback]:
        """What Ben's browser holds, and what it brings back."""
        departed = await self.oidc.begin("oidc", "/requests")
        return departed.binding, self.client.agree(self.client.last, BEN)
