"""Leads programs, whatever they are, from the gateway's names to the sandbox.

``site/`` goes into the programs and needs nothing of this package; the modules beside it are
the sandbox's side: the environment and the certificates that a program gets, and the reports
that come back.
"""
