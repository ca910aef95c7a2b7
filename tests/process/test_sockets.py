"""Address forms and options of listeners (configuration manual, sections 5.1 and 2.9)."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from functools import partial
from pathlib import Path

from tests.kit.ports import listening
from tests.process.conftest import eventually


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def test_a_range_of_ports(run, ports):
    first = ports.lend_range(3)
    run(f"frontend f\n bind 127.0.0.1:{first}-{first + 2}\n")
    for port in range(first, first + 3):
        eventually(f"port {port}", partial(listening, port))


def test_several_addresses(run):
    proxy = run("frontend f\n bind <a>,<b>\n", wait_for="a")
    eventually("the second", lambda: listening(proxy.address("b")[1]))


def test_unix_socket_with_rights(run, tmp_path):
    path = tmp_path / "s"
    run(f"frontend f\n bind unix@{path} mode 600 uid {os.getuid()}\n")
    # The kernel goes on showing the temporary name, so only a client can tell.
    eventually("the socket", lambda: path.exists() and connects(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("s")] == ["s"]


def test_what_unix_sockets_have_in_common(run, tmp_path):
    """`unix-bind`: a prefix for every path, and rights where the `bind` line is silent."""
    run(
        f"global\n unix-bind prefix {tmp_path}/ mode 640 uid {os.getuid()}\n"
        "frontend f\n bind unix@common\n bind unix@own mode 600\n"
    )
    for name, mode in (("common", 0o640), ("own", 0o600)):
        path = tmp_path / name

        def there(path: Path = path) -> bool:
            return path.exists() and connects(path)

        eventually(f"socket {name}", there)
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_abstract_socket(run):
    name = f"steelyard-test-{os.getpid()}-{run.program.name}"
    run(f"frontend f\n bind abns@{name}\n")

    def answers() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(b"\0" + name.encode().ljust(107, b"\0"))
            except ConnectionRefusedError:
                return False
            return True

    eventually("the name", answers)


def test_inherited_socket(steelyard, tmp_path):
    """Bound by whoever starts the process, listening only once it does."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        config = tmp_path / "fd.cfg"
        config.write_text(f"defaults\n mode http\n timeout client 1s\nfrontend f\n bind fd@{sock.fileno()}\n")
        process = subprocess.Popen(steelyard.command("-db", "-f", str(config)), pass_fds=[sock.fileno()])
        try:
            eventually("it listens", lambda: listening(sock.getsockname()[1]))
        finally:
            process.terminate()
            process.wait(10)


def test_v6only_and_v4v6(run, ports):
    only, both = ports.lend(), ports.lend()
    run(f"frontend f\n bind :::{only} v6only\n bind :::{both} v4v6\n")
    eventually("both listen", lambda: listening(only) and listening(both))
    with socket.create_connection(("127.0.0.1", both), 5):
        pass
    try:
        socket.create_connection(("127.0.0.1", only), 5).close()
    except ConnectionRefusedError:
        return
    raise AssertionError("an IPv4 client reached a v6only listener")
