
// --- the picture
const SVG = "http://www.w3.org/2000/svg";
const INTERNET = -2;
const picture = at("picture");
const whole = picture.viewBox.baseVal;
const full = roomy([whole.x, whole.y, whole.width, whole.height], 960, 620);
let frame = [...full];
const drawn = new Map();
for (const element of picture.querySelectorAll("[data-n]")) {
  const number = Number(element.dataset.n);
  if (!drawn.has(number)) drawn.set(number, []);
  drawn.get(number).push(element);
}
const summed = new Map();
for (const group of picture.querySelectorAll("[data-of]")) {
  for (const number of group.dataset.of.split(" ").map(Number)) if (!drawn.has(number)) summed.set(number, group.firstElementChild);
}
if (at("internet")) drawn.set(INTERNET, [at("internet")]);
const cards = [...picture.querySelectorAll(".c")].map(boxOf);

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

// What is small is not blown up: it stands in the middle of as much room as this.
function roomy([x, y, wide, tall], least, low) {
  const [width, height] = [Math.max(wide, least), Math.max(tall, low)];
  return [x - (width - wide) / 2, y - (height - tall) / 2, width, height];
}

function boxOf(element) {
  const rect = element.querySelector("rect");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
  return { x, y, width, height };
}

// What is not drawn itself shows where it lies: a record in its zone, a peering in its network.
function placeOf(number) {
  if (number === INTERNET) return INTERNET;
  const holders = [];
  let id = idOf(number).toLowerCase();
  for (let cut = id.length; cut > 0; cut = id.lastIndexOf("/")) {
    id = id.slice(0, cut);
    if (byId.has(id)) holders.push(byId.get(id));
  }
  const found = holders.find((one) => drawn.has(one));
  if (found !== undefined) return found;
  const card = holders.find((one) => summed.has(one));
  if (card === undefined) return -1;
  drawn.set(card, [summed.get(card)]);
  return card;
}
const placesOf = (numbers) => [...new Set(numbers.map(placeOf))].filter((number) => drawn.has(number));
const isCard = (number) => drawn.get(number)[0].classList.contains("c");

// Light resources up, draw the ways between them, and bring all of it into view.
function light(numbers, ways = [], blame = -1) {
  for (const element of picture.querySelectorAll(".lit, .blame")) element.classList.remove("lit", "blame");
  const places = placesOf([...numbers, ...ways.flatMap((way) => way.stops)]);
  const shapes = ways.flatMap(shapesOf);
  const stops = shapes.flatMap((one) => one.boxes);
  for (const number of places) for (const element of near(number, stops)) element.classList.add("lit");
  for (const number of blame < 0 ? [] : placesOf([blame])) for (const element of near(number, stops)) element.classList.add("blame", "lit");
  at("way").replaceChildren(...shapes.flatMap((shape) => shape.elements));
  picture.classList.toggle("dim", places.length > 0);
  const inner = places.filter((number) => !isCard(number) && number !== INTERNET);
  const boxes = [...stops, ...(inner.length ? inner : places).map((number) => boxOf(near(number, stops)[0]))];
  if (boxes.length && !at("view-picture").hidden) around(boxes);
}

// What is drawn in several places, as a security group is, is meant where the way passes.
function near(number, stops) {
  const elements = drawn.get(number);
  if (elements.length < 2 || !stops.length) return elements;
  const away = (element) => Math.min(...stops.map((stop) => far(boxOf(element), stop)));
  return [elements.reduce((one, other) => (away(other) < away(one) ? other : one))];
}

function nearest(number, last) {
  const near = drawn.get(number).map(boxOf);
  if (last) near.sort((a, b) => far(a, last) - far(b, last));
  return near[0];
}
const far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

// A way is a kind and its stops; a broken one has a cross where its last stretch breaks.
function shapesOf({ kind, stops, broken }) {
  const places = stops.map(placeOf).filter((number, i, all) => drawn.has(number) && number !== all[i - 1]);
  const boxes = [];
  for (const number of places) boxes.push(nearest(number, boxes[boxes.length - 1]));
  return boxes.slice(1).map((box, i) => {
    const last = broken && i === boxes.length - 2;
    const [a, b, c, d] = curve(boxes[i], box);
    const path = shape("path", { d: `M${a}C${b} ${c} ${d}`, class: `w-${last ? "broken" : kind}` });
    if (!last) return { elements: [path], boxes: [boxes[i], box] };
    const [x, y] = [0, 1].map((side) => (a[side] + 3 * b[side] + 3 * c[side] + d[side]) / 8);
    const cross = shape("path", { d: `M${x - 7} ${y - 7}l14 14m0-14l-14 14`, class: "w-cross" });
    return { elements: [path, shape("circle", { cx: x, cy: y, r: 13, class: "w-disc" }), cross], boxes: [boxes[i], box] };
  });
}

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// From edge to edge: across to what stands beside, and around by the left to what stands above or below.
function curve(from, to) {
  const middle = (box) => box.y + box.height / 2;
  const right = (box) => box.x + box.width;
  if (from === to) return [[0, 0], [0, 0], [0, 0], [0, 0]];
  if (from.width > 400 || to.width > 400) {
    const thin = from.width > 400 ? to : from;
    const x = thin.x + thin.width / 2;
    const [start, end] = from === thin ? [from.y, to.y + to.height] : [from.y + from.height, to.y];
    const bend = (end - start) / 3;
    return [[x, start], [x, start + bend], [x, end - bend], [x, end]];
  }
  const sides = to.x >= right(from) - 1 ? [right(from), to.x, 1] : from.x >= right(to) - 1 ? [from.x, right(to), -1] : null;
  if (sides) {
    const [x, end, way] = sides;
    const bend = way * Math.max(12, Math.min(90, Math.abs(end - x) / 2));
    return [[x, middle(from)], [x + bend, middle(from)], [end - bend, middle(to)], [end, middle(to)]];
  }
  const out = Math.min(from.x, to.x) - Math.min(70, 24 + Math.abs(middle(from) - middle(to)) / 8);
  return [[from.x, middle(from)], [out, middle(from)], [out, middle(to)], [to.x, middle(to)]];
}

function union(boxes, margin) {
  const [left, top] = [Math.min(...boxes.map((b) => b.x)), Math.min(...boxes.map((b) => b.y))];
  const right = Math.max(...boxes.map((b) => b.x + b.width));
  const low = Math.max(...boxes.map((b) => b.y + b.height));
  return [left - margin, top - margin, right - left + 2 * margin, low - top + 2 * margin];
}

// Bring the cards into view in which something is lit, whole; of a way too long for that, what is lit.
function around(boxes) {
  const near = boxes.filter((box) => box.width <= 400);
  const holds = (card) => near.some((b) => b.x >= card.x && b.y >= card.y && b.x + b.width <= card.x + card.width && b.y + b.height <= card.y + card.height);
  const sky = boxes.length > near.length ? [{ ...near[0], y: full[1] + 12, height: 30 }] : [];
  const pane = picture.getBoundingClientRect();
  const legible = ([, , wide, tall]) => Math.min(pane.width / wide, pane.height / tall) > 0.45;
  const views = [union([...near, ...cards.filter(holds), ...sky], 34), union([...near, ...sky], 60), union(near, 60)];
  look(inside(roomy(views.find(legible) || views[2], 760, 340), pane.width / Math.max(pane.height, 1)));
}

// Of the shape of the pane, and not beyond the picture's edge while there is picture to show.
function inside([x, y, wide, tall], shape) {
  const [width, height] = [Math.max(wide, tall * shape), Math.max(tall, wide / shape)];
  const kept = (start, length, grown, from, whole) => (grown >= whole ? from - (grown - whole) / 2
    : Math.min(Math.max(start - (grown - length) / 2, from), from + whole - grown));
  return [kept(x, wide, width, full[0], full[2]), kept(y, tall, height, full[1], full[3]), width, height];
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
  if (grip && grip[2]) return;
  const node = event.target.closest("[data-n]");
  if (node) showResource(Number(node.dataset.n));
  else if (event.target.closest(".k-gap")) location.hash = "unread";
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

// Only what is drawn needs an explanation.
const LEGEND = [
  ["l-net", "network", ".k-network, .k-hub"], ["l-endpoint", "private endpoint", ".k-endpoint"], ["l-account", "account", ".k-account"],
  ["l-zone", "DNS zone", ".k-zone"], ["l-nsg", "NSG", ".k-nsg"], ["l-broken", "✕ not connected", ".t-broken"],
  ["l-unread", "not read", ".k-gap, .k-unread"], ["l-unread", "many in one", ".k-clean"],
];
for (const [kind, said, selector] of LEGEND) {
  if (picture.querySelector(selector)) at("legend").append(make("span", {}, make("i", { class: kind }), said));
}
const exposed = picture.querySelector(".e text");
if (exposed) at("legend").append(make("span", {}, make("span", { class: "pill g-public" }, exposed.textContent), " who gets in without an endpoint"));
const grades = [...SEVERITIES, "open"].filter((grade) => picture.querySelector(`.p-${grade}`));
if (grades.length) {
  at("legend").append(make("span", {}, "worst in it: ", ...grades.flatMap((grade) =>
    [make("span", { class: `pill p-${grade}` }, grade === "open" ? "?" : grade[0].toUpperCase()), grade === "open" ? " not known " : ` ${grade} `])));
}
if (!picture.querySelector(".c")) {
  picture.before(make("p", { class: "empty" }, "There is nothing to draw: neither a network nor an account is in what was read."));
}
