// The list: messages and refused requests, by day.

import { badge, badgeOfSeveral, byId, element, moment, phone, priceOf, shown } from "./tools.js";
import { errorMeaning, LANGUAGE, t } from "./texts.js";

const PAGE = 200;
export const view = { limit: PAGE, show: "all" };

const today = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const items = new Map(); // what stands in the list: name -> { json, node }

export const nameOf = (entry) => (entry.refused ? "r" : "") + entry.key;
export const rowOf = (name) => document.querySelector(`.row[data-name="${name}"]`);

function dayOf(seconds, now) {
  const start = (moment) => new Date(moment * 1000).setHours(0, 0, 0, 0);
  const ago = Math.round((start(now) - start(seconds)) / 86400000);
  return ago === 0 || ago === 1 ? today.format(-ago, "day") : moment(seconds, "day");
}

const part = (className, text) => element("span", { className, textContent: text });
const written = (className, text) => element("bdi", { className, dir: "auto", textContent: text });

function toWhom(entry) {
  const more = entry.numbers > 1 ? ` ${t("moreNumbers", { n: entry.numbers - 1 })}` : "";
  return (entry.phone ? phone(entry.phone) : t("noNumber")) + more;
}

function messageRow(entry) {
  const { hlr } = entry;
  const strong = hlr ? `${hlr.cn}, ${hlr.net}` : shown(entry.text) || t("noText");
  const weak = [part("time", moment(entry.time)), part("to", toWhom(entry))];
  if (entry.kind !== "sms") weak.push(part("kind", entry.kind));
  if (hlr) weak.push(part("", `IMSI ${hlr.imsi}`));
  if (entry.sender) weak.push(written("", t("from", { sender: shown(entry.sender) })));
  const price = part(`price${entry.parts > 1 ? " several" : ""}`, priceOf(entry.price, entry.sms));
  price.title = t("smsTip", {
    numbers: t("numbers", { n: entry.numbers }), parts: t("parts", { n: entry.parts }), price: entry.price,
  });
  return [
    written("text", strong),
    entry.numbers > 1 ? badgeOfSeveral(entry.delivered, entry.waiting, entry.numbers) : badge(entry.status),
    element("span", { className: "weak" }, ...weak), price,
  ];
}

function refusedRow(entry) {
  return [
    part("text", errorMeaning(entry.error)[0] || entry.description),
    part("status bad", t("errorCode", { code: String(entry.error) })),
    element("span", { className: "weak" }, part("time", moment(entry.time)),
      part("to", entry.phone ? toWhom(entry) : entry.endpoint), written("", shown(entry.text))),
    part("price", ""),
  ];
}

function newItem(name) {
  const button = element("button", { type: "button", className: "row" });
  button.dataset.name = name;
  button.addEventListener("click", () => { location.hash = name; });
  return element("li", {}, button);
}

// The rows that are there stay the same elements: a list of thousands redraws only what changed.
function put(name, data, make, draw) {
  const json = JSON.stringify(data);
  let item = items.get(name);
  if (!item) items.set(name, item = { json: "", node: make() });
  if (item.json !== json) {
    draw(item.node);
    item.json = json;
  }
  return item.node;
}

export function drawList({ rows, total, now }) {
  const nodes = [];
  let day = "";
  for (const entry of rows) {
    const itsDay = dayOf(entry.time, now);
    if (itsDay !== day) {
      // On the first day's line it stands how many there are.
      const count = nodes.length ? "" : total > rows.length
        ? t("newest", { shown: rows.length, total }) : t("count", { n: total });
      nodes.push(put(`day ${itsDay}`, count, () => element("li", { className: "day" }), (node) =>
        node.replaceChildren(part("", itsDay), part("count", count))));
      day = itsDay;
    }
    const name = nameOf(entry);
    nodes.push(put(name, entry, () => newItem(name), (node) => {
      node.firstChild.classList.toggle("refused", entry.refused);
      node.firstChild.replaceChildren(...(entry.refused ? refusedRow(entry) : messageRow(entry)));
    }));
  }
  arrange(nodes);
  byId("more").hidden = total <= rows.length;
  byId("more").textContent = t("more", { n: Math.min(total - rows.length, view.limit * 4) });
  const narrowed = byId("search").value !== "" || view.show !== "all";
  byId("nothing-fits").hidden = rows.length > 0 || !narrowed;
  byId("empty").hidden = rows.length > 0 || narrowed;
}

function arrange(nodes) {
  const list = byId("messages");
  const wanted = new Set(nodes);
  for (const [name, { node }] of items) {
    if (!wanted.has(node)) {
      node.remove();
      items.delete(name);
    }
  }
  let place = list.firstChild;
  for (const node of nodes) {
    if (node === place) place = place.nextSibling;
    else list.insertBefore(node, place);
  }
}

export function markSelected(name) {
  for (const button of document.querySelectorAll('.row[aria-current="true"]')) button.removeAttribute("aria-current");
  rowOf(name)?.setAttribute("aria-current", "true");
}

// The row ``step`` further on from the one with that name, or the first one.
export function neighbour(name, step) {
  const rows = [...document.querySelectorAll(".row")];
  const index = rows.findIndex((row) => row.dataset.name === name);
  return index < 0 ? rows[0] : rows[index + step];
}
