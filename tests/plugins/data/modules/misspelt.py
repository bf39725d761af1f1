"""A plugin with a hook that does not exist."""

from smsc_transports import Settings, hookimpl


@hookimpl
def smsc_setting(settings: Settings) -> Settings:
    return settings
