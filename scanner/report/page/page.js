"use strict";
// Names reach the page as text nodes and attributes of known names only: nothing here parses markup.
const known = JSON.parse(document.getElementById("content").textContent);
const at = (id) => document.getElementById(id);
const MARKS = {
  reachable: "✓ private", public: "! Internet", broken: "✕ broken", unknown: "? unknown",
  barred: "✓ barred", breach: "! must never",
};

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
const link = (href, ...said) => make("a", { href }, ...said);
const away = (href, said) => make("a", { href, rel: "noreferrer noopener", target: "_blank" }, said);
const counted = (count, noun, nouns = `${noun}s`) => `${count.toLocaleString("en")} ${count === 1 ? noun : nouns}`;
// What the rules say is Markdown, of which they use `code` and *emphasis*.
const prose = (text) => text.split(/(`[^`]+`|\*[^*\s][^*]*\*)/).map((part) => (/^`.+`$/.test(part) ? make("code", {}, part.slice(1, -1))
  : /^\*.+\*$/.test(part) ? make("em", {}, part.slice(1, -1)) : part));
// A word of Azure's as words: zoneNotLinked. A sentence stays as it is.
const spaced = (word) => (/^[a-z]+([A-Z][a-z]+)+$/.test(word) ? word.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`) : word);

// --- resources
const idOf = (number) => {
  const [scope, rest] = known.ids[number];
  return known.scopes[scope] + rest;
};
const partsOf = (number) => known.ids[number][1].replace(/^\/providers\//i, "").split("/");
const nameOf = (number) => partsOf(number).slice(2).filter((_, i) => i % 2 === 0).join("/") || idOf(number);
const typeOf = (number) => {
  const parts = partsOf(number);
  return [parts[0], ...parts.slice(1).filter((_, i) => i % 2 === 0)].join("/");
};
const partOf = (number, pattern) => (pattern.exec(idOf(number)) || ["", ""])[1];
const subscriptionOf = (number) => partOf(number, /^\/subscriptions\/([^/]*)/i).toLowerCase();
const subscriptionSaid = (id) => known.subscriptions[id] || id || "none";
const groupOf = (number) => partOf(number, /\/resourcegroups\/([^/]*)/i);
const byId = new Map(known.ids.map((_, number) => [idOf(number).toLowerCase(), number]));

// Names, told apart by their resource group, or subscription, where several are the same.
function apart(numbers) {
  const said = (tell) => numbers.map((number) => `${nameOf(number)}${tell(number) && ` (${tell(number)})`}`);
  for (const tell of [() => "", groupOf, (number) => subscriptionSaid(subscriptionOf(number))]) {
    if (new Set(said(tell)).size === numbers.length) return new Map(said(tell).map((name, i) => [numbers[i], name]));
  }
  return new Map(numbers.map((number) => [number, idOf(number).replace(/^\/subscriptions\//i, "")]));
}

// The portal has no page for what lies inside a resource: a subnet's is its network's.
function portal(number) {
  if (!known.portal || !/^\/subscriptions\//i.test(idOf(number))) return null;
  const [scope, rest] = known.ids[number];
  const outer = `${known.scopes[scope]}${rest.split("/").slice(0, 5).join("/")}`;
  const name = rest.split("/")[4];
  return name ? away(`${known.portal}/#resource${encodeURI(outer)}`, `Open ${name} in the portal`) : null;
}

function copyable(text) {
  return make("div", { class: "command" }, make("pre", { tabindex: "0" }, text), copier(text, "Copy"));
}
function copier(text, said) {
  return make("button", { type: "button", class: "copy", click: (event) => copy(text, event.currentTarget) }, said);
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", {}, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
}
