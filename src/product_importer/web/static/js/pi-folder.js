/* <pi-folder>: many pictures or whole folders; each finds its product by its name, and what finds none is listed. */
import { Queue, Turns } from "./concurrency.js";
import { PictureSending, inOrder } from "./picture-sending.js";
import "./stray-drops.js";
import { posted } from "./sending.js";
import { wordsOf } from "./words.js";

const WIDTH = 3; // pictures on their way at the same time
const ASKED = 500; // names in one question
const PICTURE = /\.(jpe?g|png|webp|gif|avif)$/i;
const DRAGS = ["dragenter", "dragover", "dragleave", "drop"];

class PiFolder extends HTMLElement {
  #queue = new Queue(WIDTH);
  #turns = new Turns();
  #counts = { done: 0, failed: 0, all: 0 };

  connectedCallback() {
    for (const kind of DRAGS) this.addEventListener(kind, this.#drag);
    addEventListener("beforeunload", this.#warn);
    for (const input of this.querySelectorAll("input[type=file]")) {
      const chosen = () => {
        this.#take([...input.files]);
        input.value = ""; // the same files may be chosen again
      };
      input.addEventListener("change", chosen);
      chosen(); // perhaps before this script was here
    }
  }

  disconnectedCallback() {
    for (const kind of DRAGS) this.removeEventListener(kind, this.#drag);
    removeEventListener("beforeunload", this.#warn);
  }

  #drag = async (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const left = event.type === "drop" || (event.type === "dragleave" && !this.contains(event.relatedTarget));
    this.querySelector("[data-zone]").classList.toggle("over", !left);
    if (event.type !== "drop") return;
    const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const unread = (name) => this.#unmatched(name, "cannot be read: it was moved or changed");
    this.#take((await Promise.all(dropped.filter(Boolean).map((entry) => filesOf(entry, unread)))).flat());
  };

  #warn = (event) => {
    const { done, failed, all } = this.#counts;
    if (done + failed < all) event.preventDefault();
  };

  async #take(files) {
    const pictures = inOrder(files.filter(({ name }) => PICTURE.test(name)));
    for (const { name } of files.filter((file) => !PICTURE.test(file.name))) this.#unmatched(name, "not an image");
    for (let at = 0; at < pictures.length; at += ASKED) await this.#match(pictures.slice(at, at + ASKED));
  }

  async #match(files) {
    try {
      const { items } = await posted("/images/match", { names: files.map(({ name }) => name) });
      items.forEach((item, place) => {
        if (item.product_id) this.#send(files[place], item);
        else this.#unmatched(item.name, "no product has this SKU");
      });
    } catch (problem) {
      for (const { name } of files) this.#unmatched(name, wordsOf(problem));
    }
  }

  #send(file, { product_id, sku }) {
    const row = this.#row("matched", { name: file.name, sku, status: "Waiting" });
    row.querySelector("a").href = `/admin/products/${product_id}`;
    this.#counts.all += 1;
    this.#count();
    const turn = this.#turns.take();
    this.#queue.add((done) => {
      const over = (kind, words) => {
        this.#counts[kind] += 1;
        fill(row, "status", words);
        this.#count();
        turn.pass();
        done();
      };
      new PictureSending(file, product_id, {
        phase: (words, share) => fill(row, "status", share === undefined ? `${words}…` : `${words} ${Math.floor(100 * share)}%`),
        arrived: () => over("done", "Attached"),
        failed: (problem) => over("failed", wordsOf(problem)),
      }, turn.before).start();
    });
  }

  #unmatched(name, why) {
    this.#row("unmatched", { name, why });
    fill(this, "unmatched", String(this.querySelectorAll('[data-rows="unmatched"] > tr').length));
  }

  #row(kind, slots) {
    const row = this.querySelector(`template[data-of="${kind}"]`).content.firstElementChild.cloneNode(true);
    for (const [slot, words] of Object.entries(slots)) fill(row, slot, words);
    this.querySelector(`[data-rows="${kind}"]`).append(row);
    this.querySelector(`[data-part="${kind}"]`).hidden = false;
    return row;
  }

  #count() {
    const { done, failed, all } = this.#counts;
    fill(this, "count", `${done} of ${all} attached${failed ? `, ${failed} failed` : ""}`);
  }
}

function fill(place, slot, words) {
  place.querySelector(`[data-slot="${slot}"]`).textContent = words;
}

/* An entry is a file, or a folder; without entries a file comes as it is. One that cannot be read is named to `unread`. */
async function filesOf(entry, unread) {
  if (entry instanceof File) return [entry];
  try {
    if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
    return await within(entry.createReader(), unread);
  } catch {
    unread(entry.name);
    return [];
  }
}

/* A folder tells at most a hundred of its own at a time. */
async function within(reader, unread) {
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map((one) => filesOf(one, unread)))).flat());
  }
}

customElements.define("pi-folder", PiFolder);
