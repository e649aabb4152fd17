"""The register over years, on the real database: files looked at and written in parts, schools that end, merge and
split, who sees what of it, and what is written down."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from identity.building import build_app
from identity.desk import accounts, campaigns, conduct, endings, grants, handover, mailing, register, views
from identity.desk.endings import ancestors
from identity.desk.scope import visible, within
from identity.reasons import Refused
from identity.reconciling import Ending
from identity.registry import COLUMNS
from identity.sessions import GroupWish, Wish
from identity.staff import Person
from identity.store import campaigns as campaign_store
from identity.store import imports, invitations, records, schools, staff
from identity.store.schools import Wanted
from support.identity import House, house
from support.identity_staff import browser_of
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
OFFICER = Person(user="officer", role="officer")
PASSWORD = "a mountain spring"


def row(number: str, *, students: int = 80, region: str = "Baku", level: str = "primary", name: str = "") -> str:
    return f"{number},{name or 'School ' + number},{region},urban,az,full,{level},2,10,{students},0"


def file(*rows: str) -> str:
    return "\n".join((",".join(COLUMNS), *rows)) + "\n"


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture(autouse=True)
def empty(home: House) -> None:
    for name in ("schools", "codes", "imports", "sessions", "campaigns", "outbox", "keys"):
        home.desk.place[name].delete_many({})
    home.desk.place["staff"].delete_many({"role": "coordinator"})
    home.desk.place["staff"].delete_many({"invitation_for": {"$exists": True}})


def code(home: House, number: str) -> str:
    return schools.codes_of(home.desk.place, [number])[number]


def written(home: House, text: str, whole: bool = False, said: tuple[Ending, ...] = ()) -> imports.Arrival:
    waiting = register.receive(home.desk, OFFICER, text, whole)
    for _ in register.write(home.desk, OFFICER, waiting.id, said):
        pass
    return register.arrival(home.desk, waiting.id)


def acts(home: House, school: str) -> list[str]:
    return sorted(str(one["act"]) for one in home.desk.place["audit"].find({"school": school}))


def coordinator(home: House, number: str, user: str) -> Person:
    letter = handover.invite(home.desk, OFFICER, code(home, number))
    return accounts.sign_up(home.desk, letter, user, PASSWORD).person


def campaign(home: House, name: str = "autumn") -> str:
    now = home.clock.now
    days = {"opens": now - timedelta(hours=1), "closes": now + timedelta(days=30)}
    campaigns.create(home.desk, OFFICER, campaign=name, names={"en": "A", "az": "B"}, **days)
    return name


def opened(home: House, who: Person, name: str) -> str:
    wish = Wish(level="primary", closes=home.clock.now + timedelta(days=5), groups={"student": GroupWish()})
    return conduct.create(home.desk, who, name, wish).message.session


def closed(home: House, session: str) -> None:
    """Marks a session as the relay does at its end."""
    final = {"student": {"registered": 80, "issued": 0, "reissued": 0, "revoked": 0, "used": 0}}
    home.desk.place["sessions"].update_one({"_id": session}, {"$set": {"marked": True, "final": final}})


def test_nothing_is_changed_before_the_yes_and_the_look_says_what_would_be(home: House) -> None:
    written(home, file(row("1"), row("2"), row("3")))
    waiting = register.receive(home.desk, OFFICER, file(row("1", students=90), row("2"), row("4")), whole=True)
    assert (waiting.new, waiting.changed, waiting.unchanged, waiting.missing_schools) == (1, 1, 1, 1)
    ((changed, entry, differences),) = register.preview(home.desk, waiting, 10)
    assert (changed, entry.registry_id) == (code(home, "1"), "1")
    assert [(one.level, one.field, one.before, one.after) for one in differences] == [
        ("primary", "students", "80", "90")
    ]
    assert schools.count(home.desk.place) == 3
    for _ in register.write(home.desk, OFFICER, waiting.id, ()):
        pass
    assert schools.count(home.desk.place) == 4, "a school that the file does not name stays until somebody says more"
    assert acts(home, changed) == ["school-added", "school-changed"]
    assert acts(home, code(home, "2")) == ["school-added"]


def test_an_import_that_broke_off_goes_on_behind_its_last_part_and_writes_nothing_twice(home: House) -> None:
    rows = [row(f"{number:05d}") for number in range(1200)]
    waiting = register.receive(home.desk, OFFICER, file(*rows), whole=False)
    work = register.write(home.desk, OFFICER, waiting.id, ())
    assert [next(work), next(work)] == [(0, 1200), (500, 1200)]
    del work  # the process is gone after its first part
    assert schools.count(home.desk.place) == 500
    assert register.arrival(home.desk, waiting.id).state == "going"
    assert list(register.write(home.desk, OFFICER, waiting.id)) == [(500, 1200), (1000, 1200), (1200, 1200)]
    assert schools.count(home.desk.place) == 1200
    added = [one["school"] for one in home.desk.place["audit"].find({"act": "school-added"})]
    mine = [one for one in added if one in set(schools.all_codes(home.desk.place))]
    assert len(mine) == len(set(mine)) == 1200, "one line for each school"
    assert home.desk.place["imports"].count_documents({}) == 1, "the parts are gone, the summary stays"


def test_where_the_file_is_the_whole_register_levels_that_it_does_not_name_are_gone(home: House) -> None:
    both = file(row("1"), row("1", level="lower-secondary"))
    written(home, both)
    written(home, file(row("1")))
    assert set(schools.all_entries(home.desk.place)[0].levels) == {"primary", "lower-secondary"}
    written(home, file(row("1")), whole=True)
    assert set(schools.all_entries(home.desk.place)[0].levels) == {"primary"}


def test_a_closed_school_opens_nothing_keeps_its_reports_and_may_be_opened_again(home: House) -> None:
    written(home, file(row("1"), row("2")))
    who, name = coordinator(home, "1", "aynur"), campaign(home)
    session, old = opened(home, who, name), code(home, "1")
    written(home, file(row("2")), whole=True, said=(Ending(ended=("1",)),))
    assert [one.registry_id for one in schools.all_entries(home.desk.place)] == ["2"]
    with pytest.raises(Refused, match="school-ended"):
        opened(home, who, campaign(home, "winter"))
    with pytest.raises(Refused, match="school-ended"):
        handover.invite(home.desk, OFFICER, old)
    assert views.view(home.desk, who, session).message.school == old
    assert grants.grant(home.desk, who)
    refused = register.receive(home.desk, OFFICER, file(row("1"), row("2")), whole=False)
    assert [(one.row, one.reason) for one in refused.refused] == [(2, "school-ended")]
    endings.reopen(home.desk, OFFICER, old)
    assert code(home, "1") == old
    assert opened(home, who, "winter")


def test_a_merged_school_has_a_new_code_that_names_those_before_it_and_reads_their_closed_reports(home: House) -> None:
    written(home, file(row("1"), row("2"), row("9")))
    first, second, name = coordinator(home, "1", "leyla"), coordinator(home, "2", "murad"), campaign(home)
    over, going, other = (
        opened(home, first, name),
        opened(home, second, name),
        opened(home, coordinator(home, "9", "nigar"), name),
    )
    closed(home, over)
    closed(home, other)
    before = (code(home, "1"), code(home, "2"))
    (made,) = endings.end(home.desk, OFFICER, Ending(ended=("1", "2"), into=("2",)))
    assert made.code not in before
    assert made.code == code(home, "2")
    assert set(made.predecessors) == set(before) == ancestors(home.desk, made.code)
    assert [schools.school(home.desk.place, one).successors for one in before] == [(made.code,)] * 2  # type: ignore[union-attr]  # both are there
    assert [one.entry.registry_id for one in schools.several(home.desk.place, before)] == ["1", "2"]
    letter = handover.invite(home.desk, OFFICER, made.code)
    with pytest.raises(Refused, match="invitation-not-yet"):
        accounts.sign_up(home.desk, letter, "tural", PASSWORD)
    home.clock.move(72 * 3600 + 1)
    who = accounts.sign_up(home.desk, letter, "tural", PASSWORD).person
    assert [one.message.session for one in views.earlier(home.desk, who)] == [over], "what goes on is not read"
    claims = jwt.decode(grants.grant(home.desk, who, over), options={"verify_signature": False})
    assert (claims["school"], claims["follower"]) == (before[0], True), "to read, not to write"
    for session in (going, other):
        with pytest.raises(Refused, match="unknown-session"):
            grants.grant(home.desk, who, session)
    with pytest.raises(Refused, match="unknown-session"):
        conduct.close(home.desk, who, over)
    with pytest.raises(Refused, match="predecessor-took-part"):
        opened(home, who, name)
    assert "earlier-report-opened" in acts(home, before[0])
    assert staff.coordinators(home.desk.place, before[0]) == [first], "who acted for a school before reads on"


def test_a_split_school_is_followed_by_several_and_a_new_one_keeps_its_code(home: House) -> None:
    written(home, file(row("1")))
    opened(home, coordinator(home, "1", "sevda"), campaign(home))
    written(home, file(row("7")))
    fresh, old = code(home, "7"), code(home, "1")
    made = endings.end(home.desk, OFFICER, Ending(ended=("1",), into=("1", "7")))
    assert {one.entry.registry_id for one in made} == {"1", "7"}
    assert all(one.predecessors == (old,) for one in made)
    assert code(home, "7") == fresh, "nothing was done under it yet"
    assert code(home, "1") != old
    assert invitations.of_school(home.desk.place, fresh) is None


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (Ending(ended=("1", "2"), into=("3", "4")), "bad-ending"),
        (Ending(ended=("1",), into=("1",)), "bad-ending"),
        (Ending(ended=("1",), into=("none",)), "unknown-school"),
        (Ending(ended=("none",)), "unknown-school"),
    ],
)
def test_an_ending_that_cannot_be_changes_nothing(home: House, ending: Ending, reason: str) -> None:
    written(home, file(*(row(str(number)) for number in range(1, 5))))
    before = list(home.desk.place["schools"].find())
    with pytest.raises(Refused, match=reason):
        endings.end(home.desk, OFFICER, ending)
    assert list(home.desk.place["schools"].find()) == before


def test_a_correction_on_top_of_somebody_elses_is_refused(home: House) -> None:
    written(home, file(row("1")))
    mine = dict(zip(COLUMNS, row("1", students=99).split(","), strict=True))
    held = schools.school(home.desk.place, code(home, "1"))
    assert held is not None
    register.edit(home.desk, OFFICER, held.code, [mine], held.revision)
    with pytest.raises(Refused, match="changed-meanwhile"):
        register.edit(home.desk, OFFICER, held.code, [{**mine, "students": "70"}], held.revision)
    assert schools.all_entries(home.desk.place)[0].levels["primary"].students == 99


def test_a_class_that_comes_later_finds_a_place_in_campaigns_that_go_on(home: House) -> None:
    written(home, file(*(row(f"a{n}") for n in range(12)), *(row(f"b{n}", region="Guba") for n in range(10))))
    name = campaign(home)
    written(home, file(row("c1", region="Xankəndi")))
    found = next(one for one in campaign_store.every(home.desk.place) if one.campaign == name)
    assert dict(found.classes["region"]) == {"Baku": "Baku", "Guba": "Guba", "Xankəndi": "Guba"}
    assert sum(total.schools for total in found.strata) == 23


def test_letters_of_many_schools_work_only_once_they_are_printed(home: House) -> None:
    written(home, file(*(row(str(number), region="Guba" if number % 2 else "Baku") for number in range(6))))
    coordinator(home, "0", "gunel")
    first = mailing.draw(home.desk, mailing.addressees(home.desk, "Guba", "new"), "az")
    assert [one.registry_id for one in first.letters.letters] == ["1", "3", "5"]
    letter = first.letters.letters[0].code
    with pytest.raises(Refused, match="unknown-invitation"):
        accounts.sign_up(home.desk, letter, "early", PASSWORD)
    mailing.send(home.desk, OFFICER, first)
    assert len(mailing.addressees(home.desk, "", "new")) == 2
    assert len(mailing.addressees(home.desk, "", "every")) == 5
    handover.revoke(home.desk, OFFICER, code(home, "3"))
    assert len(mailing.addressees(home.desk, "", "new")) == 3
    assert accounts.sign_up(home.desk, letter, "right", PASSWORD).person.school == code(home, "1")
    every = mailing.draw(home.desk, mailing.addressees(home.desk, "", "every"), "en")
    mailing.send(home.desk, OFFICER, every)
    with pytest.raises(Refused, match="unknown-invitation"):
        accounts.sign_up(home.desk, first.letters.letters[2].code, "late", PASSWORD)


def test_an_agency_sees_the_schools_of_its_level_or_region_and_no_other(home: House) -> None:
    written(home, file(row("1"), row("2", region="Guba"), row("3", level="lower-secondary")))
    place = home.desk.place
    for scope, seen in (({"region": "Guba"}, {"2"}), ({"level": "primary"}, {"1", "2"})):
        who = Person(user="agency", role="agency", scope=scope)
        for number in ("1", "2", "3"):
            if number in seen:
                assert visible(home.desk, who, code(home, number)).entry.registry_id == number
            else:
                with pytest.raises(Refused, match="unknown-school"):
                    visible(home.desk, who, code(home, number))
        assert {one.entry.registry_id for one in schools.page(place, 1, within(who, Wanted()))[0]} == seen


def test_the_log_of_the_ministry_is_filtered_and_taken_along_without_formulas(home: House) -> None:
    written(home, file(row("1", name="=cmd()|x")))
    written(home, file(row("1", name="@other")))
    records.note(home.desk.place, "planted", home.clock.now, "=1+1", "school-changed", {"school": "@x"})
    page = browser_of(home, *(home.officer[name] for name in ("user", "password", "totp_secret")))
    assert 'href="/audit.csv?act=school-changed' in page.get("/audit?act=school-changed&lang=en").text
    reply = page.get("/audit.csv?act=school-changed")
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert {one["act"] for one in rows} == {"school-changed"}
    assert any("=cmd()|x → @other" in one["about"] for one in rows)
    assert ("'=1+1", "'@x") in {(one["who"], one["school"]) for one in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for one in rows for cell in one.values())
    day = (home.clock.now - timedelta(days=400)).date().isoformat()
    assert page.get(f"/audit.csv?to={day}").text.count("\n") == 1


def test_the_last_officer_stays_and_who_was_ended_is_out(home: House) -> None:
    with pytest.raises(Refused, match="last-officer"):
        accounts.end(home.desk, OFFICER, "officer")
    made = accounts.add_ministry(home.desk, "second", "officer", None, by=OFFICER)
    headers = home.headers("second", made.password, made.totp_secret)
    assert home.get("/v1/campaigns", headers)
    accounts.end(home.desk, OFFICER, "second")
    assert home.client().get("/v1/campaigns", headers=headers).status_code == 401
    written(home, file(row("1")))
    for user in (coordinator(home, "1", "rena").user, "nobody"):
        with pytest.raises(Refused, match="unknown-user"):
            accounts.of_ministry(home.desk, user)


def test_a_rotated_key_is_refused_and_the_new_one_works(home: House) -> None:
    old = accounts.add_api_key(home.desk, OFFICER, "rotating")
    new = accounts.rotate_api_key(home.desk, OFFICER, "rotating")
    asked = [home.client().get("/v1/schools", headers={"Authorization": f"Bearer {key}"}) for key in (old, new)]
    assert [one.status_code for one in asked] == [401, 200]


def test_a_wrapping_key_that_was_changed_alone_is_said_at_sign_in(home: House) -> None:
    made = accounts.add_ministry(home.desk, "locked", "analyst", None)
    changed = build_app(replace(home.desk, wrap_key=bytes(32))).test_client()
    words = {"user": "locked", "password": made.password, "totp": "123456"}
    reply = changed.post("/v1/tokens", json=words)
    assert (reply.status_code, reply.mimetype) == (503, "application/problem+json")
    assert reply.get_json()["title"] == "key-wrapping"
    assert reply.headers["Retry-After"] == "60"
