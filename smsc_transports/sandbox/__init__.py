"""A gateway on the own machine: speaks as the real one does, keeps every message, costs nothing.

The parts that need the extra ``[sandbox]`` (aiohttp, aiosmtpd, trustme) are
imported from :mod:`smsc_transports.sandbox.server`, never from here.
"""
