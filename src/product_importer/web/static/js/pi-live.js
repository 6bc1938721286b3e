/* <pi-live src state [poll]>: keeps the panel of what is at work true, by a stream, or by asking when that fails. */
import { morph } from "./morph.js";
import { renew } from "./renew.js";

const PATIENCE = 3; // failures of the stream before it is given up
const ASK_EVERY = 2_000; // ms
const SAY_EVERY = 5_000; // ms, for screen readers

class PiLive extends HTMLElement {
  #stream = null;
  #timer = 0;
  #failures = 0;
  #said = -SAY_EVERY;
  #over = false;

  connectedCallback() {
    document.addEventListener("visibilitychange", this.#follow);
    this.#follow();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#follow);
    this.#stop();
  }

  /* A hidden tab holds no connection: HTTP/1.1 gives an origin six. */
  #follow = () => {
    this.#stop();
    if (document.hidden) return;
    this.#failures = 0;
    this.#over = false;
    if (this.hasAttribute("poll")) this.#ask();
    else this.#listen();
  };

  #stop() {
    this.#stream?.close();
    this.#stream = null;
    clearTimeout(this.#timer);
  }

  #listen() {
    const stream = new EventSource(`${this.getAttribute("src")}/stream`);
    this.#stream = stream;
    stream.addEventListener("panel", (event) => this.#received(event.data));
    stream.addEventListener("end", () => this.#ended());
    stream.addEventListener("error", () => this.#failed(stream));
  }

  #failed(stream) {
    if (stream !== this.#stream) return;
    this.#failures += 1;
    if (this.#failures >= PATIENCE) {
      this.#stop();
      connection.hidden = false;
      this.#ask();
    } else if (stream.readyState === EventSource.CLOSED) {
      this.#timer = setTimeout(() => this.#listen(), 1_000);
    }
  }

  async #ask() {
    try {
      const answer = await fetch(this.getAttribute("src"));
      if (answer.status === 401) return location.reload(); // signed out: the page then asks to sign in
      if (!answer.ok) throw new Error(String(answer.status));
      this.#received(await answer.text());
    } catch {
      connection.hidden = false;
    }
    clearTimeout(this.#timer);
    if (!document.hidden && this.isConnected && !this.#over) this.#timer = setTimeout(() => this.#ask(), ASK_EVERY);
  }

  #received(html) {
    this.#failures = 0;
    connection.hidden = true;
    const next = new DOMParser().parseFromString(html, "text/html").querySelector(".live");
    if (!next) return;
    morph(this.querySelector(".live"), next);
    this.#tell(next.dataset);
    if ("over" in next.dataset) this.#ended(next.dataset.state);
  }

  #tell({ announce, title }) {
    if (title && document.querySelector("pi-live") === this && !document.querySelector("pi-upload[busy]")) document.title = title;
    if (performance.now() - this.#said < SAY_EVERY) return;
    this.#said = performance.now();
    this.querySelector("[data-say]").textContent = announce;
  }

  /* The page tells the rest. */
  #ended(state) {
    this.#stop();
    this.#over = true;
    if (state !== this.getAttribute("state")) renew(this.querySelector(".live").dataset.announce);
  }
}

const connection = document.getElementById("connection") ?? document.createElement("p");
customElements.define("pi-live", PiLive);
