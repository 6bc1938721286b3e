/* <pi-unfinished>: says which file was on its way when this browser last left, and offers to go on with it. */
import { forget, unfinished } from "./sending.js";
import { size } from "./words.js";

class PiUnfinished extends HTMLElement {
  #found = [];

  connectedCallback() {
    this.addEventListener("click", ({ target }) => this.#do(target.closest("[data-do]")?.dataset.do));
    this.#look();
  }

  async #look() {
    this.#found = await unfinished().catch(() => []); // not worth a word: the file can be dropped anew
    this.#show();
  }

  #show() {
    const [newest] = this.#found;
    this.hidden = !newest || document.querySelector("pi-upload[busy]") !== null;
    if (!newest) return;
    const { name, sent, size: whole } = newest;
    const here = sent >= whole;
    const percent = Math.floor((100 * sent) / whole);
    this.#fill("title", here ? `${name} has arrived` : `Resume ${name} from ${percent}%`);
    this.#fill("detail", here ? "Its import was not started." : `${size(sent)} of ${size(whole)} have arrived.`);
    this.#fill("action", here ? "" : "Choose the same file again: only the rest will be sent.");
    this.querySelector('[data-do="import"]').hidden = !here;
    this.querySelector('[data-do="choose"]').hidden = here;
  }

  #fill(slot, words) {
    this.querySelector(`[data-slot="${slot}"]`).textContent = words;
  }

  async #do(action) {
    const [newest] = this.#found;
    if (!action || !newest) return;
    const upload = document.querySelector("pi-upload");
    if (action === "choose") return upload.choose();
    this.#found.shift();
    if (action === "import") upload.finish(newest);
    this.#show();
    if (action === "discard") {
      await forget(newest.address);
      upload.querySelector("input[type=file]").focus();
    }
  }
}

customElements.define("pi-unfinished", PiUnfinished);
