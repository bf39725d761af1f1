"""What runs in the process of a copy: only the standard library, on the Python of its program.

The parent has the gateway and asks for calls; this side loads the copy behind a fence, makes the
calls and tells what came of them. ``main`` is started by :mod:`smsc_transports.compare.program`.
"""
