"""A language server: what editors ask about configuration files, answered from the tables and the index of names.

`server` speaks the protocol (pygls, the extra `lsp`); all other modules know neither the protocol nor pygls.
"""
