"""The example plugins do what they say, installed or as one file."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from smsc_transports import Receipt, plugin_manager

from ..installing import pip, run
from ..surroundings import PHONE, Gateway

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "legacy_examples"
COURIER = EXAMPLES / "custom_transport"
PACKAGES = Path(__file__).parent / "packages"

UKRAINE, KAZAKHSTAN, RUSSIA = "380501112233", "77011112233", "79990001122"

Switch = Callable[..., Any]


# The package, really installed, beside a broken one and a blocked one


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the courier, put there by pip, and two more packages as pip leaves them."""
    folder = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--target")
    pip("install", *options, folder, _copy(COURIER, tmp_path_factory.mktemp("courier")))
    shutil.copytree(PACKAGES, folder, dirs_exist_ok=True)
    return folder


def _copy(package: Path, folder: Path) -> Path:
    """Copy a package: building it would leave files behind."""
    for file in package.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def environment(site: Path) -> Dict[str, str]:
    """The environment of a program that sees the three packages."""
    path = os.pathsep.join([str(site), str(ROOT)])
    return {"PYTHONPATH": path, "SMSC_BLOCK_PLUGINS": "unwanted"}


@pytest.fixture
def courier_gateway(on_path: Any) -> Iterator[Any]:
    """The courier's gateway, as the package's own tests have it."""
    on_path(COURIER)
    tests = importlib.import_module("test_smsc_courier")
    with tests.CourierGateway() as gateway:
        yield gateway


OLD_PROGRAM = """
from smsc_api import *
print(SMSC().send_sms("79991112233,79994445566", "Ваш пароль: 123", sender="Shop"))
"""


@pytest.fixture
def finished(environment: Dict[str, str], courier_gateway: Any, tmp_path: Path) -> Any:
    """An old program that was run with the courier as its transport."""
    program = tmp_path / "program.py"
    program.write_text(OLD_PROGRAM, "utf-8")
    environment.update(SMSC_TRANSPORT="courier", COURIER_URL=courier_gateway.address)
    return run(sys.executable, program, env=environment)


@pytest.mark.slow
def test_an_old_program_sends_by_the_installed_courier(finished: Any, courier_gateway: Any) -> None:
    assert finished.stdout == "['1', '1', '', '']\n"
    [received] = courier_gateway.received
    assert received[:2] == (["79991112233", "79994445566"], "Ваш пароль: 123")
    assert json.loads(courier_gateway.requests[0].body)["from"] == "Shop"


@pytest.mark.slow
def test_the_broken_package_is_reported_and_the_courier_sends_all_the_same(finished: Any) -> None:
    assert finished.stdout
    assert (
        "SMSCWarning: The plugin 'broken' from the distribution smsc-broken 0.3 does not load and "
        "is left out: ImportError: libmodem.so: cannot open shared object file. Fix or uninstall "
        "it, or set SMSC_BLOCK_PLUGINS=broken."
    ) in finished.stderr


@pytest.mark.slow
def test_the_list_shows_the_courier_the_broken_and_the_blocked_package(
    environment: Dict[str, str], site: Path
) -> None:
    command = (sys.executable, "-m", "smsc_transports.cli.main", "transports", "--json")
    finished = run(*command, env=environment, cwd=ROOT)
    lists = json.loads(finished.stdout)
    assert finished.returncode == 1
    assert lists["transports"][-1] == {
        "name": "courier",
        "commands": ["send"],
        "plugin": "courier",
        "origin": "the distribution smsc-courier 1.0",
        "file": str(site / "smsc_courier.py"),
        "status": "ready",
        "reason": "",
    }
    by_name = {plugin["name"]: plugin for plugin in lists["plugins"]}
    assert by_name["broken"]["status"] == "broken"
    assert by_name["broken"]["origin"] == "the distribution smsc-broken 0.3"
    assert by_name["unwanted"]["status"] == "blocked"
    assert by_name["unwanted"]["origin"] == "the distribution smsc-unwanted 2.1"


@pytest.mark.slow
def test_the_courier_passes_its_own_tests_as_its_author_runs_them(
    environment: Dict[str, str], tmp_path: Path
) -> None:
    folder = _copy(COURIER, tmp_path)
    (folder / "smsc_courier.py").unlink()  # the installed one is tested
    plugin = ("-p", "smsc_transports.testing.pytest_plugin")
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # an installed one may be older
    finished = run(sys.executable, "-m", "pytest", "-q", *plugin, env=environment, cwd=folder)
    assert finished.returncode == 0, finished.stdout
    assert " passed" in finished.stdout
    assert "skipped" not in finished.stdout


# One file each, named in SMSC_PLUGINS


@pytest.fixture
def switch_on(fresh_plugins: None, on_path: Any, monkeypatch: pytest.MonkeyPatch) -> Switch:
    """Name these files in SMSC_PLUGINS; the module of the first."""

    def switch(*names: str) -> Any:
        on_path(EXAMPLES)
        monkeypatch.setenv("SMSC_PLUGINS", ",".join(names))
        plugin_manager().scan()
        return plugin_manager().get_plugin(names[0])

    return switch


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], List[Any]]:
    """Read the lines that the spool transport wrote."""
    file = tmp_path / "outbox.jsonl"
    monkeypatch.setenv("SMS_SPOOL", str(file))
    return lambda: [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_one_file_transport_writes_each_message_to_the_spool(
    switch_on: Switch, face: Any, spool: Any
) -> None:
    switch_on("one_file_transport")
    face.SMSC_TRANSPORT = "spool"
    assert face.SMSC().send_sms(f"{PHONE},{UKRAINE}", "Привет", id=5) == ["5", "2", "0.00", ""]
    assert spool() == [{"to": [PHONE, UKRAINE], "text": "Привет"}]


def test_one_file_transport_that_cannot_write_leaves_it_to_the_next(
    switch_on: Switch, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on("one_file_transport")
    monkeypatch.setenv("SMS_SPOOL", "/nowhere/outbox.jsonl")
    face.SMSC_TRANSPORT = "spool,http-get"
    assert face.SMSC().send_sms(PHONE, "test").outcome == "answered"
    assert len(gateway.urls) == 1


def test_each_country_goes_its_own_way(
    switch_on: Switch, face: Any, gateway: Gateway, spool: Any
) -> None:
    switch_on("route_by_country", "one_file_transport")
    face.SMSC().send_sms(f"+{UKRAINE}", "one")
    face.SMSC().send_sms(KAZAKHSTAN, "two")
    face.SMSC().send_sms(RUSSIA, "three")
    assert spool() == [{"to": [f"+{UKRAINE}"], "text": "one"}]
    assert [url.split("/")[0] for url in gateway.urls] == ["https:", "https:"]
    assert [fields["mes"] for fields in gateway.fields] == ["two", "three"]
    assert [bool(body) for body in gateway.bodies] == [True, False]


@pytest.mark.parametrize("phones", [f"{UKRAINE},{RUSSIA}", "12025550123", ""])
def test_mixed_and_unknown_countries_go_as_the_settings_say(
    phones: str, switch_on: Switch, face: Any, gateway: Gateway
) -> None:
    switch_on("route_by_country", "one_file_transport")
    face.SMSC().send_sms(phones, "test")
    assert [url.split("?")[0] for url in gateway.urls] == ["http://smsc.ua/sys/send.php"]


def test_credentials_and_host_come_from_the_settings_of_a_django_site(
    switch_on: Switch, face: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    django = pytest.importorskip("django.conf", reason="Django is not installed")
    account = {"login": "alex", "password": "from django", "host": "smsc.kz"}
    if not django.settings.configured:
        django.settings.configure()
    monkeypatch.setattr(django.settings, "SMSC", account, raising=False)
    switch_on("settings_from_django")
    face.SMSC().get_balance()
    assert gateway.hosts == ["smsc.kz"]
    assert (gateway.fields[0]["login"], gateway.fields[0]["psw"]) == ("alex", "from django")


def test_attempts_are_counted_and_timed_for_prometheus(
    switch_on: Switch, face: Any, gateway: Gateway
) -> None:
    prometheus = pytest.importorskip("prometheus_client", reason="it is not installed")
    switch_on("attempts_for_prometheus")
    face.SMSC().get_balance()
    gateway.down = True
    face.SMSC().get_balance()

    def value(name: str, **labels: str) -> Any:
        return prometheus.REGISTRY.get_sample_value(name, labels)

    one = {"command": "balance", "transport": "http-get"}
    first_host = {**one, "address": "smsc.ua"}
    assert value("smsc_attempts_total", **first_host, outcome="answered") == 1
    assert value("smsc_attempts_total", **first_host, outcome="not sent") == 1
    assert value("smsc_attempt_seconds_count", **one) == 6


def test_receipts_are_kept_in_a_database(
    switch_on: Switch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "receipts.db"
    monkeypatch.setenv("SMS_RECEIPTS", str(base))
    switch_on("receipts_in_a_database")
    for status in ("ENROUTE", "DELIVRD"):
        plugin_manager().report_receipt(Receipt("7", PHONE, status, "0", "1.4000"))
    with closing(sqlite3.connect(base)) as found:
        rows = found.execute("select id, status, cost from receipts").fetchall()
    assert rows == [("7", "ENROUTE", "1.4000"), ("7", "DELIVRD", "1.4000")]
