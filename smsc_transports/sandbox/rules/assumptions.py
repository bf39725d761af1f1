"""What the public documentation leaves open and the sandbox had to decide.

One place, so that corrections are made here. :data:`TABLE` is for people
(``smsc sandbox assumptions`` prints it); the constants below it are what the code uses.
"""

from __future__ import annotations

from decimal import Decimal

TABLE = {
    "price": "1.40 for each part and number of an SMS; other kinds as in PRICES",
    "currency": "RUB; no credit",
    "assigned ids": "count up from 1001",
    "repeated id": "status.php answers for the latest message with that id and number",
    "identical send": "same account, numbers, text, list, kind, sender, time and caller's id, "
    "and the first one was accepted",
    "authorisation": "any login or key unless the sandbox was given one; in a strict sandbox its "
    "password is also its API key; psw may be the password's MD5",
    "numbers": "10 to 15 digits; without +, 8XXXXXXXXXX becomes 7XXXXXXXXXX, 0XXXXXXXXX becomes "
    "380XXXXXXXXX, 9XXXXXXXXX becomes 79XXXXXXXXX; wrong ones among right ones are "
    "skipped with status 22, error 7 only when all are wrong",
    "test numbers with a fixed result": "70005550003 expires, ..20 cannot be delivered, ..22 is "
    "a wrong number, ..23 is forbidden, ..25 takes no SMS, ..02 reads it, ..04 opens the link, "
    "..08 gives error 8 at once",
    "forbidden text": "a text with [forbidden], a sender over 11 characters or 15 digits: error 6",
    "text": "over 1000 characters: error 1; an empty text too, except for HLR, ping, MMS and files",
    "unknown values": "of translit, charset and fmt count as not given; of id, valid, maxsms, tz, "
    "period, freq and cost give error 1",
    "statuses": "-1, after 2 s 0, after 6 s delivered; expiry after valid (a day if not given); "
    "22, 23 and 25 after 2 s; read and link opened 60 s after delivery",
    "test field of SMTP": "nothing is paid, delivered with err 200",
    "calls": "cnt is one second for 15 characters; the code of mes=code is the last 6 digits of "
    "a made-up number; it is in JSON and XML only",
    "binary": "140 bytes in one SMS, 134 in each part of a longer one",
    "messengers, MMS, e-mail, wap-push": "one part each, whatever the length",
    "HLR": "home operator by country code, no roaming, IMSI and centre made up",
    "success with fmt=0": "OK - <cnt> SMS, ID - <id>[, COST - <cost>][, BALANCE - <balance>]; "
    "for cost=1: COST - <cost>, <cnt> SMS",
    "success with fmt=2": "<result><id/><cnt/><cost/><balance/></result>, those that apply",
    "op=1 and err=1": "JSON and XML list the numbers; fmt 0 and 1 stay as they are",
    "balance with cur=1": "fmt 0 and 1: <amount>,<currency>; XML: <result><balance/><currency/>"
    "</result>",
    "status not found": "-3,0,0 in the chosen format, also with all=1",
    "deletion": "OK, <result>OK</result> or {\"result\": \"OK\"}; the inbox keeps the message",
    "status with all=1": "fmt=1 has the nine fields that the libraries expect, no comment and type",
    "several statuses": "as many numbers as ids, else error 1",
    "HTTP": "200 for errors too; text/plain, text/xml, application/json with the charset asked for",
    "/rest/send/": "fmt=3 when not given; phones may be an array",
    "other /sys/ pages": "error 1",
    "SOAP": "the namespace follows scheme and host, that of a request is not looked at; error is "
    "missing on success; of what login and psw or apikey may stand for, sends and prices take no "
    "apikey; query is url-encoded utf-8, and a field of the same name counts more; status2 "
    "tells of one message, and of an HLR query no more than of another; sms_cnt is in the WSDL",
    "SMPP": "the password is the account's; messages have the id of their first part to come; "
    "data_coding 0 is GSM 03.38 in octets, 0x10 and 0x18 are flash; parts by sar or UDH are put "
    "together; errors as in SMPP_STATUSES; receipts at each change; without query_sm, "
    "submit_multi and system_type ISO; no limit on the window",
    "SMTP": "the e-mail is accepted with 250 even when the gateway then refuses the message; no "
    "reply by e-mail, attachments ignored; no colon in login, password or time",
    "callbacks": "POST form at each change after -1, without crc32; not repeated when it fails",
    "concurrency": "the 15th request of an account at once is refused, the 5th on status.php",
}  # fmt: skip

PRICES = {
    "sms": Decimal("1.40"),
    "flash": Decimal("1.40"),
    "push": Decimal("1.40"),
    "bin": Decimal("1.40"),
    "hlr": Decimal("0.20"),
    "ping": Decimal("0.50"),
    "mms": Decimal("5.00"),
    "mail": Decimal("0.05"),
    "call": Decimal("0.06"),
    "viber": Decimal("0.90"),
    "soc": Decimal("0.90"),
    "tg": Decimal("0.90"),
    "whatsapp": Decimal("0.90"),
    "bot": Decimal("0.10"),
}
CURRENCY = "RUB"
FIRST_ID = 1001

SMPP_STATUSES = {1: 0x45, 2: 0x0E, 3: 0x45, 4: 0x0D, 5: 0x61, 6: 0x45, 7: 0x0B, 8: 0x45, 9: 0x58}
"""command_status by error code."""
SMPP_STATES = {
    # status: word and message_state of the receipt
    0: ("ENROUTE", 1),
    1: ("DELIVRD", 2),
    2: ("DELIVRD", 2),
    3: ("EXPIRED", 3),
    4: ("DELIVRD", 2),
    20: ("UNDELIV", 5),
    22: ("REJECTD", 8),
    23: ("UNDELIV", 5),
    25: ("UNDELIV", 5),
}

FATE_PREFIX = "700055500"
FATES = {
    # last two digits of the number: final status, err
    "02": (2, 0),
    "03": (3, 6),
    "04": (4, 0),
    "20": (20, 1),
    "22": (22, 249),
    "23": (23, 253),
    "25": (25, 248),
}
UNDELIVERABLE = FATE_PREFIX + "08"
FORBIDDEN_TEXT = "[forbidden]"
MAX_TEXT = 1000

HANDED_OVER_AFTER = 2  # seconds
DELIVERED_AFTER = 6
OPENED_AFTER = 66
DEFAULT_VALIDITY = 24 * 3600

CALL_CHARACTERS_PER_SECOND = 15

COUNTRIES = {
    # prefix: country, operator, region, mcc, mnc; the longest prefix that fits wins
    "380": ("Украина", "Киевстар", "Украина", "255", "03"),
    "77": ("Казахстан", "Beeline", "Казахстан", "401", "01"),
    "7": ("Россия", "МТС", "Москва", "250", "01"),
    "": ("Прочие", "Оператор", "", "001", "01"),
}

DESCRIPTIONS = {
    # Known from the vendor: 4 and the concurrency one (given where it is raised); 2 from a
    # third party; the rest are ours.
    1: "parameters error",
    2: "invalid login/password",
    3: "not enough money",
    4: "ip is blocked",
    5: "invalid date format",
    6: "message is denied",
    7: "invalid phone format",
    8: "message to this phone can not be delivered",
    9: "duplicate request, wait a minute",
}
