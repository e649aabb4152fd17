"""The control groups that a cluster of a test leaves on the machine, taken away again."""

import os
import time
from pathlib import Path


def control_groups() -> set[Path]:
    """The control groups that pods are put into."""
    return {
        path
        for controller in Path("/sys/fs/cgroup").glob("*")
        for name in ("kubepods", "k8s.io", "kube-proxy", "kubelet")
        if (path := controller / name).is_dir()
    }


def without_control_groups(before: set[Path]) -> None:
    """Takes away the control groups that a node has left, the deepest first; the kernel refuses one that is in use."""
    for top in control_groups() - before:
        for folder, _, _ in os.walk(top, topdown=False):
            for _ in range(20):
                try:
                    os.rmdir(folder)
                    break
                except OSError:
                    time.sleep(0.1)
