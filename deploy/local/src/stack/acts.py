"""The demo's acts: sessions that go ahead and close, latecomers, the hand-out, and the others while one watches."""

from country.ballots import Ballot
from country.campaign import fetch_latecomers, hand_in_late, interleaved, play
from country.journey import Person
from country.staging import close, state
from stack.demo import Plan, Scene
from stack.handout import handout, write
from stack.narrator import Narrator
from stack.waiting import until

WORKERS = 6
"""People who answer at the same time: fewer than identity's signers let wait, so that guests always find a place."""
WATCHABLE_RATE = 16.0
"""How many people answer in a second while one watches."""
CLOSE_SECONDS = 120.0


def first_acts(plan: Plan, scene: Scene, narrator: Narrator) -> None:
    """Fills the sessions that go ahead, closes some of them, lets latecomers knock, and writes the hand-out."""
    late: list[tuple[Person, Ballot]] = fetch_latecomers(scene.journey, [one.roster for one in scene.ended()])
    for act in (1, 2):
        cast = [one for one in scene.staged if one.cue.act == act]
        people = interleaved([one.roster for one in cast], act)
        if people:
            what = f"answers in {len(cast)} sessions that go ahead"
            play(scene.journey, people, workers=WORKERS, progress=narrator.counter(what, len(people)))
        for one in cast:
            if one.cue.ends:
                close(one)
    ended = scene.ended()
    if ended:
        narrator.say(f"{len(ended)} sessions were closed; waiting for their close markers")
        until(lambda: all(state(one) == "closed" for one in ended), "The closing of sessions", CLOSE_SECONDS, 0.5)
        hand_in_late(scene.journey, late)
        narrator.say(f"{len(ended)} sessions are closed; {scene.tally.total(410)} latecomers were turned away")
    write(plan.handout, handout(scene.services.site, scene.officer, scene.enrolled, scene.staged))
    narrator.say(f"anyone's client can join in: {plan.handout}")


def last_act(plan: Plan, scene: Scene, narrator: Narrator) -> None:
    """The other sessions fill while one watches."""
    cast = [one for one in scene.staged if one.cue.act == 3]
    people = interleaved([one.roster for one in cast], 3)
    if people:
        counter = narrator.counter(f"answers in {len(cast)} open sessions", len(people))
        rate = None if plan.check else max(WATCHABLE_RATE, len(people) / 600)
        play(scene.journey, people, workers=WORKERS, per_second=rate, progress=counter)
