/* A picture on its way to a product: its MD5 first, then its bytes in pieces, then the server is asked to show it. */
import { md5 } from "./md5.js";
import { Sending, UNREADABLE, forget, isFinal, posted } from "./sending.js";

const VERIFYING = ["UPLOAD_NOT_READY"]; // a large file is verified by a worker

/* Calls `phase(words, share)` as it goes, `arrived(image)` at the end or `failed(problem)`. */
export class PictureSending {
  #file;
  #product;
  #tell;
  #turn;
  #hashing = null;
  #sending = null;

  /* It is shown once `turn` is settled: pictures that were chosen together stand in the order of their names. */
  constructor(file, product, tell, turn) {
    this.#file = file;
    this.#product = product;
    this.#tell = tell;
    this.#turn = turn;
  }

  get name() {
    return this.#file.name;
  }

  async start() {
    if (this.#sending) return this.#sending.start();
    try {
      this.#hashing = new AbortController();
      const { signal } = this.#hashing;
      const progress = (done) => this.#tell.phase("Checking", done / this.#file.size);
      const digest = await md5(this.#file, { progress, signal });
      this.#sending = this.#made(digest);
    } catch {
      if (!this.#hashing.signal.aborted) this.#tell.failed(UNREADABLE);
      return;
    }
    this.#sending.start();
  }

  pause() {
    if (this.#sending) this.#sending.pause();
    else this.#hashing?.abort(); // it is computed anew: a tenth of a second for a photograph
  }

  /* Begins anew, without what the server may have kept. */
  async again() {
    await this.#sending?.cancel();
    this.#sending = null;
    return this.start();
  }

  cancel() {
    this.#hashing?.abort();
    return this.#sending?.cancel();
  }

  #made(digest) {
    return new Sending(
      this.#file,
      {
        progress: (sent, total) => this.#tell.phase("Uploading", total ? sent / total : 1),
        waiting: () => this.#tell.phase("Connection lost, trying again"),
        arrived: (address) => this.#show(address),
        failed: (problem) => this.#tell.failed(problem),
      },
      { md5: digest, purpose: "image" },
    );
  }

  async #show(address) {
    this.#tell.phase("Verifying", 1);
    await this.#turn;
    try {
      const wanted = { upload_id: address.split("/").at(-1), name: this.#file.name };
      const image = await posted(`/products/${this.#product}/images`, wanted, { passing: VERIFYING });
      await forget(address, { used: true });
      this.#tell.arrived(image);
    } catch (problem) {
      if (isFinal(problem)) {
        await forget(address);
        this.#sending = null;
      }
      this.#tell.failed(problem);
    }
  }
}

/* Sorts files as a person would: mug_2 before mug_10. */
export function inOrder(files) {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const stem = ({ name }) => name.replace(/\.[^.]*$/, ""); // mug.jpg before mug_2.jpg
  return [...files].sort((one, other) => compare(stem(one), stem(other)));
}
