
// --- the matrix
const GRAVE = ["breach", "broken", "public", "unknown", "reachable", "barred"];
const MOST = { rows: 100, columns: 24 };
const shownOf = { ...MOST };
const rowNames = apart(known.matrix.rows.map(([row]) => row));
const gravity = (cells) => Math.min(...cells.map((cell) => GRAVE.indexOf(cell[1])));
const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

function drawMatrix() {
  const view = at("view-matrix");
  const { rows, byNetwork } = known.matrix;
  const cellsOf = new Map();
  for (const [, cells] of rows) for (const cell of cells) cellsOf.set(cell[0], [...(cellsOf.get(cell[0]) || []), cell]);
  const used = [...cellsOf.keys()].sort((a, b) => gravity(cellsOf.get(a)) - gravity(cellsOf.get(b)) || a - b);
  const columns = used.slice(0, shownOf.columns);
  const sorted = [...rows].sort((a, b) => gravity(a[1]) - gravity(b[1])).slice(0, shownOf.rows);
  const noun = byNetwork ? "network" : "caller";
  const head = make("tr", {}, make("th", { scope: "col" }, byNetwork ? "Network" : "Caller"),
    ...columns.map((place) => make("th", { scope: "col" }, link(`#account=${known.accounts[place].key}`, accountNames.get(known.accounts[place].at)))));
  const totals = make("tr", { class: "totals" }, make("th", { scope: "row" }, `All ${counted(rows.length, noun)}`),
    ...columns.map((place) => make("td", {}, ...tally(cellsOf.get(place)))));
  const body = sorted.map(([row, cells]) => make("tr", {}, make("th", { scope: "row" }, rowNames.get(row)),
    ...columns.map((place) => drawCell(cells.find((one) => one[0] === place)))));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...(rows.length > 1 ? [totals] : []), ...body));
  view.replaceChildren(make("h2", {}, "Who reaches which account"),
    make("p", {}, rows.length ? `Every ${noun} that should reach an account, and how its calls come out: the gravest first. Choose a cell to follow a call; – means that nothing shows it is wanted.`
      : "No call is wanted by DNS, by the network, or by what is declared."),
    ...rows.length ? [make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Callers by accounts" }, table)] : [],
    ...further("rows", rows.length - sorted.length, noun), ...further("columns", used.length - columns.length, "account"));
}

function further(which, left, noun) {
  if (left <= 0) return [];
  const grow = () => { shownOf[which] += MOST[which]; drawMatrix(); };
  return [make("button", { type: "button", class: "further", click: grow }, `Show more (${counted(left, noun)} left)`), " "];
}

function tally(cells) {
  const counts = GRAVE.map((outcome) => [outcome, cells.filter((cell) => cell[1] === outcome).length]).filter(([, count]) => count);
  return counts.map(([outcome, count]) => make("span", { class: `o-${outcome}` }, `${MARKS[outcome].slice(0, 1)} ${count} ${MARKS[outcome].slice(2)}`));
}

function drawCell(found) {
  if (!found) return make("td", { class: "small", "aria-label": "not wanted" }, "–");
  const [, outcome, why, counts, told] = found;
  const of = sum(counts) > 1 ? ` (${counts[outcome]} of ${sum(counts)})` : "";
  const said = `${MARKS[outcome]}${why ? `: ${spaced(why)}` : ""}${of}`;
  return make("td", { class: `o-${outcome}` }, told.length
    ? make("button", { type: "button", class: `o-${outcome}`, click: () => { location.hash = `call=${told[0]}`; } }, said) : said);
}
