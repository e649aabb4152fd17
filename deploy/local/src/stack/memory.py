"""How much memory a process and everything below it take, from /proc."""

from pathlib import Path

PROC = Path("/proc")


def tree_bytes(pid: int) -> int:
    """Bytes of `pid` and its descendants, shared pages split between their users (PSS); 0 when it is gone."""
    return sum(_bytes(member) for member in [pid, *_descendants(pid)])


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            parent = _parent(folder)
            if parent is not None:
                children.setdefault(parent, []).append(int(folder.name))
    found = list(children.get(pid, []))
    for member in found:
        found.extend(children.get(member, []))
    return found


def _parent(folder: Path) -> int | None:
    try:
        stat = (folder / "stat").read_text()
    except OSError:
        return None
    # The second field is the name in brackets and may hold spaces: count from the last bracket.
    return int(stat.rpartition(")")[2].split()[1])


def _bytes(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
