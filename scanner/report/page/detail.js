
// --- detail
const STAGES = ["nslookup", "route", "NSG and firewall"];
const PUBLIC_ANSWER = "the public address";
const ENDS = {
  reachable: ["good", "reached privately"], public: ["bad", "reached over the Internet"], broken: ["bad", "not reached"],
  unknown: ["open", "not known"], barred: ["good", "kept out, as declared"], breach: ["bad", "reached, and must never be"],
};
const KEY = "In the picture: dotted the question for the name, solid the packet, dashed with ✕ where it ends.";
const SIGNS = { good: "✓ ", bad: "✕ ", open: "? ", none: "" };
const MOST_LINES = 12;
const toldAt = new Map(known.matrix.told.map((call, place) => [`${call.from} ${call.host}`, place]));
let opened = false;

function show(title, ...children) {
  const close = make("button", { type: "button", class: "close", click: reset }, "Close");
  const heading = make("h2", { tabindex: "-1" }, ...title);
  at("detail").replaceChildren(make("div", { class: "head" }, heading, close), ...children.filter((child) => child !== null));
  at("detail").hidden = false;
  at("detail").scrollTop = 0;
  heading.focus({ preventScroll: true });
  opened = true;
}

// Hops, each a title, what stands out of it, its lines, and how it went.
const strip = (hops) => make("ol", { id: "hops", tabindex: "0", "aria-label": "Hop by hop" },
  ...hops.map(({ name, said, lines, mark: how, more }) => make("li", { class: `h-${how || "none"}${(lines || []).length > 1 ? " long" : ""}` },
    make("b", {}, name), said ? make("strong", {}, `${SIGNS[how || "none"]}${said}`) : null,
    ...[...(lines || []), ...(more || [])].map((line) => make("span", {}, line)))));

function hopsOf(call) {
  const leaves = call.stages[0].said === PUBLIC_ANSWER;
  const missing = (name) => ({ name, said: "not reached", steps: [], mark: "none" });
  const stages = STAGES.map((name) => call.stages.find((stage) => stage.name === name) || missing(name));
  if (leaves) stages.splice(1, 2, { ...missing("route"), said: "to the Internet, past the endpoint" });
  const [mark, said] = ENDS[call.outcome];
  return [{ name: "from", said: nameOf(call.from) },
    ...stages.map((stage) => ({
      name: stage.name, mark: stage.mark, lines: stage.steps.map((step) => step[0]), said: stage.said,
      more: (stage.others || []).flatMap((other, i) => [make("b", {}, `or, way ${i + 2}`), ...other.map((step) => step[0])]),
    })),
    { name: nameOf(known.accounts[call.to].at), said, mark, lines: call.cause ? [call.cause] : [] }];
}

// The name is asked of a zone; the packet goes to an endpoint, or to the Internet.
const ON_THE_WAY = /^microsoft\.network\/(azurefirewalls|virtualnetworkgateways|networkinterfaces|virtualhubs|vpngateways|expressroutegateways|p2svpngateways|networkvirtualappliances)$/i;

function waysOf(call) {
  const account = known.accounts[call.to].at;
  const [name, ...rest] = call.stages;
  const asked = name.steps.flatMap((step) => step[1]).filter((number) => /\/privatednszones/i.test(typeOf(number)));
  const zones = placesOf(asked);
  const dumb = name.mark !== "good" && name.said !== PUBLIC_ANSWER;
  const ways = zones.length ? [{ kind: "name", stops: [call.from, zones[zones.length - 1]], broken: dumb && name.mark === "bad" }] : [];
  if (name.mark === "good") {
    const route = rest.find((stage) => stage.name === "route");
    const broken = rest.some((stage) => stage.mark === "bad");
    for (const steps of route ? [route.steps, ...(route.others || [])] : []) {
      const between = steps.flatMap((step) => step[1]).filter((number) => ON_THE_WAY.test(typeOf(number)) && number !== call.from);
      ways.push({ kind: broken ? "broken" : "packet", stops: [call.from, ...between, ...call.endpoints.slice(0, 1)], broken });
    }
    if (!broken) ways.push({ kind: "packet", stops: [...call.endpoints.slice(0, 1), account] });
  } else if (name.said === PUBLIC_ANSWER) {
    ways.push({ kind: "packet", stops: [call.from, INTERNET] }, { kind: "packet", stops: [INTERNET, account], broken: call.outcome === "broken" });
  }
  return ways;
}

function lightCall(call) {
  const filters = call.stages.flatMap((stage) => stage.steps.flatMap((step) => step[1])).filter((number) => placeOf(number) >= 0 && !isCard(placeOf(number)));
  light([call.from, ...filters, known.accounts[call.to].at], waysOf(call), call.blame);
}

const callSaid = (call) => `${nameOf(call.from)} to ${call.host}`;

function more(items, title) {
  const shown = items.slice(0, MOST_LINES);
  if (items.length > shown.length) shown.push(make("li", {}, `and ${items.length - shown.length} more`));
  return shown.length ? [make("h3", {}, title), make("ul", {}, ...shown)] : [];
}

// --- a finding
// Who is said to call may be a network: then somebody in it does.
function callOf(finding) {
  const within = (inner, outer) => inner === outer || idOf(inner).toLowerCase().startsWith(`${idOf(outer).toLowerCase()}/`);
  return known.matrix.told.find((call) => call.outcome !== "reachable"
    && finding.calls.some(([from, , host]) => call.host === host && within(call.from, from)));
}

function evidence([number, said, value]) {
  return make("li", {}, make("button", { type: "button", class: "plain", click: () => showResource(number) }, nameOf(number)),
    said ? ` ${spaced(said)}` : "", value ? " " : "", value ? make("code", {}, value) : null);
}

function concerned(finding) {
  return finding.calls.map(([from, , host]) => {
    const place = toldAt.get(`${from} ${host}`);
    const said = callSaid({ from, host });
    return make("li", {}, place === undefined ? said : link(`#call=${place}`, said));
  });
}

function showFinding(finding) {
  const rule = known.rules[finding.rule];
  const call = callOf(finding);
  const hops = call ? hopsOf(call) : finding.why.slice(0, MOST_LINES).map(([number, said, value], i) =>
    ({ name: nameOf(number), lines: [spaced(said), value].filter(Boolean), mark: i === finding.why.length - 1 && finding.verdict !== "open" ? "bad" : "none" }));
  const calls = concerned(finding);
  if (finding.callCount > calls.length) calls.push(...Array(finding.callCount - calls.length).fill(null));
  show(
    [make("span", { class: `severity g-${finding.severity}` }, graveness(finding)), ` ${finding.rule} ${rule.name}: ${nameOf(finding.at)}`],
    make("p", {}, finding.message),
    finding.suppressed ? make("p", {}, `Suppressed ${finding.suppressed}`) : null,
    finding.lapsed ? make("p", { class: "warning" }, `Its suppression has ended: ${finding.lapsed}`) : null,
    call ? make("p", { class: "small" }, `The call: ${callSaid(call)}. `, KEY) : null,
    hops.length > 1 ? strip(hops) : null,
    make("div", { class: "halves" },
      make("div", {}, make("h3", {}, "Fix"), make("p", {}, ...prose(finding.fix)),
        finding.looks.length ? make("p", {}, "A look first, which changes nothing:") : null, ...finding.looks.map(copyable),
        finding.commands.length > 1 ? make("p", {}, "All of these, in this order:") : null, ...finding.commands.map(copyable),
        finding.commands.length > 1 ? copier(finding.commands.join("\n"), "Copy all") : null,
        ...(finding.callCount > 1 || !call ? more(calls, `It concerns ${counted(finding.callCount, "call")}`) : [])),
      make("div", {}, ...more(finding.why.map(evidence), "Evidence"),
        make("h3", {}, "Why it matters"), make("p", {}, ...prose(rule.why || rule.summary)),
        make("h3", {}, "Read more"),
        make("ul", {}, ...rule.links.map((href) => make("li", {}, away(href, href))),
          make("li", {}, "the rule and its proof: ", make("code", {}, `aoai-scan rules show ${finding.rule}`)),
          make("li", {}, portal(finding.at), " ", make("code", {}, idOf(finding.at)))))),
  );
  if (call) lightCall(call);
  else lightEvidence(finding);
}

function lightEvidence(finding) {
  const where = [...finding.why.map(([number]) => number), finding.at];
  const open = finding.why.some(([number, , value]) => /^\/properties\/publicNetworkAccess=/.test(value)
    && known.accounts.some((a) => a.at === number && a.exposure === "public"));
  const ways = open ? [{ kind: "packet", stops: [INTERNET, finding.at] }] : [];
  if (finding.between.length) ways.push({ kind: "broken", stops: finding.between });
  light(where, ways, finding.verdict === "fail" ? finding.at : -1);
}

// --- a call
function showCall(place) {
  const call = known.matrix.told[place];
  const cell = known.matrix.rows.flatMap(([, cells]) => cells).find((one) => one[4].includes(place));
  const others = (cell ? cell[4] : []).filter((other) => other !== place).map((other) => known.matrix.told[other]);
  const total = cell ? Object.values(cell[3]).reduce((a, b) => a + b, 0) - 1 : 0;
  const items = others.map((other) => make("li", {}, link(`#call=${known.matrix.told.indexOf(other)}`, callSaid(other)), ` ${MARKS[other.outcome]}`));
  if (total > items.length) items.push(...Array(total - items.length).fill(null));
  const about = known.findings.filter((f) => f.calls.some(([from, , host]) => from === call.from && host === call.host));
  show([`${callSaid(call)}: ${MARKS[call.outcome]}`], make("p", { class: "small" }, KEY), strip(hopsOf(call)),
    make("div", { class: "halves" },
      call.blame < 0 ? null : make("div", {}, make("h3", {}, "To change"),
        make("p", {}, make("code", {}, nameOf(call.blame)), " ", portal(call.blame)), make("p", {}, away(call.see, call.see)),
        ...more(about.map(pointer), "Findings about it")),
      make("div", {}, ...more(items, "Calls beside it"),
        make("h3", {}, "On the command line"),
        copyable(`aoai-scan trace --from ${quoted(idOf(call.from))} --to ${quoted(idOf(known.accounts[call.to].at))}`))));
  lightCall(call);
}

const quoted = (text) => (/^[\w./:-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);
const pointer = (f) => make("li", {}, link(`#finding=${f.key}`, `${graveness(f)} ${f.rule} ${known.rules[f.rule].name}`), ` ${f.message}`);

// --- a resource
function showResource(number) {
  const about = known.findings.filter((f) => f.at === number || f.why.some(([n]) => n === number) || f.accounts.includes(number)
    || idOf(f.at).toLowerCase().startsWith(`${idOf(number).toLowerCase()}/`));
  const account = known.accounts.find((a) => a.at === number);
  show([nameOf(number)], make("p", { class: "small" }, typeOf(number)),
    account ? make("p", {}, link(`#account=${account.key}`, "Who can call this account?")) : null,
    ...(about.length ? more(about.map(pointer), counted(about.length, "finding")) : [make("p", {}, "No finding names it.")]),
    make("p", {}, portal(number), " ", make("code", {}, idOf(number))));
  const open = account && account.exposure === "public";
  light([number], open ? [{ kind: "packet", stops: [INTERNET, number] }] : []);
}
