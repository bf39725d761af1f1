"""A plugin: what became of each message that went by SMPP is kept in a database.

SMSC_PLUGINS=receipts_in_a_database SMSC_TRANSPORT=smpp SMPP_PASSWORD=... python program.py
"""

import os
import sqlite3
from contextlib import closing

from smsc_transports import hookimpl


@hookimpl
def smsc_receipt(receipt):
    with closing(sqlite3.connect(os.environ.get("SMS_RECEIPTS", "receipts.db"))) as base, base:
        base.execute("create table if not exists receipts (id, phone, status, error, cost)")
        base.execute(
            "insert into receipts values (?, ?, ?, ?, ?)",
            (receipt.id, receipt.phone, receipt.status, receipt.error_code, receipt.cost),
        )
