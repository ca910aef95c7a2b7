from tests.kit.fixtures import ports, program, run, serve, sink

__all__ = ["ports", "program", "run", "serve", "sink"]
