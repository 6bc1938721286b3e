/* <pi-products>: the list as a tool: rows are chosen, edited, switched and deleted without leaving it. */
import { act, tell } from "./ask.js";
import { later } from "./later.js";
import { beside, renewList } from "./list-renewal.js";
import { edit, flip, leave, save } from "./product-rows.js";

class PiProducts extends HTMLElement {
  #last = null; // the box that was clicked last

  connectedCallback() {
    for (const kind of ["click", "change", "submit", "keydown"]) this.addEventListener(kind, this);
    this.#ready();
  }

  disconnectedCallback() {
    for (const kind of ["click", "change", "submit", "keydown"]) this.removeEventListener(kind, this);
  }

  handleEvent(event) {
    this[{ click: "clicked", change: "changed", submit: "submitted", keydown: "pressed" }[event.type]](event);
  }

  clicked(event) {
    const { target } = event;
    const link = target.closest("[data-edit]");
    if (target.matches('[name="id"]')) this.#chosen(target, event.shiftKey);
    else if (target.closest("[data-cancel]")) leave(target.closest("tr"));
    else if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      edit(link);
    }
  }

  changed({ target }) {
    if (target.matches("[data-page]")) for (const box of this.#boxes) box.checked = target.checked;
    this.#count();
  }

  pressed(event) {
    const row = event.target.closest("tr.editing");
    if (!row || event.key !== "Escape") return;
    event.preventDefault();
    leave(row);
  }

  submitted(event) {
    const { target: form, submitter } = event;
    const conflict = (html) => document.querySelector("pi-drawer").show(html);
    if (form.matches("[data-row]")) save(form, { conflict });
    else if (form.matches("[data-switch]")) flip(form, submitter, { conflict });
    else if (submitter?.matches("[data-later]") && !form.elements.all?.checked) this.#delete(form, submitter);
    else return;
    event.preventDefault();
  }

  #delete(form, button) {
    const rows = form.matches("[data-picks]") ? this.#rows : [button.closest("tr")];
    const body = new URLSearchParams(new FormData(form, button));
    body.set("sure", "1");
    const back = () => this.#hide(rows, false);
    const send = () => this.#send(form.action, body, rows).catch((error) => {
      back();
      tell(`Not deleted. ${error.message}`);
      throw error;
    });
    tell("");
    this.#hide(rows, true);
    later(`Deleted ${rows.length === 1 ? rows[0].querySelector(".p-sku").textContent : `${rows.length} products`}.`, {
      send,
      back,
      beside: () => beside(rows),
    });
  }

  async #send(action, body, rows) {
    await act(action, body).catch((error) => {
      if (error.status !== 404) throw error; // who was faster has done it
    });
    for (const row of rows) row.remove();
    renewList(this).then(() => this.#ready(), () => {}); // it is deleted, whatever the list has to say
  }

  #hide(rows, hidden) {
    for (const row of rows) {
      row.hidden = hidden;
      const box = row.querySelector('[name="id"]');
      if (hidden && box) box.checked = false;
    }
    this.#count();
    if (!hidden) rows[0].querySelector("[data-edit]").focus();
  }

  #chosen(box, together) {
    const boxes = this.#boxes;
    if (together && this.#last?.isConnected) {
      const [from, to] = [boxes.indexOf(this.#last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    }
    this.#last = box;
    this.#count();
  }

  get #boxes() {
    return [...this.querySelectorAll('tr:not([hidden]) [name="id"]')];
  }

  get #rows() {
    return this.#boxes.filter((box) => box.checked).map((box) => box.closest("tr"));
  }

  #ready() {
    const page = this.querySelector("[data-page]");
    if (page) page.hidden = false;
    this.#count(); // the browser may have kept what was chosen
  }

  #count() {
    const boxes = this.#boxes;
    const count = boxes.filter((box) => box.checked).length;
    const all = this.querySelector("[data-all]");
    for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked || Boolean(all?.checked));
    this.toggleAttribute("picked", count > 0 || Boolean(all?.checked));
    const said = this.querySelector("[data-count]");
    const matching = all?.checked && all.closest("label").querySelector(".num").textContent;
    if (said) said.textContent = matching ? `All ${matching} selected` : `${count} selected`;
    const page = this.querySelector("[data-page]");
    if (page) Object.assign(page, { checked: count > 0 && count === boxes.length, indeterminate: count > 0 && count < boxes.length });
  }
}

customElements.define("pi-products", PiProducts);
