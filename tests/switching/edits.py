"""Edits that owners make in their copies, and what the commands must say of each.

``EDITS`` is the one table of them. An edit is made in the stand-in for the vendor's file, whose
account is typed in, by replacing texts; files beside the copy come with it.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Tuple

from .cases import EDITION_1_8, EDITION_1_9, vendor_like

TAKEN, REFUSED = "taken over", "refused"
UNREADABLE = "unreadable"

THIRD_BUILD = (
    '"sender=" + quote(str(sender))',
    'ifs(format == 12, "bot=", "sender=") + quote(str(sender))',
)


class Edit(NamedTuple):
    """One edit.

    ``verdict`` is what check and migrate say of it: TAKEN (exit 0, and ours sends the same),
    REFUSED (exit 1, and migrate leaves the file) or UNREADABLE. ``says`` is in the line about it.
    ``environment`` is what the copy needs to be set. Compare's verdict is to be added.
    """

    name: str
    changes: Tuple[Tuple[str, str], ...]
    verdict: str
    says: str = ""
    made_of: Tuple[str, ...] = ("typed_in",)
    also: str = ""
    caller: str = ""
    files: Optional[Dict[str, str]] = None
    environment: Optional[Dict[str, str]] = None

    def text(self) -> str:
        """Give the text of the edited copy."""
        text = vendor_like(*self.made_of)
        for before, after in self.changes:
            assert before in text, before
            text = text.replace(before, after)
        return text + self.also


LOGIN, PASSWORD = 'SMSC_LOGIN = "QzXlogin"', 'SMSC_PASSWORD = "QzXpassword"'
IMPORT = ("import smtplib\n", "import smtplib\nimport os\n")
URL = 'ifs(SMSC_HTTPS, "https", "http") + "://smsc.ua/sys/"'
SENT = '        if SMSC_DEBUG:\n            print("sent: '


def _row(name: str, verdict: str, *changes: str, says: str = "", **more: object) -> Edit:
    pairs = tuple(zip(changes[::2], changes[1::2]))
    return Edit(name, pairs, verdict, says, **more)  # type: ignore[arg-type]


NO_SUCH_CHARSET = "a charset that Python does not know"
"""The copy reads no reply then, asks every host, and fails; what ours does is said (D1)."""

EDITS: List[Edit] = [
    # What is given at module level, however it is written.
    _row("untouched but for the account", TAKEN, says='SMSC_LOGIN = "***"'),
    _row("POST", TAKEN, "SMSC_POST = False", "SMSC_POST = True", says="SMSC_POST = True"),
    _row("HTTPS", TAKEN, "SMSC_HTTPS = False", "SMSC_HTTPS = True", says="SMSC_HTTPS = True"),
    _row("charset", TAKEN, '"utf-8"', '"windows-1251"', says='SMSC_CHARSET = "windows-1251"'),
    _row("debug", TAKEN, "SMSC_DEBUG = False", "SMSC_DEBUG = True", says="SMSC_DEBUG = True"),
    _row("an annotated constant", TAKEN, "SMSC_POST = False", "SMSC_POST: bool = True",
         says="SMSC_POST = True"),
    _row("account from the environment", TAKEN, *IMPORT,
         LOGIN, 'SMSC_LOGIN = os.environ["SMS_USER"]',
         says='SMSC_LOGIN = os.environ["SMS_USER"]', environment={"SMS_USER": "envuser"}),
    _row("environment with a default", TAKEN, *IMPORT,
         PASSWORD, 'SMSC_PASSWORD = os.getenv("SMS_PASSWORD", "QzXdefault")',
         says='os.getenv("SMS_PASSWORD", "***")'),
    _row("account from a settings module", TAKEN, "import smtplib\n",
         "import smtplib\nimport shop_settings as settings\n",
         LOGIN, "SMSC_LOGIN = settings.LOGIN", says="SMSC_LOGIN = settings.LOGIN",
         files={"shop_settings.py": 'LOGIN = "fromsettings"\n'}),
    _row("account from a file", TAKEN, LOGIN,
         'with open("key.txt") as file:\n    SMSC_LOGIN = file.read().strip()',
         says="SMSC_LOGIN = file.read().strip()", files={"key.txt": "filelogin\n"}),
    _row("account from a function", TAKEN, LOGIN,
         'def account():\n    return "called"\n\n\nSMSC_LOGIN = account()',
         says="SMSC_LOGIN = account()"),
    _row("account set twice", TAKEN, LOGIN, LOGIN + '\nif SMSC_LOGIN:\n    SMSC_LOGIN = "second"'),
    _row("a password written in two parts", TAKEN, PASSWORD,
         'SMSC_PASSWORD = ("QzXpass"\n"word")', says="SMSC_PASSWORD = "),
    _row("a password written in two indented parts", TAKEN, PASSWORD,
         'SMSC_PASSWORD = ("QzXpass"\n                 "word")', says="SMSC_PASSWORD = "),
    _row("constants set by way of the module, then as usual", REFUSED, LOGIN,
         'import sys\nsys.modules[__name__].SMSC_LOGIN = "QzXfirst"\n' + LOGIN,
         says="sys.modules[__name__].SMSC_LOGIN = "),
    _row("constants from a dictionary", REFUSED, LOGIN,
         LOGIN + "\nlocals().update(SMSC_HTTPS=True)", says="without running it"),
    _row("constants by way of the module's dictionary, then as usual", REFUSED, LOGIN,
         'import sys\nsys.modules[__name__].__dict__.update(SMSC_LOGIN="QzXfirst")\n' + LOGIN,
         says="without running it"),
    _row("constants by way of a function's globals, then as usual", REFUSED, LOGIN,
         'f = lambda: 0\nf.__globals__.update(SMSC_LOGIN="QzXfirst")\n' + LOGIN,
         says="without running it"),
    _row("a constant bound in passing, then as usual", REFUSED, LOGIN,
         "[SMSC_POST := True for _ in (1,)]\n" + LOGIN, says="it sets SMSC_POST"),
    _row("a name of ours set from a function", REFUSED,
         also="\ndef f():\n    global _debug\n    _debug = print\nf()\n", says="it sets _debug"),
    _row("names that may not be there", TAKEN, "import smtplib\n",
         "import smtplib\nfrom contextlib import suppress\nTOKEN: str\n"
         "with suppress(ImportError):\n    from nowhere import THING\n", says="suppress"),
    _row("a list of names that grows", REFUSED, LOGIN,
         '__all__ = ["SMSC"]\n__all__.append("ifs")\n' + LOGIN, says="its own __all__"),
    _row("a list of names that is none", REFUSED, LOGIN, "__all__ = 5\n" + LOGIN,
         says="its own __all__"),
    _row(NO_SUCH_CHARSET, TAKEN, '"utf-8"', '"win-1251"',
         says="in 'win-1251' the copy sends UTF-8 under that name, ours text in 'utf-8'"),
    _row("an account of a name of the owner's", TAKEN, LOGIN,
         'CARD = "QzXcard"\nSMSC_LOGIN = CARD', says='CARD = "***"'),
    _row("an account in a table of the owner's", TAKEN, LOGIN,
         'CARD = {"u": "QzXcard", "host": "sms"}\nSMSC_LOGIN = CARD["u"]',
         says='{"u": "***", "host": "sms"}'),
    _row("an account out of one text", TAKEN, LOGIN + "  # login\n" + PASSWORD,
         'SMSC_LOGIN, SMSC_PASSWORD = "QzXa:QzXb".split(":")', says='"***".split(":")'),
    _row("an account that is decoded", TAKEN, LOGIN,
         'import base64\nSMSC_LOGIN = base64.b64decode("QzX0").decode("latin-1")',
         says='b64decode("***")'),
    _row("an account from a variable with a name of its own", TAKEN, *IMPORT,
         LOGIN, 'SMSC_LOGIN = os.getenv("U") or os.environ.get("V", "QzXv")',
         says='os.environ.get("V", "***")'),
    _row("a password made longer", TAKEN, PASSWORD,
         PASSWORD + '\nSMSC_PASSWORD += "QzXplus"', says='+= "***"'),
    _row("an account given to a function", TAKEN, LOGIN,
         LOGIN + "\n\n\ndef log_in(name):\n    global SMSC_LOGIN\n    SMSC_LOGIN = name\n\n\n"
         'log_in("QzXname")', says='log_in("***")'),
    _row("an old account in a comment", TAKEN, LOGIN,
         'if True:\n    # SMSC_LOGIN = "QzXold"\n    ' + LOGIN, says="if True"),
    _row("two constants in one line", TAKEN, LOGIN + "  # login\n" + PASSWORD,
         'SMSC_LOGIN, SMSC_PASSWORD = "QzXa", "QzXb"', says='= "***", "***"'),
    _row("a star import after the constants", REFUSED, "\n\ndef ifs",
         "\nfrom access import *\n\n\ndef ifs", says="from access import *",
         files={"access.py": 'SMSC_LOGIN = "starred"\n'}),
    _row("a star import that cannot be read", REFUSED, "import smtplib\n",
         "import smtplib\nfrom service_access import *\n", says="star import"),
    # What is read at each call.
    _row("environment at each call", TAKEN, *IMPORT,
         "quote(SMSC_LOGIN)", 'quote(os.environ["SMS_USER"])',
         "ifs(SMSC_LOGIN,", 'ifs(os.environ["SMS_USER"],',
         says='SMSC_LOGIN = os.environ["SMS_USER"] (at each call)',
         environment={"SMS_USER": "late"}),
    _row("HTTPS and POST from settings at each call", TAKEN, "import smtplib\n",
         "import smtplib\nimport shop_settings as settings\n",
         "ifs(SMSC_HTTPS", "ifs(settings.SMSC_HTTPS", "if SMSC_POST", "if settings.SMSC_POST",
         says="SMSC_HTTPS = settings.SMSC_HTTPS (at each call)",
         files={"shop_settings.py": "SMSC_HTTPS = False\nSMSC_POST = True\n"}),
    _row("charset from settings at each call", TAKEN, "import smtplib\n",
         "import smtplib\nimport shop_settings as settings\n",
         '"&fmt=1&charset=" + SMSC_CHARSET', '"&fmt=1&charset=" + settings.CHARSET',
         "encode(SMSC_CHARSET)", "encode(settings.CHARSET)",
         "decode(SMSC_CHARSET)", "decode(settings.CHARSET)",
         says="SMSC_CHARSET = settings.CHARSET (at each call)",
         files={"shop_settings.py": 'CHARSET = "koi8-r"\n'}),
    _row("one setting read in two ways", REFUSED, *IMPORT,
         "quote(SMSC_LOGIN)", 'quote(os.environ["SMS_USER"])', says="two ways"),
    _row("a function called at each call", REFUSED, LOGIN,
         LOGIN + "\n\n\ndef account():\n    return SMSC_LOGIN",
         "quote(SMSC_LOGIN)", "quote(account())", says="_smsc_send_cmd"),
    _row("an import inside a method", REFUSED, "        first = ifs(",
         "        import os\n        first = ifs(", says="import os"),
    _row("an account typed into the method", REFUSED,
         "quote(SMSC_PASSWORD)", 'quote("QzXother")', says='quote("***")'),
    _row("an account typed into the method over two lines", REFUSED,
         "quote(SMSC_PASSWORD)", 'quote("QzXother"\n                "QzXmore")',
         says='quote("***")'),
    _row("an account typed into the URL", REFUSED,
         '"?" + account', '"?login=QzXa&psw=QzXb" + account', says='urlopen(url + "***"'),
    _row("constants in the class, read off the object", TAKEN, LOGIN, "",
         "class SMSC(object):\n", 'class SMSC(object):\n    SMSC_LOGIN = "QzXclass"\n',
         "quote(SMSC_LOGIN)", "quote(self.SMSC_LOGIN)", "ifs(SMSC_LOGIN,", "ifs(self.SMSC_LOGIN,",
         "[SMSC_LOGIN, ", "[self.SMSC_LOGIN, ",
         says="SMSC_LOGIN = self.SMSC_LOGIN (at each call)"),
    _row("an account in the constructor", TAKEN, "class SMSC(object):\n",
         'class SMSC(object):\n    def __init__(self, login="QzXctor"):\n'
         "        self.login = login\n",
         "quote(SMSC_LOGIN)", "quote(self.login)", "ifs(SMSC_LOGIN,", "ifs(self.login,",
         says="SMSC_LOGIN = self.login (at each call)"),
    # Hosts, tries, protocol.
    _row("domain", TAKEN, "smsc.ua", "smsc.kz", says='SMSC_HOST = "smsc.kz"'),
    _row("domain in the URL only", REFUSED, "://smsc.ua/", "://smsc.kz/", says="no SMSC_HOST"),
    _row("three tries", TAKEN, "attempt <= 5", "attempt <= 3",
         says='SMSC_HOST = "smsc.ua,www2.smsc.ua,www3.smsc.ua"'),
    _row("three tries, written otherwise", TAKEN, "attempt <= 5", "attempt < 4",
         says='SMSC_HOST = "smsc.ua,www2.smsc.ua,www3.smsc.ua"'),
    _row("one try", TAKEN, "attempt <= 5", "attempt <= 1", says='SMSC_HOST = "smsc.ua,"'),
    _row("one try at another domain", TAKEN, "attempt <= 5", "attempt <= 1", "smsc.ua", "smsc.kz",
         says='SMSC_HOST = "smsc.kz,"'),
    _row("one try over HTTPS", TAKEN, "attempt <= 5", "attempt <= 1",
         "SMSC_HTTPS = False", "SMSC_HTTPS = True", says='SMSC_HOST = "smsc.ua,"'),
    _row("one try, protocol from the environment", TAKEN, *IMPORT,
         "attempt <= 5", "attempt <= 1", "SMSC_HTTPS = False", 'SMSC_HTTPS = os.getenv("S")',
         says='SMSC_HOST = "smsc.ua,"'),
    _row("no try", REFUSED, "attempt <= 5", "attempt <= 0", says="not certain"),
    _row("www host", TAKEN, "://smsc.ua/", "://www.smsc.ua/",
         'replace("smsc.ua/"', 'replace("www.smsc.ua/"', says='SMSC_HOST = "www.smsc.ua,www2.'),
    _row("https typed into the URL", TAKEN, URL, '"https://smsc.ua/sys/"',
         says="SMSC_HTTPS = True"),
    _row("http typed into the URL", TAKEN, URL, '"http://smsc.ua/sys/"',
         "SMSC_HTTPS = False", "SMSC_HTTPS = True", says="SMSC_HTTPS = False"),
    _row("a password typed into the sending method in its own way", REFUSED,
         "quote(SMSC_PASSWORD)", '"QzXother"', says='"***"'),
    _row("an account typed into the mail", REFUSED, "server.login(SMTP_LOGIN, SMTP_PASSWORD)",
         'server.login("QzXa", "QzXb")', says='server.login("***", "***")'),
    _row("another path", REFUSED, "/sys/", "/api/", says="_smsc_send_cmd"),
    _row("a timeout", REFUSED, "urlopen(url + ", "urlopen(timeout=9, url=url + ",
         says="SMSC_TIMEOUT"),
    _row("a pause", REFUSED, "            attempt += 1", "            attempt += 1; sleep(1)",
         says="sleep(1)"),
    _row("except Exception", TAKEN, "            except:", "            except Exception:"),
    _row("network errors raised", REFUSED, '                text = ""\n            attempt',
         "                raise\n            attempt", says="raise"),
    _row("POST always", REFUSED, "if SMSC_POST or", "if True or", says="if True or"),
    _row("POST never", REFUSED, "if SMSC_POST or len(account + arg) > 2000:", "if SMSC_POST:",
         says="if SMSC_POST:"),
    # Formats and defaults.
    _row("formats of 1.9", TAKEN, made_of=(*EDITION_1_9, "typed_in")),
    _row("a format of the owner's", TAKEN, '"viber=1"', '"viber=2"', says="formats"),
    _row("different formats in the two methods", REFUSED,
         '"tg=1"]\n        words = ["cost=3"', '"tg=2"]\n        words = ["cost=3"',
         says="different lists"),
    _row("translit by default", TAKEN, "message, translit=0, time", "message, translit=1, time",
         says="send_sms: translit = 1"),
    _row("a sender by default", TAKEN, "format=0, sender=False, query",
         'format=0, sender="Shop", query', says='send_sms: sender = "Shop"'),
    _row("a sender of a constant", TAKEN, LOGIN, LOGIN + '\nSENDER = "Shop"',
         "format=0, sender=False, query", "format=0, sender=SENDER, query",
         says="sender = SENDER"),
    _row("one more parameter", REFUSED, 'query=""):\n        flags',
         'query="", maxsms=1):\n        flags',
         says="parameters"),
    _row("a decorator", REFUSED, "    def get_balance", "    @staticmethod\n    def get_balance",
         says="decorator"),
    # Other changes of the methods.
    _row("a result of the owner's", REFUSED,
         "        return answer\n\n    def send_sms_mail",
         '        return answer[1] > "0"\n\n    def send_sms_mail', says='return answer[1] > "0"'),
    _row("an exception of the owner's", REFUSED, SENT,
         "        if answer[1] <= '0':\n            raise ValueError(answer)\n" + SENT,
         says="raise ValueError(answer)"),
    _row("phones as a list", REFUSED, 'words = ["cost=3", "phones=" + quote(phones)',
         'words = ["cost=3", "phones=" + quote(",".join(phones))', says="join(phones)"),
    _row("a default sender and no API key", TAKEN,
         'ifs(SMSC_LOGIN, "login=" + quote(SMSC_LOGIN) + "&psw=", "apikey=")',
         '"login=" + quote(SMSC_LOGIN) + "&psw="',
         "format=0, sender=False, query", 'format=0, sender="Shop", query', says="sender"),
    _row("a logger", REFUSED, "            print(", "            log(", LOGIN,
         LOGIN + "\nlog = print", says="log("),
    _row("debug output taken out", REFUSED,
         '        if SMSC_DEBUG:\n            print("balance: " + ",".join(answer))\n', "",
         says="get_balance"),
    _row("local variables renamed", REFUSED, "reply", "response", says="response = urlopen"),
    _row("comments, docstrings and layout", TAKEN, "    def get_balance(self):\n",
         '    def get_balance(self):\n        """Balance."""\n        # of the account\n'),
    _row("annotations", TAKEN, "def get_balance(self):", "def get_balance(self) -> str:"),
    _row("the helper changed", REFUSED, "return val1 if cond else val2",
         "return val2 if cond else val1", says="helper"),
    _row("a method under a second name", REFUSED, "    def get_balance",
         "    send = send_sms\n\n    def get_balance", says="send = send_sms"),
    _row("mail taken out", TAKEN, "    def send_sms_mail", "    def _mail_of_old",
         says="send_sms_mail was taken out"),
    _row("the class renamed", TAKEN, "class SMSC(object)", "class Sms(object)", says="Sms"),
    _row("a base class", REFUSED, "class SMSC(object)", "class SMSC(dict)", says="base"),
    # What stands around the class.
    _row("an instance at the bottom", TAKEN, also="\n\nsmsc = SMSC()\n", says="smsc = SMSC()"),
    _row("a module of ours beside another in one import", TAKEN, "import smtplib\n",
         "import smtplib\nimport os, sys\n", says="import os, sys"),
    _row("a program at the bottom", TAKEN,
         also='\n\nif __name__ == "__main__":\n    import sys\n    print(SMSC(), sys.argv)\n',
         says='if __name__ == "__main__"'),
    _row("a module of ours, or something else", REFUSED, LOGIN,
         LOGIN + "\ntry:\n    import sys\nexcept ImportError:\n    sys = 0", says="its own sys"),
    _row("a switch from the environment", TAKEN, *IMPORT, "SMSC_HTTPS = False",
         'TEST = os.environ.get("SHOP_TEST") == "1"\nSMSC_HTTPS = not TEST',
         says="SMSC_HTTPS = not TEST"),
    _row("sends when imported", TAKEN, also='\n\nSMSC().get_balance()\n',
         says="does something when it is imported"),
    _row("urlopen of the owner's", REFUSED, LOGIN,
         LOGIN + "\n\n\ndef urlopen(*given):\n    raise OSError", says="urlopen"),
    _row("quote of another module, on Python 3 only", REFUSED,
         "from urllib.parse import quote", "from urllib.parse import quote_plus as quote",
         says="quote"),
    _row("a builtin replaced", REFUSED, LOGIN, LOGIN + "\nstr = repr", says="str"),
    _row("certificates not verified", REFUSED, "import smtplib\n",
         "import smtplib\nimport ssl\nssl._create_default_https_context = "
         "ssl._create_unverified_context\n", says="certificates"),
    _row("a proxy for urllib", REFUSED, "import smtplib\n",
         "import smtplib\nimport urllib.request\n"
         "urllib.request.install_opener(urllib.request.build_opener())\n", says="urlopen"),
    _row("a SOCKS proxy", REFUSED, "import smtplib\n",
         "import smtplib\nimport tunnel\ntunnel.wrap(smtplib)\n", says="with smtplib",
         files={"tunnel.py": "def wrap(module):\n    pass\n"}),
    _row("a timeout of all sockets", REFUSED, "import smtplib\n",
         "import smtplib\nimport socket\nsocket.setdefaulttimeout(5)\n", says="SMSC_TIMEOUT"),
    _row("a method replaced from below", REFUSED, also="\nSMSC.get_balance = lambda self: '0'\n",
         says="get_balance"),
    _row("an environment variable of ours", REFUSED, *IMPORT,
         LOGIN, LOGIN + '\nos.environ.setdefault("SMSC_HOST", "sms.example")', says="SMSC_HOST"),
    _row("a name of ours", REFUSED, LOGIN, LOGIN + "\nSMSC_TIMEOUT = 5", says="SMSC_TIMEOUT"),
    # Editions.
    _row("edition 1.8", REFUSED, made_of=(*EDITION_1_8, "typed_in"), says="wait between"),
    _row("the third build", REFUSED, *THIRD_BUILD, says="bot="),
    _row("Python 2", UNREADABLE, made_of=("typed_in", "python2"), says="Python 2"),
    # What callers do; the copy itself is untouched.
    _row("a caller with an account in the constructor", REFUSED,
         caller='from smsc_api import SMSC\nSMSC("a", "b")\n', says="takes no account"),
    _row("a caller with a list of phones", REFUSED,
         caller="import smsc_api\nsmsc_api.SMSC().send_sms(['1'], 'x')\n", says="not a list"),
    _row("a caller with a list of phones, for a class of the owner's", TAKEN,
         also="\n\nclass Sms(SMSC):\n    def send_sms(self, phones, message):\n"
         '        return SMSC.send_sms(self, ",".join(phones), message)\n',
         caller="import smsc_api\nsmsc_api.Sms().send_sms(['1'], 'x')\n"),
    _row("a caller that assigns a star-imported constant", REFUSED,
         caller='from smsc_api import *\nSMSC_LOGIN = "x"\n', says="in this file only"),
    _row("a caller that sets a constant on the object", REFUSED,
         caller='from smsc_api import SMSC\ns = SMSC()\ns.SMSC_LOGIN = "x"\n',
         says="of the object"),
    _row("a caller that sets a constant on the class", REFUSED,
         caller='from smsc_api import SMSC as Gate\nGate.SMSC_LOGIN = "x"\n', says="of the object"),
    _row("a caller that sets a constant on an attribute", REFUSED,
         caller='from smsc_api import *\nself.s = SMSC()\nself.s.SMSC_LOGIN = "x"\n'
         'import smsc_api\nsmsc_api.SMSC.SMSC_LOGIN = "x"\n',
         says="of the object"),
    _row("a caller that sets its own settings", TAKEN,
         caller='import smsc_api\nfrom conf import settings\nsettings.SMSC_LOGIN = "x"\n'),
    _row("a caller that asks for the type of a reply", REFUSED,
         caller="import smsc_api\nr = smsc_api.SMSC().get_balance()\ntype(r) == list\n",
         says="isinstance"),
    _row("a caller that takes a name the copy passes on", TAKEN, *IMPORT,
         caller="from smsc_api import os, SMSC\n", says="import os"),
]  # fmt: skip
