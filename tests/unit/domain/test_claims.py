"""One live request for each title, one person for each address."""

from typing import Any
from uuid import UUID

from medianest.domain.email_claim import ClaimEmail, EmailClaimed, EmailReleased, ReleaseEmail
from medianest.domain.link_claim import ClaimLink, LinkClaimed, LinkReleased, ReleaseLink, link_claim_id
from medianest.domain.title_claim import ClaimTitle, ReleaseTitle, TitleClaimed, TitleReleased, claim_id
from tests.unit.domain.gwt import ADA, BOB, NOW, after, given, run

FILM = claim_id("movie", 603, False)
ADDRESS = UUID(int=0xE)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def film(request_id: UUID) -> dict[str, Any]:
    return {"actor": ADA, "at": NOW, "claim_id": FILM, "request_id": request_id}


def address(user_id: UUID) -> dict[str, Any]:
    return {"actor": ADA, "at": NOW, "claim_id": ADDRESS, "user_id": user_id}


def test_the_id_of_a_title_claim_is_the_same_for_ever() -> None:
    assert claim_id("movie", 603, False) == UUID("d0163b5b-66ac-514e-92e2-6c4ecb93318a")


def test_type_number_and_quality_each_make_another_title() -> None:
    ids = [claim_id(kind, number, is_4k) for kind in ("movie", "tv") for number in (1, 11) for is_4k in (True, False)]
    assert len(set(ids)) == 8


def test_a_free_title_is_claimed() -> None:
    given().when(ClaimTitle(**film(FIRST))).then(TitleClaimed(claim_id=FILM, request_id=FIRST))


def test_a_held_title_is_refused_to_another_request_and_so_to_its_holder() -> None:
    after(ClaimTitle(**film(FIRST))).when(ClaimTitle(**film(SECOND))).then_refused("title_already_requested")
    after(ClaimTitle(**film(FIRST))).when(ClaimTitle(**film(FIRST))).then_nothing()


def test_only_its_holder_releases_a_title() -> None:
    release = ReleaseTitle(**film(FIRST), available=(2, 1, 2))
    given().when(release).then_nothing()
    after(ClaimTitle(**film(SECOND))).when(release).then_nothing()
    released = TitleReleased(claim_id=FILM, request_id=FIRST, available=(1, 2))
    after(ClaimTitle(**film(FIRST))).when(release).then(released)
    after(ClaimTitle(**film(FIRST)), release).when(release).then_nothing()


def test_a_released_title_is_free_and_remembers_all_that_ever_arrived() -> None:
    past = [
        ClaimTitle(**film(FIRST)),
        ReleaseTitle(**film(FIRST), available=(1, 2)),
        ClaimTitle(**film(SECOND)),
        ReleaseTitle(**film(SECOND), available=(4,)),
    ]
    state, _ = run(*past)
    assert (state.holder, state.available) == (None, {1, 2, 4})
    assert run(*past[:3])[0].available == {1, 2}
    after(*past).when(ClaimTitle(**film(FIRST))).then(TitleClaimed(claim_id=FILM, request_id=FIRST))


def test_a_free_address_is_claimed() -> None:
    given().when(ClaimEmail(**address(ADA))).then(EmailClaimed(claim_id=ADDRESS, user_id=ADA))


def test_a_held_address_is_refused_to_another_person_and_so_to_its_holder() -> None:
    text = after(ClaimEmail(**address(ADA))).when(ClaimEmail(**address(BOB))).then_refused("email_taken")
    assert text == "Somebody with this e-mail address is registered already."
    after(ClaimEmail(**address(ADA))).when(ClaimEmail(**address(ADA))).then_nothing()


def test_only_its_holder_releases_an_address() -> None:
    release = ReleaseEmail(**address(ADA))
    given().when(release).then_nothing()
    after(ClaimEmail(**address(BOB))).when(release).then_nothing()
    after(ClaimEmail(**address(ADA))).when(release).then(EmailReleased(claim_id=ADDRESS, user_id=ADA))


def test_a_released_address_is_free_for_anybody() -> None:
    past = (ClaimEmail(**address(ADA)), ReleaseEmail(**address(ADA)))
    assert run(*past)[0] is None
    after(*past).when(ClaimEmail(**address(BOB))).then(EmailClaimed(claim_id=ADDRESS, user_id=BOB))


def link(account: UUID, provider: str = "plex") -> dict[str, Any]:
    claim = link_claim_id(ADA)
    return {"actor": ADA, "at": NOW, "claim_id": claim, "user_id": ADA, "provider": provider, "account_id": account}


def test_the_id_of_a_claim_on_links_is_the_same_for_ever() -> None:
    assert link_claim_id(UUID(int=1)) == UUID("7172a3d3-c408-5fa5-b665-30c13a44186f")
    assert link_claim_id(UUID(int=2)) != link_claim_id(UUID(int=1))


def test_a_person_has_one_account_at_each_provider_until_it_is_released() -> None:
    held, release = ClaimLink(**link(FIRST)), ReleaseLink(**link(FIRST))
    names = {"claim_id": link_claim_id(ADA), "user_id": ADA, "provider": "plex", "account_id": FIRST}
    given().when(held).then(LinkClaimed(**names))
    after(held).when(held).then_nothing()
    after(held).when(ClaimLink(**link(SECOND))).then_refused("provider_linked")
    after(held).when(ClaimLink(**link(SECOND, "home"))).then(
        LinkClaimed(**{**names, "provider": "home", "account_id": SECOND})
    )
    after(held).when(ReleaseLink(**link(SECOND))).then_nothing()
    after(held).when(release).then(LinkReleased(**names))
    after(held, release).when(ClaimLink(**link(SECOND))).then(LinkClaimed(**{**names, "account_id": SECOND}))
