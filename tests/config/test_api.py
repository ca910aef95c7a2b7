"""The configuration for Python programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import steelyard.config
import steelyard.config.model
from steelyard.config import Config, ConfigurationError, check, load, loads

WEB = "defaults\n  mode http\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\nlisten web\n  bind :8080\n"
SERVER = 'backend app\n  server s1 "${HOST}:80"\n'


def test_one_path_or_several(tmp_path: Path) -> None:
    (tmp_path / "1.cfg").write_text(WEB)
    (tmp_path / "2.cfg").write_text(SERVER)
    environ = {"HOST": "10.0.0.9"}
    one = load(tmp_path, environ=environ)
    assert isinstance(one, Config)
    assert [proxy.name for proxy in one.proxies] == ["web", "app"]
    assert load(tmp_path / "1.cfg", str(tmp_path / "2.cfg"), environ=environ) == one
    endpoint = one.proxies[1].servers[0].endpoint
    assert (endpoint.where, endpoint.low) == (steelyard.config.model.Inet("10.0.0.9", 4), 80)


def test_a_wrong_file_says_everything(tmp_path: Path) -> None:
    file = tmp_path / "a.cfg"
    file.write_text("listen l\n  bind :70000\n  wrong\n  mode http\n")
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{file}:2:8: error[SY0301] ':70000' has the bad port '70000'")
    assert second.startswith(f"{file}:3:3: error[SY0102] unknown keyword 'wrong'")
    assert len([item for item in caught.value.report if item.severity.value == "warning"]) == 1  # timeouts are missing
    assert isinstance(caught.value, ValueError)
    assert check(file).wrong


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match=r"can't read '/nowhere/x\.cfg': no such file"):
        load("/nowhere/x.cfg")


def test_what_can_not_run_yet_has_a_model_unless_it_must_run() -> None:
    text = WEB + "  option checkcache\n"
    assert loads(text).proxies[0].options["checkcache"]
    with pytest.raises(ConfigurationError, match=r"text:8:3: .* is not supported yet"):
        loads(text, runnable=True)
    with pytest.raises(ConfigurationError) as caught:
        loads(text + "  wrong\n", runnable=True)
    assert str(caught.value).startswith("text:9:3: error[SY0102]")


def test_a_text_has_a_name_in_messages() -> None:
    with pytest.raises(ConfigurationError, match=r"^made up:1:1: "):
        loads("nothing\n", name="made up")


@given(st.text())
def test_any_text_is_a_model_or_an_error(text: str) -> None:
    try:
        assert isinstance(loads(text, environ={}), Config)
    except ConfigurationError as error:
        assert str(error)


def test_names_are_looked_up_when_they_are_used() -> None:
    """Every room imports `steelyard.config`, so it must be cheap; and `load` is a function whatever is imported first."""
    program = (
        "import sys, steelyard.config\n"
        "assert 'steelyard.config.grammar' not in sys.modules\n"
        "import steelyard.config.read, steelyard.diagnostics\n"
        "assert callable(steelyard.config.load) and steelyard.config.load('/dev/null').proxies == ()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_all_names_are_there() -> None:
    assert all(hasattr(steelyard.config, name) for name in steelyard.config.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        steelyard.config.nothing  # noqa: B018


def test_things_are_found_by_name() -> None:
    config = loads("frontend a\n  bind :80\nbackend a\n  server s 10.0.0.1:80\nlisten b\n  bind :81\n")
    assert [config.frontend("a").kind, config.backend("a").kind] == ["frontend", "backend"]
    assert config.frontend("b") is config.backend("b")
    assert config.backend("a").server("s").endpoint.low == 80
    with pytest.raises(KeyError, match="no backend 'c'"):
        config.backend("c")
    with pytest.raises(KeyError, match="no server 't' in backend 'a'"):
        config.backend("a").server("t")
