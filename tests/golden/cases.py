"""The table of cases: a call, the settings it is made with and the gateway's script.

Pure data. A name never changes once recorded, since the vectors and the differences refer to it.
"""

from __future__ import annotations

from typing import List

from tests.golden.case import Case
from tests.golden.cases_of_answers import (
    debug,
    faults,
    redirects,
    replies,
    statuses,
)
from tests.golden.cases_of_calls import (
    arguments,
    charsets,
    commands,
    queries,
    settings,
    texts,
)
from tests.golden.cases_of_mail import mail, mail_servers

GROUPS = {
    function.__name__: function
    for function in (
        settings,
        charsets,
        arguments,
        queries,
        texts,
        commands,
        replies,
        statuses,
        faults,
        redirects,
        debug,
        mail,
        mail_servers,
    )
}

CASES: List[Case] = [
    entry._replace(name=f"{group}: {entry.name}")
    for group, function in GROUPS.items()
    for entry in function()
]
