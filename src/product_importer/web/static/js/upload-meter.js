/* How far a file is: amounts, speed and time left, told slot by slot, and the percentage in the title of the tab. */
import { about, size } from "./words.js";

export class Meter {
  #fill;
  #name = "";
  #title = document.title;
  #pace = { at: 0, sent: null };

  /* Calls `fill(slot, words)`. */
  constructor(fill) {
    this.#fill = fill;
  }

  begin(name) {
    this.#name = name;
    this.#fill("name", name);
    this.rest();
  }

  /* The time until the next bytes says nothing of their pace. */
  rest() {
    this.#pace.sent = null;
    this.#tell(0, 0);
  }

  /* Gives the percentage. */
  show(sent, total) {
    if (this.#pace.sent === null || sent < this.#pace.sent) this.#pace = { at: performance.now(), sent };
    const pace = (sent - this.#pace.sent) / ((performance.now() - this.#pace.at) / 1_000);
    const percent = total ? (100 * sent) / total : 100;
    document.title = `${Math.floor(percent)}% ${this.#name}`;
    this.#fill("percent", percent >= 100 ? "100" : percent.toFixed(1));
    this.#fill("done", `${size(sent)} of ${size(total)}`);
    this.#fill("phase", sent < total ? "Uploading" : "Received, the import is about to start");
    this.#tell(pace, total - sent);
    return percent;
  }

  end() {
    document.title = this.#title;
  }

  #tell(pace, left) {
    this.#fill("speed", pace > 0 ? `${size(Math.round(pace))}/s` : "not yet known");
    this.#fill("left", pace > 0 ? about(left / pace) : "not yet known");
  }
}
