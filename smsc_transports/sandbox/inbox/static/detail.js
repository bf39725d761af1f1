// One message, or one refused request, with all that is known of it.

import {
  api, badge, badgeOfSeveral, byId, changed, copyButton, element, HOSTS, lookOf, moment, phone, priceOf, shown,
} from "./tools.js";
import { errMeaning, errorMeaning, t } from "./texts.js";

const DEFAULTS = { charset: "utf-8", translit: "0", time: "0", tz: "0", test: "0" };
const MOST_NUMBERS = 100; // drawn; a message may have thousands

const heading = (text) => element("h3", { textContent: text });
const written = (name, className, text) => element(name, { className, dir: "auto", textContent: shown(text) });

function facts(pairs) {
  const list = element("dl", { className: "facts" });
  for (const [name, value] of pairs) {
    if (value) list.append(element("dt", { textContent: name }), written("dd", "", String(value)));
  }
  return list;
}

function request(raw) {
  return [heading(t("request")), element("pre", { textContent: shown(raw), tabIndex: 0 })];
}

function received(entry) {
  return t("receivedBy", { time: moment(entry.time, "moment"), channel: entry.channel, host: HOSTS[entry.host] });
}

// Message

const last = (recipient) => recipient.history[recipient.history.length - 1];

function standing(message) {
  const states = message.recipients.map(last);
  const count = (look) => states.filter((state) => lookOf(state.status) === look).length;
  const line = element("p", { className: "standing" }, states.length > 1
    ? badgeOfSeveral(count("good"), count("wait"), states.length) : badge(states[0].status));
  for (const err of new Set(states.map((state) => state.err))) {
    if (err) line.append(element("span", { textContent: `${t("err", { code: String(err) })} ${errMeaning(err)}` }));
  }
  return line;
}

function messageFacts(message) {
  const numbers = message.recipients.length;
  const several = numbers > 1 ? ` (${t("numbers", { n: numbers })})` : "";
  const sms = message.parts * message.phones.length;
  const price = priceOf(message.price, sms);
  const rule = message.parts > 1 && { "ucs-2": t("ucs2"), "gsm-7": t("gsm7") }[message.encoding];
  const numbersShown = message.recipients.slice(0, 10).map((one) => phone(one.phone)).join(", ");
  return facts([
    [t("to"), numbersShown + (numbers > 10 ? ` … ${several}` : several)],
    [t("sender"), message.sender || t("defaultSender")],
    [t("kind"), message.kind === "sms" ? "" : message.kind],
    [t("price"), price === message.price ? price : `${price} = ${message.price}`],
    [t("encoding"), message.encoding + (rule ? `: ${rule}` : "")],
    [t("received"), received(message)],
    [t("leaves"), message.due > message.time + 1 ? moment(message.due, "moment") : ""],
    [t("comment"), message.comment],
    ...Object.entries(message.options).filter(([name, value]) =>
      name !== message.kind && value !== DEFAULTS[name]),
  ]);
}

const text = (message) => [written("p", "message", message.text || t("noText"))];

function hlr(message) {
  return message.recipients.filter((one) => one.hlr).slice(0, MOST_NUMBERS).flatMap((one) => {
    const { cn, net, rcn, rnet, imsi, msc, mcc, mnc } = one.hlr;
    return [heading(`HLR ${phone(one.phone)}`), facts([
      [t("cn"), cn], [t("net"), `${net} (MCC ${mcc}, MNC ${mnc})`], [t("rcn"), rcn], [t("rnet"), rnet],
      [t("imsi"), imsi], [t("msc"), msc],
    ])];
  });
}

function parts(message) {
  if (message.texts.length < 2) return [];
  return [heading(t("parts", { n: message.texts.length })),
    ...message.texts.map((text) => written("div", "part", text))];
}

function history(message) {
  const body = element("tbody");
  for (const recipient of message.recipients.slice(0, MOST_NUMBERS)) {
    recipient.history.forEach((change, index) => {
      const code = change.status + (change.err ? `, ${t("err", { code: String(change.err) })}` : "");
      body.append(element("tr", {},
        element("td", { textContent: index ? "" : phone(recipient.phone) }),
        element("td", { textContent: moment(change.time) }),
        element("td", {}, badge(change.status)),
        element("td", { textContent: code })));
    });
  }
  const names = ["number", "time", "status", "code"].map((name) => element("th", { scope: "col", textContent: t(name) }));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...names)), body);
  const more = message.recipients.length - MOST_NUMBERS;
  return [heading(t("history")), table,
    ...(more > 0 ? [element("p", { textContent: t("andMore", { n: more }) })] : [])];
}

// A command that sends the same once more, to this sandbox; any login will do.
function curl(message, address) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const fields = {
    login: "sandbox", psw: "sandbox", phones: message.phones.join(","), mes: message.text, sender: message.sender,
    ...message.options, charset: "utf-8", fmt: "1",
  };
  const given = Object.entries(fields).filter(([, value]) => value !== "");
  return [`curl http://${address}/sys/send.php`,
    ...given.map(([name, value]) => `  --data-urlencode ${quoted(`${name}=${value}`)}`)].join(" \\\n");
}

function copies(message, address) {
  return element("p", { className: "copies" },
    element("span", { textContent: `${t("copy")}:` }),
    copyButton(t("copyText"), () => message.text),
    copyButton(t("copyId"), () => message.id),
    copyButton("curl", () => curl(message, address)),
    copyButton("JSON", () => JSON.stringify(message, null, 2)));
}

async function drawMessage(message) {
  const address = (await api("addresses")).http[message.host];
  byId("detail-title").textContent = t("message", { id: message.id });
  byId("detail-body").replaceChildren(
    standing(message), ...(message.kind === "hlr" ? hlr(message) : text(message)), copies(message, address),
    messageFacts(message), ...parts(message), ...history(message), ...request(message.raw),
  );
}

// Refused request

function drawRefusal(refusal) {
  const [meaning, advice] = errorMeaning(refusal.error);
  byId("detail-title").textContent = t("refusedRequest");
  byId("detail-body").replaceChildren(
    element("p", { className: "standing" },
      element("span", { className: "status bad", textContent: t("errorCode", { code: String(refusal.error) }) }),
      element("strong", { textContent: meaning })),
    element("p", { className: "advice", textContent: advice }),
    ...(refusal.text ? [written("p", "message", refusal.text)] : []),
    element("p", { className: "copies" },
      element("span", { textContent: `${t("copy")}:` }),
      copyButton(t("copyText"), () => refusal.text),
      copyButton(t("copyRequest"), () => refusal.raw),
      copyButton("JSON", () => JSON.stringify(refusal, null, 2))),
    facts([
      [t("to"), refusal.phones.slice(0, 10).map(phone).join(", ")],
      [t("endpoint"), refusal.endpoint],
      [t("received"), received(refusal)],
    ]),
    element("p", { className: "answer", textContent: t("answerWas", {
      code: String(refusal.error), description: refusal.description,
    }) }),
    ...request(refusal.raw),
  );
}

// The name of what is open, from the address of the page: 5 is a message, r5 a refused request.
export const selected = () => (/^#r?\d+$/.test(location.hash) ? location.hash.slice(1) : "");

// Raises TypeError when the sandbox cannot be reached; what is no longer there is closed.
export async function drawDetail() {
  const name = selected();
  let found = null;
  if (name) {
    try {
      found = await api(name.startsWith("r") ? `refusals/${name.slice(1)}` : `messages/${name}`);
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) throw error;
    }
  }
  if (name !== selected()) return;
  document.querySelector("main").classList.toggle("with-detail", found !== null);
  byId("detail").hidden = found === null;
  if (!changed("detail", [name, found]) || found === null) return;
  if (name.startsWith("r")) drawRefusal(found);
  else await drawMessage(found);
}
