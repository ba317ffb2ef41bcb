
// --- where we are
const VIEWS = ["picture", "matrix", "accounts", "unread"];
const MOST_PRINTED = 100;
let back = "#picture";

function view(name) {
  for (const one of VIEWS) at(`view-${one}`).hidden = one !== name;
  for (const each of document.querySelectorAll("nav a")) {
    if (each.dataset.view === name) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
}

function shut() {
  at("detail").hidden = true;
  light([]);
  fit();
}

function reset() {
  const current = at("findings").querySelector("[aria-current]");
  const wasOpen = !at("detail").hidden;
  shut();
  if (/^#(finding|call)=/.test(location.hash)) history.replaceState(null, "", back);
  route();
  if (wasOpen) (current || document.querySelector("nav [aria-current]")).focus();
}

function route() {
  const [name, value] = location.hash.slice(1).split("=");
  const finding = name === "finding" ? known.findings.find((f) => f.key === value) : undefined;
  if (finding) {
    view("picture");
    showFinding(finding);
  } else if (name === "call" && known.matrix.told[value]) {
    view("picture");
    showCall(Number(value));
  } else {
    if (opened) shut();
    back = VIEWS.includes(name) || name === "account" ? location.hash : "#picture";
    view(name === "account" ? "accounts" : VIEWS.includes(name) ? name : "picture");
    if (name === "matrix") drawMatrix();
    if (name === "account" || name === "accounts") drawAccounts([known.accounts.find((a) => a.key === value) || known.accounts[0]].filter(Boolean));
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
window.addEventListener("beforeprint", () => {
  fit();
  pages = Infinity;
  list();
  Object.assign(shownOf, { rows: Infinity, columns: 12 });
  drawMatrix();
  drawAccounts(known.accounts.slice(0, MOST_PRINTED));
});
window.addEventListener("afterprint", () => {
  pages = 1;
  list();
  Object.assign(shownOf, MOST);
  route();
});
list();
route();
