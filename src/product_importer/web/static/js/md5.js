/* The MD5 of a file in hexadecimal digits; `progress(bytes)` is called on the way, `signal` ends it. */
export function md5(file, { progress = () => {}, signal } = {}) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./md5-worker.js", import.meta.url));
    const end = (settle, value) => {
      worker.terminate();
      settle(value);
    };
    signal?.addEventListener("abort", () => end(reject, signal.reason));
    worker.addEventListener("error", (event) => end(reject, new Error(event.message)));
    worker.addEventListener("message", ({ data }) => {
      if (data.md5) end(resolve, data.md5);
      else if (data.error) end(reject, new Error(data.error));
      else progress(data.done);
    });
    worker.postMessage(file);
  });
}
