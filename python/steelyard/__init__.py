"""A TCP and HTTP load balancer that reads HAProxy's configuration language."""

__version__ = "0.1.0"
"""Kept equal to the version in pyproject.toml by a test: asking the installed package would cost 20 ms at every start."""
