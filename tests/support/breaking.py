"""Everything that is done to a stack to break it: processes killed and frozen, disks full, lines cut, held and slow."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from support.breakable import COMMIT, BreakableParts, fill_up
from support.proxy import Proxy

if TYPE_CHECKING:
    from stack.services import Services

Act = Callable[[], None]
COMMITS = 4
"""More than a driver repeats by itself, so that some outcome is really unknown."""
SLOW_SECONDS = 0.15


class Breaker:
    """Breaks a running stack in one named way at a time, and puts it up again as Kubernetes would."""

    def __init__(
        self,
        services: "Services",
        names: Sequence[str],
        parts: BreakableParts,
        longest: float,
        chance: random.Random,
        twins: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`names` are the processes that run; whatever is away is so for at most `longest` seconds. `twins` are second
        aggregators by their names, with settings of their own; they are started here."""
        self._services = services
        self._twins = twins or {}
        for twin in self._twins:
            self._launch(twin)
        names = (*names, *self._twins)
        self._names = names
        self._parts = parts
        self._longest = longest
        self._chance = chance
        self.done: Counter[str] = Counter()
        self.acts: dict[str, Act] = {}
        for name in names:
            self.acts[f"kill {name}"] = partial(self._restart, name)
            self.acts[f"freeze {name}"] = partial(self._freeze, name)
        for name, part, door in (
            ("broker", parts.broker, parts.to_broker),
            ("database", parts.database, parts.to_database),
        ):
            self.acts[f"kill {name}"] = partial(self._kill_part, part)
            self.acts[f"freeze {name}"] = partial(self._freeze_part, part)
            self.acts[f"full disk of {name}"] = partial(self._fill_part, part)
            self.acts[f"cut off {name}"] = partial(self._for_a_while, door, door.cut)
            self.acts[f"silence before {name}"] = partial(self._for_a_while, door, door.hold)
            self.acts[f"slow {name}"] = partial(self._for_a_while, door, partial(door.slow, SLOW_SECONDS))
        lost = parts.to_database
        self.acts["commit requests lost"] = partial(lost.lose_requests, COMMIT, COMMITS)
        self.acts["commit replies lost"] = partial(lost.lose_replies, COMMIT, COMMITS)

    def act(self, name: str) -> None:
        """Does it, to its end, and starts again what ended of it."""
        self.acts[name]()
        self.done[name] += 1
        self.revive()

    def revive(self) -> list[str]:
        """Starts again what ended by itself; the names of those."""
        ended = [name for name in self._names if not self._services.child(name).running]
        for name in ended:
            self._launch(name)
        return ended

    def whole(self) -> None:
        """Returns when every process is up and ready."""
        self._parts.to_broker.mend()
        self._parts.to_database.mend()
        self.revive()
        for name in self._names:
            if name not in self._twins:
                self._services.wait(name)

    def _launch(self, name: str) -> None:
        if name in self._twins:
            self._services.launch("aggregator", self._twins[name], alias=name)
        else:
            self._services.launch(name)

    def _pass_time(self) -> None:
        threading.Event().wait(self._chance.uniform(0.3, 1.0) * self._longest)

    def _restart(self, name: str) -> None:
        self._services.child(name).kill()
        self._launch(name)

    def _freeze(self, name: str) -> None:
        child = self._services.child(name)
        child.pause()
        self._pass_time()
        child.resume()

    def _kill_part(self, part: Any) -> None:
        part.kill()
        part.start()

    def _freeze_part(self, part: Any) -> None:
        part.pause()
        self._pass_time()
        part.resume()

    def _fill_part(self, part: Any) -> None:
        fill_up(part.child)
        self._pass_time()
        self._kill_part(part)

    def _for_a_while(self, door: Proxy, shut: Act) -> None:
        shut()
        self._pass_time()
        door.mend()
