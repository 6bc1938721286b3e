/* <pi-upload next>: sends the chosen or dropped file, shows how far it is, and goes on to the import's page. */
import { md5 } from "./md5.js";
import { Sending, forget, isFinal, posted, startImport } from "./sending.js";
import { Meter } from "./upload-meter.js";

const DRAGS = ["dragenter", "dragover", "dragleave", "drop"];

class PiUpload extends HTMLElement {
  #file = null;
  #sending = null;
  #run = { end: new AbortController(), digest: undefined }; // what still comes of a run that was ended is nobody's
  #name = "";
  #meter = new Meter((slot, words) => this.#fill(slot, words));

  connectedCallback() {
    this.#part("idle").addEventListener("submit", (event) => event.preventDefault());
    this.#input.addEventListener("change", ({ target }) => this.#take(target.files));
    this.addEventListener("click", ({ target }) => this.#do(target.closest("[data-do]")?.dataset.do));
    for (const kind of DRAGS) document.addEventListener(kind, this.#drag);
    addEventListener("beforeunload", this.#warn);
    addEventListener("online", this.#online);
  }

  disconnectedCallback() {
    for (const kind of DRAGS) document.removeEventListener(kind, this.#drag);
    removeEventListener("beforeunload", this.#warn);
    removeEventListener("online", this.#online);
    this.#sending?.pause();
    this.#begin(null);
  }

  /* Opens the browser's own dialogue. */
  choose() {
    this.#show("idle");
    this.#input.click();
  }

  /* Goes on with a file that is here whole already. */
  finish({ name, size: bytes, address }) {
    this.#begin(null);
    this.#open(name, bytes);
    this.#progress(bytes, bytes);
    this.#import(address);
  }

  get #input() {
    return this.querySelector("input[type=file]");
  }

  #part = (name) => this.querySelector(`[data-part="${name}"]`);

  #fill(slot, words) {
    const place = this.querySelector(`[data-slot="${slot}"]`);
    if (place.textContent !== words) place.textContent = words; // a screen reader would say it again
  }

  #show(name) {
    for (const part of this.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
    this.toggleAttribute("busy", name === "sending");
    if (name !== "sending") this.#meter.end();
    this.#part(name).querySelector("button:not([hidden]), input[type=file]")?.focus();
  }

  #do(action) {
    if (action === "cancel") this.#cancel();
    if (action === "pause") this.#rest(true);
    if (action === "resume") this.#rest(false);
    if (action === "again") this.#send();
    if (action === "other") this.choose();
  }

  #drag = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const left = event.type === "drop" || (event.type === "dragleave" && !event.relatedTarget);
    this.#part("idle").classList.toggle("over", !left);
    if (event.type === "drop") this.#dropped(event.dataTransfer);
  };

  #dropped({ files, items }) {
    if (this.hasAttribute("busy")) {
      this.#fill("said", `One file at a time: ${this.#name} is still on its way, and nothing else was taken.`);
    } else if ([...items].some((item) => item.webkitGetAsEntry()?.isDirectory)) {
      const action = "Drop one product file. Folders of images go to Add images.";
      this.#refuse({ title: "A folder cannot be imported", detail: "Nothing was sent.", action });
    } else {
      this.#take(files);
    }
  }

  #warn = (event) => {
    if (this.hasAttribute("busy")) event.preventDefault();
  };

  #online = () => {
    if (this.#sending && !this.#part("failed").hidden) this.#send();
  };

  #take(files) {
    if (files.length === 0) return;
    if (files.length > 1) {
      const detail = `You dropped ${files.length} files. Nothing was sent.`;
      this.#refuse({ title: "One file at a time", detail, action: "Drop them one at a time." });
      return;
    }
    this.#begin(files[0]);
    this.#input.value = ""; // the same file may be chosen again
    this.#send();
  }

  #send() {
    if (!this.#file) return this.#show("idle");
    const { signal } = this.#run.end;
    this.#open(this.#file.name, this.#file.size);
    this.#sending ??= new Sending(this.#file, {
      progress: (sent, total) => this.#progress(sent, total),
      waiting: () => this.#fill("phase", "The connection was lost, trying again…"),
      arrived: (address) => this.#import(address),
      failed: (problem) => signal.aborted || this.#refuse(problem),
    });
    this.#sending.start();
  }

  /* Computes the file's MD5 while it is sent: the server compares it with what arrived before it believes a row. */
  #begin(file) {
    this.#run.end.abort();
    const end = new AbortController();
    this.#run = { end, digest: file ? md5(file, { signal: end.signal }).catch(() => undefined) : undefined };
    this.#file = file;
    this.#sending = null;
  }

  #open(name, bytes) {
    this.#name = name;
    this.#fill("said", "");
    this.#rests(false);
    this.#meter.begin(name);
    this.#progress(0, bytes);
    this.#show("sending");
  }

  #rest(rests) {
    this.#rests(rests);
    if (rests) this.#sending.pause();
    else this.#sending.start();
    this.#fill("phase", rests ? "Paused" : "Uploading");
    this.querySelector(`[data-do="${rests ? "resume" : "pause"}"]`).focus();
  }

  #rests(rests) {
    this.#meter.rest();
    this.querySelector('[data-do="pause"]').hidden = rests;
    this.querySelector('[data-do="resume"]').hidden = !rests;
  }

  /* Nothing is left to be paused. */
  #whole() {
    for (const action of ["pause", "resume"]) this.querySelector(`[data-do="${action}"]`).hidden = true;
    this.querySelector('[data-do="cancel"]').focus();
  }

  async #cancel() {
    const [sending, address] = [this.#sending, this.#run.address];
    this.#begin(null);
    this.#show("idle");
    if (sending) await sending.cancel();
    else if (address) await forget(address);
  }

  #progress(sent, total) {
    this.querySelector("progress").value = this.#meter.show(sent, total);
  }

  async #import(address) {
    const { signal } = this.#run.end;
    this.#run.address = address;
    this.#whole();
    const options = Object.fromEntries(new FormData(this.#part("idle"))); // the choices beside the drop zone
    delete options.file;
    try {
      const wanted = { ...options, md5: await this.#run.digest, interactive: "true" };
      const { task_id, links } = await startImport(address, wanted, { signal });
      await forget(address, { used: true });
      if (signal.aborted) return await this.#takeBack(task_id);
      this.removeAttribute("busy");
      this.#meter.end(); // Back finds the title again
      location.assign(links?.page ?? this.getAttribute("next") + task_id);
    } catch (problem) {
      if (signal.aborted) return;
      if (isFinal(problem)) {
        await forget(address); // it was looked at, and is no file to import
        this.#sending = null;
      }
      this.#refuse(problem);
    }
  }

  /* Cancel came while the server was starting the import. */
  async #takeBack(id) {
    try {
      await posted(`/imports/${id}/cancel`, {});
    } catch ({ title }) {
      if (this.hasAttribute("busy")) return; // with another file
      this.#refuse({ title: "The import could not be cancelled", detail: title, action: "Its page says what it did." });
    }
  }

  #refuse({ title, detail = "", action = "" }) {
    this.#fill("title", title);
    this.#fill("detail", detail === title ? "" : detail);
    this.#fill("action", action);
    this.#show("failed");
  }
}

customElements.define("pi-upload", PiUpload);
