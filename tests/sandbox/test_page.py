"""The inbox page, in a real browser: three ways that people take, on a desk and on a phone."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any, Iterator

import pytest
import requests

from smsc_transports.sandbox.server import PortTaken, Sandbox

from .conftest import Client

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
SECONDS = 20

if not (os.path.exists(CHROMIUM) and os.path.exists(DRIVER)):
    pytest.skip(
        "Debian's packages chromium and chromium-driver are not installed", allow_module_level=True
    )
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
support = pytest.importorskip("selenium.webdriver.support.ui")
WebDriverException = pytest.importorskip("selenium.common").WebDriverException
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
NASTY = "<img src=x onerror=\"document.title='hacked'\"><script>document.title=1</script>\u202e\x1b"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    profile = tmp_path_factory.mktemp("chromium")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    try:
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    except WebDriverException:  # somebody else has taken the port meanwhile
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def alone() -> Iterator[Sandbox]:
    """A sandbox on ports that it can come back to after it was stopped."""
    for port in range(25800, 60000, 20):
        try:
            sandbox = Sandbox(port=port, smtp_port=0).start()
        except PortTaken:
            continue
        yield sandbox
        sandbox.stop()
        return


class Page:
    def __init__(self, browser: Any, narrow: bool) -> None:
        self.browser = browser
        self.narrow = narrow

    def script(self, code: str, *arguments: Any) -> Any:
        return self.browser.execute_script(code, *arguments)

    def until(self, code: str) -> None:
        """Wait until the expression is true in the page."""
        support.WebDriverWait(self.browser, SECONDS, poll_frequency=0.02).until(
            lambda _: self.script(f"return {code}"), f"never true: {code}"
        )

    def until_text(self, selector: str, text: str) -> None:
        one = f"document.querySelector({json.dumps(selector)})"
        self.until(f"{one}?.checkVisibility() && {one}.innerText.includes({json.dumps(text)})")

    def until_rows(self, *texts: str) -> None:
        rows = "JSON.stringify([...document.querySelectorAll('.row .text')].map(e => e.innerText))"
        self.until(
            f"{rows} === {json.dumps(json.dumps(texts, ensure_ascii=False, separators=(',', ':')))}"
        )

    def until_hidden(self, selector: str) -> None:
        self.until(f"!document.querySelector({json.dumps(selector)}).checkVisibility()")

    def click(self, selector: str) -> None:
        self.browser.find_element("css selector", selector).click()

    def press(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)

    def text(self, selector: str) -> str:
        found: str = self.browser.find_element("css selector", selector).text
        return found


WIDE = pytest.param((1280, "light", "en"), id="1280")
NARROW = pytest.param((390, "dark", "uk"), id="390")


@pytest.fixture(params=[WIDE, NARROW])
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme, language = request.param
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    agent = {"userAgent": "test", "acceptLanguage": language}
    browser.execute_cdp_cmd("Emulation.setUserAgentOverride", agent)
    page = Page(browser, width < 500)
    yield page
    page.until(FITS)
    # The page must not go on asking for messages that the next test has not.
    browser.get("about:blank")
    errors = [entry["message"] for entry in browser.get_log("browser")]
    # A stopped sandbox, or a message that is gone, is in the log although the page copes.
    assert [error for error in errors if "Failed to load resource" not in error] == []


def test_first_visit_to_first_message(page: Page, sandbox: Sandbox, client: Client) -> None:
    narrow = page.narrow
    page.browser.get(sandbox.url)
    page.until_text("#command", f"--at {sandbox.url} -- python program.py")
    page.until_text("#empty h2", "Повідомлень ще немає" if narrow else "No message yet")
    if narrow:
        bottom = "document.getElementById('search').getBoundingClientRect().bottom"
        page.until(f"{bottom} < 150")
    page.click("#copy-command")
    page.until_text("#copy-command", "Скопійовано" if narrow else "Copied")

    page.click("#empty .send-test")
    page.until_text(".row .text", "пробне SMS" if narrow else "test SMS")
    page.until_text("#notice", "1001,1")
    page.until_hidden("#empty")
    page.until_text(".row .to", "+380\u00a050\u00a0123\u00a045\u00a067")
    client.send(mes="я" * 141)
    page.until_text(".row .price.several", "3 × 1.40")
    page.click("#advance [value='60']")
    page.until_text(".row .status", "доставлено" if narrow else "delivered")

    # Typed, so that it is seen that keys do not need the mouse, nor Latin letters.
    page.press("j")
    page.until("document.activeElement.classList.contains('row')")
    page.press(Keys.ENTER)
    page.until_text("#detail .message", "яяя")
    page.press("k" if not narrow else Keys.ARROW_DOWN)
    page.press("j")
    page.until_text("#detail .message", "SMS")
    assert "utf-8" not in page.text("#detail .facts")
    page.press(Keys.ESCAPE)
    page.until_hidden("#detail")
    page.press("/")
    page.until("document.activeElement.id === 'search'")
    page.press("+380 50 123")
    page.until("document.querySelectorAll('.row').length === 1")
    page.press(Keys.ESCAPE, Keys.ESCAPE)
    page.press("?")
    page.until("document.getElementById('help').open")

    names = page.script(
        "return import('/static/texts.js').then(({ TEXTS }) => Object.values(TEXTS).map((words) =>"
        " JSON.stringify(Object.entries(words).flatMap(([name, word]) =>"
        " /^(statuses|errs|errors)$/.test(name) ? [name, Object.keys(word)] : name))))"
    )
    assert len(names) == 3
    assert len(set(names)) == 1, "a text is missing in one of the languages"


@pytest.mark.parametrize("page", [WIDE], indirect=True)
def test_failing_send_is_found_and_understood(page: Page, sandbox: Sandbox, client: Client) -> None:
    client.send(mes="fine")
    client.send("79991112233,79991112234,70005550020", mes="to three")
    client.send("70005550023", mes=NASTY, sender="<b>me</b>")
    client.send("12", mes="lost one", psw="pa55w0rd")
    sandbox.clock.advance(60)
    page.browser.get(sandbox.url)
    wrong = "Wrong phone number"
    seen = NASTY.replace("\u202e", "⟨U+202E⟩").replace("\x1b", "⟨U+001B⟩")
    page.until_rows(wrong, seen, "to three", "fine")
    page.until_text(".row.refused .status", "error 7")

    page.click("[data-show=refused]")
    page.until_rows(wrong)
    page.click(".row")
    page.until_text("#detail .message", "lost one")
    page.until_text("#detail .advice", "10 to 15 digits")
    assert "pa55w0rd" not in page.browser.page_source
    assert "psw=***" in page.text("#detail pre")
    page.click("#close")
    page.until_hidden("#detail")

    page.click("[data-show=failed]")
    page.until_rows(seen, "to three")
    page.click("li:last-child > .row")
    page.until_text("#detail .standing", "2 of 3 delivered")
    page.press("k")
    page.until_text("#detail .standing", "spam filter")
    page.until_text("#detail .message", seen)
    assert (
        page.script("return document.querySelectorAll('main img, main b, main script').length") == 0
    )
    assert page.browser.title == "SMSC sandbox"
    page.press(Keys.ESCAPE)
    page.click("[data-show=delivered]")
    page.until_rows("fine")


@pytest.mark.parametrize("page", [NARROW], indirect=True)
def test_fault_is_switched_on_and_seen(page: Page, alone: Sandbox) -> None:
    port = int(alone.url.rpartition(":")[2])
    client = Client(alone)
    page.browser.get(alone.url)
    page.until_text("#balance", "100.00")
    page.until_hidden("#faults-on")
    page.click("#show-faults")
    page.click("#preset-lost")
    page.until("document.getElementById('preset-lost').getAttribute('aria-pressed') === 'true'")
    page.until_text("#faults-on-list", page.text("#preset-lost strong"))
    page.until_text("#show-faults", "(1)")

    page.click("#faults .send-test")
    page.until_text("#notice", "Server disconnected")
    page.until("document.querySelectorAll('.row').length === 1")  # taken all the same
    with pytest.raises(requests.ConnectionError):
        client.response("send", phones="79991112233", mes="by a program")
    page.until_text(".row .text", "by a program")
    page.click("#all-off")
    page.until_hidden("#faults-on")
    assert client.send(mes="again") == "1003,1"
    page.click("#preset-down")
    page.until_text("#faults-on-list", page.text("#preset-down strong"))
    with pytest.raises(requests.ConnectionError):
        client.send()

    alone.stop()
    page.until_text("#offline", "…")
    page.until("document.querySelector('#reset').matches(':disabled')")
    page.until("document.querySelector('#preset-lag').matches(':disabled')")
    with Sandbox(port=port, smtp_port=0):
        page.until_hidden("#offline")
        page.until_hidden("#faults-on")
        page.until("!document.querySelector('#reset').matches(':disabled')")
        page.until_text("#empty h2", page.text("#empty h2"))
    client.session.close()
