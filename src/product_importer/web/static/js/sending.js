/* A file on its way, in pieces: it goes on after a cut, a reload or a restart of the server, until it is here whole. */
const UPLOADS = "/uploads";
const PIECE = 8 * 2 ** 20; // bytes of the first piece, and the fewest
const LONGEST_PIECE = 64 * 2 ** 20; // bytes: some proxies take no more than 100 MB at once
const BRISK = 1_000; // ms: a piece that took less is followed by one twice as long; four times as much, by half of it
const DELAYS = [0, 1_000, 3_000, 5_000, 10_000, 10_000, 20_000, 20_000]; // ms, counted anew when a byte got through
const PASSING = [408, 409, 423, 429]; // refusals that another attempt may overcome
const LATER = [401, 403, 408, 429]; // those that say nothing of the file
const FULL = 507;
const TOO_LARGE = 413;

export const CUT = {
  title: "The connection was lost",
  detail: "What arrived is kept for a day.",
  action: "Try again: only the rest will be sent.",
};

export const UNREADABLE = {
  title: "The file cannot be read",
  detail: "It was moved or changed after it was chosen, or is a folder.",
  action: "Choose it again.",
};

/* Calls `progress(sent, total)`, `waiting()` at a cut, then `arrived(address)` or `failed(problem)`; `more` is told too. */
export class Sending {
  #file;
  #tell;
  #more;
  #upload = null;
  #wanted = true;
  #pieceBegan = 0;
  #longest = LONGEST_PIECE;

  constructor(file, tell, more = {}) {
    this.#file = file;
    this.#tell = tell;
    this.#more = more;
  }

  async start() {
    this.#wanted = true;
    try {
      const tus = await library();
      this.#upload ??= await this.#made(tus);
    } catch {
      return this.#tell.failed(CUT);
    }
    if (!(await this.#isReadable())) return;
    this.#pieceBegan = performance.now();
    if (this.#wanted) this.#upload.start();
  }

  pause() {
    this.#wanted = false;
    this.#upload?.abort();
  }

  async cancel() {
    this.#wanted = false;
    await this.#upload?.abort(true).catch(() => {}); // the server forgets it by itself in a day
  }

  async #made(tus) {
    const upload = new tus.Upload(this.#file, {
      endpoint: UPLOADS,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      metadata: { filename: this.#file.name, filetype: this.#file.type, ...this.#more },
      removeFingerprintOnSuccess: false, // an import is to be made of it first
      onShouldRetry: (error, _, options) => this.#mayPass(error, options),
      onChunkComplete: () => this.#fitPiece(upload.options),
      onUploadUrlAvailable: () => hold(upload.url),
      onProgress: (sent, total) => this.#tell.progress(sent, total),
      onSuccess: () => this.#tell.arrived(upload.url),
      onError: (error) => this.#tell.failed(problem(error.originalResponse)),
    });
    const [before] = await upload.findPreviousUploads();
    if (before) upload.resumeFromPreviousUpload(before);
    return upload;
  }

  /* To the browser, a file that is gone looks like a line that is cut; and no attempt can bring it back. */
  async #isReadable() {
    const readable = await this.#file.slice(0, 1).arrayBuffer().then(() => true, () => false);
    if (!readable && this.#wanted) {
      await this.cancel();
      this.#tell.failed(UNREADABLE);
    }
    return readable;
  }

  /* Each piece costs the server a flush; and a proxy that buffers requests loses at a cut what it has of one. */
  #fitPiece(options) {
    const now = performance.now();
    const took = now - this.#pieceBegan;
    this.#pieceBegan = now;
    if (took < BRISK) options.chunkSize = Math.min(2 * options.chunkSize, this.#longest);
    if (took > 4 * BRISK) options.chunkSize = Math.max(options.chunkSize / 2, PIECE);
  }

  /* tus-js-client gives up where the browser is offline; a cable that is put back in is worth waiting for. */
  #mayPass({ originalResponse }, options) {
    const status = originalResponse?.getStatus() ?? 0;
    const long = status === TOO_LARGE && options.chunkSize > PIECE; // a proxy takes no more than that at once
    if (long) this.#longest = PIECE;
    options.chunkSize = PIECE; // on a bad line there is less to lose
    const may = long || status < 400 || PASSING.includes(status) || (status >= 500 && status !== FULL);
    if (may) this.#tell.waiting();
    if (!originalResponse) this.#isReadable();
    return may;
  }
}

/* As long as this page lives, no other tab shall offer to throw away what it sends. */
function hold(address) {
  const forever = new Promise(() => {});
  navigator.locks?.request(lockOf(address), { ifAvailable: true }, () => forever);
}

const lockOf = (address) => `upload ${address}`;

/* Lists what this browser began to send and no import was made of, the newest first; not what another tab is sending. */
export async function unfinished() {
  const tus = await library();
  const kept = await tus.defaultOptions.urlStorage.findAllUploads();
  const mine = kept.filter(({ uploadUrl, metadata }) => uploadUrl && !metadata.purpose); // not those of pictures
  const seen = await Promise.all(mine.map(stands));
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const busy = new Set(held.map(({ name }) => name));
  const left = seen.filter((one) => one && !busy.has(lockOf(one.address)));
  return left.sort((one, other) => other.began - one.began);
}

/* Starts the import of what has arrived; gives its page, or throws the problem that refuses it. */
export async function startImport(address, options, how) {
  return posted("/imports", { ...options, upload_id: address.split("/").at(-1) }, how);
}

/* Posts JSON until it is answered; refusals with a `passing` code are asked again. Throws the problem that refuses it.
   `signal` ends the asking, but cuts no question short: only its answer tells what the server has done. */
export async function posted(path, wanted, { passing = [], signal } = {}) {
  const body = JSON.stringify(wanted);
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  for (const delay of DELAYS) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    signal?.throwIfAborted();
    const answer = await fetch(path, { method: "POST", headers, body }).catch(() => null);
    if (!answer || [502, 503, 504].includes(answer.status)) continue;
    const told = parsed(await answer.text());
    if (answer.ok) return told;
    if (passing.includes(told.code)) continue;
    throw told.title ? told : { ...CUT, title: `The server answered ${answer.status}` };
  }
  throw CUT;
}

/* Whether a problem tells of what was sent; a full disk, a fault, a limit or a session that ended may be gone later. */
export function isFinal({ code, status }) {
  return Boolean(code) && status >= 400 && status < 500 && !LATER.includes(status);
}

/* Lets this browser forget an upload, and the server too unless an import was made of it. */
export async function forget(address, { used = false } = {}) {
  const { urlStorage } = (await library()).defaultOptions;
  const kept = await urlStorage.findAllUploads();
  const mine = kept.filter(({ uploadUrl }) => uploadUrl === address);
  await Promise.all(mine.map(({ urlStorageKey }) => urlStorage.removeUpload(urlStorageKey)));
  if (used) return;
  await fetch(address, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
}

async function stands({ uploadUrl, metadata, size, creationTime }) {
  const answer = await fetch(uploadUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  const told = answer?.ok ? await answer.json() : null;
  if (answer?.status === 404 || answer?.status === 410 || told?.used || told?.state === "rejected") {
    await forget(uploadUrl, { used: true });
  } else if (told) {
    return { address: uploadUrl, name: metadata.filename, size, sent: told.offset, began: new Date(creationTime) };
  }
  return null;
}

function problem(response) {
  if (!response) return CUT;
  const told = parsed(response.getBody());
  return told.title ? told : { ...CUT, title: `The server answered ${response.getStatus()}` };
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

let loaded = null;

async function library() {
  if (!globalThis.tus) await (loaded ??= import("../vendor/tus.min.js").catch(missed));
  return globalThis.tus;
}

function missed(error) {
  loaded = null;
  throw error;
}
