/* <pi-export [rows]>: fetches the file that its link names and counts the products; only a whole file is saved. */
import { refusal } from "./ask.js";

const QUOTE = 34;
const LINE = 10;

class PiExport extends HTMLElement {
  #asking = null;

  connectedCallback() {
    this.addEventListener("click", this.#clicked);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#clicked);
    this.#asking?.abort();
  }

  #part = (name) => this.querySelector(`[data-part="${name}"]`);

  #clicked = (event) => {
    if (event.target.closest("[data-do=cancel]")) this.#asking?.abort();
    const link = event.target.closest("a[data-export]");
    if (!link) return;
    event.preventDefault();
    if (!this.#asking) this.#fetch(link);
  };

  async #fetch(link) {
    this.#asking = new AbortController();
    this.#show("busy");
    try {
      const answer = await fetch(link.href, { signal: this.#asking.signal });
      if (!answer.ok) throw await refusal(answer);
      save(new Blob(await this.#received(answer.body.getReader()), { type: "text/csv" }), link.download);
      this.#show("done");
    } catch (error) {
      if (error.status) this.querySelector("[data-slot=why]").textContent = error.message;
      this.#show(this.#asking.signal.aborted ? "" : error.status ? "refused" : "failed");
    }
    this.#asking = null;
  }

  /* A file that was cut off never ends: the reader throws, and nothing of it is saved. */
  async #received(reader) {
    const blocks = [];
    let [lines, quoted, rows] = [0, false, -1]; // the header is no product
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      blocks.push(next.value);
      [lines, quoted] = counted(next.value, quoted);
      rows += lines;
      this.#tell(rows);
    }
    this.#tell(rows);
    return blocks;
  }

  #tell(rows) {
    const total = Number(this.getAttribute("rows"));
    if (total) this.querySelector("progress").value = Math.min(100, (100 * rows) / total);
    for (const slot of this.querySelectorAll("[data-slot=rows]")) slot.textContent = rows.toLocaleString("en");
  }

  #show(name) {
    for (const part of this.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
  }
}

/* A line that ends within quotes goes on: texts may run over several. */
function counted(block, quoted) {
  let lines = 0;
  for (const byte of block) {
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LINE && !quoted) lines += 1;
  }
  return [lines, quoted];
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

customElements.define("pi-export", PiExport);
