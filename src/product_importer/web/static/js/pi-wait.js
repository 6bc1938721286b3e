/* <pi-wait src version [poll]>: looks after an import that waits for somebody, and shows the page anew once it stands
   elsewhere: somebody may have answered in another tab. */
import { renew } from "./renew.js";

const ASK_EVERY = 5_000; // ms

class PiWait extends HTMLElement {
  #stream = null;
  #timer = 0;

  connectedCallback() {
    document.addEventListener("visibilitychange", this.#follow);
    this.#follow();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#follow);
    this.#stop();
  }

  /* A hidden tab holds no connection; shown again it hears at once how the import stands. */
  #follow = () => {
    this.#stop();
    if (document.hidden) return;
    if (this.hasAttribute("poll")) this.#timer = setTimeout(this.#ask, ASK_EVERY);
    else this.#listen();
  };

  #stop() {
    this.#stream?.close();
    clearTimeout(this.#timer);
  }

  #listen() {
    this.#stream = new EventSource(`${this.getAttribute("src")}/stream?waits=true`);
    this.#stream.addEventListener("panel", ({ lastEventId }) => this.#seen(lastEventId));
    this.#stream.addEventListener("end", () => this.#stop());
  }

  #ask = async () => {
    const answer = await fetch(this.getAttribute("src")).catch(() => null);
    if (answer?.ok) this.#seen(answer.headers.get("X-Version"));
    if (!document.hidden && this.isConnected) this.#timer = setTimeout(this.#ask, ASK_EVERY);
  };

  #seen(version) {
    if (version && version !== this.getAttribute("version")) renew();
  }
}

customElements.define("pi-wait", PiWait);
