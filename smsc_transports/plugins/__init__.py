"""Everything about pluggy: hook specifications, the base class of a transport, the manager."""
