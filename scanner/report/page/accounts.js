
// --- the accounts
const EXPOSURES = {
  private: "Nobody can call it from outside: private endpoints are the only way in.",
  trusted: "No network but its private endpoints is admitted; trusted Azure services at most.",
  perimeter: "Members of its network security perimeter, and the few whom its inbound rules name.",
  selected: "The public addresses and subnets that its network rules name.",
  public: "The Internet: everybody who has a key or a token.",
  unknown: "Not known: what decides it was not read, or is not settled.",
};
const REACHED = {
  breach: "Reach it, and must never", public: "Reach it over the Internet only", broken: "Cannot reach it, and should",
  unknown: "Not known", reachable: "Reach it privately", barred: "Kept out, as declared",
};

function drawAccounts(shown) {
  const links = known.accounts.map((a) => make("li", {}, make("a", { href: `#account=${a.key}`, "aria-current": shown.includes(a) && shown.length === 1 ? "page" : null },
    accountNames.get(a.at)), " ", exposureOf(a)));
  at("view-accounts").replaceChildren(make("h2", {}, "Who can call this model?"), known.accounts.length
    ? make("ul", { id: "accounts-list" }, ...links) : make("p", { class: "warning" }, "No Azure OpenAI account was found in this scope: nothing here says that one is safe."),
  ...shown.map((account) => make("article", {}, ...accountPage(account).filter((part) => part !== null))));
}

const exposureOf = (account) => make("span", { class: `pill x-${account.exposure}` }, account.exposure);

function accountPage(account) {
  const about = known.findings.filter((f) => f.accounts.includes(account.at));
  const columns = reachedBy(account);
  return [
    make("h2", {}, `${accountNames.get(account.at)}: `, exposureOf(account)),
    make("p", {}, EXPOSURES[account.exposure] || account.exposure, account.unread ? ` (${account.unread})` : ""),
    make("ul", {}, ...(account.because || []).map((said) => make("li", {}, make("code", {}, said)))),
    ...(account.admits || []).flatMap(admission),
    make("h3", {}, "Private endpoints"),
    make("ul", {}, ...(account.endpoints || []).map(([endpoint, network, state]) => make("li", {},
      `${nameOf(endpoint)} in ${network < 0 ? "a network that was not read" : nameOf(network)}: `, make("b", {}, state))),
    ...((account.endpoints || []).length ? [] : [make("li", {}, "none in what was read")])),
    make("h3", {}, "Who it believes"),
    make("p", {}, account.keysOff === undefined ? "Not known: the account was not read."
      : account.keysOff ? "Entra ID only: account keys are off." : "Entra ID, and whoever holds one of its keys: disableLocalAuth is not true."),
    make("h3", {}, "Which networks"),
    account.callersRead ? null : make("p", { class: "warning" }, "Callers may be hidden: not every network was read."),
    columns.length ? make("div", { class: "columns" }, ...columns) : make("p", {}, "No network should reach it, as far as DNS, peerings and declarations tell."),
    ...apartFrom(account),
    make("h3", {}, `Findings (${about.length})`),
    make("ul", {}, ...about.slice(0, SHOWN).map(pointer)),
    make("p", {}, portal(account.at), " ", make("code", {}, idOf(account.at))),
  ];
}

function reachedBy(account) {
  const place = known.accounts.indexOf(account);
  const groups = {};
  for (const [row, cells] of known.matrix.rows) {
    for (const [where, outcome, why, , told] of cells) if (where === place) (groups[outcome] = groups[outcome] || []).push([row, why, told[0]]);
  }
  return Object.entries(REACHED).filter(([name]) => groups[name]).map(([name, head]) => make("div", {},
    make("h4", { class: `o-${name}` }, `${MARKS[name].slice(0, 1)} ${head} (${groups[name].length})`),
    make("ul", {}, ...groups[name].slice(0, SHOWN).map(([row, why, told]) => make("li", {},
      told === undefined ? rowNames.get(row) : link(`#call=${told}`, rowNames.get(row)), why ? ` ${spaced(why)}` : "")))));
}

// Whoever is not wanted was not followed: whether it could call is not said.
function apartFrom(account) {
  const [count, networks] = known.matrix.apart[known.accounts.indexOf(account)];
  const names = [...networks.map(nameOf), ...(count > networks.length ? [`${count - networks.length} more`] : [])];
  return count ? [make("p", { class: "small" }, `Nothing shows that ${counted(count, "network")} should reach it, so no call was followed from there: ${names.join(", ")}.`)] : [];
}

function admission({ by, effect, prefixes, total, subnets, others }) {
  const size = (count) => (count < 0 ? "whom that admits is not known" : count ? counted(count, "address", "addresses") : "no IPv4 address");
  const lines = [
    ...prefixes.map(([prefix, count]) => make("li", {}, make("code", {}, prefix), ` ${size(count)}`)),
    ...(subnets || []).map((number) => make("li", {}, `the subnet ${nameOf(number)}`)),
    ...(others || []).map((said) => make("li", {}, said)),
  ];
  const all = prefixes.length ? `: ${total.toLocaleString("en")} public addresses in all` : "";
  return [make("h3", {}, `${by}${all}`), make("ul", {}, ...lines), make("p", {}, effect)];
}
