/* The list of products after rows were deleted: only what the server alone knows is renewed, so nothing in hand is lost. */
import { ask } from "./ask.js";
import { localise } from "./local-time.js";
import { morph } from "./morph.js";

const COUNTED = [".tabs", ".bulk", ".panel-foot"]; // the parts that say how many there are
let asked = 0;

export async function renewList(list) {
  asked += 1;
  const mine = asked;
  const html = await (await ask(location.href, { headers: { Accept: "text/html" } })).text();
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("pi-products");
  if (!next || mine !== asked) return; // what is asked for later knows more
  const rows = next.querySelector("tbody");
  if (rows) renewRows(list.querySelector("tbody"), rows);
  else renewEmpty(list, next);
  for (const part of COUNTED) {
    const [old, fresh] = [list.querySelector(part), next.querySelector(part)];
    if (old && fresh) morph(old, fresh);
  }
}

/* A row that stays is not touched: not its tick, its edit, its focus, nor its hiding while it can be brought back. */
function renewRows(body, next) {
  const wanted = [...next.rows];
  const ids = new Set(wanted.map(({ id }) => id));
  for (const row of [...body.rows]) if (!ids.has(row.id) && !row.matches(".editing")) row.remove();
  let last = null;
  for (const row of wanted) {
    const here = document.getElementById(row.id);
    if (!here && last) last.after(row);
    else if (!here) body.prepend(row);
    last = here ?? row;
  }
  localise(body);
}

function renewEmpty(list, next) {
  if (list.querySelector("tbody tr")) return; // one that is edited, or can be brought back
  for (const gone of list.querySelectorAll(".bulk, table, .panel-foot")) gone.remove();
  const fresh = [...next.querySelector(".panel").children].filter((one) => !one.matches(".tabs, .toolbar"));
  list.querySelector(".panel").append(...fresh);
}

/* Where one goes on when rows are gone: the row below them, or else above. */
export function beside(rows) {
  const shown = (row, way) => (!row || !row.hidden ? row : shown(row[way], way));
  const row = shown(rows.at(-1), "nextElementSibling") ?? shown(rows[0], "previousElementSibling");
  return row?.querySelector("[data-later], [data-cancel]");
}
