// The page as a whole: words, keys, what the buttons do, and keeping up to date.

import { api, byId, copy, duration, element, moment, notice, post } from "./tools.js";
import { LANGUAGE, t } from "./texts.js";
import { drawDetail, selected } from "./detail.js";
import { drawFaults, setUpFaults, showFaultError } from "./faults.js";
import { drawList, markSelected, neighbour, rowOf, view } from "./list.js";

const POLL_MILLISECONDS = 1000;

// Words

document.documentElement.lang = LANGUAGE;
document.title = t("title");
for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
byId("show-faults").textContent = t("faults");
byId("show-help").title = t("help");
byId("command").textContent = `smsc sandbox run --at ${location.origin} -- python program.py`;
for (const [seconds, count, unit] of [[10, 10, "second"], [60, 1, "minute"], [3600, 1, "hour"], [86400, 1, "day"]]) {
  byId("advance").append(element("option", { value: seconds, textContent: `+ ${duration(count, unit)}` }));
}

// What people do

async function act(action) {
  try {
    await action();
    showFaultError("");
  } catch (error) {
    // Without a connection the banner tells what there is to tell.
    if (!(error instanceof TypeError)) showFaultError(error.message);
  }
  await refresh();
}

async function sendTest() {
  const code = String(Math.floor(1000 + Math.random() * 9000));
  await act(async () => {
    const { answer, failure } = await post("test-message", { text: t("testText", { code }) });
    notice(failure ? t("testFailure", { failure }) : t("testAnswer", { answer: answer.slice(0, 80) || "…" }));
  });
}

setUpFaults(act);
for (const button of document.querySelectorAll(".send-test")) button.addEventListener("click", sendTest);
byId("copy-command").addEventListener("click", (event) => copy(byId("command").textContent, event.currentTarget));
byId("advance").addEventListener("change", (event) => {
  const seconds = Number(event.target.value);
  event.target.value = "";
  event.target.blur(); // so that the keys work again
  if (seconds) act(() => post("clock", { advance: seconds }));
});
byId("reset").addEventListener("click", () => {
  if (!confirm(t("resetQuestion"))) return;
  location.hash = "";
  act(() => post("reset", {}));
});
byId("more").addEventListener("click", () => {
  view.limit *= 5;
  refresh();
});
byId("search").addEventListener("input", () => refresh());
byId("filter").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  view.show = button.dataset.show;
  for (const one of byId("filter").children) one.setAttribute("aria-pressed", String(one === button));
  refresh();
});
byId("show-help").addEventListener("click", () => byId("help").showModal());
byId("close").addEventListener("click", async () => {
  const name = selected();
  location.hash = "";
  await showSelected();
  rowOf(name)?.focus();
});

async function showSelected() {
  markSelected(selected());
  try {
    await drawDetail();
  } catch {
    showConnection(false);
  }
}
window.addEventListener("hashchange", async () => {
  await showSelected();
  if (selected()) byId("detail").focus({ preventScroll: true });
});

// Keys

function go(step) {
  const open = selected();
  const row = neighbour(open || document.activeElement.dataset.name, step);
  if (!row) return;
  if (open) {
    location.replace(`#${row.dataset.name}`);
    row.scrollIntoView({ block: "nearest" });
  } else {
    row.focus();
  }
}

function leave() {
  if (document.activeElement === byId("search") && byId("search").value) {
    byId("search").value = "";
    refresh();
  } else if (document.activeElement === byId("search")) {
    byId("search").blur();
  } else if (selected()) {
    byId("close").click();
  }
}

const KEYS = {
  "/": () => byId("search").focus(), "?": () => byId("help").showModal(), Escape: leave,
  j: () => go(1), ArrowDown: () => go(1), k: () => go(-1), ArrowUp: () => go(-1),
};
// Where j and k are on a keyboard with Cyrillic letters.
const PLACES = { KeyJ: "j", KeyK: "k" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  const typing = event.target.matches("input, select, textarea");
  if (typing && event.key !== "Escape") return;
  const latin = /^[\x20-\x7e]/.test(event.key);
  const action = KEYS[latin ? event.key : PLACES[event.code]];
  if (!action) return;
  event.preventDefault();
  action();
});

// Keeping up to date

function showConnection(up) {
  byId("offline").hidden = up;
  for (const group of document.querySelectorAll("fieldset[data-server]")) group.disabled = !up;
}

// A number is shown in groups, so it may come back in groups.
function wanted() {
  const text = byId("search").value.trim();
  return /^\+[\d\s()-]+$/.test(text) ? text.replace(/\D/g, "") : text;
}

let refreshes = 0;
async function refresh() {
  const mine = ++refreshes;
  const query = new URLSearchParams({ limit: view.limit, show: view.show, search: wanted() });
  try {
    const inbox = await api(`inbox?${query}`);
    // An answer to an older search must not overwrite a newer one.
    if (mine !== refreshes) return;
    drawList(inbox);
    drawFaults(inbox.faults, act);
    byId("balance").textContent = inbox.balance;
    byId("date").textContent = moment(inbox.now, "date");
    byId("clock").textContent = moment(inbox.now);
    await drawDetail();
    markSelected(selected());
    showConnection(true);
  } catch (error) {
    if (mine === refreshes) showConnection(false);
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
  }
}

// A long list takes longer to fetch; then it is asked for less often.
let timer = 0;
async function keepUpToDate() {
  clearTimeout(timer);
  const started = performance.now();
  try {
    if (!document.hidden) await refresh();
  } finally {
    timer = setTimeout(keepUpToDate, Math.max(POLL_MILLISECONDS, 5 * (performance.now() - started)));
  }
}
document.addEventListener("visibilitychange", keepUpToDate);
keepUpToDate();
