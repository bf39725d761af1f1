"""``smsc doctor`` without --online: what it finds in files and in the environment."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest

from smsc_transports import __version__, hookimpl, plugin_manager
from smsc_transports.sandbox.server import Sandbox
from tests.golden.gateway import Certificates
from tests.transports.gateway import Gateway, answer

from ..surroundings import Pigeon, module_with
from .conftest import Shop, Smsc
from .test_dry_run import watched

pytestmark = pytest.mark.usefixtures("fresh_plugins")

HEALTHY = {"SMSC_HTTPS": True, "SMSC_FAILOVER": "safe"}


@pytest.fixture(autouse=True)
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One trusted certificate, in place of those of this machine."""
    bundle = tmp_path / "authority.pem"
    Certificates().authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "no certificates"))
    (tmp_path / "no certificates").mkdir()
    return bundle


def findings(smsc: Smsc, *arguments: str) -> Dict[str, List[Any]]:
    """Give the findings that are no "ok", by section."""
    report = json.loads(smsc("doctor", "--json", *arguments).out)
    return {
        section["title"]: [
            (each["level"], each["text"], each["remedy"])
            for each in section["findings"]
            if each["level"] != "ok"
        ]
        for section in report["sections"]
    }


def test_a_healthy_program_is_reported_healthy(smsc: Smsc, shop: Shop, bundle: Path) -> None:
    shop.set(**HEALTHY)
    done = smsc("doctor")
    assert (done.status, done.err) == (0, "")
    in_one_line = re.sub(r"\n {11}(?!->)", " ", done.out)
    assert (
        re.sub("  ok +", "  ok       ", in_one_line)  # before a path that fills a line
        == f"""\
Program
  ok       {shop.file} is this project's file.
  ok       smsc-transports {__version__}, CPython {sys.version.split()[0]}, {sys.executable}

Settings
  ok       SMSC_LOGIN = set (file)
  ok       SMSC_PASSWORD = set (file)
  ok       SMSC_POST = False (default)
  ok       SMSC_HTTPS = True (file)
  ok       SMSC_CHARSET = utf-8 (default)
  ok       SMSC_DEBUG = False (default)
  ok       SMTP_FROM = api@smsc.ua (default)
  ok       SMTP_SERVER = send.smsc.ua (default)
  ok       SMTP_LOGIN = empty (default)
  ok       SMTP_PASSWORD = empty (default)
  ok       SMPP_PASSWORD = empty (default)
  ok       SMPP_SERVER = empty (default)
  ok       SMPP_TLS = False (default)
  ok       SMPP_SPLIT = payload (default)
  ok       SMSC_HOST = smsc.ua (default)
  ok       SMSC_TRANSPORT = empty (default)
  ok       SMSC_FAILOVER = safe (file)
  ok       SMSC_TIMEOUT = 5 s to connect, 60 s for the answer (default)
  ok       SMSC_DEADLINE = none (default)
  ok       SMSC_SLOTS = empty (default)
  ok       SMSC_QUEUE = empty (default)

Transports and plugins
  ok       send, status, balance: by https-get to smsc.ua, www2.smsc.ua, www3.smsc.ua, \
www4.smsc.ua, www5.smsc.ua

Network
  ok       no proxy
  ok       HTTPS trusts 1 authority of {bundle}

no problems
"""
    )


def test_nothing_leaves_the_process_and_no_plugin_is_asked_for_settings(
    shop: Shop, smsc_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.folder / "vault.py").write_text(
        "import urllib.request\n"
        "from smsc_transports import hookimpl\n"
        "@hookimpl\n"
        "def smsc_settings(settings):\n"
        f"    urllib.request.urlopen('{smsc_sandbox.url}')\n"
    )
    monkeypatch.setenv("SMSC_PLUGINS", "vault")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    done = watched("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "plugin 'vault' from the module vault of SMSC_PLUGINS: smsc_settings" in done.stdout
    assert "vault may change settings at each call; --online asks it." in done.stdout
    assert "NETWORK" not in done.stdout
    assert "NETWORK socket.connect" in watched("doctor", "--online").stdout


def test_a_page_of_another_server_is_a_problem_of_its_own(smsc: Smsc, shop: Shop) -> None:
    with Gateway(answer(b"<html>Log in to the Wi-Fi</html>")) as gateway:
        shop.set(SMSC_FAILOVER="safe", SMSC_HOST=gateway.address)
        out = smsc("doctor", "--online").out
    assert f"http-get {gateway.address}: the answer is not a reply of the gateway" in out
    assert "-> Another server answers in its place" in out


def test_each_setting_reports_where_it_comes_from(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.set(SMSC_LOGIN="", SMSC_PASSWORD="", SMSC_HOST="smsc.ru", SMSC_TIMEOUT=(1, 2.5))
    monkeypatch.setenv("SMSC_PASSWORD", "geheim/7")
    monkeypatch.setenv("SMSC_HOST", "smsc.kz")
    monkeypatch.setenv("SMSC_DEADLINE", "30")
    out = smsc("doctor").out
    for told in (
        "SMSC_LOGIN = empty (default)",
        "SMSC_PASSWORD = set (environment)",
        "SMSC_HOST = smsc.ru (file)",
        "SMSC_TIMEOUT = 1 s to connect, 2.5 s for the answer (file)",
        "SMSC_DEADLINE = 30.0 (environment)",
    ):
        assert f"  ok       {told}\n" in out
    assert "SMSC_LOGIN is empty, so SMSC_PASSWORD goes out as an API key." in out


@pytest.mark.parametrize("where", ["file", "environment"])
def test_a_wrong_value_is_a_problem_that_names_the_allowed_ones_and_its_place(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    if where == "file":
        shop.set(**HEALTHY, SMSC_DEADLINE="soon")
        place = str(shop.file)
    else:
        shop.set(**HEALTHY)
        monkeypatch.setenv("SMSC_DEADLINE", "soon")
        place = "the environment"
    assert findings(smsc)["Settings"] == [
        (
            "problem",
            (
                "SMSC_DEADLINE is 'soon', but it must be a number of seconds above 0. The default "
                "is used instead."
            ),
            f"Correct it in {place}.",
        )
    ]
    assert smsc("doctor").status == 1


def test_a_switch_that_is_the_text_false_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HTTPS="False", SMSC_POST="1", SMSC_FAILOVER="safe")
    assert findings(smsc)["Settings"] == [
        (
            "problem",
            "SMSC_HTTPS is the text 'False', and any text that is not empty means yes.",
            (
                "Write SMSC_HTTPS = False; from the environment: SMSC_HTTPS = "
                'os.environ.get("SMSC_HTTPS", "").lower() in ("1", "true", "yes")'
            ),
        )
    ]
    assert "  ok       SMSC_HTTPS = 'False' (file)\n" in smsc("doctor").out


def test_a_login_that_is_no_text_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_LOGIN=None)
    assert findings(smsc)["Settings"][0] == (
        "problem",
        "SMSC_LOGIN is None, not text: every call raises TypeError.",
        "Is it read from an environment variable that is not set here?",
    )


def test_no_login_at_all_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_LOGIN="", SMSC_PASSWORD="")
    assert findings(smsc)["Transports and plugins"] == [
        (
            "problem",
            "There is no login, no password and no API key.",
            (
                f"Set SMSC_LOGIN and SMSC_PASSWORD in {shop.file} or in the environment; of an API "
                f"key the latter alone."
            ),
        )
    ]


def test_a_login_without_a_password_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_PASSWORD="")
    assert findings(smsc)["Settings"] == [
        (
            "problem",
            "SMSC_LOGIN is set and SMSC_PASSWORD is empty.",
            f"Set it in {shop.file} or in the environment.",
        )
    ]


def test_the_vendor_s_repeats_and_passwords_in_plain_text_are_noted(smsc: Smsc, shop: Shop) -> None:
    found = findings(smsc)
    assert found["Settings"] == [
        (
            "note",
            (
                "SMSC_FAILOVER is legacy, the vendor's rule: a message whose answer is lost is "
                "sent again on the next host, and may arrive up to five times."
            ),
            "SMSC_FAILOVER = 'safe' asks for its status before it sends it again.",
        )
    ]
    assert found["Transports and plugins"] == [
        (
            "note",
            "http-get: login and password cross the network as plain text.",
            "SMSC_HTTPS = True, or SMSC_TRANSPORT = 'https-get'.",
        )
    ]
    assert smsc("doctor").status == 0


def test_on_this_machine_plain_text_is_fine(smsc: Smsc, shop: Shop) -> None:
    shop.set(SMSC_HOST="127.0.0.1:8080,localhost,[::1]:80")
    assert findings(smsc)["Transports and plugins"] == []


def test_what_the_environment_sets_in_vain_is_noted(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.set(**HEALTHY)
    for name in ("SMSC_LOGIN", "SMSC_PASSWORD", "SMSC_POST", "SMSC_FAILOVR"):
        monkeypatch.setenv(name, "1")
    assert [text for _, text, _ in findings(smsc)["Settings"]] == [
        (
            f"Not used: SMSC_LOGIN and SMSC_PASSWORD of the environment, since {shop.file} has a "
            f"login or a password of its own."
        ),
        "SMSC_FAILOVR in the environment is no setting. Did you mean 'SMSC_FAILOVER'?",
        f"SMSC_POST in the environment counts only if {shop.file} reads it itself.",
    ]


KNOWN_CHARSETS = "'utf-8', 'windows-1251' or 'koi8-r'"


@pytest.mark.parametrize(
    ("charset", "level", "text"),
    [
        ("latin-1", "note", "; the gateway knows utf-8, windows-1251, koi8-r."),
        ("none", "problem", f", but it must be {KNOWN_CHARSETS}. utf-8 is used instead."),
    ],
)
def test_a_charset_that_the_gateway_does_not_know_is_reported(
    smsc: Smsc, shop: Shop, charset: str, level: str, text: str
) -> None:
    shop.set(**HEALTHY, SMSC_CHARSET=charset)
    [found] = findings(smsc)["Settings"]
    assert found[:2] == (level, f"SMSC_CHARSET is {charset!r}{text}")


def test_a_file_of_something_else_is_a_problem_and_the_rest_is_about_the_environment(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.file.write_text("class Shop(object):\n    pass\n")
    monkeypatch.setenv("SMSC_HOST", "smsc.kz")
    assert findings(smsc)["Program"] == [
        (
            "problem",
            (
                f"{shop.file} is neither this project's file nor the vendor's. Name the file that "
                f"your program uses: --module shop.smsc_api, or a path."
            ),
            "",
        ),
        ("note", "What follows is about the environment and the defaults alone.", ""),
    ]
    assert "SMSC_HOST = smsc.kz (environment)" in smsc("doctor").out


@pytest.mark.usefixtures("smsc_sandbox")
@pytest.mark.parametrize("command", [["doctor"], ["send", "79991112233", "Hello", "--dry-run"]])
def test_a_file_that_sends_when_imported_is_read_and_never_run(
    smsc: Smsc, shop: Shop, command: List[str]
) -> None:
    shop.set(**HEALTHY)
    text = shop.file.read_text("utf-8")
    shop.file.write_text(f"{text}\nopen('executed', 'w').close()\nSMSC().send_sms('7', 'x')\n")
    assert smsc(*command).status == 0
    assert not (shop.folder / "executed").exists()


def test_what_cannot_be_known_without_running_the_program_is_reported(
    smsc: Smsc, shop: Shop
) -> None:
    shop.set(**HEALTHY)
    text = shop.file.read_text("utf-8").replace('SMSC_LOGIN = "', 'SMSC_LOGIN = str() + "')
    shop.file.write_text(re.sub("(?m)^SMSC_LOGIN = .*$", "SMSC_LOGIN = vault('login')", text))
    line = next(n for n, each in enumerate(text.splitlines(), 1) if each[:12] == "SMSC_LOGIN =")
    why = f"cannot be known without running, line {line}"
    [(level, told, _)] = findings(smsc)["Program"]
    assert (level, told) == ("note", f"SMSC_LOGIN: its value {why}.")
    sending = smsc("send", "79991112233", "Hello")
    assert sending.status == 2
    assert f"SMSC_LOGIN {why}" in sending.err


def test_a_misspelt_transport_is_a_problem(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_TRANSPORT="https-gte")
    [(level, text, remedy)] = findings(smsc)["Transports and plugins"]
    assert level == "problem"
    assert text.startswith("There is no transport 'https-gte'. Did you mean 'https-get'?")
    assert remedy == "'smsc transports' lists what there is."


def test_by_which_way_each_command_goes_is_reported(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_TRANSPORT="smtp,https-post", SMSC_HOST="smsc.kz,127.0.0.1:8443")
    section = smsc("doctor").out.split("\n\n")[2]
    assert section.splitlines() == [
        "Transports and plugins",
        "  ok       send: by smtp to send.smsc.kz",
        "  ok       send: where that fails, by https-post to smsc.kz, 127.0.0.1:8443",
        "  ok       status, balance: by https-post to smsc.kz, 127.0.0.1:8443",
        "  note     smtp: login and password cross the network as plain text.",
        "           -> SMSC_HTTPS = True, or SMSC_TRANSPORT = 'https-get'.",
    ]


def test_plugins_are_listed_with_what_is_wrong_with_them(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.set(**HEALTHY)
    (shop.folder / "torn_plugin.py").write_text("import no_such_package\n")
    (shop.folder / "kept_out.py").write_text("")
    monkeypatch.setenv("SMSC_PLUGINS", "torn_plugin,kept_out")
    monkeypatch.setenv("SMSC_BLOCK_PLUGINS", "kept_out")
    plugin_manager().register(
        module_with("loft", smsc_transports=hookimpl(lambda: [Pigeon()])), "loft"
    )
    assert sorted(findings(smsc)["Transports and plugins"]) == [
        (
            "note",
            (
                "plugin 'kept_out' from the module kept_out of SMSC_PLUGINS is blocked: "
                "SMSC_BLOCK_PLUGINS names it."
            ),
            "",
        ),
        (
            "problem",
            (
                "plugin 'torn_plugin' from the module torn_plugin of SMSC_PLUGINS is broken: "
                "ModuleNotFoundError: No module named 'no_such_package'. Fix or uninstall it, or "
                "set SMSC_BLOCK_PLUGINS=torn_plugin."
            ),
            "",
        ),
    ]
    ready = "plugin 'loft' from plugin_manager().register(): smsc_transports"
    assert f"  ok       {ready}\n" in smsc("doctor").out


def test_a_plugin_may_be_what_gives_the_login(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_LOGIN="", SMSC_PASSWORD="")
    vault = module_with("vault", smsc_settings=hookimpl(lambda settings: None))
    plugin_manager().register(vault, "vault")
    levels = [(level, text) for level, text, _ in findings(smsc)["Transports and plugins"]]
    assert levels == [
        ("note", "There is no login, no password and no API key, unless a plugin gives one."),
        ("note", "vault may change settings at each call; --online asks it."),
    ]


def test_a_program_that_sends_by_a_third_party_transport_needs_no_login(
    smsc: Smsc, shop: Shop
) -> None:
    shop.set(**HEALTHY, SMSC_LOGIN="", SMSC_PASSWORD="", SMSC_TRANSPORT="pigeon")
    plugin_manager().register(module_with("loft", smsc_transports=hookimpl(lambda: [Pigeon()])))
    assert findings(smsc)["Transports and plugins"] == []


def test_a_third_party_transport_that_fails_is_a_problem(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Any) -> List[str]:
        raise KeyError(request.settings.password)

    pigeon = Pigeon()
    monkeypatch.setattr(pigeon, "addresses", fail)
    plugin_manager().register(module_with("loft", smsc_transports=hookimpl(lambda: [pigeon])))
    shop.set(**HEALTHY, SMSC_TRANSPORT="pigeon")
    told = "The transport pigeon cannot list its addresses: KeyError: '***'. Fix its plugin."
    assert findings(smsc)["Transports and plugins"] == [("problem", told, "")]


def test_proxies_are_reported_without_their_passwords(
    smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://me:p@ss/word@proxy.example:3128")
    monkeypatch.setenv("https_proxy", "me:p@ss/word@proxy.example:3129")
    monkeypatch.setenv("no_proxy", "localhost,.example")
    done = smsc("doctor")
    assert "  ok       http goes through the proxy http://***@proxy.example:3128\n" in done.out
    assert "  ok       https goes through the proxy ***@proxy.example:3129\n" in done.out
    assert "  ok       no proxy for localhost,.example\n" in done.out
    assert "ss/word" not in done.out


def test_a_sandbox_is_noted(smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.set(**HEALTHY)
    monkeypatch.setenv("SMSC_SANDBOX", "http://127.0.0.1:2580")
    assert findings(smsc)["Network"] == [
        (
            "note",
            "SMSC_SANDBOX is set: nothing is sent but by 'smsc sandbox run'.",
            "Unset it.",
        )
    ]


@pytest.mark.parametrize("https", [True, False])
def test_certificates_that_are_missing_are_a_problem_where_https_is_used(
    smsc: Smsc, shop: Shop, bundle: Path, https: bool
) -> None:
    shop.set(SMSC_HTTPS=https, SMSC_FAILOVER="safe")
    bundle.unlink()
    level = "problem" if https else "note"
    assert [(level, text) for level, text, _ in findings(smsc)["Network"]] == [
        (level, f"SSL_CERT_FILE is {bundle}, which is not there or cannot be read."),
        (level, "HTTPS trusts no authority: there are no certificates."),
    ]


def test_a_program_that_switched_verification_off_is_a_problem(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.set(**HEALTHY)
    unverified: Any = ssl._create_unverified_context
    monkeypatch.setattr(ssl, "_create_default_https_context", unverified)
    assert findings(smsc)["Network"] == [
        (
            "problem",
            (
                "HTTPS does not check certificates: something has switched it off, so anybody "
                "on the way can read the password."
            ),
            "Look for ssl._create_unverified_context.",
        )
    ]


def test_json_counts_the_problems(smsc: Smsc, shop: Shop) -> None:
    shop.set(**HEALTHY, SMSC_DEADLINE="soon")
    report = json.loads(smsc("doctor", "--json").out)
    assert report["problems"] == 1
    titles = ["Program", "Settings", "Transports and plugins", "Network"]
    assert [section["title"] for section in report["sections"]] == titles
    assert report["sections"][1]["findings"][0] == {
        "level": "ok",
        "text": "SMSC_LOGIN = set (file)",
        "remedy": "",
    }


def test_help_is_quick_for_it_loads_no_network_library() -> None:
    code = (
        "import sys; from smsc_transports.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print({'requests', 'urllib3', 'smtplib', 'smsc_transports.call'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "set()"


def test_smpp_without_its_password_or_in_plain_text_is_reported(
    smsc: Smsc, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.set(**HEALTHY, SMSC_TRANSPORT="smpp")
    done = smsc("doctor")
    assert done.status == 1
    assert "SMPP has a password of its own, and there is none." in done.out
    assert "smpp: login and password cross the network as plain text." in done.out
    monkeypatch.setenv("SMPP_PASSWORD", "geheim")
    monkeypatch.setenv("SMPP_TLS", "1")
    done = smsc("doctor")
    assert "plain text" not in done.out
    assert "SMPP_PASSWORD = set" in done.out
    assert "geheim" not in done.out
