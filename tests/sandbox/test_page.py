"""The inbox page, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from typing import Any

import pytest

from smsc_transports.sandbox.server import Sandbox

from .conftest import PHONE, Client

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
SECONDS = 15

if not (os.path.exists(CHROMIUM) and os.path.exists(DRIVER)):
    pytest.skip(
        "Debian's packages chromium and chromium-driver are not installed", allow_module_level=True
    )
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
support = pytest.importorskip("selenium.webdriver.support.ui")
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Any:
    profile = tmp_path_factory.mktemp("chromium")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


class Page:
    def __init__(self, browser: Any, url: Any) -> None:
        self.browser = browser
        browser.get(url)

    def script(self, code: Any, *arguments: Any) -> Any:
        return self.browser.execute_script(code, *arguments)

    def until(self, code: Any) -> Any:
        """Wait until the expression is true in the page."""
        support.WebDriverWait(self.browser, SECONDS, poll_frequency=0.02).until(
            lambda _: self.script(f"return {code}"), f"never true: {code}"
        )

    def until_text(self, selector: Any, text: Any) -> Any:
        self.until(
            f"document.querySelector({json.dumps(selector)})?.innerText.includes({json.dumps(text)})"
        )

    def texts(self, selector: Any) -> Any:
        return self.script(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)",
            selector,
        )

    def find(self, selector: Any) -> Any:
        return self.browser.find_element("css selector", selector)

    def size(self, width: Any, dark: Any = False) -> Any:
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


@pytest.fixture
def page(browser: Any, sandbox: Sandbox) -> Any:
    page = Page(browser, sandbox.url)
    page.size(1200)
    page.until("document.getElementById('balance').textContent === '100.00'")
    yield page
    # The page must not go on asking for messages that the next test has not.
    browser.get("about:blank")
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    # The answer to a refused request is in the log although the page shows it.
    assert [entry for entry in errors if "/api/faults" not in entry["message"]] == []


def test_messages_appear_by_themselves_newest_first(page: Page, client: Client) -> None:
    page.until_text("#empty", "Nothing has arrived yet.")
    client.send(mes="first")
    page.until_text("#messages", "first")
    client.send(mes="second")
    page.until_text("#messages", "second")
    assert page.texts(".row .text") == ["second", "first"]


def test_search_narrows_the_list(page: Page, client: Client) -> None:
    client.send(mes="code 1")
    client.send("79990000001", mes="other")
    page.find("#search").send_keys("79990000001")
    page.until("document.querySelectorAll('.row').length === 1")
    assert page.texts(".row .text") == ["other"]
    page.find("#search").send_keys("9")
    page.until_text("#empty", "No message fits the search.")


def test_message_shows_all_that_is_known_and_no_secret(
    page: Page, sandbox: Sandbox, client: Client
) -> None:
    client.send(mes="я" * 71, sender="Shop", psw="pa55w0rd")
    page.until_text("#messages", "яяя")
    page.find(".row").click()
    page.until_text("#detail", "Message 1001")
    shown = page.find("#detail").text
    for expected in (PHONE, "Shop", "ucs-2", "2.80", "2 parts", "waiting", "login=***&psw=***"):
        assert expected in shown
    assert [len(text) for text in page.texts(".part")] == [67, 4]
    assert "pa55w0rd" not in page.browser.page_source
    sandbox.clock.advance(60)
    page.until_text("#detail", "delivered")


def test_texts_never_become_markup(page: Page, client: Client) -> None:
    nasty = "<img src=x onerror=\"document.title='hacked'\"><script>document.title=1</script>&lt;"
    client.send(mes=nasty, sender="<b>me</b>")
    client.send("12", mes=nasty)
    page.until("document.querySelectorAll('.row').length === 1")
    page.find(".row").click()
    page.until_text("#detail", "Message 1001")
    assert page.texts("#detail .message") == [nasty]
    assert page.texts("main img, main b, main script") == []
    assert page.browser.title == "SMSC sandbox"


def test_page_is_usable_by_keyboard_alone(page: Page, client: Client) -> None:
    for number in range(3):
        client.send(mes=f"text {number}")
    page.until("document.querySelectorAll('.row').length === 3")
    active = page.browser.switch_to
    for _ in range(20):
        active.active_element.send_keys(Keys.TAB)
        if "row" in (active.active_element.get_attribute("class") or ""):
            break
    outline = page.script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    active.active_element.send_keys(Keys.ARROW_DOWN)
    active.active_element.send_keys(Keys.ENTER)
    page.until_text("#detail .message", "text 1")
    page.until("document.activeElement.id === 'detail'")
    active.active_element.send_keys(Keys.ESCAPE)
    page.until("document.getElementById('detail').hidden")
    page.until("document.activeElement.innerText.includes('text 1')")


def test_every_control_has_a_name(page: Page, client: Client) -> None:
    client.send()
    page.until("document.querySelectorAll('.row').length === 1")
    page.find("#show-faults").click()
    unnamed = page.script(
        "return [...document.querySelectorAll('input, select, button')].filter((e) =>"
        " !(e.labels?.length || e.getAttribute('aria-label') || e.innerText.trim()))"
        ".map((e) => e.outerHTML)"
    )
    assert unnamed == []


def test_focus_stays_while_messages_arrive(page: Page, client: Client) -> None:
    client.send(mes="first")
    page.until_text("#messages", "first")
    page.script("document.querySelector('.row').focus()")
    client.send(mes="second")
    page.until_text("#messages", "second")
    assert "first" in page.script("return document.activeElement.innerText")


def test_faults_are_switched_on_and_off(page: Page, sandbox: Sandbox, client: Client) -> None:
    page.find("#show-faults").click()
    page.until("document.getElementById('fault-form').fault.options.length > 5")
    page.script(
        "const form = document.getElementById('fault-form');"
        "form.fault.value = 'error'; form.host.value = '2'; form.endpoint.value = 'balance';"
        "form.stored.checked = true;"
    )
    page.find("#fault-form [type=submit]").click()
    page.until_text("#rules", "error+stored (balance, www3)")
    page.until_text("#show-faults", "Faults (1)")
    assert client.response("balance", host=2).status_code == 500
    page.find("#rules button").click()
    page.until("document.querySelectorAll('#rules li').length === 0")
    assert client.response("balance", host=2).status_code == 200
    page.find("#error9").click()
    page.until_text("#show-faults", "Faults (1)")
    assert sandbox.error9_on_repeat


def test_senseless_fault_is_told(page: Page) -> None:
    page.find("#show-faults").click()
    page.until("document.getElementById('fault-form').fault.options.length > 5")
    page.script("document.getElementById('fault-form').fault.value = 'refuse'")
    page.find("#fault-form [name=times]").send_keys("3")
    page.find("#fault-form [type=submit]").click()
    page.until_text("#fault-error", "refuse holds for a whole host")


def test_clock_and_reset(page: Page, sandbox: Sandbox, client: Client) -> None:
    client.send(mes="hi")
    page.until_text("#messages", "waiting")
    page.find("#advance [value='60']").click()
    page.until_text("#messages", "delivered")
    page.find("#reset").click()
    page.browser.switch_to.alert.accept()
    page.until_text("#empty", "Nothing has arrived yet.")
    assert sandbox.messages == []


def test_refused_requests_are_shown(page: Page, client: Client) -> None:
    client.send("12")
    page.until_text("#refused", "Refused requests 1")
    page.find("#refused summary").click()
    page.until_text("#refusals", "send: error 7, invalid phone format")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1200])
def test_page_fits_phones_and_desktops_in_light_and_dark(
    page: Page, client: Client, width: Any, dark: Any
) -> None:
    page.size(width, dark)
    client.send("79991112233,79991112234,79991112235", mes="a" * 400 + "\nBankovní účet " * 10)
    page.until("document.querySelectorAll('.row').length === 1")
    page.find("#show-faults").click()
    fits = "document.documentElement.scrollWidth <= innerWidth"
    page.until(fits)
    page.find(".row").click()
    page.until_text("#detail", "Message 1001")
    page.until(fits)
    colours = page.script(
        "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    )
    text, ground = (_brightness(colour) for colour in colours)
    assert (text > ground) is dark
    assert abs(text - ground) > 125  # well readable


def _brightness(colour: Any) -> Any:
    red, green, blue = (int(part) for part in colour[4:-1].split(","))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_page_allows_no_foreign_scripts(sandbox: Sandbox) -> None:
    with urllib.request.urlopen(sandbox.url) as response:
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
