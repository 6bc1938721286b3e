/* <pi-drawer>: shows a product's form beside the list, saves it, and shows what is wrong or what others changed. */
import { ask, tell, withPart } from "./ask.js";
import { swap } from "./product-rows.js";

class PiDrawer extends HTMLElement {
  connectedCallback() {
    document.addEventListener("click", this.#clicked);
    this.addEventListener("submit", this.#submitted);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#clicked);
    this.removeEventListener("submit", this.#submitted);
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
    if (link.matches("[data-leave]")) this.#leave();
    else this.#open(link.href);
  };

  async #open(href) {
    try {
      this.show(await (await ask(withPart(href, "form"))).text());
    } catch {
      location.assign(href); // the page itself, or what the server has to say
    }
  }

  /* After a conflict the list shows what is stored, too. */
  async #leave() {
    const form = this.querySelector("form");
    const shown = Boolean(this.querySelector("[data-conflict]"));
    this.#dialog.close();
    if (!shown) return;
    const back = form.elements.back.value;
    swap(await (await ask(`${form.getAttribute("action")}/row?back=${encodeURIComponent(back)}`)).text());
  }

  #submitted = async (event) => {
    const form = event.target;
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams(new FormData(form));
      await this.#answered(await ask(withPart(form.action, "form"), { method: "POST", body }));
    } catch (error) {
      this.#dialog.close();
      tell(`Not saved. ${error.message}`);
    }
  };

  async #answered(answer) {
    if (answer.redirected) location.assign(answer.url);
    else if (answer.status !== 200) this.show(await answer.text());
    else {
      this.#dialog.close();
      const row = swap(await answer.text());
      if (row) row.querySelector("[data-edit]").focus();
      else location.reload();
    }
  }
}

customElements.define("pi-drawer", PiDrawer);
