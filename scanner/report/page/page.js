"use strict";
// Names reach the page as text nodes and attributes of known names only: nothing here parses markup.
const known = JSON.parse(document.getElementById("content").textContent);
const at = (id) => document.getElementById(id);
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const SHOWN = 200;
const MARKS = {
  reachable: "✓ private", public: "! Internet", broken: "✕ broken", unknown: "? unknown",
  barred: "✓ barred", breach: "! must never",
};
const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...real(children));
  return element;
}
const real = (children) => children.filter((child) => child !== null);

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
const subscriptionOf = (number) => (/^\/subscriptions\/([^/]*)/i.exec(idOf(number)) || ["", ""])[1].toLowerCase();

function portal(number) {
  if (!known.portal) return null;
  const href = `${known.portal}/#resource${encodeURI(idOf(number))}`;
  return make("a", { href, rel: "noreferrer noopener", target: "_blank" }, "open in the portal");
}

function copyable(text) {
  const button = make("button", { type: "button", class: "copy", click: () => copy(text, button) }, "Copy");
  return make("div", {}, make("pre", { tabindex: "0" }, text), button);
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

// --- the list of findings
const families = [...new Set(known.findings.map((f) => known.rules[f.rule].family))].sort();
const words = known.findings.map((f) =>
  [f.rule, known.rules[f.rule].name, idOf(f.at), f.message, ...f.why.map((w) => w[1])].join(" ").toLowerCase());
const filters = { severity: "", family: "", account: "", subscription: "", verdict: "" };
let pages = 1;

function options(id, all, pairs) {
  at(id).append(...[["", all], ...pairs].map(([value, said]) => make("option", { value }, said)));
  at(id).addEventListener("change", (event) => { filters[id] = event.target.value; pages = 1; list(); });
}
options("severity", "all", SEVERITIES.map((s) => [s, s]));
options("family", "all", families.map((f) => [f, f]));
options("account", "all", known.accounts.map((a) => [String(a.at), nameOf(a.at)]));
options("subscription", "all", [...new Set(known.findings.map((f) => subscriptionOf(f.at)))].sort()
  .map((s) => [s, known.subscriptions[s] || s || "none"]));
options("verdict", "all", [["fail", "violations"], ["open", "not known"], ["suppressed", "suppressed"]]);
const ASIDE = { open: "not known", suppressed: "suppressed" };
at("search").addEventListener("input", () => { pages = 1; list(); });
at("filters").addEventListener("submit", (event) => event.preventDefault());

function wanted(finding, place) {
  const search = at("search").value.toLowerCase().split(/\s+/);
  return (!filters.severity || finding.severity === filters.severity)
    && (!filters.family || known.rules[finding.rule].family === filters.family)
    && (!filters.account || finding.accounts.includes(Number(filters.account)))
    && (!filters.subscription || subscriptionOf(finding.at) === filters.subscription)
    && (!filters.verdict || finding.verdict === filters.verdict)
    && search.every((word) => words[place].includes(word));
}

function item(finding) {
  const aside = ASIDE[finding.verdict];
  return make("li", {}, make("button", {
    type: "button", class: `f-${finding.severity}${aside ? " f-open" : ""}`, "data-key": finding.key,
    click: () => { location.hash = `finding=${finding.key}`; },
  },
  make("span", {}, make("b", { class: `severity g-${finding.severity}` }, aside ? `${aside} (${finding.severity})` : finding.severity),
    ` ${finding.rule} ${known.rules[finding.rule].name}`),
  make("span", {}, nameOf(finding.at)), make("span", { class: "small" }, finding.message),
  make("span", { class: "small printed" }, `Fix: ${finding.commands[0] || finding.fix}`)));
}

function list() {
  const found = known.findings.filter(wanted);
  const shown = found.slice(0, SHOWN * pages);
  at("findings").replaceChildren(...shown.map(item));
  if (found.length > shown.length) {
    at("findings").append(make("li", {}, make("button", { type: "button", click: () => { pages += 1; list(); } },
      `Show more (${found.length - shown.length})`)));
  }
  const left = known.leftOut ? `; ${known.leftOut} more are in the JSON report` : "";
  at("count").textContent = `${found.length} of ${known.findings.length} findings${left}`;
  mark();
}

function mark() {
  for (const button of at("findings").querySelectorAll("button")) {
    if (location.hash === `#finding=${button.dataset.key}`) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

// --- detail
function show(...children) {
  at("detail").replaceChildren(make("button", { type: "button", class: "close", click: reset }, "Close"), ...real(children));
  at("detail").hidden = false;
  at("detail").scrollTop = 0;
}

function strip(hops) {
  const items = hops.map(([label, said, ends]) => make("li", ends ? { class: "ends" } : {}, make("b", {}, label), said));
  return make("ol", { id: "hops", tabindex: "0", "aria-label": "Hop by hop" }, ...items);
}

function callOf(finding) {
  return known.matrix.told.find((told) => finding.calls.some(([from, to, host]) =>
    told.from === from && known.accounts[told.to].at === to && told.host === host && told.outcome !== "reachable"));
}

function showFinding(finding) {
  const rule = known.rules[finding.rule];
  const call = callOf(finding);
  const hops = call ? hopsOf(call) : finding.why.map(([number, said], place) =>
    [nameOf(number), said, place === finding.why.length - 1]);
  const links = rule.links.map((href) => make("li", {}, make("a", { href, rel: "noreferrer noopener", target: "_blank" }, href)));
  show(
    make("h2", {}, make("span", { class: `severity g-${finding.severity}` }, ASIDE[finding.verdict] || finding.severity),
      ` ${finding.rule} ${rule.name}: ${nameOf(finding.at)}`),
    make("p", {}, finding.message), finding.suppressed ? make("p", {}, `Suppressed ${finding.suppressed}`) : null, strip(hops),
    call ? make("p", { class: "small" }, `The call: ${nameOf(call.from)} to ${call.host}`) : null,
    finding.callCount > 1 ? make("p", { class: "small" }, `${finding.callCount} calls are affected.`) : null,
    make("h3", {}, "Fix"), make("p", {}, finding.fix), ...finding.commands.map(copyable),
    make("h3", {}, "Evidence"),
    make("ul", {}, ...finding.why.map(([, said]) => make("li", {}, said))),
    make("h3", {}, "Why it matters"), make("p", {}, rule.why || rule.summary),
    make("ul", {}, make("li", {}, "The rule, its reasons and proof: ", make("code", {}, `aoai-scan rules show ${finding.rule}`)), ...links),
    make("p", {}, make("code", {}, idOf(finding.at)), " ", portal(finding.at)),
  );
  const where = call ? wayOf(call)
    : [...finding.why.map(([number]) => number), finding.at];
  light(finding.accounts.length && !call && finding.why.length < 2 ? [...where, ...finding.accounts.slice(0, 1)] : where);
}

function wayOf(call) {
  const account = known.accounts[call.to].at;
  const between = call.steps.flatMap((step) => step[2]).filter((number) => placeOf(number) !== account);
  return [call.from, ...between, account];
}

function hopsOf(call) {
  const last = call.steps.length - 1;
  return [["from", nameOf(call.from), false],
    ...call.steps.map(([label, said], place) => [label, said, place === last && call.outcome !== "reachable"]),
    [MARKS[call.outcome], call.cause || "reaches the private endpoint", false]];
}

function showCall(call) {
  show(make("h2", {}, `${nameOf(call.from)} to ${call.host}: ${MARKS[call.outcome]}`), strip(hopsOf(call)),
    call.cause ? make("p", {}, call.cause) : null,
    call.blame < 0 ? null : make("p", {}, "To change: ", make("code", {}, nameOf(call.blame)), " ", portal(call.blame)),
    make("p", { class: "small" }, "On the command line:"),
    copyable(`aoai-scan trace --from ${quoted(idOf(call.from))} --to ${quoted(idOf(known.accounts[call.to].at))}`));
  light(wayOf(call));
}

const quoted = (text) => (/^[\w./:-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);

function showResource(number) {
  const about = known.findings.filter((f) => f.at === number || f.why.some(([n]) => n === number) || f.accounts.includes(number)
    || idOf(f.at).toLowerCase().startsWith(`${idOf(number).toLowerCase()}/`));
  const account = known.accounts.find((a) => a.at === number);
  show(make("h2", {}, nameOf(number)), make("p", { class: "small" }, typeOf(number)),
    account ? make("p", {}, make("a", { href: `#account=${account.key}` }, "Who can call this account?")) : null,
    about.length ? make("ul", {}, ...about.slice(0, 30).map((f) => make("li", {}, make("a", { href: `#finding=${f.key}` }, `${f.severity} ${f.rule}`), ` ${f.message}`)))
      : make("p", {}, "No finding names it."),
    make("p", {}, make("code", {}, idOf(number)), " ", portal(number)));
  light([number]);
}

// --- the picture
const picture = at("picture");
const whole = picture.viewBox.baseVal;
const full = [whole.x, whole.y, whole.width, whole.height];
let frame = [...full];
const drawn = new Map();
for (const element of picture.querySelectorAll("[data-n]")) {
  const number = Number(element.dataset.n);
  if (!drawn.has(number)) drawn.set(number, []);
  drawn.get(number).push(element);
}

for (const group of picture.querySelectorAll("[data-of]")) {
  for (const number of group.dataset.of.split(" ").map(Number)) {
    if (!drawn.has(number)) drawn.set(number, [group.firstElementChild]);
  }
}

function look(next) {
  frame = next;
  picture.setAttribute("viewBox", frame.map((value) => value.toFixed(1)).join(" "));
}
function zoom(factor, x = frame[0] + frame[2] / 2, y = frame[1] + frame[3] / 2) {
  const wide = Math.min(Math.max(frame[2] * factor, 200), full[2] * 3);
  const real = wide / frame[2];
  look([x - (x - frame[0]) * real, y - (y - frame[1]) * real, wide, frame[3] * real]);
}
const pan = (dx, dy) => look([frame[0] + dx, frame[1] + dy, frame[2], frame[3]]);
const fit = () => look([...full]);

function boxOf(element) {
  const rect = element.querySelector("rect");
  return ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
}

// What is not drawn itself shows where it lies: a record in its zone, a peering in its network.
function placeOf(number) {
  let id = idOf(number).toLowerCase();
  for (let cut = id.length; cut > 0; cut = id.lastIndexOf("/")) {
    id = id.slice(0, cut);
    const found = byId.get(id);
    if (found !== undefined && drawn.has(found)) return found;
  }
  return -1;
}
const byId = new Map(known.ids.map((_, number) => [idOf(number).toLowerCase(), number]));

function light(numbers) {
  for (const element of picture.querySelectorAll(".lit")) element.classList.remove("lit");
  const places = [...new Set(numbers.map(placeOf))].filter((number) => number >= 0);
  const boxes = [];
  for (const number of places) {
    for (const element of drawn.get(number)) element.classList.add("lit");
  }
  // A network is lit with what it holds; the way goes from one thing in it to the next.
  const stops = places.filter((number) => !drawn.get(number)[0].classList.contains("c"));
  for (const number of stops.length > 1 ? stops : places) {
    const near = drawn.get(number).map(boxOf);
    const last = boxes[boxes.length - 1];
    near.sort((a, b) => (last ? far(a, last) - far(b, last) : 0));
    boxes.push(near[0]);
  }
  at("way").replaceChildren(...boxes.slice(1).map((box, place) => arrow(boxes[place], box)));
  picture.classList.toggle("dim", boxes.length > 0);
  if (boxes.length && !at("view-picture").hidden) around(boxes);
}
const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function arrow(from, to) {
  const [x1, y1] = [from[0] + Math.min(from[2] / 2, 60), from[1] + Math.min(from[3] / 2, 14)];
  const [x2, y2] = [to[0] + Math.min(to[2] / 2, 60), to[1] + Math.min(to[3] / 2, 14)];
  const path = document.createElementNS(SVG, "path");
  const bend = Math.min(90, Math.hypot(x2 - x1, y2 - y1) / 3);
  path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1 - bend / 2} ${x2 - bend} ${y2 - bend / 2} ${x2} ${y2}`);
  return path;
}

function around(boxes) {
  const left = Math.min(...boxes.map((b) => b[0])) - 120;
  const top = Math.min(...boxes.map((b) => b[1])) - 90;
  const right = Math.max(...boxes.map((b) => b[0] + b[2])) + 120;
  const low = Math.max(...boxes.map((b) => b[1] + b[3])) + 90;
  const wide = Math.max(right - left, 700);
  const tall = Math.max(low - top, 400);
  look([left - (wide - right + left) / 2, top - (tall - low + top) / 2, wide, tall]);
}

function point(event) {
  const box = picture.getBoundingClientRect();
  const scale = Math.max(frame[2] / box.width, frame[3] / box.height);
  return [frame[0] + frame[2] / 2 + (event.clientX - box.left - box.width / 2) * scale,
    frame[1] + frame[3] / 2 + (event.clientY - box.top - box.height / 2) * scale, scale];
}
picture.addEventListener("wheel", (event) => {
  event.preventDefault();
  const [x, y] = point(event);
  zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, x, y);
}, { passive: false });
let grip = null;
picture.addEventListener("pointerdown", (event) => { grip = [event.clientX, event.clientY, false]; });
window.addEventListener("pointermove", (event) => {
  if (!grip) return;
  const [dx, dy] = [event.clientX - grip[0], event.clientY - grip[1]];
  if (!grip[2] && Math.hypot(dx, dy) < 4) return;
  const [, , scale] = point(event);
  pan(-dx * scale, -dy * scale);
  grip = [event.clientX, event.clientY, true];
});
window.addEventListener("pointerup", () => { window.setTimeout(() => { grip = null; }); });
picture.addEventListener("click", (event) => {
  const node = event.target.closest("[data-n]");
  if (node && !(grip && grip[2])) showResource(Number(node.dataset.n));
});
at("zoom-in").addEventListener("click", () => zoom(1 / 1.4));
at("zoom-out").addEventListener("click", () => zoom(1.4));
at("fit").addEventListener("click", fit);
picture.addEventListener("keydown", (event) => {
  const step = frame[2] / 10;
  const moves = {
    ArrowLeft: () => pan(-step, 0), ArrowRight: () => pan(step, 0), ArrowUp: () => pan(0, -step), ArrowDown: () => pan(0, step),
    "+": () => zoom(1 / 1.4), "=": () => zoom(1 / 1.4), "-": () => zoom(1.4), 0: fit,
  };
  const node = event.target.closest("[data-n]");
  if (node && (event.key === "Enter" || event.key === " ")) showResource(Number(node.dataset.n));
  else if (moves[event.key]) moves[event.key]();
  else return;
  event.preventDefault();
});
at("legend").append(...[
  ["l-net", "network"], ["l-endpoint", "private endpoint"], ["l-account", "account"], ["l-zone", "DNS zone"],
  ["l-broken", "✕ not connected"], ["l-unread", "not read, or many in one"],
].map(([kind, said]) => make("span", {}, make("i", { class: kind }), said)),
make("span", {}, make("span", { class: "pill" }, "PUBLIC"), " how far it is exposed"),
make("span", {}, "C H M L: the gravest violation in it"));

// --- the matrix
const GRAVE = ["breach", "broken", "public", "unknown", "reachable", "barred"];
const MOST = { rows: 120, columns: 30 };

function drawMatrix() {
  const view = at("view-matrix");
  const { rows, told, byNetwork } = known.matrix;
  const used = [...new Set(rows.flatMap(([, cells]) => cells.map((c) => c[0])))].sort((a, b) => a - b);
  const columns = used.slice(0, MOST.columns);
  const worst = ([, cells]) => Math.min(...cells.map((c) => GRAVE.indexOf(c[1])));
  const sorted = [...rows].sort((a, b) => worst(a) - worst(b)).slice(0, MOST.rows);
  const head = make("tr", {}, make("th", { scope: "col" }, byNetwork ? "Network" : "Caller"),
    ...columns.map((place) => make("th", { scope: "col" }, make("a", { href: `#account=${known.accounts[place].key}` }, nameOf(known.accounts[place].at)))));
  const body = sorted.map(([row, cells]) => make("tr", {}, make("th", { scope: "row" }, rowName(row)),
    ...columns.map((place) => cell(cells.find((c) => c[0] === place), told))));
  const cut = [];
  if (used.length > columns.length) cut.push(`${used.length - columns.length} more accounts`);
  if (rows.length > sorted.length) cut.push(`${rows.length - sorted.length} more rows`);
  view.replaceChildren(...real([make("h2", {}, "Who reaches which account"),
    make("p", {}, rows.length ? `Every ${byNetwork ? "network" : "caller"} that should reach an account, the gravest first. Choose a cell to follow the call.`
      : "No call is wanted by DNS, by the network, or by what is declared."),
    cut.length ? make("p", { class: "warning" }, `Too large to show whole: ${cut.join(" and ")} in `, make("code", {}, "aoai-scan matrix -f csv")) : null,
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Matrix" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)))]));
}

const rowNames = new Map();
for (const [row] of known.matrix.rows) rowNames.set(nameOf(row), (rowNames.get(nameOf(row)) || 0) + 1);
const groupOf = (number) => (/\/resourcegroups\/([^/]*)/i.exec(idOf(number)) || ["", ""])[1];
const rowName = (number) => (rowNames.get(nameOf(number)) > 1 ? `${nameOf(number)} (${groupOf(number)})` : nameOf(number));

function cell(found, told) {
  if (!found) return make("td", {}, make("span", { class: "small" }, "not wanted"));
  const [, outcome, why, alike, count, place] = found;
  const said = `${MARKS[outcome]}${why ? `: ${why}` : ""}${count > 1 ? ` (${alike} of ${count})` : ""}`;
  const call = told[place];
  return make("td", { class: `o-${outcome}` }, call
    ? make("button", { type: "button", class: `o-${outcome}`, click: () => { location.hash = `call=${place}`; } }, said) : said);
}

// --- the accounts
const EXPOSURES = {
  private: "Nobody can call it from outside: private endpoints are the only way in.",
  trusted: "No network but its private endpoints is admitted; trusted Azure services at most.",
  perimeter: "Members of its network security perimeter, and the few whom its inbound rules name.",
  selected: "The public addresses and subnets that its network rules name.",
  public: "The Internet: everybody who has a key or a token.",
  unknown: "Not known: what decides it was not read, or is not settled.",
};

function drawAccounts(chosen) {
  const links = known.accounts.map((a) => make("li", {}, make("a", { href: `#account=${a.key}`, "aria-current": a === chosen ? "page" : null }, nameOf(a.at)), ` ${a.exposure}`));
  const parts = [make("h2", {}, "Who can call this model?"), known.accounts.length
    ? make("ul", { id: "accounts-list" }, ...links) : make("p", { class: "warning" }, "No Azure OpenAI account was found in this scope: nothing here says that one is safe.")];
  if (chosen) parts.push(...accountPage(chosen));
  at("view-accounts").replaceChildren(...real(parts));
}

function accountPage(account) {
  const place = known.accounts.indexOf(account);
  const groups = { reachable: [], public: [], broken: [], unknown: [], breach: [], barred: [] };
  for (const [row, cells] of known.matrix.rows) {
    for (const [where, outcome, why, , , told] of cells) if (where === place) groups[outcome].push([row, why, told]);
  }
  const heads = {
    breach: "Reach it, and must never", public: "Reach it over the Internet only", broken: "Cannot reach it, and should",
    unknown: "Not known", reachable: "Reach it privately", barred: "Kept out, as declared",
  };
  const columns = Object.entries(heads).filter(([name]) => groups[name].length).map(([name, head]) => make("div", {},
    make("h3", { class: `o-${name}` }, `${head} (${groups[name].length})`),
    make("ul", {}, ...groups[name].slice(0, SHOWN).map(([row, why, told]) => make("li", {},
      told >= 0 ? make("a", { href: `#call=${told}` }, rowName(row)) : rowName(row), why ? ` ${why}` : "")))));
  const about = known.findings.filter((f) => f.accounts.includes(account.at));
  const prefixes = (account.prefixes || []).map(([prefix, count]) => make("li", {}, make("code", {}, prefix), ` ${count.toLocaleString("en")} addresses`));
  const subnets = (account.subnets || []).map((number) => make("li", {}, nameOf(number), " (subnet)"));
  return [
    make("h3", {}, `${nameOf(account.at)}: ${account.exposure}`),
    make("p", {}, EXPOSURES[account.exposure] || account.exposure, account.unread ? ` (${account.unread})` : ""),
    make("ul", {}, ...(account.because || []).map((said) => make("li", {}, make("code", {}, said)))),
    prefixes.length || subnets.length ? make("h3", {}, "Its network rules name") : null, make("ul", {}, ...prefixes, ...subnets),
    make("h3", {}, "Who it believes"),
    make("p", {}, account.keysOff ? "Entra ID only: account keys are off." : "Entra ID, and whoever holds one of its keys: disableLocalAuth is not true."),
    account.callersRead ? null : make("p", { class: "warning" }, "Callers may be hidden: not every network was read."),
    columns.length ? make("div", { class: "columns" }, ...columns) : make("p", {}, "No network should reach it, as far as DNS, peerings and declarations tell."),
    make("h3", {}, `Findings (${about.length})`),
    make("ul", {}, ...about.slice(0, SHOWN).map((f) => make("li", {}, make("a", { href: `#finding=${f.key}` }, `${f.severity} ${f.rule} ${known.rules[f.rule].name}`), ` ${f.message}`))),
    make("p", {}, portal(account.at)),
  ];
}

// --- where we are
function view(name) {
  for (const one of ["picture", "matrix", "accounts", "unread"]) at(`view-${one}`).hidden = one !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function reset() {
  at("detail").hidden = true;
  light([]);
  fit();
  if (/^#(finding|call)=/.test(location.hash)) history.replaceState(null, "", "#picture");
  mark();
}

function route() {
  const [name, value] = location.hash.slice(1).split("=");
  if (name === "finding") {
    const found = known.findings.find((f) => f.key === value);
    view("picture");
    if (found) showFinding(found);
  } else if (name === "call") {
    view("picture");
    if (known.matrix.told[value]) showCall(known.matrix.told[value]);
  } else if (name === "account" || name === "accounts") {
    view("accounts");
    drawAccounts(known.accounts.find((a) => a.key === value) || known.accounts[0]);
  } else if (name === "matrix" || name === "unread") {
    view(name);
    if (name === "matrix") drawMatrix();
  } else {
    view("picture");
  }
  mark();
}

window.addEventListener("hashchange", route);
window.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "Escape") {
    reset();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    at("search").focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && at("findings").contains(event.target)) {
    const buttons = [...at("findings").querySelectorAll("button")];
    const next = buttons[buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) next.focus();
    event.preventDefault();
  }
});
window.addEventListener("beforeprint", () => { fit(); pages = Infinity; list(); drawMatrix(); drawAccounts(known.accounts[0]); });
list();
route();
