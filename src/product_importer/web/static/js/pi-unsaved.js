/* <pi-unsaved [unsaved]>: asks before its form is left with what was typed; `unsaved` says that it came so from the server. */
import { differs } from "./differs.js";

class PiUnsaved extends HTMLElement {
  #sent = false;

  connectedCallback() {
    this.addEventListener("submit", this.#leaving);
    this.addEventListener("click", this.#clicked);
    addEventListener("beforeunload", this.#warn);
    addEventListener("pageshow", this.#shown);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#leaving);
    this.removeEventListener("click", this.#clicked);
    removeEventListener("beforeunload", this.#warn);
    removeEventListener("pageshow", this.#shown);
  }

  get #differs() {
    if (this.#sent) return false;
    return this.hasAttribute("unsaved") || [...this.querySelectorAll("input, select, textarea")].some(differs);
  }

  #leaving = () => {
    this.#sent = true;
  };

  /* Who presses Discard has said so. */
  #clicked = (event) => {
    if (event.target.closest("[data-leave]")) this.#leaving();
  };

  #warn = (event) => {
    if (this.#differs) event.preventDefault();
  };

  /* A browser may keep the page as it was when it was sent, with a version that is no longer stored. */
  #shown = ({ persisted }) => {
    if (persisted && this.#sent) location.reload();
    else this.#sent = false;
  };
}

customElements.define("pi-unsaved", PiUnsaved);
