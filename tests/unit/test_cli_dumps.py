"""What debugging flags print, as a program sees it."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from steelyard.cli.dumps import libraries
from steelyard.cli.main import run

CONFIG = """\
listen www
    bind 127.0.0.1:8080   # any port
    mode http
    timeout client "${NOPE-5s}"
    timeout connect 5s
    timeout server 5s
.if enabled(SPLICE)
    maxconn 5
.endif
.diag "look here"
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "a.cfg"
    path.write_text(CONFIG)
    return str(path)


def test_the_words_of_a_configuration(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-dC", "-c", "-f", file]) == 0
    assert capfd.readouterr().out.startswith("listen www \n\tbind 127.0.0.1:8080 \n\tmode http \n\ttimeout client 5s \n")
    assert run(["-dC7", "-c", "-f", file]) == 0
    assert "www" not in capfd.readouterr().out
    assert run(["-dC", "-c", "-f", "/nowhere.cfg"]) == 1


def test_what_is_read(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--dump", file]) == 0
    words = ["mode http", "timeout client 5s", "timeout connect 5s", "timeout server 5s", "maxconn 5"]
    assert capfd.readouterr().out == "\n    ".join(["listen www", "bind 127.0.0.1:8080", *words]) + "\n"


def test_a_wrong_file_is_dumped_as_far_as_it_goes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.cfg").write_text("global\n  maxcon 5 # not known\n")
    assert run(["check", "--dump", str(tmp_path / "a.cfg")]) == 1
    out, err = capfd.readouterr()
    assert out == "global\n    maxcon 5\n"
    assert "did you mean 'maxconn'?" in err


def test_keywords_and_libraries_come_after_a_check(file: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "libs.tar"
    assert run(["-q", "-c", "-dKsvc,cnv", "-dL", f"-dA{archive}", "-f", file]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "# List of registered sample converter functions:"
    assert "lower: str => str" in lines
    assert all(os.path.isfile(line) for line in lines if line.startswith("/"))
    assert any("_engine" in line for line in lines)
    with tarfile.open(archive) as tar:
        assert {f"/{name}" for name in tar.getnames()} >= {name for name in libraries() if "_engine" in name}


def test_wrong_classes_and_archives(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-q", "-c", "-dKnope", "-f", file]) == 1
    assert run(["-q", "-c", "-dA/nowhere/x.tar", "-f", file]) == 1
    err = capfd.readouterr().err
    assert "names an unknown class, see -dKhelp" in err
    assert "can't write archive '/nowhere/x.tar'" in err
    assert run(["-q", "-c", "-dKhelp", "-f", file]) == 0
    assert capfd.readouterr().out.startswith("# List of supported keyword classes:\nall: ")


def test_flags_that_conditions_see(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-c", "-dS", "-dC", "-f", file]) == 0
    assert run(["-c", "-dD", "-f", file]) == 0
    err = capfd.readouterr().err
    assert "look here" in err
    assert "[NOTICE]" in err and "no 'timeout http-request'" in err
    assert run(["-c", "-f", file]) == 0
    assert "look here" not in capfd.readouterr().err


def test_servers_whose_names_have_no_address(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(CONFIG + "    server s1 no-such-host.invalid:80\n")
    assert run(["-q", "-c", "-f", str(path)]) == 1
    assert "no-such-host.invalid" in capfd.readouterr().err
    assert run(["-q", "-c", "-dr", "-f", str(path)]) == 0
    path.write_text("listen www\n    bind no-such-host.invalid:80\n")
    assert run(["-q", "-c", "-dr", "-f", str(path)]) == 1
