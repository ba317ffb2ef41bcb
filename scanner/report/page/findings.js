
// --- the list of findings
const SHOWN = 200;
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const VERDICTS = { fail: "violations", open: "not known", suppressed: "suppressed" };
const ASIDE = { open: "not known", suppressed: "suppressed" };
const itself = (value) => value;
// Each says which values a finding has; one by which no finding differs from another is not drawn.
const FILTERS = [
  { id: "severity", label: "Severity", of: (f) => [f.severity], said: itself, order: SEVERITIES },
  { id: "family", label: "Family", of: (f) => [known.rules[f.rule].family], said: itself },
  { id: "account", label: "Account", of: (f) => f.accounts.map(String), said: (n) => accountNames.get(Number(n)) || nameOf(Number(n)),
    order: known.accounts.map((a) => String(a.at)) },
  { id: "subscription", label: "Subscription", of: (f) => [subscriptionOf(f.at)], said: subscriptionSaid },
  { id: "verdict", label: "Verdict", of: (f) => [f.verdict], said: (v) => VERDICTS[v], order: ["fail", "open", "suppressed"] },
  { id: "baseline", label: "Since the baseline", of: (f) => (f.baseline ? [f.baseline] : []), said: itself, order: ["new", "unchanged"] },
];
const accountNames = apart(known.accounts.map((a) => a.at));
const words = known.findings.map((f) =>
  [f.rule, known.rules[f.rule].name, idOf(f.at), f.message, ...f.why.flatMap((w) => [nameOf(w[0]), w[1], w[2]])].join(" ").toLowerCase());
const chosen = {};
let pages = 1;

for (const filter of FILTERS) {
  const counts = new Map();
  for (const finding of known.findings) for (const value of filter.of(finding)) counts.set(value, (counts.get(value) || 0) + 1);
  const telling = [...counts.values()].some((count) => count < known.findings.length);
  const values = (filter.order || [...counts.keys()].sort()).filter((value) => counts.has(value));
  if (!telling) continue;
  const select = make("select", { id: filter.id, change: () => { chosen[filter.id] = select.value; pages = 1; list(); } },
    make("option", { value: "" }, "all"),
    ...values.map((value) => make("option", { value }, `${filter.said(value)} (${counts.get(value)})`)));
  at("filters").append(make("label", {}, `${filter.label} `, select));
}
at("search").addEventListener("input", () => { pages = 1; list(); });
at("filters").addEventListener("submit", (event) => event.preventDefault());

function wanted(finding, place) {
  const search = at("search").value.toLowerCase().split(/\s+/);
  return FILTERS.every((filter) => !chosen[filter.id] || filter.of(finding).includes(chosen[filter.id]))
    && search.every((word) => words[place].includes(word));
}

const graveness = (finding) => ASIDE[finding.verdict] || finding.severity;

function item(finding) {
  const aside = ASIDE[finding.verdict];
  return make("li", {}, make("button", {
    type: "button", class: `f-${finding.severity}${aside ? " f-open" : ""}`, "data-key": finding.key,
    click: () => { location.hash = `finding=${finding.key}`; },
  },
  make("span", {}, make("b", { class: `severity g-${finding.severity}` }, aside ? `${aside} (${finding.severity})` : finding.severity),
    ` ${finding.rule} ${known.rules[finding.rule].name}`, finding.baseline === "new" ? " " : "", finding.baseline === "new" ? make("b", { class: "pill" }, "new") : null),
  make("span", {}, nameOf(finding.at)), make("span", { class: "small said" }, finding.message),
  ...(finding.commands.length ? finding.commands : [finding.fix]).map((fix) => make("span", { class: "small printed" }, `Fix: ${fix}`))));
}

function list() {
  const found = known.findings.filter(wanted);
  const shown = found.slice(0, SHOWN * pages);
  at("findings").replaceChildren(...shown.map(item));
  if (found.length > shown.length) {
    at("findings").append(make("li", {}, make("button", { type: "button", click: () => { pages += 1; list(); } },
      `Show more (${found.length - shown.length})`)));
  }
  if (!found.length) at("findings").append(make("li", { class: "none" }, known.findings.length ? "No finding matches." : "No finding."));
  const total = known.findings.length + known.leftOut;
  const left = known.leftOut ? `; the ${known.leftOut} least grave are in the JSON report alone` : "";
  at("count").textContent = `${found.length} of ${counted(total, "finding")}${left}`;
  mark();
}

function mark() {
  for (const button of at("findings").querySelectorAll("button")) {
    if (location.hash === `#finding=${button.dataset.key}`) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
