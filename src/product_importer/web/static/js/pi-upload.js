/* <pi-upload action next>: sends the chosen or dropped file, shows how far it is, and goes on to the import's page. */
import { about, size } from "./words.js";

const CUT = {
  title: "The connection was cut",
  detail: "The file did not arrive whole. Nothing was imported.",
  action: "Check the connection and try again.",
};

class PiUpload extends HTMLElement {
  #file = null;
  #request = null;
  #began = 0;

  connectedCallback() {
    this.#part("idle").addEventListener("submit", (event) => event.preventDefault());
    this.querySelector("input[type=file]").addEventListener("change", ({ target }) => this.#take(target.files));
    this.addEventListener("click", ({ target }) => this.#do(target.closest("[data-do]")?.dataset.do));
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, this.#drag);
    addEventListener("beforeunload", this.#warn);
  }

  disconnectedCallback() {
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.removeEventListener(kind, this.#drag);
    removeEventListener("beforeunload", this.#warn);
    this.#request?.abort();
  }

  #part = (name) => this.querySelector(`[data-part="${name}"]`);
  #fill = (slot, words) => (this.querySelector(`[data-slot="${slot}"]`).textContent = words);

  #show(name) {
    for (const part of this.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
    this.toggleAttribute("busy", name === "sending");
    this.#part(name).querySelector("button, input[type=file]")?.focus();
  }

  #do(action) {
    if (action === "cancel") this.#request?.abort();
    if (action === "again") this.#send();
    if (action === "other") this.#choose();
  }

  #choose() {
    this.#show("idle");
    this.querySelector("input[type=file]").click();
  }

  #drag = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const left = event.type === "drop" || (event.type === "dragleave" && !event.relatedTarget);
    this.#part("idle").classList.toggle("over", !left);
    if (event.type === "drop" && !this.hasAttribute("busy")) this.#take(event.dataTransfer.files);
  };

  #warn = (event) => {
    if (this.hasAttribute("busy")) event.preventDefault();
  };

  #take(files) {
    if (files.length === 0) return;
    if (files.length > 1) {
      const detail = `You dropped ${files.length} files. Nothing was sent.`;
      this.#refuse({ title: "One file at a time", detail, action: "Drop them one after the other." });
      return;
    }
    [this.#file] = files;
    this.querySelector("input[type=file]").value = ""; // the same file may be chosen again
    this.#send();
  }

  #send() {
    if (!this.#file) return this.#show("idle");
    const body = new FormData(this.#part("idle")); // the options beside the drop zone
    body.delete("file");
    body.append("interactive", "true");
    if (this.querySelector("[name=check_columns]").checked) body.append("check_columns", "true");
    body.append("file", this.#file);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => this.#progress(event.loaded, event.total));
    request.addEventListener("load", () => this.#answered(request));
    request.addEventListener("error", () => this.#refuse(CUT));
    request.addEventListener("abort", () => this.#show("idle"));
    request.open("POST", this.getAttribute("action"));
    request.setRequestHeader("Accept", "application/json");
    this.#request = request;
    this.#began = performance.now();
    this.#fill("name", this.#file.name);
    this.#progress(0, this.#file.size);
    this.#show("sending");
    request.send(body);
  }

  #progress(sent, total) {
    const pace = sent / ((performance.now() - this.#began) / 1_000);
    const percent = total ? (100 * sent) / total : 100;
    this.querySelector("progress").value = percent;
    this.#fill("percent", percent >= 100 ? "100" : percent.toFixed(1));
    this.#fill("done", `${size(sent)} of ${size(total)}`);
    this.#fill("speed", sent ? `${size(pace)}/s` : "not known yet");
    this.#fill("left", sent ? about((total - sent) / pace) : "not known yet");
    this.#fill("phase", sent < total ? "Uploading" : "Received, the import is about to start");
  }

  #answered(request) {
    const answer = parsed(request.responseText);
    if (request.status === 202 && answer.task_id) {
      this.removeAttribute("busy");
      location.assign(answer.links?.page ?? this.getAttribute("next") + answer.task_id);
    } else {
      this.#refuse(answer.title ? answer : { ...CUT, title: `The server answered ${request.status}` });
    }
  }

  #refuse({ title, detail = "", action = "" }) {
    this.#fill("title", title);
    this.#fill("detail", detail === title ? "" : detail);
    this.#fill("action", action);
    this.#show("failed");
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

customElements.define("pi-upload", PiUpload);
