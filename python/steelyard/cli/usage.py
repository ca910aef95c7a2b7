"""Texts of the command line: usage, help, version."""

from __future__ import annotations

import platform

from steelyard import __version__

USAGE = """\
Usage: steelyard [-f <file|directory>]* [-cdDqVvW] [-n <maxconn>] [-N <maxconn>] [-p <pidfile>]
                 [-m <megabytes>] [-C <directory>] [-- <file>*]
       steelyard run|check|plan|demo|fmt|upgrade|...   (steelyard --help tells about these)
        -f   reads a configuration file, or all *.cfg of a directory; may be repeated
        --   all words after it are configuration files
        -C   changes to a directory before reading files
        -c   only checks the configuration, and says whether it is valid
        -cc  evaluates a condition: status 0 true, 1 false, 2 wrong
        -D   goes to the background; -db stays in front whatever the file says
        -W   one master that watches a worker; -Ws also tells systemd when it is ready
        -d   debug mode: stays in front
        -q   says nothing; -V says more and takes -q back
        -v   shows the version; -vv also what it was built with
        -n   sets the maximum of connections; -N the default one of a frontend
        -m   limits memory (megabytes)
        -p   writes the process numbers to a file
        -L   sets the name of this peer
        -dW  does not start when there is a warning
        -dS  does not use splice; -dR does not share ports (SO_REUSEPORT)
        -dD  shows what .diag lines say, and advice; -dr passes over server names that can't be looked up (with -c)
        -dC[key][,line]  prints the configuration's words, hidden by a key; -dK<class,...> prints keywords (-dKhelp)
        -dL  prints the shared libraries in use; -dA<file> packs them into a tar archive
        -4   uses IPv4 addresses only
        -sf/-st <pid>*  after a good start, asks older processes to finish / to stop at once
        --trace-header <name> --trace-from <networks> --trace-to <file> --trace-format text|json --trace-secrets
                        tells of each request with that header from there what every rule did with it (docs/tracing.md)
"""

HELP = """\
Steelyard is a TCP and HTTP load balancer that reads HAProxy's configuration language.

Try it:
  steelyard demo                     two sample servers and a balancer in front: http://127.0.0.1:8080/
  steelyard check haproxy.cfg        everything that is wrong in a file, at once, with what to write instead
  steelyard explain-code SY0102      what the code of a message means, with a wrong and a right example
  steelyard doc timeout client       what a word of the language means, where it is valid, how it is written
  steelyard run haproxy.cfg          runs in front; Ctrl-C stops
  steelyard explain haproxy.cfg GET /cart -H 'Host: shop.example' --src 192.0.2.9
                                     what each rule does with that request, and why it goes where it goes
  steelyard test cases.toml          holds a configuration to what is expected of it, without sockets
  steelyard plan haproxy.cfg         what would run, as JSON: names bound, times in milliseconds
  steelyard lint haproxy.cfg         advice: what is never used, never reached, deprecated or risky
  steelyard check --dump haproxy.cfg what is read: comments gone, conditions decided, variables replaced
  steelyard lsp                      a language server for editors (docs/editors.md)
  steelyard fmt haproxy.cfg          the file with a uniform layout; -w rewrites it
  steelyard diff old.cfg new.cfg     what changes, by object: a server's weight, a rule that comes in between
  steelyard upgrade haproxy.cfg      words of 1.8 and older in today's; --diff shows what changes, -w rewrites it

As a drop-in for haproxy (all of its flags; `steelyard -h` lists them):
  steelyard -f haproxy.cfg -c        checks; the status tells: 0 good, 1 wrong, 2 nothing to listen on
  steelyard -f haproxy.cfg -D -p /run/steelyard.pid -sf $(cat /run/steelyard.pid)
                                     starts in the background and takes over from the process before

Signals: TERM and INT stop at once; USR1 stops accepting and ends when the last connection is done.
"""


def version() -> str:
    return f"Steelyard version {__version__} - reads HAProxy's configuration language (manual 3.5)\nRunning on: {_running_on()}\n"


def version_long(engine: str) -> str:
    """`engine`: what the engine says about itself."""
    import msgspec

    return (
        version()
        + f"\nBuilt with:\n  engine  {engine}\n  python  {platform.python_version()} ({platform.python_implementation()})\n"
        + f"  msgspec {msgspec.__version__}\n"
        + "\nPollers: epoll (through tokio). Threads: yes. TLS, QUIC, Lua: not yet.\n"
        + "Binds: tcp4, tcp6, unix, abns, fd.\n"
    )


def _running_on() -> str:
    host = platform.uname()
    return f"{host.system} {host.release} {host.version} {host.machine}"
