/* <pi-dialog>: a link inside it opens in a dialog instead of a page of its own; [data-dialog] is what is taken over. */
class PiDialog extends HTMLElement {
  #dialog = null;

  connectedCallback() {
    this.addEventListener("click", this.#clicked);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#clicked);
    this.#dialog?.remove();
  }

  #clicked = (event) => {
    const link = event.target.closest("a[href]:not([download])");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    if (link.hasAttribute("data-close")) this.#dialog?.close();
    else this.#open(link.href);
  };

  async #open(address) {
    try {
      const answer = await fetch(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.querySelector("[data-dialog]");
      if (!answer.ok || !part) throw new Error(String(answer.status));
      this.#show(part);
    } catch {
      location.assign(address); // the page says what is the matter
    }
  }

  #show(part) {
    this.#dialog ??= this.appendChild(document.createElement("dialog"));
    this.#dialog.className = "dialog";
    this.#dialog.setAttribute("aria-labelledby", part.querySelector("h1, h2").id);
    this.#dialog.replaceChildren(part);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.querySelector("[autofocus], [data-close]")?.focus();
  }
}

customElements.define("pi-dialog", PiDialog);
