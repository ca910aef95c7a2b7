"""The test kit: raw clients, servers named by behaviour, a log sink, ports that are lent, and a runner for either proxy.

Everything waits with a deadline and nothing sleeps. Bytes are built and read here by code of its own, so that a mistake
in the product's parser can't hide itself."""

from tests.kit.client import Client, connect
from tests.kit.ports import Ports
from tests.kit.program import Program, programs
from tests.kit.proxy import Proxy, Runner
from tests.kit.server import Conn, Server
from tests.kit.syslog import Syslog
from tests.kit.wire import Closed, Late, Message, Reset, http, parse_head

__all__ = [
    "Client",
    "Closed",
    "Conn",
    "Late",
    "Message",
    "Ports",
    "Program",
    "Proxy",
    "Reset",
    "Runner",
    "Server",
    "Syslog",
    "connect",
    "http",
    "parse_head",
    "programs",
]
