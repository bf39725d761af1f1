from smsc_transports import hookimpl


@hookimpl
def smsc_choose_transport() -> None:
    raise AssertionError("a blocked plugin is never asked")
