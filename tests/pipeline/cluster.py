"""A real Slurm on this machine: three nodes of one host, no systemd, no database, loopback only."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qdml.runs.processes import send

NODES = ("n1", "n2", "n3")

CONFIG = """
ClusterName=qdml
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthInfo=socket={folder}/munge.sock
SlurmctldPort={port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/jobcomp.txt
MinJobAge=600
KillWait=2
SlurmdTimeout=10
ReturnToService=2
DefMemPerCPU=500
{nodes}
PartitionName=main Nodes=n[1-3] Default=YES MaxTime=60 State=UP
"""

#: Slurm forgets where its configuration is inside a job, so every command brings it along.
SHIM = """#!/bin/sh
SLURM_CONF={folder}/slurm.conf exec {program} "$@"
"""

COMMANDS = ("sbatch", "srun", "squeue", "scancel", "sinfo", "scontrol")


@dataclass(frozen=True)
class Cluster:
    """A cluster at work; its commands stand in a folder to be put first on PATH."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which Slurm's commands talk to this cluster."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        return os.environ | {"PATH": path, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def call(self, *command: str) -> str:
        """What a Slurm command says; `CalledProcessError` if it fails."""
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def jobs(self) -> dict[str, str]:
        """Ids of the jobs in the queue, and their states."""
        said = self.call("squeue", "--noheader", "--states=all", "--format=%i %T").split("\n")
        return dict(line.split() for line in said if line)

    def stop_node(self, node: str) -> None:
        """One node loses its power: its daemon and all that runs there are gone at once."""
        os.kill(int((self.folder / f"slurmd-{node}.pid").read_text()), signal.SIGKILL)
        mark = f"SLURMD_NODENAME={node}".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                there = mark in (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if there:
                send(int(entry.name), signal.SIGKILL)
        self.call("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Three nodes in `folder`, up within a second or two; all ended by process id afterwards."""
    host = socket.gethostname()
    port, *ports = _free_ports(1 + len(NODES))
    nodes = "\n".join(
        f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={at} CPUs=8 RealMemory=8000"
        for name, at in zip(NODES, ports, strict=True)
    )
    for name in ("bin", "state", "spool", "munge"):
        (folder / name).mkdir()
    key = folder / "munge" / "key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    (folder / "slurm.conf").write_text(
        CONFIG.format(host=host, folder=folder, port=port, nodes=nodes)
    )
    for name in COMMANDS:
        shim = folder / "bin" / name
        shim.write_text(SHIM.format(folder=folder, program=shutil.which(name)))
        shim.chmod(0o755)
    here = Cluster(folder)
    pids = [folder / f"{name}.pid" for name in ("munged", "slurmctld")]
    pids += [folder / f"slurmd-{name}.pid" for name in NODES]
    try:
        at = {name: folder / f"munged.{name}" for name in ("pid", "log", "seed")}
        _start(
            "munged",
            "--force",
            f"--socket={folder}/munge.sock",
            f"--key-file={key}",
            f"--pid-file={at['pid']}",
            f"--log-file={at['log']}",
            f"--seed-file={at['seed']}",
        )
        _start("slurmctld", "-c", "-f", f"{folder}/slurm.conf")
        for name in NODES:
            _start("slurmd", "-f", f"{folder}/slurm.conf", "-N", name)
        _wait_for_nodes(here)
        yield here
    finally:
        for pid in reversed(pids):
            _end(pid)


def _start(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def _wait_for_nodes(here: Cluster, patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while here.call("sinfo", "--noheader", "--format=%t").split() != ["idle"]:
        assert time.monotonic() < deadline, (here.folder / "slurmctld.log").read_text()[-2000:]
        time.sleep(0.2)


def _end(file: Path, patience: float = 15.0) -> None:
    """End the daemon of a pid file, first asked, then forced."""
    if not file.exists():
        return
    pid = int(file.read_text())
    for signum in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                os.kill(pid, signum)
            except ProcessLookupError:
                return
            time.sleep(0.2)


def _free_ports(number: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
