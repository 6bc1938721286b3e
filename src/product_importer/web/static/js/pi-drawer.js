/* <pi-drawer>: shows a product's form beside the list, saves it, and shows what is wrong or what others changed. */
import { ask, once, tell, withPart } from "./ask.js";
import { swap } from "./product-rows.js";

class PiDrawer extends HTMLElement {
  connectedCallback() {
    document.addEventListener("click", this.#clicked);
    this.addEventListener("submit", this.#submitted);
    this.addEventListener("close", this.#closed, true); // it does not bubble
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#clicked);
    this.removeEventListener("submit", this.#submitted);
    this.removeEventListener("close", this.#closed, true);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  show(html) {
    this.#dialog.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    if (!this.#dialog.open) this.#dialog.showModal();
    const find = (what) => this.#dialog.querySelector(what);
    (find('[aria-invalid="true"]') ?? find(".field input"))?.focus();
  }

  #clicked = (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("a[data-drawer], pi-drawer [data-leave]");
    if (!link) return;
    event.preventDefault();
    if (link.matches("[data-leave]")) this.#dialog.close();
    else this.#open(link);
  };

  async #open(link) {
    const row = link.closest("form[data-row]");
    try {
      this.show(await (await ask(withPart(link.href, "form"))).text());
      if (row) carry(row, this.querySelector("form"));
    } catch (error) {
      if (!row && error.status) location.assign(link.href); // the page says what is the matter
      else tell(`The form cannot be shown right now. ${error.message}`);
    }
  }

  /* After a conflict the list shows what is stored, too. */
  #closed = async () => {
    const form = this.querySelector("form");
    if (!this.querySelector("[data-conflict]")) return;
    const back = form.elements.back.value;
    try {
      const row = swap(await (await ask(`${form.getAttribute("action")}/row?back=${encodeURIComponent(back)}`)).text());
      if (document.activeElement === document.body) row?.querySelector("[data-edit]")?.focus();
    } catch (error) {
      tell(`The list does not show yet what is stored. ${error.message}`);
    }
  };

  /* Whatever goes wrong, what was typed stays where it is. */
  #submitted = (event) => {
    const form = event.target;
    event.preventDefault();
    once(form, async () => {
      const trouble = form.querySelector("[data-trouble]");
      tell("", trouble);
      try {
        const body = new URLSearchParams(new FormData(form));
        await this.#answered(await ask(withPart(form.action, "form"), { method: "POST", body }));
      } catch (error) {
        tell(`Not saved. ${error.message}`, trouble);
      }
    });
  };

  async #answered(answer) {
    const html = answer.redirected ? "" : await answer.text();
    if (answer.status !== 200) return this.show(html);
    this.#dialog.close();
    this.#dialog.replaceChildren();
    if (answer.redirected) return location.assign(answer.url);
    const row = swap(html);
    if (row) row.querySelector("[data-edit]").focus();
    else location.reload();
  }
}

/* What was typed in the row goes along, with the version that it was typed upon. */
function carry(from, to) {
  for (const control of from.elements) {
    const same = [...to.elements].find(({ name, type }) => name && name === control.name && type === control.type);
    if (same?.type === "checkbox") same.checked = control.checked;
    else if (same) same.value = control.value;
  }
}

customElements.define("pi-drawer", PiDrawer);
