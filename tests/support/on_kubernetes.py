"""`make test-k8s`: a real API server, scheduler and kubelet on this machine; the local overlay rolled out on them
without a warning, a small pilot that answers through it, and every answer counted. Takes everything away again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from support import kube_images, kube_parts
from support.control_groups import control_groups, without_control_groups
from support.deployed import Clock
from support.docker_daemon import DeploymentError, Say
from support.kube_node import Node
from support.kube_trial import holds

LOGS = kube_parts.BUILT / "logs"
INSIDE_SECONDS = 1500


def main() -> None:
    """Runs it; exit 0 if everything holds, else 1 and one sentence."""
    signal.signal(signal.SIGTERM, _stop)
    clock = Clock()
    try:
        if len(sys.argv) == 3 and sys.argv[1] == "inside":
            inside(Path(sys.argv[2]), clock.say)
        else:
            outside(clock.say)
            clock.say("VERDICT: the manifests hold on a real Kubernetes")
    except (DeploymentError, subprocess.SubprocessError) as error:
        print(f"test-k8s FAILED: {error}", flush=True)
        sys.exit(1)
    except KeyboardInterrupt:
        print("test-k8s was stopped; nothing keeps running", flush=True)
        sys.exit(1)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """A polite kill ends like Ctrl-C: everything is taken away."""
    raise KeyboardInterrupt


def outside(say: Say) -> None:
    """Parts and images, then the cluster in namespaces of its own, which end whatever happens in them."""
    if os.geteuid() != 0:
        raise DeploymentError("Only root can make namespaces for a cluster: run this as root.")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    parts = kube_parts.provide(say)
    kube_images.provide_archive(parts.pause, say)
    before = control_groups()
    folder = Path(tempfile.mkdtemp(prefix="guzgu-k8s-"))
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command += [sys.executable, "-m", "support.on_kubernetes", "inside", str(folder)]
    say("starting a Kubernetes of one node in namespaces of its own; it does not enforce network policies")
    process = subprocess.Popen(command, start_new_session=True)
    try:
        code = process.wait(INSIDE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DeploymentError(f"The cluster was not done after {INSIDE_SECONDS} seconds.") from error
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        process.kill()
        process.wait()
        without_control_groups(before)
        shutil.rmtree(folder, ignore_errors=True)
        say("the cluster is gone: processes, network, mounts, control groups and files")
    if code != 0:
        sys.exit(1)


def inside(folder: Path, say: Say) -> None:
    """Everything that happens on the cluster."""
    parts = kube_parts.provide(say)
    node = Node(folder, parts, say)
    try:
        node.start(kube_images.ARCHIVE)
        say("the node takes pods")
        holds(node, folder, say)
    except DeploymentError:
        node.keep_logs(LOGS)
        print(f"logs of the cluster and of all pods are in {LOGS}", flush=True)
        raise
    finally:
        node.stop()


if __name__ == "__main__":
    main()
