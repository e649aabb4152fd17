"""One node of a real Kubernetes inside namespaces of its own: its network, mounts and processes end with it."""

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from support import kube_names
from support.docker_daemon import DeploymentError, Say
from support.kube_parts import SOURCES, Parts

ADDRESS, API = "10.99.0.1", "https://10.99.0.1:6443"
SERVICES, PODS = "10.96.0.0/16", "10.244.0.0/16"
PROGRESS_SECONDS = 15.0
START_SECONDS = 180.0


def until(ready: Callable[[], bool], what: str, seconds: float, say: Say) -> None:
    """Returns once it is so; says now and then that it waits; DeploymentError after the time."""
    began = told = time.monotonic()
    while not ready():
        now = time.monotonic()
        if now - began > seconds:
            raise DeploymentError(f"{what} did not come about within {seconds:g} seconds.")
        if now - told > PROGRESS_SECONDS:
            say(f"  waiting for {what} ({now - began:.0f} s)")
            told = now
        time.sleep(0.5)


class Node:
    """The node and its control plane; `folder` takes everything that they write."""

    def __init__(self, folder: Path, parts: Parts, say: Say) -> None:
        self._folder = folder
        self._parts = parts
        self._say = say
        self._token = secrets.token_urlsafe(24)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        path = f"{parts.kubernetes}:{parts.debian}:{parts.debian.parent}/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        self._environment = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"}

    def start(self, images: Path) -> None:
        """Everything from the network to a node that takes pods, with the images in place."""
        self._network()
        self._files()
        self._control_plane()
        self._runtime(images)
        self._kubelet()
        until(self._is_ready, "a node that takes pods", START_SECONDS, self._say)

    def kubectl(self, *arguments: str, input: str | None = None, check: bool = True, seconds: float = 120) -> str:
        """What it prints; DeploymentError with what it complains of if it fails, or if the server warns of anything."""
        done = subprocess.run(
            [self._parts.kubernetes / "kubectl", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            input=input,
        )
        if check and (done.returncode != 0 or "Warning" in done.stderr):
            raise DeploymentError(f"`kubectl {' '.join(arguments[:6])}`: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def asked(self, *arguments: str) -> Any:
        """The same as JSON."""
        return json.loads(self.kubectl(*arguments, "-o", "json"))

    @property
    def environment(self) -> Mapping[str, str]:
        """In which kubectl finds the cluster."""
        return {**self._environment, "KUBECONFIG": str(self._folder / "kubeconfig")}

    def ended(self) -> list[str]:
        """Parts of the control plane that ended although nobody told them to."""
        return [name for name, child in self._children.items() if child.poll() is not None]

    def _network(self) -> None:
        """A node's address in this network namespace, which knows no other network."""
        for command in (
            "link set lo up",
            "link add node0 type veth peer name outside0",
            f"address add {ADDRESS}/24 dev node0",
            "link set node0 up",
            "link set outside0 up",
            "route add default dev node0",
        ):
            subprocess.run(["ip", *command.split()], check=True)
        for name in ("net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet"):
            Path("/proc/sys", name).write_text("1")
        # What programs write outside their folders is gone with these.
        for place in ("/run", "/var/lib", "/var/log"):
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)

    def _files(self) -> None:
        (self._folder / "cni").mkdir()
        (self._folder / "logs").mkdir()
        for source, target in (
            ("containerd.toml", "containerd.toml"),
            ("kubelet.yaml", "kubelet.yaml"),
            ("network.conflist", "cni/network.conflist"),
        ):
            text = (SOURCES / source).read_text("utf-8")
            text = text.replace("FOLDER", str(self._folder)).replace('"CNI"', f'"{self._parts.plugins}"')
            (self._folder / target).write_text(text, "utf-8")
        (self._folder / "resolv.conf").write_text(f"nameserver {ADDRESS}\n", "ascii")
        (self._folder / "tokens.csv").write_text(f'{self._token},admin,admin,"system:masters"\n', "ascii")
        key = self._folder / "accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": API, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        }
        (self._folder / "kubeconfig").write_text(json.dumps(config), "ascii")

    def _start(self, program: str, *options: str, folder: Path | None = None) -> None:
        with (self._folder / "logs" / f"{program}.log").open("wb") as log:
            command = [str((folder or self._parts.kubernetes) / program), *options]
            self._children[program] = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def _wait(self, program: str, ready: Callable[[], bool]) -> None:
        """Until it answers; the end of its log where it ended instead."""

        def answers() -> bool:
            if self._children[program].poll() is not None:
                log = (self._folder / "logs" / f"{program}.log").read_text("utf-8", "replace")
                raise DeploymentError(f"{program} ended: {' | '.join(log.strip().splitlines()[-4:])[-1200:]}")
            return ready()

        until(answers, f"the first answer of {program}", START_SECONDS, self._say)

    def _control_plane(self) -> None:
        key, config = str(self._folder / "accounts.key"), f"--kubeconfig={self._folder}/kubeconfig"
        self._start(
            "etcd",
            f"--data-dir={self._folder}/etcd",
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380",
            folder=self._parts.debian,
        )
        self._start(
            "kube-apiserver",
            "--etcd-servers=http://127.0.0.1:2379",
            f"--advertise-address={ADDRESS}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--service-cluster-ip-range={SERVICES}",
            f"--cert-dir={self._folder}/pki",
            f"--token-auth-file={self._folder}/tokens.csv",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
        )
        self._wait("kube-apiserver", lambda: self.kubectl("get", "--raw", "/readyz", check=False) == "ok")
        self._start(
            "kube-controller-manager",
            config,
            "--leader-elect=false",
            f"--service-account-private-key-file={key}",
            f"--root-ca-file={self._folder}/pki/apiserver.crt",
        )
        self._start("kube-scheduler", config, "--leader-elect=false")
        kube_names.serve(ADDRESS, kube_names.Names(API, self._token))

    def _runtime(self, images: Path) -> None:
        socket = self._folder / "containerd.sock"
        self._start("containerd", f"--config={self._folder}/containerd.toml", folder=self._parts.debian)
        ctr = [str(self._parts.debian / "ctr"), "--address", str(socket), "--namespace", "k8s.io"]

        def runs(*arguments: str, seconds: float = 20) -> bool:
            command = [*ctr, *arguments]
            done = subprocess.run(command, env=self._environment, capture_output=True, check=False, timeout=seconds)
            return done.returncode == 0

        self._wait("containerd", lambda: socket.exists() and runs("version"))
        self._say("importing the images")
        if not runs("images", "import", "--digests=false", str(images), seconds=300):
            raise DeploymentError("containerd could not import the images.")

    def _kubelet(self) -> None:
        config = f"--kubeconfig={self._folder}/kubeconfig"
        self._start(
            "kubelet",
            config,
            f"--config={self._folder}/kubelet.yaml",
            "--hostname-override=node",
            f"--node-ip={ADDRESS}",
            f"--root-dir={self._folder}/kubelet",
            f"--cert-dir={self._folder}/kubelet-pki",
        )
        self._start(
            "kube-proxy",
            config,
            "--hostname-override=node",
            f"--cluster-cidr={PODS}",
            "--proxy-mode=iptables",
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0",
        )

    def _is_ready(self) -> bool:
        if gone := self.ended():
            self._wait(gone[0], lambda: False)
        nodes = self.asked("get", "nodes")["items"]
        return any(
            one["type"] == "Ready" and one["status"] == "True" for node in nodes for one in node["status"]["conditions"]
        )

    def stop(self) -> None:
        """Ends the control plane; what is left ends with the namespaces."""
        for child in reversed(self._children.values()):
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()

    def keep_logs(self, folder: Path) -> None:
        """Logs of the control plane, of all pods, and what happened to them."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._folder / "logs", folder)
        for name, command in (
            ("events", ("get", "events", "-A", "--sort-by=.lastTimestamp")),
            ("pods", ("describe", "pods", "-A")),
        ):
            (folder / f"{name}.txt").write_text(self.kubectl(*command, check=False), "utf-8")
        for pod in self.asked("get", "pods", "-A")["items"]:
            space, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
            for box in pod["spec"]["containers"]:
                log = self.kubectl("-n", space, "logs", name, "-c", box["name"], check=False)
                (folder / f"{space}.{name}.{box['name']}.log").write_text(log, "utf-8")
