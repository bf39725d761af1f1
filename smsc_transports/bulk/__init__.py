"""Many messages: sent in batches, with a journal by which an interrupted run goes on.

``send`` is for programs; the command ``smsc bulk`` does the same for a file. What it needs beyond
the core is in the extra ``bulk`` and imported by the first use.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing has it too, but takes long to import
if TYPE_CHECKING:
    from smsc_transports.bulk.program import send
    from smsc_transports.bulk.results import Result, Stopped
    from smsc_transports.bulk.statuses import record_status

__all__ = ["Result", "Stopped", "record_status", "send"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import the public names when one of them is asked for: ``smsc --help`` needs none."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from smsc_transports.bulk import program, results, statuses

        return next(vars(home)[name] for home in (program, results, statuses) if name in vars(home))
