"""Fixtures for every test: the real broker and database, one pair for a whole run."""

from collections.abc import Iterator

import pytest

from support.parts import KafkaPart, MongoPart, running_pair


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
