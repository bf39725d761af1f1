"""The gateway's numbers in English."""

STATUSES = {
    -3: "not found: no message has this id and number",
    -2: "stopped before it was sent",
    -1: "waiting to be sent",
    0: "handed to the operator",
    1: "delivered",
    2: "read",
    3: "expired before it could be delivered",
    4: "delivered, and its link was opened",
    20: "could not be delivered",
    22: "wrong number",
    23: "forbidden: a duplicate, too many, on a black list, or stopped by a filter",
    24: "not enough money",
    25: "the number takes no SMS, or there is no route to it",
}
UNKNOWN_STATUS = "a status that is not documented ({})"

ERRORS = {
    1: "wrong parameters",
    2: "wrong login or password, or a request from an address that the account does not allow",
    3: "not enough money",
    4: "the address is blocked for a while because of frequent errors",
    5: "wrong date format",
    6: "the message is forbidden (by its text or its sender name)",
    7: "wrong phone number format",
    8: "the message cannot be delivered to this number",
    9: "too many equal or simultaneous requests",
}
ERRORS_OF = {
    "status": {
        5: "the message could not be deleted",
        9: "too many questions for the same message, or too many simultaneous requests",
    },
    "balance": {9: "too many questions for the balance, or too many simultaneous requests"},
}
UNKNOWN_ERROR = "an error that is not documented ({})"

DELIVERY_ERRORS = {
    1: "the number does not exist",
    2: "the mailbox is full",
    3: "the recipient's mail server was not found",
    4: "the mailbox is blocked",
    6: "the phone is switched off or out of reach",
    11: "the phone has no SMS service",
    12: "a fault of the phone or its SIM card",
    13: "the subscriber is blocked",
    21: "the device lacks this service",
    200: "virtual sending: the account is in test mode",
    219: "the SIM card was replaced: no named senders for 24 hours",
    220: "the operator's queue is full",
    237: "nobody took the call",
    238: "the text fits none of the templates that are required",
    239: "the sender's IP address is not allowed",
    240: "the line is busy",
    241: "the sound could not be converted, or not all parts arrived",
    242: "an answering machine took the call",
    243: "no contract for mass or advertising messages",
    244: "mailings are forbidden, or a link in the text is",
    245: "no status came within a day",
    246: "outside the hours that the account allows",
    247: "over the daily limit of messages",
    248: "there is no route",
    249: "the number is written wrongly",
    250: "the account's settings bar the number",
    251: "over the limit of messages to one number",
    252: "the number is barred",
    253: "stopped by the spam filter",
    254: "the sender's name is not registered",
    255: "refused by the operator",
}
