/* <pi-wait src version [poll]>: looks after an import that waits for somebody, and shows the page anew once it stands
   elsewhere: somebody may have answered in another tab. */
const ASK_EVERY = 5_000; // ms

class PiWait extends HTMLElement {
  #stream = null;
  #timer = 0;
  #leaving = false;

  connectedCallback() {
    document.addEventListener("visibilitychange", this.#follow);
    document.addEventListener("submit", this.#leave);
    addEventListener("beforeunload", this.#leave);
    this.#follow();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#follow);
    document.removeEventListener("submit", this.#leave);
    removeEventListener("beforeunload", this.#leave);
    this.#stop();
  }

  /* A hidden tab holds no connection; shown again it hears at once how the import stands. */
  #follow = () => {
    this.#stop();
    if (document.hidden) return;
    if (this.hasAttribute("poll")) this.#timer = setTimeout(this.#ask, ASK_EVERY);
    else this.#listen();
  };

  #leave = () => {
    this.#leaving = true; // this tab's own answer is on its way: a reload would cut it
    this.#stop();
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
    if (!document.hidden && this.isConnected && !this.#leaving) this.#timer = setTimeout(this.#ask, ASK_EVERY);
  };

  #seen(version) {
    const busy = document.querySelector("pi-upload[busy]"); // an upload must not be cut
    if (version && version !== this.getAttribute("version") && !this.#leaving && !busy) location.reload();
  }
}

customElements.define("pi-wait", PiWait);
