"""Fixtures for every test: the real broker and database, one pair for a whole run."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

from support.parts import KafkaPart, MongoPart, running_pair

pytest_plugins = ["support.running"]

# No deadline a case: two busy cores are slow at times. `make test-full` tries many more cases.
settings.register_profile("house", deadline=None)
settings.register_profile("full", deadline=None, max_examples=5_000)
# For whom it is enough that something fails, the smallest case of it is not looked for.
settings.register_profile("mutant", deadline=None, phases=(Phase.explicit, Phase.generate))
settings.load_profile(
    os.environ.get("GUZGU_TEST_PROFILE") or ("full" if os.environ.get("GUZGU_TEST_FULL") else "house")
)


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KafkaPart, MongoPart]]:
    """One real Kafka and one real MongoDB; started on first use, stopped at the end of the run."""
    with running_pair(tmp_path_factory.mktemp("parts")) as running:
        yield running


@pytest.fixture(scope="session")
def broker(pair: tuple[KafkaPart, MongoPart]) -> KafkaPart:
    return pair[0]


@pytest.fixture(scope="session")
def database(pair: tuple[KafkaPart, MongoPart]) -> MongoPart:
    return pair[1]
