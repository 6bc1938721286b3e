/* Rows of the list: edited in place, switched at once and switched back when that was refused. */
import { ask, tell, withPart } from "./ask.js";
import { localise } from "./local-time.js";

const before = new WeakMap(); // a row that is edited -> as it was

/* A parser keeps a row only inside of a table. */
function rowOf(html) {
  return new DOMParser().parseFromString(`<table>${html}</table>`, "text/html").querySelector("tr");
}

/* Puts a row in the place of the one with the same id; says whether there was one. */
export function swap(html) {
  const next = rowOf(html);
  const old = next && document.getElementById(next.id);
  if (!old) return false;
  const chosen = old.querySelector('[name="id"]')?.checked;
  old.replaceWith(next);
  localise(next);
  const box = next.querySelector('[name="id"]');
  if (box && chosen) box.click();
  return next;
}

export async function edit(link) {
  const row = link.closest("tr");
  try {
    const next = swap(await (await ask(withPart(link.href, "row"))).text());
    before.set(next, row);
    next.querySelector('[name="name"]').select();
  } catch (error) {
    tell(`${row.querySelector(".p-sku").textContent} cannot be edited right now. ${error.message}`);
  }
}

export function leave(row) {
  const old = before.get(row);
  if (!old) return;
  row.replaceWith(old);
  old.querySelector("[data-edit]").focus();
}

/* Saves the row that is edited; `conflict` gets the form that shows both sides. */
export async function save(form, { conflict }) {
  const row = form.closest("tr");
  tell("");
  try {
    const answer = await post(form, new FormData(form));
    if (answer.status === 412) {
      leave(row);
      conflict(await answer.text());
      return;
    }
    const next = swap(await answer.text());
    if (next.matches(".editing")) before.set(next, before.get(row));
    next.querySelector('[aria-invalid="true"], [data-edit]').focus();
  } catch (error) {
    tell(`Not saved. ${error.message}`);
  }
}

export async function flip(form, button, { conflict }) {
  const on = button.getAttribute("aria-checked") === "true";
  const body = new FormData(form, button);
  show(button, !on);
  tell("");
  try {
    const answer = await post(form, body);
    if (answer.status === 200) swap(await answer.text()).querySelector(".flip").focus();
    else show(button, on);
    if (answer.status === 412) conflict(await answer.text());
  } catch (error) {
    show(button, on);
    tell(`${button.getAttribute("aria-label").replace(" is active", "")} stays ${on ? "active" : "inactive"}. ${error.message}`);
  }
}

function show(button, on) {
  button.setAttribute("aria-checked", String(on));
  button.querySelector(".dot").className = `dot ${on ? "is-created" : "hollow"}`;
  button.querySelector("[data-word]").textContent = on ? "Active" : "Inactive";
}

function post(form, body) {
  return ask(withPart(form.action, "row"), { method: "POST", body: new URLSearchParams(body) });
}
