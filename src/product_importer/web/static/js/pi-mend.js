/* <pi-mend>: counts the rows that were changed, says so on the button, and asks before they are left behind. */
class PiMend extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this.#count);
    addEventListener("beforeunload", this.#warn);
    this.closest("form").addEventListener("submit", this.#sent);
    this.#count();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.#warn);
  }

  #changed() {
    const controls = [...this.querySelectorAll("[data-was]")].filter(({ value, dataset }) => value !== lines(dataset.was));
    return new Set(controls.map(({ name }) => name.split("-")[1]));
  }

  #count = () => {
    const { size } = this.#changed();
    const words = size === 1 ? "Import this row" : size ? `Import these ${size} rows` : "Import the rows you change";
    this.querySelector("[data-send]").textContent = words;
  };

  #sent = () => removeEventListener("beforeunload", this.#warn);

  #warn = (event) => {
    if (this.#changed().size) event.preventDefault();
  };
}

/* A control holds line feeds only, whatever the file has. */
function lines(text) {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

customElements.define("pi-mend", PiMend);
