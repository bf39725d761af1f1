"use strict";

// Texts of messages come from programs under test and may hold anything, markup included:
// everything is put into the page by textContent, nothing by innerHTML.

const POLL_MILLISECONDS = 1000;
const SHOWN = 200;

const STATUSES = {
  "-1": ["waiting", "wait"], "0": ["handed over", "wait"], "1": ["delivered", "good"],
  "2": ["read", "good"], "3": ["expired", "bad"], "4": ["link opened", "good"],
  "20": ["not delivered", "bad"], "22": ["wrong number", "bad"], "23": ["forbidden", "bad"],
  "24": ["no money", "bad"], "25": ["no service", "bad"],
};
const HOSTS = ["base", "www2", "www3", "www4", "www5"];

const byId = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  Object.assign(node, properties);
  node.append(...children);
  return node;
}

function time(seconds, withDate = false) {
  const options = { timeStyle: "medium", hourCycle: "h23", ...(withDate && { dateStyle: "medium" }) };
  return new Intl.DateTimeFormat([], options).format(new Date(seconds * 1000));
}

function statusBadge(status) {
  const [name, look] = STATUSES[status] || [`status ${status}`, "wait"];
  return element("span", { className: `status ${look}`, textContent: name });
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

async function api(path, options = {}) {
  const response = await fetch(`/api/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function post(path, body) {
  return api(path, { method: "POST", body: JSON.stringify(body) });
}

// Draws only what changed, so that focus, selection and scroll position stay where they are.
const drawn = new Map();
function changed(name, data) {
  const text = JSON.stringify(data);
  if (drawn.get(name) === text) return false;
  drawn.set(name, text);
  return true;
}

// List

function row(message) {
  const many = message.phones.length > 1 ? ` +${message.phones.length - 1}` : "";
  const sender = message.sender ? `from ${message.sender}` : message.kind;
  const button = element("button", { type: "button", className: "row" },
    element("span", { className: "time", textContent: time(message.time) }),
    element("span", { className: "to" }, (message.phones[0] || "nobody") + many,
      element("small", { textContent: sender })),
    statusBadge(message.statuses[0]),
    element("span", { className: "text", textContent: message.text || "(no text)" }));
  button.dataset.key = message.key;
  button.addEventListener("click", () => { location.hash = message.key; });
  return element("li", {}, button);
}

function drawList(messages) {
  const search = byId("search").value;
  byId("empty").hidden = messages.length > 0;
  byId("empty").textContent = search ? "No message fits the search." : "Nothing has arrived yet.";
  byId("count").textContent = messages.length < SHOWN ? messages.length : `newest ${SHOWN}`;
  if (!changed("messages", messages)) return;
  const focused = document.activeElement.dataset.key;
  byId("messages").replaceChildren(...messages.map(row));
  if (focused) rowOf(focused)?.focus();
  markSelected();
}

const rowOf = (key) => document.querySelector(`.row[data-key="${key}"]`);

function markSelected() {
  for (const button of document.querySelectorAll(".row")) {
    button.setAttribute("aria-current", String(button.dataset.key === selectedKey()));
  }
}

function drawRefusals(refusals) {
  byId("refused").hidden = refusals.length === 0;
  byId("refused-count").textContent = refusals.length;
  if (!changed("refusals", refusals)) return;
  byId("refusals").replaceChildren(...refusals.map((refusal) => element("li", {},
    `${time(refusal.time)} ${refusal.endpoint}: error ${refusal.error}, ${refusal.description}`,
    element("pre", { textContent: refusal.raw }))));
}

// Detail

const selectedKey = () => (/^#\d+$/.test(location.hash) ? location.hash.slice(1) : "");

async function drawDetail() {
  const key = selectedKey();
  let message = null;
  if (key) {
    try {
      message = await api(`messages/${key}`);
    } catch (error) {
      if (error instanceof TypeError) throw error;
    }
  }
  if (key !== selectedKey()) return;
  document.querySelector("main").classList.toggle("with-detail", message !== null);
  byId("detail").hidden = message === null;
  if (message === null || !changed("detail", message)) return;
  byId("detail-title").textContent = `Message ${message.id}`;
  byId("detail-body").replaceChildren(
    element("p", { className: "message", textContent: message.text || "(no text)" }),
    facts(message),
    ...parts(message),
    heading("Statuses"), statuses(message),
    heading("Request"), element("pre", { textContent: message.raw, tabIndex: 0 }),
  );
}

const heading = (text) => element("h3", { textContent: text });

function facts(message) {
  const pairs = {
    To: message.phones.join(", "),
    From: message.sender || "default sender",
    Kind: message.kind,
    Encoding: message.encoding || "none",
    Parts: message.parts,
    Price: message.price,
    Received: `${time(message.time, true)} by ${message.channel}, host ${HOSTS[message.host]}`,
  };
  if (message.due > message.time + 1) pairs["Leaves at"] = time(message.due, true);
  if (message.comment) pairs.Comment = message.comment;
  for (const [name, value] of Object.entries(message.options)) if (value) pairs[name] = value;
  const list = element("dl", { className: "facts" });
  for (const [name, value] of Object.entries(pairs)) {
    list.append(element("dt", { textContent: name }), element("dd", { textContent: value }));
  }
  return list;
}

function parts(message) {
  if (message.texts.length < 2) return [];
  return [heading(`${message.texts.length} parts`),
    ...message.texts.map((text) => element("div", { className: "part", textContent: text }))];
}

function statuses(message) {
  const body = element("tbody");
  for (const recipient of message.recipients) {
    for (const change of recipient.history) {
      const error = change.err ? `err ${change.err}` : "";
      body.append(element("tr", {},
        element("td", { textContent: recipient.phone }),
        element("td", { textContent: time(change.time) }),
        element("td", {}, statusBadge(change.status)),
        element("td", { textContent: `${change.status} ${error}` })));
    }
  }
  const names = ["Number", "Time", "Status", "Code"];
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col", textContent: name })));
  return element("table", {}, element("thead", {}, head), body);
}

// Faults

function ruleText(rule) {
  const where = `${rule.endpoint || "all endpoints"}, ${rule.host === null ? "all hosts" : HOSTS[rule.host]}`;
  const chances = Object.entries(rule.chances)
    .map(([fault, chance]) => (chance === 1 ? fault : `${fault} ${Math.round(chance * 100)} %`));
  const steps = rule.script.slice(0, 5).join(", ");
  const script = rule.script.length ? [`next ${plural(rule.script.length, "request")}: ${steps}…`] : [];
  return `${[...script, ...chances].join("; ") || "used up"} (${where})`;
}

function drawFaults(faults) {
  const form = byId("fault-form");
  if (!form.fault.options.length) {
    form.fault.append(...faults.kinds.map((kind) => element("option", { textContent: kind })));
    form.endpoint.append(...faults.endpoints.map((name) => element("option", { textContent: name })));
  }
  const on = faults.rules.length + (faults.status_lag > 0) + faults.error9_on_repeat;
  byId("show-faults").textContent = on ? `Faults (${on})` : "Faults";
  if (document.activeElement !== byId("status-lag")) byId("status-lag").value = faults.status_lag;
  byId("error9").checked = faults.error9_on_repeat;
  if (!changed("rules", faults.rules)) return;
  byId("rules").replaceChildren(...faults.rules.map((rule) => {
    const off = element("button", { type: "button", textContent: "Switch off" });
    off.setAttribute("aria-label", `Switch off ${ruleText(rule)}`);
    off.addEventListener("click", () => act(() => api(`faults/${rule.rule}`, { method: "DELETE" })));
    return element("li", {}, element("span", { textContent: ruleText(rule) }), off);
  }));
}

// What people do

async function act(action) {
  byId("fault-error").hidden = true;
  try {
    await action();
  } catch (error) {
    byId("fault-error").textContent = error.message;
    byId("fault-error").hidden = false;
    byId("faults").hidden = false;
  }
  await refresh();
}

byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const body = { fault: form.fault.value, stored: form.stored.checked };
  if (form.host.value) body.host = Number(form.host.value);
  if (form.endpoint.value) body.endpoint = form.endpoint.value;
  if (form.times.value) body.times = Number(form.times.value);
  act(() => post("faults", body));
});
byId("lag-form").addEventListener("submit", (event) => event.preventDefault());
byId("status-lag").addEventListener("change", (event) =>
  act(() => post("faults", { status_lag: Number(event.target.value) })));
byId("error9").addEventListener("change", (event) =>
  act(() => post("faults", { error9_on_repeat: event.target.checked })));
byId("show-faults").addEventListener("click", (event) => {
  const show = byId("faults").hidden;
  byId("faults").hidden = !show;
  event.currentTarget.setAttribute("aria-expanded", String(show));
  if (show) byId("fault-form").fault.focus();
});
byId("advance").addEventListener("change", (event) => {
  const seconds = Number(event.target.value);
  event.target.value = "";
  if (seconds) act(() => post("clock", { advance: seconds }));
});
byId("reset").addEventListener("click", () => {
  if (!confirm("Forget all messages and lift all faults?")) return;
  location.hash = "";
  act(() => post("reset", {}));
});
byId("search").addEventListener("input", () => refresh());
byId("close").addEventListener("click", () => {
  const key = selectedKey();
  location.hash = "";
  showSelected().then(() => rowOf(key)?.focus());
});

async function showSelected() {
  drawn.delete("detail");
  await drawDetail();
  markSelected();
}
window.addEventListener("hashchange", async () => {
  await showSelected();
  if (selectedKey()) byId("detail").focus({ preventScroll: true });
});

// Arrows walk through the messages, Escape leaves one.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && selectedKey()) byId("close").click();
  if (!document.activeElement.classList.contains("row")) return;
  const item = document.activeElement.parentElement;
  const next = { ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling }[event.key];
  if (next) {
    event.preventDefault();
    next.firstElementChild.focus();
  }
});

// Keeping up to date

let refreshes = 0;
async function refresh() {
  const mine = ++refreshes;
  try {
    const search = encodeURIComponent(byId("search").value);
    const answers = await Promise.all([
      api(`messages?limit=${SHOWN}&search=${search}`), api("refusals"), api("faults"),
      api("balance"), api("clock"),
    ]);
    // An answer to an older search must not overwrite a newer one.
    if (mine !== refreshes) return;
    const [messages, refusals, faults, balance, clock] = answers;
    drawList(messages);
    drawRefusals(refusals);
    drawFaults(faults);
    byId("balance").textContent = balance.balance;
    byId("clock").textContent = time(clock.now, true);
    await drawDetail();
    byId("connection").hidden = true;
  } catch (error) {
    byId("connection").hidden = false;
  }
}

async function keepUpToDate() {
  if (!document.hidden) await refresh();
  setTimeout(keepUpToDate, POLL_MILLISECONDS);
}
keepUpToDate();
