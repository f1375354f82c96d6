"""Sign-in providers that administrators add."""

from dataclasses import replace

import pytest

from medianest.domain import oidc_provider
from medianest.domain.kernel import Command
from medianest.domain.oidc_provider import (
    AddProvider,
    ChangeProvider,
    OidcProviderCommand,
    ProviderAdded,
    ProviderChanged,
    ProviderRemoved,
    RemoveProvider,
)
from tests.unit.domain.gwt import ADA, after
from tests.unit.domain.lives import TERMS, by
from tests.unit.domain.test_what_is_somebodys import table

OTHERS = replace(TERMS, name="Others")
ADD = AddProvider(**by(ADA), slug="home", terms=TERMS)
REMOVE = RemoveProvider(**by(ADA), slug="home")
PASTS: dict[str, tuple[Command, ...]] = {"not there": (), "there": (ADD,)}
COMMANDS: dict[str, OidcProviderCommand] = {
    "add": ADD,
    "change": ChangeProvider(**by(ADA), slug="home", terms=OTHERS, has_new_secret=False),
    "remove": REMOVE,
}
WHAT = {
    "added": ProviderAdded(slug="home", terms=TERMS),
    "changed": ProviderChanged(slug="home", terms=OTHERS, has_new_secret=False),
    "removed": ProviderRemoved(slug="home"),
}


@pytest.mark.parametrize(("place", "cell"), table(oidc_provider.__doc__).items(), ids=str)
def test_a_provider_does_what_its_table_says(place: tuple[str, str], cell: str) -> None:
    status, asked = place
    trial = after(*PASTS[status]).when(COMMANDS[asked])
    if cell != "no":
        trial.then(WHAT[cell])
    elif status == "there":
        trial.then_refused("oidc_provider_exists", "conflict")
    else:
        trial.then_refused("oidc_provider_not_found", "missing")


def test_a_change_to_the_same_is_none_unless_the_secret_is_new() -> None:
    after(ADD).when(ChangeProvider(**by(ADA), slug="home", terms=TERMS, has_new_secret=False)).then_nothing()
    after(ADD).when(ChangeProvider(**by(ADA), slug="home", terms=TERMS, has_new_secret=True)).then(
        ProviderChanged(slug="home", terms=TERMS, has_new_secret=True)
    )


def test_one_that_went_may_come_back() -> None:
    after(ADD, REMOVE).when(ADD).then(ProviderAdded(slug="home", terms=TERMS))
