// The panel of faults: presets, the form for all others, and what is in force.

import { api, byId, changed, element, HOSTS, post, shown } from "./tools.js";
import { t } from "./texts.js";

const PRESETS = [
  { name: "lost", body: { fault: "close", stored: true, endpoint: "send" }, rule: { "close+stored": 1 }, host: null, endpoint: "send" },
  { name: "down", body: { fault: "refuse", host: 0 }, rule: { refuse: 1 }, host: 0, endpoint: null },
  { name: "lag", body: { status_lag: 5 }, off: { status_lag: 0 } },
];

let inForce = { rules: [], status_lag: 0, error9_on_repeat: false };

function ruleOf(preset) {
  return inForce.rules.find((rule) => !rule.script.length && rule.host === preset.host
    && rule.endpoint === preset.endpoint && JSON.stringify(rule.chances) === JSON.stringify(preset.rule));
}

const isOn = (preset) => (preset.off ? inForce.status_lag === 5 : Boolean(ruleOf(preset)));

function switchPreset(preset) {
  if (!isOn(preset)) return post("faults", preset.body);
  return preset.off ? post("faults", preset.off) : api(`faults/${ruleOf(preset).rule}`, { method: "DELETE" });
}

// close+stored -> close, message taken
const faultText = (fault) => fault.replace("+stored", `, ${t("taken")}`);

const presetOf = (rule) => PRESETS.find((one) => !one.off && ruleOf(one) === rule);

function ruleText(rule) {
  const preset = presetOf(rule);
  if (preset) return t(`preset_${preset.name}`);
  const where = `${rule.endpoint || t("allEndpoints")}, ${rule.host === null ? t("allHosts") : HOSTS[rule.host]}`;
  const chances = Object.entries(rule.chances)
    .map(([fault, chance]) => faultText(fault) + (chance === 1 ? "" : ` ${Math.round(chance * 100)} %`));
  const steps = [...new Set(rule.script.slice(0, 5).map(faultText))].join(", ");
  const script = rule.script.length ? [`${steps}: ${t("nextRequests", { n: rule.script.length })}`] : [];
  return `${[...script, ...chances].join("; ") || t("usedUp")} (${where})`;
}

function ruleHelp(rule) {
  const words = [...new Set([...rule.script.slice(0, 5), ...Object.keys(rule.chances)])];
  return words.map((word) => t(`fault_${word.replace("+stored", "")}`)).join(" ");
}

export function drawFaults(faults, act) {
  inForce = faults;
  if (document.activeElement !== byId("status-lag")) byId("status-lag").value = faults.status_lag;
  byId("error9").checked = faults.error9_on_repeat;
  if (!changed("faults", faults)) return;
  fillForm(faults);
  const on = faults.rules.map(ruleText);
  if (faults.status_lag > 0) on.push(t("lagRule", { n: faults.status_lag }));
  if (faults.error9_on_repeat) on.push(t("error9Rule"));
  byId("show-faults").textContent = on.length ? t("faultsOn", { n: on.length }) : t("faults");
  byId("faults-on").hidden = on.length === 0;
  byId("faults-on-list").textContent = on.join(" · ");
  PRESETS.forEach((preset, index) => {
    byId("presets").children[index].firstChild.setAttribute("aria-pressed", String(isOn(preset)));
  });
  // What a preset switched on is switched off by it too.
  const others = faults.rules.filter((rule) => !presetOf(rule));
  byId("rules").replaceChildren(...others.map((rule) => ruleItem(rule, act)));
}

function ruleItem(rule, act) {
  const off = element("button", { type: "button", textContent: t("switchOff") });
  off.setAttribute("aria-label", `${t("switchOff")}: ${ruleText(rule)}`);
  off.addEventListener("click", () => act(() => api(`faults/${rule.rule}`, { method: "DELETE" })));
  return element("li", {}, element("span", {}, element("strong", { textContent: ruleText(rule) }),
    ` ${ruleHelp(rule)}`), off);
}

function fillForm(faults) {
  const form = byId("fault-form");
  if (form.fault.options.length) return;
  form.fault.append(...faults.kinds.map((kind) => element("option", { textContent: kind })));
  form.endpoint.append(...faults.endpoints.map((name) => element("option", { textContent: name })));
  form.fault.value = "close";
  form.host.append(...HOSTS.map((name, index) => element("option", { value: index, textContent: name })));
  explain();
}

// What the chosen fault does; those fields that have no sense with it are switched off.
function explain() {
  const form = byId("fault-form");
  const whole = form.fault.value === "refuse";
  byId("fault-help").textContent = t(`fault_${form.fault.value}`);
  form.times.disabled = form.stored.disabled = whole;
  form.stored.disabled ||= form.fault.value === "slow";
}

export function setUpFaults(act) {
  byId("presets").append(...PRESETS.map((preset) => {
    const button = element("button", { type: "button", id: `preset-${preset.name}`, className: "preset" },
      element("strong", { textContent: t(`preset_${preset.name}`) }),
      element("span", { textContent: t(`presetHelp_${preset.name}`) }));
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => act(() => switchPreset(preset)));
    return element("li", {}, button);
  }));
  byId("fault-form").fault.addEventListener("change", explain);
  byId("fault-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const body = { fault: form.fault.value };
    if (form.stored.checked && !form.stored.disabled) body.stored = true;
    if (form.host.value) body.host = Number(form.host.value);
    if (form.endpoint.value) body.endpoint = form.endpoint.value;
    if (form.times.value && !form.times.disabled) body.times = Number(form.times.value);
    act(() => post("faults", body));
  });
  byId("account-form").addEventListener("submit", (event) => event.preventDefault());
  byId("status-lag").addEventListener("change", (event) =>
    act(() => post("faults", { status_lag: Number(event.target.value) })));
  byId("error9").addEventListener("change", (event) =>
    act(() => post("faults", { error9_on_repeat: event.target.checked })));
  byId("all-off").addEventListener("click", () => act(() => api("faults", { method: "DELETE" })));
  byId("show-faults").addEventListener("click", (event) => {
    const show = byId("faults").hidden;
    byId("faults").hidden = !show;
    event.currentTarget.setAttribute("aria-expanded", String(show));
    if (show) byId("presets").querySelector("button").focus();
  });
}

export function showFaultError(text) {
  byId("fault-error").textContent = shown(text);
  byId("fault-error").hidden = text === "";
  if (text) {
    byId("faults").hidden = false;
    byId("show-faults").setAttribute("aria-expanded", "true");
  }
}
