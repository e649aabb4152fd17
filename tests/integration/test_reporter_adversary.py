"""An adversary reads every edition over HTTP as anybody, analyst and agency, and adds and subtracts all of it."""

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from contracts.schemas import SchoolSessionSchema
from identity import sharing
from support import country_world, reporter_world, subtracting
from support.country_world import CAMPAIGN, OPTIONAL, World
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter
from support.subtracting import Reading

pytestmark = pytest.mark.integration
COUNTS = ("answered_1", "answered_2", "answered_3", "answered_4", "answered_5", "not_applicable", "prefer_not_to_say")
READERS: Mapping[str, Mapping[str, Any] | None] = {
    "nobody": None,
    "analyst": {"role": "analyst"},
    "agency of a region": {"role": "agency", "scope": {"region": "Quba-Xaçmaz"}},
    "agency of a level": {"role": "agency", "scope": {"level": "upper-secondary"}},
}
Place = tuple[int, str, str, str]


@pytest.fixture(scope="module")
def world() -> World:
    return country_world.play()


@pytest.fixture(scope="module")
def reporter(world: World, database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    folder = tmp_path_factory.mktemp("adversary")
    with running_reporter(database, folder, lambda statistics: country_world.fill(world, statistics)) as running:
        yield running


def read(reporter: Reporter, reader: str, number: int, query: str = "limit=5000") -> list[dict[str, Any]]:
    """The rows of exact counts that a reader gets of an edition."""
    claims = READERS[reader]
    headers = {} if claims is None else reporter.bearer(school=None, school_name=None, **claims)
    found = reporter.visitor().get(f"/v1/editions/{CAMPAIGN}/{number}/answers?{query}", headers=headers).json
    assert found is not None
    assert found["next"] is None
    rows: list[dict[str, Any]] = found["rows"]
    return rows


@pytest.fixture(scope="module")
def answers(reporter: Reporter, world: World) -> dict[str, list[dict[str, Any]]]:
    """All that each reader gets of all editions, one after the other as at every minute of the campaign."""
    return {
        reader: [row for edition in world.editions for row in read(reporter, reader, edition.number)]
        for reader in READERS
    }


def place(row: Mapping[str, Any]) -> Place:
    return int(row["edition"]), row["level"], row["group"], row["class"]


def readings(world: World, rows: list[dict[str, Any]]) -> list[Reading]:
    """The figures that rows are, each confirmed by its counts."""
    found: dict[Place, Reading] = {}
    for row in rows:
        edition = world.editions[row["edition"] - 1]
        if row["item"] == OPTIONAL:
            continue
        reading = found.setdefault(place(row), world.reading(edition, row["level"], row["group"], row["class"]))
        told = [*(int(row[name]) for name in COUNTS), int(row["skipped"])]
        assert told == world.counts(reading.batches, row["item"]), "a row is not the sum of the batches it should be"
    return list(found.values())


@pytest.mark.parametrize("group", ["student", "teacher", "leader"])
@pytest.mark.parametrize("reader", list(READERS))
def test_nothing_that_covers_too_little_comes_out_of_all_editions_together(
    world: World, answers: dict[str, list[dict[str, Any]]], reader: str, group: str
) -> None:
    seen = readings(world, [row for row in answers[reader] if row["group"] == group])
    assert seen
    assert list(subtracting.differences(seen, world.known)) == []
    assert list(subtracting.solved(seen, world.known)) == []


def test_this_adversary_finds_a_campaign_that_lets_every_batch_in_at_once(world: World) -> None:
    every = [
        Reading(name=f"{at} {cls}", batches=frozenset(inside))
        for at in range(1, 40)
        for cls in ("all", "region:Quba-Xaçmaz")
        if (inside := [name for name in sorted(world.batches)[: 3 * at] if _in(world, name, cls)])
    ]
    assert list(subtracting.differences(every, world.known))
    assert list(subtracting.solved(every, world.known))


def _in(world: World, name: str, cls: str) -> bool:
    return ("all", cls) in set(world.nation.classes_of(world.sessions[world.batches[name].session]))


def test_who_sees_less_sees_no_other_number(answers: dict[str, list[dict[str, Any]]]) -> None:
    whole = {(*place(row), row["item"]): row for row in answers["analyst"]}
    for reader, rows in answers.items():
        assert all(whole[(*place(row), row["item"])] == row for row in rows), reader
        if reader != "analyst":
            assert len(rows) < len(whole)


def test_no_narrower_question_gets_a_figure_that_the_whole_answer_has_not(
    reporter: Reporter, answers: dict[str, list[dict[str, Any]]]
) -> None:
    last = max(row["edition"] for row in answers["nobody"])
    whole = [row for row in answers["nobody"] if row["edition"] == last]
    for level, cls, item in product(("all", "lower-secondary"), ("all", "region:Bakı"), ("A1", "G2")):
        asked = {"level": level, "class": cls, "item": item}
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        expected = [row for row in whole if all(row[name] == value for name, value in asked.items())]
        assert read(reporter, "nobody", last, query) == expected


def test_files_and_pages_tell_the_same_numbers(
    reporter: Reporter, world: World, answers: dict[str, list[dict[str, Any]]]
) -> None:
    client, last = reporter.visitor(), world.editions[-1].number
    body = client.get(f"/open-data/{CAMPAIGN}/{last}/answers.csv").data.decode()
    in_file = list(csv.DictReader(io.StringIO(body)))
    told = [row for row in answers["nobody"] if row["edition"] == last]
    assert in_file == [{key: str(cell) for key, cell in row.items()} for row in told]
    national = client.get("/v1/national.json").json
    assert national is not None
    figures = {(row["level"], row["group"], row["class"]): row["answers"] for row in national["figures"]}
    finer = {place(row)[1:] for row in told}
    assert set(figures) <= finer
    sums = {place(row)[1:]: row["answers"] for row in told if row["item"] == "A1"}
    assert all(sums[key] == people for key, people in figures.items())


def test_an_item_that_schools_chose_shows_in_the_last_edition_alone_and_only_over_enough_schools(
    world: World, answers: dict[str, list[dict[str, Any]]]
) -> None:
    rows = [row for row in answers["analyst"] if row["item"] == OPTIONAL]
    last = world.editions[-1]
    assert {row["edition"] for row in rows} == {last.number}
    for row in rows:
        parts = world.nation.optional_parts(row["group"], OPTIONAL)[row["level"], row["class"]]
        names = frozenset(
            name
            for part in parts
            for name in last.admitted
            if world.batches[name].session == part.school.session and world.batches[name].group == row["group"]
        )
        told = [*(int(row[name]) for name in COUNTS), int(row["skipped"])]
        assert told == world.counts(names, OPTIONAL)
        assert subtracting.covers_enough(world.known[name] for name in names)


def test_behind_every_published_class_stand_five_schools_whose_report_the_ministry_cannot_open(
    reporter: Reporter, world: World, answers: dict[str, list[dict[str, Any]]]
) -> None:
    """identity knows who answered and who shares, the reporter whose batches an edition has admitted."""
    parts = {name: _part(world, name) for name in world.sessions}
    published: dict[str, dict[str, str]] = {name: {} for name in world.campaign.breakdowns}
    for name in sorted(parts):  # all that may share, do
        if sharing.hindrance(parts[name], list(parts.values()), published) is None:
            parts[name] = _part(world, name, shared=True)
    shared = {name for name, part in parts.items() if part.shared}
    messages = [
        {"_id": name, "message": SchoolSessionSchema().dump(session)} for name, session in world.sessions.items()
    ]
    reporter.statistics["sessions"].insert_many(messages)
    opened = set()
    for name in sorted(shared):
        told = {name: sharing.sharers(parts[name], list(parts.values()), published)}
        claims = {"role": "officer", "school": parts[name].school, "shared": [name], "sharers": told}
        answer = reporter.visitor().post(
            "/signon", data={"grant": reporter.signer.grant(reporter_world.now(), **claims)}
        )
        assert answer.status_code in (303, 403)
        opened |= {name} if answer.status_code == 303 else set()
    last = world.editions[-1]
    places = {place(row)[1:] for row in answers["analyst"] if row["edition"] == last.number}
    assert len(shared) > len(opened) > 3

    def left(level: str, group: str, cls: str, sharers: set[str]) -> int:
        inside = {world.batches[name].session for name in world.behind(last, level, group, cls)}
        return len({world.sessions[name].school for name in inside - sharers})

    assert min(left(*where, opened) for where in places) >= sharing.FEWEST_LEFT
    assert min(left(*where, shared) for where in places) < sharing.FEWEST_LEFT, "what identity alone cannot know"


def _part(world: World, name: str, shared: bool = False) -> sharing.Part:
    session = world.sessions[name]
    stratum = session.stratum
    answered = {batch.group for batch in world.batches.values() if batch.session == name}
    return sharing.Part(
        session=name,
        school=session.school,
        level=session.level,
        classes={kind: str(getattr(stratum, kind)) for kind in ("region", "settlement", "language")},
        asked=frozenset(session.groups),
        answered=frozenset(answered),
        shared=shared,
    )


def test_nothing_says_when_within_a_day_an_edition_came(reporter: Reporter, world: World) -> None:
    client = reporter.visitor()
    for address in (
        f"/v1/editions?campaign={CAMPAIGN}",
        "/open-data/index.json",
        f"/open-data/{CAMPAIGN}/1/edition.json",
    ):
        answer = client.get(address)
        assert "Last-Modified" not in answer.headers
        days = [edition.documents[0]["as_of"] for edition in world.editions]
        assert all(len(day) == len("2026-10-05") for day in days)
        assert "T0" not in answer.text
