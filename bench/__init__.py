"""Steelyard beside HAProxy and nginx: the same load, in turns, one core each."""
