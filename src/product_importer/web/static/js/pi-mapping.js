/* <pi-mapping>: beside each field, shows the values of the column chosen for it; a column feeds one field only. */
class PiMapping extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => this.#chosen(target));
  }

  #chosen(select) {
    for (const other of this.querySelectorAll("select")) {
      if (other !== select && other.value && other.value === select.value) this.#show(other, "");
    }
    this.#show(select, select.value);
  }

  #show(select, column) {
    select.value = column;
    const values = this.querySelector(`[data-column="${column}"] .samples`)?.cloneNode(true).childNodes ?? [];
    select.closest("tr").querySelector("[data-samples]").replaceChildren(...values);
  }
}

customElements.define("pi-mapping", PiMapping);
