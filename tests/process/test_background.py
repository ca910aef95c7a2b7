"""Daemons, several processes, masters, hand-over from an older process."""

from __future__ import annotations

import os
import signal
import socket
from functools import partial

import pytest

from tests.kit.ports import listening
from tests.process.conftest import alive, children, eventually, read_pids

ONE = "frontend f\n bind <fe>\n"


def dead(pid: int) -> bool:
    return not alive(pid)


def its_children(proxy) -> list[int]:
    """The port listens a moment before there is a worker that serves it."""
    eventually("a worker", lambda: "New worker" in proxy.stderr)
    return children(proxy.process.pid)


def test_daemon_returns_when_it_serves(run, pids, ports):
    port = ports.lend()
    done = run.run(f"frontend f\n bind 127.0.0.1:{port}\n", "-D", "-p", str(pids))
    assert (done.status, done.out) == (0, "")
    (pid,) = read_pids(pids)
    # HAProxy's parent leaves before its child has settled.
    assert listening(port)
    eventually("a session of its own", lambda: os.getsid(pid) == pid)
    os.kill(pid, signal.SIGTERM)
    eventually("the daemon is gone", lambda: not alive(pid))


def test_nbproc_starts_that_many(steelyard, pids, ports):
    port = ports.lend()
    done = steelyard.run(f"global\n nbproc 4\n daemon\nfrontend f\n bind 127.0.0.1:{port}\n", "-p", str(pids))
    assert done.status == 0, done.err
    found = read_pids(pids)
    assert len(set(found)) == 4
    assert all(alive(pid) for pid in found)
    for pid in found[:3]:
        os.kill(pid, signal.SIGTERM)
        eventually("it is gone", partial(dead, pid))
    assert listening(port)
    assert alive(found[3])
    os.kill(found[3], signal.SIGUSR1)
    eventually("the last is gone", lambda: not alive(found[3]))
    assert not listening(port)


def test_a_worker_that_cannot_start_stops_them_all(steelyard, pids, ports):
    """The identity is taken on after the fork: a user id that can't be had shows only there."""
    if os.geteuid() != 0:
        pytest.skip("only root can fail to become someone else here")
    port = ports.lend()
    done = steelyard.run(
        f"global\n nbproc 2\n daemon\n chroot /proc/1\n uid 4294967294\nfrontend f\n bind 127.0.0.1:{port}\n", "-p", str(pids)
    )
    if done.status == 0:
        pytest.skip("this system lets a process have any user id")
    assert done.status == 1
    assert not listening(port)


def test_identity_is_taken_on(run, pids, ports, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    jail = tmp_path / "jail"
    jail.mkdir()
    done = run.run(
        f"global\n uid 200\n gid 201\n chroot {jail}\nfrontend f\n bind 127.0.0.1:{ports.lend()}\n", "-D", "-p", str(pids)
    )
    assert done.status == 0, done.err
    (pid,) = read_pids(pids)

    def settled() -> bool:
        return os.readlink(f"/proc/{pid}/root") == str(jail)

    eventually("the child is in its jail", settled)
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        words = {line.split(":")[0]: line.split()[1:] for line in status}
    assert words["Uid"] == ["200"] * 4
    assert words["Gid"] == ["201"] * 4
    assert words["Groups"] in ([], ["201"])


def test_a_jail_that_is_made(steelyard, pids, ports):
    """`chroot auto`, of HAProxy 3.5: a directory without a name, and empty."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    port = ports.lend()
    done = steelyard.run(f"global\n uid 200\n chroot auto\nfrontend f\n bind 127.0.0.1:{port}\n", "-D", "-p", str(pids))
    assert done.status == 0, done.err
    (pid,) = read_pids(pids)
    eventually("the child is in its jail", lambda: os.readlink(f"/proc/{pid}/root").endswith(" (deleted)"))
    assert os.listdir(f"/proc/{pid}/root") == []
    assert listening(port)


def test_a_new_process_takes_over(run, ports, pids):
    port = ports.lend()
    old = run(f"frontend f\n bind 127.0.0.1:{port}\n", wait_for=None, bare=False)
    eventually("the old one listens", lambda: listening(port))
    done = run.run(f"frontend f\n bind 127.0.0.1:{port}\n", "-D", "-p", str(pids), "-sf", str(old.process.pid))
    assert done.status == 0, done.err
    assert old.wait() == 0
    assert listening(port)


def test_a_new_process_that_fails_leaves_the_old_one(run, ports):
    port = ports.lend()
    old = run(f"frontend f\n bind 127.0.0.1:{port}\n")
    eventually("the old one listens", lambda: listening(port))
    done = run.run("frontend f\n bind 192.0.2.77:1\n", "-D", "-sf", str(old.process.pid))
    assert done.status == 1
    assert old.process.poll() is None
    assert listening(port)


def test_old_ones_may_be_gone(run, ports, pids):
    with socket.socket():  # nothing: a pid that nobody has
        done = run.run(f"frontend f\n bind 127.0.0.1:{ports.lend()}\n", "-D", "-p", str(pids), "-st", "999999999")
    assert done.status == 0, done.err


def test_master_watches_its_worker(steelyard):
    proxy = steelyard(ONE, words=("-W",))
    (worker,) = its_children(proxy)
    os.kill(worker, signal.SIGKILL)
    assert proxy.wait() == 137
    assert "exit-on-failure: killing every processes with SIGTERM" in proxy.stderr


def test_master_passes_on_the_end(steelyard):
    for number in (signal.SIGTERM, signal.SIGUSR1):
        proxy = steelyard(ONE, words=("-W",))
        (worker,) = its_children(proxy)
        proxy.kill(number)
        proxy.wait()
        eventually("the worker is gone", partial(dead, worker))


def test_worker_does_not_outlive_its_master(steelyard):
    proxy = steelyard(ONE, words=("-W",))
    (worker,) = its_children(proxy)
    proxy.kill(signal.SIGKILL)
    eventually("the worker is gone", lambda: not alive(worker))


def test_master_reloads(steelyard, ports):
    port, other = ports.lend(), ports.lend()
    proxy = steelyard(f"frontend f\n bind 127.0.0.1:{port}\n", words=("-W",))
    eventually("it listens", lambda: listening(port))
    (first,) = its_children(proxy)
    path = steelyard.directory / "1.cfg"
    good = path.read_text()
    path.write_text(good + "nonsense\n")
    proxy.kill(signal.SIGUSR2)
    eventually("the failure is told", lambda: "Loading failure!" in proxy.stderr)
    assert children(proxy.process.pid) == [first]
    path.write_text(good.replace(str(port), str(other)))
    proxy.kill(signal.SIGUSR2)
    eventually("the former worker is gone", lambda: not alive(first))
    eventually("the new one listens", lambda: listening(other) and not listening(port))
    proxy.kill(signal.SIGTERM)
    assert proxy.wait() == 0


def test_a_master_whose_worker_does_not_start(run):
    done = run.run("frontend f\n bind 192.0.2.77:1\n", "-W")
    assert done.status != 0
    assert "cannot bind socket (Cannot assign requested address)" in done.err


def test_systemd_is_told(steelyard, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10)
        sock.bind(str(tmp_path / "notify"))
        proxy = steelyard(ONE, words=("-Ws",), environ={"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert sock.recv(1000).startswith(b"READY=1\n")
        proxy.kill(signal.SIGTERM)
        assert sock.recv(1000).startswith(b"STOPPING=1\n")
