"""A long run under everything at once, and whether the documents are exact in the end.

``make soak`` runs it: producers at a bounded full rate, six consumers, faults of processes,
servers and connections at random, backfills and replays on top. Not part of ``make test``.
"""
