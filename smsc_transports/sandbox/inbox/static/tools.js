// What all parts of the page use.
//
// Texts of messages come from programs under test and may hold anything, markup included:
// everything is put into the page by textContent, nothing by innerHTML.

import { LANGUAGE, statusName, t } from "./texts.js";

export const HOSTS = ["base", "www2", "www3", "www4", "www5"];

export const byId = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-")) node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children);
  return node;
}

export async function api(path, options = {}) {
  const response = await fetch(`/api/${path}`, { signal: AbortSignal.timeout(8000), ...options });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export function post(path, body) {
  return api(path, { method: "POST", body: JSON.stringify(body) });
}

// Whether ``data`` is other than what was drawn under that name, so that only changes are drawn
// and focus, selection and scroll position stay where they are.
const drawn = new Map();
export function changed(name, data) {
  const text = JSON.stringify(data);
  if (drawn.get(name) === text) return false;
  drawn.set(name, text);
  return true;
}

const formats = {
  time: new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium", hourCycle: "h23" }),
  date: new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" }),
  day: new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "full" }),
  moment: new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }),
};
export const moment = (seconds, form = "time") => formats[form].format(new Date(seconds * 1000));

export function duration(count, unit) {
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

// +380 50 123 45 67; what is no number (e-mail, nick, a wrong number) stays as it is.
export function phone(text) {
  if (!/^\d{10,15}$/.test(text)) return shown(text);
  const known = text.match(/^(380|375)(\d\d)(\d{3})(\d\d)(\d\d)$/) || text.match(/^(7)(\d{3})(\d{3})(\d\d)(\d\d)$/);
  return "+" + (known ? known.slice(1) : text.match(/\d{1,3}/g)).join("\u00a0");
}

// Control characters and those that turn the direction of writing become visible signs.
export function shown(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

const GOOD = [1, 2, 4];
const WAITING = [-1, 0];
export const lookOf = (status) => (GOOD.includes(status) ? "good" : WAITING.includes(status) ? "wait" : "bad");

export function badge(status) {
  return element("span", { className: `status ${lookOf(status)}`, textContent: statusName(status) });
}

// One badge for a message to several numbers.
export function badgeOfSeveral(delivered, waiting, total) {
  const look = delivered === total ? "good" : delivered + waiting < total ? "bad" : "wait";
  return element("span", { className: `status ${look}`, textContent: t("deliveredOf", { delivered, total }) });
}

// 3 × 1.40: what is paid for each SMS. Calls are paid by seconds: then the price alone.
export function priceOf(price, sms) {
  const each = price / sms;
  const even = Math.abs(Math.round(each * 100) * sms - Math.round(price * 100)) < 0.5;
  return sms > 1 && even ? t("sms", { n: sms, price: each.toFixed(2) }) : price;
}

export async function copy(text, button) {
  let word = "copied";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { value: text });
    document.body.append(area);
    area.select();
    if (!document.execCommand("copy")) word = "copyFailed";
    area.remove();
    button.focus();
  }
  button.dataset.word ??= button.textContent;
  button.textContent = t(word);
  setTimeout(() => { button.textContent = button.dataset.word; }, 1500);
}

export function copyButton(word, text) {
  const button = element("button", { type: "button", className: "copy", textContent: word });
  button.addEventListener("click", () => copy(text(), button));
  return button;
}

let noticeTimer = 0;
export function notice(text) {
  byId("notice").textContent = shown(text);
  byId("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { byId("notice").hidden = true; }, 10000);
}
