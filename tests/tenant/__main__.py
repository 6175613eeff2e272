"""python3 -m tenant: see serve.py."""

from .serve import main

main()
