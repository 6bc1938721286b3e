/* Rows of the list: edited in place, switched at once and switched back when that was refused. */
import { ask, once, tell, withPart } from "./ask.js";
import { localise } from "./local-time.js";

const before = new WeakMap(); // a row that is edited -> as it was

/* A parser keeps a row only inside of a table. */
function rowOf(html) {
  return new DOMParser().parseFromString(`<table>${html}</table>`, "text/html").querySelector("tr");
}

/* Puts a row in the place of the one with the same id and gives it, or null where there was none; a tick stays. */
export function swap(html) {
  const next = rowOf(html);
  const old = next && document.getElementById(next.id);
  if (!old) return null;
  const tick = (before.get(old) ?? old).querySelector('[name="id"]');
  old.replaceWith(next);
  localise(next);
  const box = next.querySelector('[name="id"]');
  if (box && tick) box.checked = tick.checked;
  recount(next);
  return next;
}

export function edit(link) {
  const row = link.closest("tr");
  return once(row, async () => {
    try {
      const next = swap(await (await ask(withPart(link.href, "row"))).text());
      if (!next) return;
      before.set(next, row);
      next.querySelector('[name="name"]').select();
    } catch (error) {
      tell(`${row.querySelector(".p-sku").textContent} cannot be edited right now. ${error.message}`);
    }
  });
}

export function leave(row) {
  const old = before.get(row);
  if (!old) return;
  row.replaceWith(old);
  recount(old);
  old.querySelector("[data-edit]").focus();
}

/* Saves the row that is edited; `conflict` gets the form that shows both sides. */
export function save(form, { conflict }) {
  const row = form.closest("tr");
  tell("");
  return once(form, async () => {
    try {
      const answer = await post(form, new FormData(form));
      const html = await answer.text();
      if (answer.status === 412) {
        leave(row);
        conflict(html);
        return;
      }
      const next = swap(html);
      if (next?.matches(".editing")) before.set(next, before.get(row));
      next?.querySelector('[aria-invalid="true"], [data-edit]').focus();
    } catch (error) {
      tell(`Not saved. ${error.message}`);
    }
  });
}

export function flip(form, button, { conflict }) {
  const on = button.getAttribute("aria-checked") === "true";
  const body = new FormData(form, button);
  return once(form, async () => {
    show(button, !on);
    tell("");
    try {
      const answer = await post(form, body);
      const html = await answer.text();
      if (answer.status === 200) return swap(html)?.querySelector(".flip").focus();
      show(button, on);
      if (answer.status !== 412) throw new Error("Something else about this product is to be corrected first; edit it.");
      conflict(html);
    } catch (error) {
      show(button, on);
      tell(`${button.getAttribute("aria-label").replace(" is active", "")} stays ${on ? "active" : "inactive"}. ${error.message}`);
    }
  });
}

function show(button, on) {
  button.setAttribute("aria-checked", String(on));
  button.querySelector(".dot").className = `dot ${on ? "is-created" : "hollow"}`;
  button.querySelector("[data-word]").textContent = on ? "Active" : "Inactive";
}

/* A row that came or went may have been a chosen one. */
function recount(row) {
  row.dispatchEvent(new Event("change", { bubbles: true }));
}

function post(form, body) {
  return ask(withPart(form.action, "row"), { method: "POST", body: new URLSearchParams(body) });
}
