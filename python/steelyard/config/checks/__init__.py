"""Checks across the file, one idea a file; each reads the model and reports."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.config.checks.acme import check_acme
from steelyard.config.checks.attached import check_attached
from steelyard.config.checks.backends import check_backends
from steelyard.config.checks.captures import check_captures
from steelyard.config.checks.choice import check_choice
from steelyard.config.checks.conditions import check_conditions
from steelyard.config.checks.defaults import check_defaults
from steelyard.config.checks.globals import check_globals
from steelyard.config.checks.halves import check_halves
from steelyard.config.checks.health import check_health
from steelyard.config.checks.hosts import check_hosts
from steelyard.config.checks.ids import check_ids
from steelyard.config.checks.inspect import check_inspect
from steelyard.config.checks.large_buffers import check_large_buffers
from steelyard.config.checks.listeners import check_listeners
from steelyard.config.checks.log_backends import check_log_backends
from steelyard.config.checks.log_targets import check_debug, check_log_targets
from steelyard.config.checks.logs import check_logs
from steelyard.config.checks.modes import check_modes
from steelyard.config.checks.names import check_names
from steelyard.config.checks.options import check_options
from steelyard.config.checks.parts import check_parts
from steelyard.config.checks.programs import check_programs
from steelyard.config.checks.raw import check_raw
from steelyard.config.checks.reach import check_reach
from steelyard.config.checks.sections import check_sections
from steelyard.config.checks.servers import check_servers
from steelyard.config.checks.steps import check_steps
from steelyard.config.checks.tables import check_tables
from steelyard.config.checks.threads import check_threads
from steelyard.config.checks.timeouts import check_timeouts
from steelyard.config.checks.tls import check_tls
from steelyard.config.checks.together import check_together
from steelyard.config.checks.track import check_track
from steelyard.config.model import Config
from steelyard.config.statement import Room

CHECKS: tuple[Callable[[Config, Room], None], ...] = (
    check_globals,
    check_sections,
    check_backends,
    check_servers,
    check_hosts,
    check_modes,
    check_listeners,
    check_timeouts,
    check_ids,
    check_names,
    check_halves,
    check_logs,
    check_log_targets,
    check_log_backends,
    check_debug,
    check_reach,
    check_defaults,
    check_captures,
    check_choice,
    check_conditions,
    check_health,
    check_together,
    check_steps,
    check_parts,
    check_options,
    check_programs,
    check_tls,
    check_track,
    check_tables,
    check_threads,
    check_large_buffers,
    check_inspect,
    check_attached,
    check_acme,
    check_raw,
)
