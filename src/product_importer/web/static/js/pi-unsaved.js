/* <pi-unsaved [unsaved]>: asks before its form is left with what was typed; `unsaved` says that it came so from the server. */
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

function differs(control) {
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  if (control.matches("select")) return control.value !== chosenAtFirst(control).value;
  const was = control.matches("textarea") ? control.defaultValue : control.defaultValue.replace(/[\r\n]/g, "");
  return control.value !== was; // a line of text holds no line breaks, whatever it came with
}

function chosenAtFirst(select) {
  const options = [...select.options];
  return options.find((option) => option.defaultSelected) ?? options[0];
}

customElements.define("pi-unsaved", PiUnsaved);
