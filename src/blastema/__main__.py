"""`python -m blastema`."""

from blastema.cli.main import main

main()
