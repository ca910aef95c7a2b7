"""`python -m steelyard` is `steelyard`."""

from steelyard.cli.main import main

main()
