/* <pi-keys>: the keys of a page. `?` opens the sheet inside; any other goes to what carries it as data-key.

   A switch on the sheet turns them off in this browser, for whoever speaks or types without meaning them (WCAG 2.2,
   success criterion 2.1.4). */
const KEPT = "keys";

class PiKeys extends HTMLElement {
  connectedCallback() {
    this.#switch.defaultChecked = this.#switch.checked = kept() !== "off";
    this.#switch.addEventListener("change", this.#switched);
    this.querySelector("[data-sheet]").addEventListener("click", this.#open);
    document.addEventListener("keydown", this.#pressed);
  }

  disconnectedCallback() {
    this.#switch.removeEventListener("change", this.#switched);
    this.querySelector("[data-sheet]").removeEventListener("click", this.#open);
    document.removeEventListener("keydown", this.#pressed);
  }

  get #switch() {
    return this.querySelector("[data-letters]");
  }

  #open = () => this.querySelector("dialog").showModal();

  #switched = () => {
    keep(this.#switch.checked ? "on" : "off");
    this.#switch.defaultChecked = this.#switch.checked; // kept, and so nothing that a reload would lose
  };

  #pressed = (event) => {
    const busy = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
    if (busy || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (!this.#switch.checked) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (event.key === "?") this.#open();
    else if (wanted?.matches("input")) wanted.select();
    else if (wanted) wanted.click();
    else return;
    event.preventDefault();
  };
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage is off: the switch lasts for the page
  }
}

function keep(word) {
  try {
    localStorage.setItem(KEPT, word);
  } catch {
    // As above.
  }
}

customElements.define("pi-keys", PiKeys);
