/* <pi-gallery src>: a product's images, live while their sizes are made; moved by dragging, taken off with an undo. */
import { act, tell } from "./ask.js";
import { later } from "./later.js";
import { morph } from "./morph.js";

const AGAIN = 2_000; // ms until a stream that broke is asked for anew
const DRAGS = ["dragstart", "dragover", "drop", "dragend"];

class PiGallery extends HTMLElement {
  #stream = null;
  #timer = 0;
  #dragged = null;
  #leaving = new Set(); // ids of images that an undo may yet bring back

  connectedCallback() {
    this.addEventListener("submit", this.#submitted);
    for (const kind of DRAGS) this.addEventListener(kind, this.#drag);
    document.addEventListener("visibilitychange", this.#follow);
    this.#follow();
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#submitted);
    for (const kind of DRAGS) this.removeEventListener(kind, this.#drag);
    document.removeEventListener("visibilitychange", this.#follow);
    this.#stop();
  }

  async refresh() {
    const answer = await fetch(this.getAttribute("src")).catch(() => null);
    if (answer?.ok) this.#received(await answer.text());
    this.#follow();
  }

  get #body() {
    return this.querySelector("[data-gallery]");
  }

  #stop() {
    this.#stream?.close();
    this.#stream = null;
    clearTimeout(this.#timer);
  }

  /* A hidden tab holds no connection, and where nothing is pending there is nothing to hear of. */
  #follow = () => {
    this.#stop();
    if (document.hidden || !this.isConnected || !("pending" in this.#body.dataset)) return;
    const stream = new EventSource(`${this.getAttribute("src")}/stream`);
    this.#stream = stream;
    stream.addEventListener("panel", ({ data }) => this.#received(data));
    stream.addEventListener("end", () => this.#stop());
    stream.addEventListener("error", () => {
      if (stream !== this.#stream) return;
      this.#stop();
      this.#timer = setTimeout(() => this.refresh(), AGAIN);
    });
  };

  #received(html) {
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-gallery]");
    if (!next) return;
    for (const open of this.querySelectorAll("details[open]")) next.querySelector(`#${open.id}`)?.setAttribute("open", "");
    for (const id of this.#leaving) next.querySelector(`#${id}`)?.setAttribute("hidden", "");
    const said = this.#body.dataset.announce;
    morph(this.#body, next);
    if (said !== this.#body.dataset.announce) this.querySelector("[data-say]").textContent = this.#body.dataset.announce;
  }

  #submitted = (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !form.matches("[data-act]")) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, submitter));
    if (body.get("do") === "remove") this.#remove(form, body);
    else this.#send(form.action, body);
  };

  async #send(action, body) {
    const trouble = this.querySelector("[data-trouble]");
    await act(action, body).then(() => tell("", trouble), ({ message }) => tell(`Not done. ${message}`, trouble));
    await this.refresh();
  }

  #remove(form, body) {
    const shot = form.closest("[data-shot]");
    const { id } = shot;
    this.#leaving.add(id);
    shot.hidden = true;
    const back = () => {
      this.#leaving.delete(id);
      const again = this.querySelector(`#${id}`);
      again.hidden = false;
      again.querySelector("summary, button")?.focus();
    };
    later(`Removed ${shot.dataset.name}.`, {
      back,
      send: () => this.#send(form.action, body).finally(() => this.#leaving.delete(id)),
    });
  }

  #drag = (event) => {
    if (event.dataTransfer?.types.includes("Files")) return;
    const shot = event.target.closest?.("[data-shot]");
    if (event.type === "dragstart") {
      this.#dragged = shot;
      event.dataTransfer.effectAllowed = "move";
    }
    if (!this.#dragged) return;
    const on = event.type === "dragover" && shot !== this.#dragged ? shot : null;
    for (const one of this.querySelectorAll(".drop-here")) one.classList.toggle("drop-here", one === on);
    on?.classList.add("drop-here");
    if (on || event.type === "drop") event.preventDefault();
    if (event.type === "drop" && shot && shot !== this.#dragged) this.#place(this.#dragged, shot.dataset.position);
    if (event.type === "drop" || event.type === "dragend") this.#dragged = null;
  };

  #place(shot, position) {
    this.#send(shot.querySelector("form").action, new URLSearchParams({ do: "place", position }));
  }
}

customElements.define("pi-gallery", PiGallery);
