/* <pi-images product>: pictures that are dropped, chosen or pasted go to a product, each seen in a tile at once. */
import { Queue, Turns } from "./concurrency.js";
import { PictureSending, inOrder } from "./picture-sending.js";
import "./stray-drops.js";

const DRAGS = ["dragenter", "dragover", "dragleave", "drop"];
const WIDTH = 3; // pictures on their way at the same time

class PiImages extends HTMLElement {
  #queue = new Queue(WIDTH);
  #turns = new Turns();

  connectedCallback() {
    for (const kind of DRAGS) this.addEventListener(kind, this.#drag);
    document.addEventListener("paste", this.#paste);
    addEventListener("beforeunload", this.#warn);
    this.addEventListener("submit", this.#submitted);
    this.#input.addEventListener("change", this.#chosen);
    this.#chosen(); // perhaps before this script was here
  }

  #chosen = () => {
    this.#take(this.#input.files);
    this.#input.value = ""; // the same file may be chosen again
  };

  disconnectedCallback() {
    for (const kind of DRAGS) this.removeEventListener(kind, this.#drag);
    document.removeEventListener("paste", this.#paste);
    removeEventListener("beforeunload", this.#warn);
    this.removeEventListener("submit", this.#submitted);
  }

  get #input() {
    return this.querySelector("input[type=file]");
  }

  get #tiles() {
    return this.querySelector("[data-tiles]");
  }

  /* The page's own drop zone must not take a picture for a product file. */
  #drag = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    const left = event.type === "drop" || (event.type === "dragleave" && !this.contains(event.relatedTarget));
    this.querySelector("[data-zone]").classList.toggle("over", !left);
    if (event.type === "drop") this.#take(event.dataTransfer.files);
  };

  #paste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const typing = event.target.closest?.("input, textarea, [contenteditable]");
    if (files.length === 0 || (typing && event.clipboardData.types.includes("text/plain"))) return; // the text is meant
    event.preventDefault();
    this.#take(files);
  };

  #submitted = (event) => {
    if (event.target.matches("[data-zone]")) event.preventDefault();
  };

  #warn = (event) => {
    if (this.#tiles.querySelector("[data-busy]")) event.preventDefault();
  };

  #take(files) {
    for (const file of inOrder(files)) this.#send(file);
  }

  #send(file) {
    const tile = this.querySelector("template").content.firstElementChild.cloneNode(true);
    this.#tiles.append(tile);
    this.#tiles.hidden = false;
    const picture = tile.querySelector("img");
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("error", () => picture.remove());
    fill(tile, "name", file.name);
    tile.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
    const turn = this.#turns.take();
    const over = (done) => () => {
      turn.pass();
      done();
    };
    this.#queue.add((done) => this.#run(tile, file, turn.before, over(done)));
  }

  #run(tile, file, turn, done) {
    if (!tile.isConnected) return done(); // taken back while it waited
    const sending = new PictureSending(file, this.getAttribute("product"), {
      phase: (words, share) => told(tile, words, share),
      arrived: () => {
        this.#drop(tile);
        this.querySelector("pi-gallery").refresh();
        done();
      },
      failed: (problem) => {
        failed(tile, problem);
        done();
      },
    }, turn);
    tile.addEventListener("click", ({ target }) => this.#do(target.closest("[data-do]")?.dataset.do, tile, sending, done));
    busy(tile);
    sending.start();
  }

  #do(action, tile, sending, done) {
    if (action === "pause") {
      sending.pause();
      rests(tile, true);
      done(); // the others go past it
    } else if (action === "resume") {
      rests(tile, false);
      sending.start();
    } else if (action === "again") {
      busy(tile);
      sending.again();
    } else if (action === "cancel") {
      sending.cancel();
      this.#drop(tile);
      done();
      this.#input.focus();
    }
  }

  #drop(tile) {
    const address = tile.querySelector("img")?.src;
    if (address) URL.revokeObjectURL(address);
    tile.remove();
    this.#tiles.hidden = !this.#tiles.firstElementChild;
  }
}

function fill(tile, slot, words) {
  const place = tile.querySelector(`[data-slot="${slot}"]`);
  if (place.textContent !== words) place.textContent = words;
}

function told(tile, words, share) {
  if (!tile.hasAttribute("data-busy")) return;
  fill(tile, "phase", share === undefined ? `${words}…` : `${words} ${Math.floor(100 * share)}%`);
  if (share !== undefined) tile.querySelector("progress").value = 100 * share;
}

function busy(tile) {
  tile.setAttribute("data-busy", "");
  tile.classList.remove("tile-failed");
  show(tile, ["pause", "cancel"]);
  fill(tile, "detail", "");
  tile.querySelector("progress").hidden = false;
  fill(tile, "phase", "Checking…");
}

function rests(tile, resting) {
  tile.toggleAttribute("data-busy", !resting);
  show(tile, [resting ? "resume" : "pause", "cancel"]);
  fill(tile, "phase", resting ? "Paused" : "Resuming…");
  tile.querySelector(resting ? "[data-do=resume]" : "[data-do=pause]").focus();
}

function failed(tile, { title, detail = "", action = "" }) {
  tile.removeAttribute("data-busy");
  tile.classList.add("tile-failed");
  tile.querySelector("progress").hidden = true;
  show(tile, ["again", "cancel"]);
  fill(tile, "phase", title);
  fill(tile, "detail", `${detail === title ? "" : detail} ${action}`.trim());
}

function show(tile, names) {
  for (const button of tile.querySelectorAll("[data-do]")) button.hidden = !names.includes(button.dataset.do);
}

customElements.define("pi-images", PiImages);
