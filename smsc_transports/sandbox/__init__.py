"""A gateway on this machine: answers as the real one, keeps the messages, sends none.

The parts that need the extra ``[sandbox]`` (aiohttp, aiosmtpd, trustme) are
imported from :mod:`smsc_transports.sandbox.server`, never from here.
"""
