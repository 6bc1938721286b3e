/* <pi-typed wanted>: arms the form's dangerous button once the wanted number is typed, and says how far that is. */
const GROUPING = /[,.'\s]/g;

class PiTyped extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this.#look);
    this.#arm(false);
  }

  disconnectedCallback() {
    this.removeEventListener("input", this.#look);
  }

  #look = ({ target }) => {
    const typed = target.value.replace(GROUPING, "");
    const wanted = this.getAttribute("wanted");
    const left = wanted.length - typed.length;
    this.#arm(typed === wanted);
    this.querySelector("[data-say]").textContent = said(typed, wanted, left);
  };

  #arm(armed) {
    this.closest("form").querySelector("[data-armed]").disabled = !armed;
  }
}

function said(typed, wanted, left) {
  if (typed === wanted) return "That is the number.";
  if (!wanted.startsWith(typed)) return `The number is ${wanted}.`;
  return `${left} ${left === 1 ? "digit" : "digits"} to go`;
}

customElements.define("pi-typed", PiTyped);
