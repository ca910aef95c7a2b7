"""What keeps a process from starting: said once, with a status, and nothing is left behind. Proved on HAProxy where it agrees."""

from __future__ import annotations

import socket

from tests.kit.ports import listening


def taken() -> socket.socket:
    """A port that someone else listens on, without the options that would let others share it."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return sock


def test_port_in_use_is_one_clear_error_and_nothing_half_starts(run, ports):
    free = ports.lend()
    with taken() as sock:
        port = sock.getsockname()[1]
        done = run.run(f"frontend a\n bind 127.0.0.1:{free}\nfrontend b\n bind 127.0.0.1:{port}\n", "-db")
    assert done.status == 1
    assert f":11] for frontend b: cannot bind socket (Address already in use) for [127.0.0.1:{port}]" in done.err
    assert "Some protocols failed to start their listeners! Exiting." in done.err
    assert not listening(free)


def test_every_address_that_fails_is_named(run):
    done = run.run("frontend a\n bind 192.0.2.77:80\n bind /nonexistent/x.sock\n", "-db")
    assert done.status == 1
    assert "cannot bind socket (Cannot assign requested address) for [192.0.2.77:80]" in done.err
    assert "cannot bind UNIX socket (No such file or directory)" in done.err
    assert "[/nonexistent/x.sock]" in done.err


def test_a_unix_path_is_given_back_when_the_start_fails(steelyard, tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as old, taken() as sock:
        old.bind(str(path))
        old.listen()
        done = steelyard.run(f"frontend a\n bind {path}\n bind 127.0.0.1:{sock.getsockname()[1]}\n", "-db")
        assert done.status == 1
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("s")] == ["s"]


def test_nothing_to_listen_on(run):
    done = run.run("backend a\n server s 127.0.0.1:1\n", "-db")
    assert done.status == 1
    assert "No enabled listener found (check for 'bind' directives) ! Exiting." in done.err


def test_check_with_nothing_to_listen_on(run):
    done = run.run("backend a\n server s 127.0.0.1:1\n", "-c")
    assert (done.status, done.out) == (2, "Configuration file has no error but will not start (no listener) => exit(2).\n")


def test_unknown_user_and_chroot(run):
    done = run.run("global\n user nosuchuserhere\nfrontend a\n bind <fe>\n", "-db")
    assert done.status == 1
    assert "'nosuchuserhere'" in done.err
    done = run.run("global\n chroot /nonexistent\nfrontend a\n bind <fe>\n", "-db")
    assert done.status == 1
    assert "Cannot chroot(/nonexistent)" in done.err


def test_pid_file_that_cannot_be_made(run):
    done = run.run("frontend a\n bind <fe>\n", "-D", "-p", "/nonexistent/pid")
    assert done.status == 1
    assert "Cannot create pidfile /nonexistent/pid" in done.err


def test_a_closed_descriptor_is_no_listener(steelyard):
    done = steelyard.run("frontend a\n bind fd@77\n", "-db")
    assert done.status == 1
    assert "cannot use file descriptor '77' (Bad file descriptor)" in done.err


def test_an_interface_that_is_not_there_opens_nothing(steelyard, ports):
    """HAProxy warns and listens everywhere; here the port stays shut."""
    port = ports.lend()
    done = steelyard.run(f"frontend a\n bind 127.0.0.1:{port} interface nosuchif0\n", "-db")
    assert done.status == 1
    assert "cannot bind receiver to device 'nosuchif0'" in done.err
    assert not listening(port)
