"""The fault suite: how often is a message sent twice, lost, or reported wrongly?"""

from .sandboxed import NO_STATUS, SCENARIOS, Scenario, run

__all__ = ["NO_STATUS", "SCENARIOS", "Scenario", "run"]
