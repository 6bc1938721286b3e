/* <pi-mapping src>: makes the form anew as it is changed, so that columns and preview show what the choice would do. */
import { morph } from "./morph.js";

class PiMapping extends HTMLElement {
  #asking = null;

  connectedCallback() {
    this.addEventListener("change", this.#changed);
    if ([...this.querySelectorAll("select")].some(touched)) this.#changed(); // before this ran, or kept by the browser
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#changed);
    this.#asking?.abort();
  }

  #changed = async () => {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams(new FormData(this.closest("form")));
      const answer = await fetch(this.getAttribute("src"), { method: "POST", body, signal });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#show(await answer.text());
    } catch {
      if (signal.aborted) return; // a later change asks for itself
      this.classList.add("stale"); // the button "Read again" appears, and the server will say what is wrong
    }
    this.removeAttribute("aria-busy");
  };

  #show(html) {
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-form]");
    if (!next) return;
    for (const focused of next.querySelectorAll("[autofocus]")) focused.removeAttribute("autofocus");
    morph(this.querySelector("[data-form]"), next);
    this.#settle();
    this.classList.remove("stale");
    this.querySelector("[data-say]").textContent = this.querySelector("[data-say-next]").dataset.sayNext;
  }

  /* What was chosen stands in the attributes now; what is being typed since then stays. */
  #settle() {
    const typing = this.querySelector("input:focus");
    const text = typing?.value;
    this.closest("form").reset();
    if (typing) typing.value = text;
  }
}

function touched({ options, selectedIndex }) {
  const made = [...options].findIndex((option) => option.defaultSelected);
  return selectedIndex !== Math.max(0, made);
}

customElements.define("pi-mapping", PiMapping);
