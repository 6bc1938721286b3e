/* <pi-mapping>: beside each field, shows the values of the column that was chosen for it. */
class PiMapping extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => this.#show(target));
  }

  #show(select) {
    const values = this.querySelector(`[data-column="${select.value}"] .samples`)?.cloneNode(true).childNodes ?? [];
    select.closest("tr").querySelector("[data-samples]").replaceChildren(...values);
  }
}

customElements.define("pi-mapping", PiMapping);
