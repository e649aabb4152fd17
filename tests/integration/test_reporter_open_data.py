"""Open data over HTTP: files that check themselves, at addresses that stay, and pages of rows for programs."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from reporter.national import dictionary, package
from support import reporter_world as world
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
EDITION = f"/open-data/{world.CAMPAIGN}/3"
CLASSES = ("all", "settlement:urban", "settlement:rural", "region:Quba-Xaçmaz")


def fill(statistics: Any) -> None:
    """Three editions, the last with a region."""
    world.fill(statistics)
    statistics["editions"].delete_many({})
    for number in (1, 2):
        statistics["editions"].insert_many(world.an_edition(number))
    statistics["editions"].insert_many(world.an_edition(3, CLASSES))


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with running_reporter(database, tmp_path_factory.mktemp("open"), fill) as running:
        yield running


@pytest.fixture(scope="module")
def files(reporter: Reporter) -> dict[str, bytes]:
    client, found = reporter.visitor(), {}
    for name in package.names():
        answer = client.get(f"{EDITION}/{name}")
        assert answer.status_code == 200, name
        found[name] = answer.data
    return found


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"))))


def test_a_downloaded_folder_passes_sha256sum(files: dict[str, bytes]) -> None:
    lines = [line.split("  ") for line in files[package.SUMS].decode().splitlines()]
    assert {name: digest for digest, name in lines} == {
        name: hashlib.sha256(body).hexdigest() for name, body in files.items() if name != package.SUMS
    }


def test_the_checksums_are_signed_by_the_key_that_is_published(reporter: Reporter, files: dict[str, bytes]) -> None:
    client = reporter.visitor()
    signature = client.get(f"{EDITION}/SHA256SUMS.sig").data
    key = load_pem_public_key(client.get("/open-data/key.pem").data)
    assert isinstance(key, Ed25519PublicKey)
    key.verify(signature, files[package.SUMS])
    with pytest.raises(InvalidSignature):
        key.verify(signature, files[package.SUMS] + b"x")
    published = client.get("/.well-known/jwks.json").json
    assert published is not None
    assert jwt.PyJWK.from_dict(published["keys"][0], algorithm="EdDSA").key == key


def test_the_description_counts_rows_and_bytes_so_that_a_cut_file_shows(files: dict[str, bytes]) -> None:
    described = json.loads(files[package.DESCRIPTION])
    for resource in described["resources"]:
        body = files[resource["path"]]
        assert resource["bytes"] == len(body)
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        if resource["format"] == "csv":
            assert resource["rows"] == len(rows(body))
            assert [field["name"] for field in resource["schema"]["fields"]] == body.decode().split("\r\n")[0].split(
                ","
            )
    assert described["licenses"][0]["name"] == "CC-BY-4.0"
    assert described["resources"][0]["rows"] > 100


def test_the_document_says_the_same_as_the_tables(files: dict[str, bytes]) -> None:
    document = json.loads(files[package.WHOLE])
    for name in dictionary.tables():
        told = [{key: "" if cell is None else str(cell) for key, cell in row.items()} for row in document[name]]
        assert told == rows(files[f"{name}.csv"])
        assert document["rows"][name] == len(told)


def test_a_file_under_a_number_may_be_kept_for_ever_and_costs_nothing_again(reporter: Reporter) -> None:
    client = reporter.visitor()
    first = client.get(f"{EDITION}/figures.csv")
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(f"{EDITION}/figures.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    signed_on = reporter.signed_on(role="officer").get(f"{EDITION}/figures.csv")
    assert signed_on.data == first.data
    assert "Cookie" not in signed_on.headers["Vary"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"


def test_latest_leads_to_the_newest_number(reporter: Reporter) -> None:
    client = reporter.visitor()
    for place in ("/open-data/latest", f"/open-data/{world.CAMPAIGN}/latest"):
        answer = client.get(f"{place}/figures.csv")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{EDITION}/figures.csv")
    assert client.get(EDITION).headers["Location"] == f"{EDITION}/datapackage.json"


@pytest.mark.parametrize(
    "place", ["9/figures.csv", "03/figures.csv", "²/figures.csv", "3/counts.csv", "3/..%2f", "-1/figures.csv", "9"]
)
def test_what_is_not_there_is_404_with_a_way_on(reporter: Reporter, place: str) -> None:
    answer = reporter.visitor().get(f"/open-data/{world.CAMPAIGN}/{place}")
    assert answer.status_code == 404
    assert "index.json" in answer.text or "%2f" in place


def test_the_index_names_every_campaign_and_its_newest_edition(reporter: Reporter) -> None:
    found = reporter.visitor().get("/open-data/index.json").json
    assert found is not None
    assert [one["latest"]["open_data"] for one in found["campaigns"]] == [EDITION]


def test_editions_are_listed_a_page_at_a_time_to_the_end(reporter: Reporter) -> None:
    client, place, seen = reporter.visitor(), "/v1/editions?limit=2", []
    while place:
        found = client.get(place).json
        assert found is not None
        seen += [one["edition"] for one in found["editions"]]
        place = found["next"]
    assert seen == [3, 2, 1]


def test_pages_of_rows_together_are_the_table(reporter: Reporter, files: dict[str, bytes]) -> None:
    client, place, seen = reporter.visitor(), f"/v1/editions/{world.CAMPAIGN}/3/figures?limit=40", []
    total = None
    while place:
        found = client.get(place).json
        assert found is not None
        assert len(found["rows"]) <= 40
        seen += found["rows"]
        place, total = found["next"], found["total"]
    assert len(seen) == total
    assert [{key: "" if cell is None else str(cell) for key, cell in row.items()} for row in seen] == rows(
        files["figures.csv"]
    )


def test_a_table_is_narrowed_by_its_codes_and_as_csv_counts_its_rows(reporter: Reporter) -> None:
    client = reporter.visitor()
    found = client.get(f"/v1/editions/{world.CAMPAIGN}/latest/figures?group=student&area=G&class=all").json
    assert found is not None
    assert {(row["group"], row["area"], row["class"]) for row in found["rows"]} == {("student", "G", "all")}
    whole = client.get(f"/v1/editions/{world.CAMPAIGN}/3/answers.csv?group=student").data.decode("utf-8-sig")
    lines = whole.strip().split("\r\n")
    assert lines[-1] == f"rows,{len(lines) - 2}"


def test_a_ministrys_token_opens_the_classes_within_levels_and_nobody_else_gets_them(reporter: Reporter) -> None:
    place, client = f"/v1/editions/{world.CAMPAIGN}/3/answers?limit=5000", reporter.visitor()
    whole = client.get(place, headers=reporter.bearer(role="analyst", school=None)).json
    public, agency = (
        client.get(place).json,
        client.get(place, headers=reporter.bearer(role="agency", school=None, scope={"region": "Quba-Xaçmaz"})).json,
    )
    assert whole is not None
    assert public is not None
    assert agency is not None
    finer = [{(row["level"], row["class"]) for row in one["rows"]} for one in (whole, public, agency)]
    assert {place for place in finer[1] if "all" not in place} == set()
    assert ("lower-secondary", "region:Quba-Xaçmaz") in finer[0] & finer[2]
    assert ("lower-secondary", "settlement:rural") in finer[0] - finer[2]
    assert client.get(place).headers["Cache-Control"] == "no-cache"
    kept = client.get(place, headers=reporter.bearer(role="analyst", school=None))
    assert kept.headers["Cache-Control"] == "private, no-cache"
    assert client.get(place, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 200


def test_a_token_that_is_over_is_401_and_not_silently_less(reporter: Reporter) -> None:
    answer = reporter.visitor().get(
        f"/v1/editions/{world.CAMPAIGN}/3/figures", headers={"Authorization": "Bearer gone"}
    )
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_no_file_carries_a_time_finer_than_a_day(reporter: Reporter, files: dict[str, bytes]) -> None:
    answer = reporter.visitor().get(f"{EDITION}/edition.json")
    assert "Last-Modified" not in answer.headers
    assert not re.search(rb"[T ]\d\d:\d\d", b"".join(files.values()))


@pytest.mark.parametrize("place", ["/open-data?lang=az", "/open-data?lang=en", "/docs?lang=az", "/docs?lang=en"])
def test_the_pages_of_open_data_and_of_the_interface_open_for_anybody(reporter: Reporter, place: str) -> None:
    answer = reporter.visitor().get(place)
    assert answer.status_code == 200
    assert ("figures.csv" if "open-data" in place else "/v1/editions") in answer.text
