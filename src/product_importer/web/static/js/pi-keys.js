/* <pi-keys>: the keys of a page. `?` opens the sheet inside; any other goes to what carries it as data-key. */
class PiKeys extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this.#pressed);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#pressed);
  }

  #pressed = (event) => {
    const busy = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
    if (busy || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (event.key === "?") this.querySelector("dialog").showModal();
    else if (wanted?.matches("input")) wanted.select();
    else if (wanted) wanted.click();
    else return;
    event.preventDefault();
  };
}

customElements.define("pi-keys", PiKeys);
