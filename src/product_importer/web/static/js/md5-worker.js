/* Computes the MD5 of a file beside the page: by WebAssembly, or by plain JavaScript where that is forbidden. */
const SLICE = 4 * 2 ** 20; // bytes

self.addEventListener("message", async ({ data: file }) => {
  try {
    const hash = await begun();
    for (let at = 0; at < file.size; at += SLICE) {
      hash.update(await file.slice(at, at + SLICE).arrayBuffer());
      self.postMessage({ done: Math.min(file.size, at + SLICE) });
    }
    self.postMessage({ md5: hash.digest() });
  } catch (error) {
    self.postMessage({ error: String(error) }); // such as a file that was changed or removed meanwhile
  }
});

async function begun() {
  try {
    importScripts("../vendor/md5.umd.min.js");
    const hash = await self.hashwasm.createMD5();
    return { update: (block) => hash.update(new Uint8Array(block)), digest: () => hash.digest("hex") };
  } catch {
    importScripts("../vendor/spark-md5.min.js");
    const hash = new self.SparkMD5.ArrayBuffer();
    return { update: (block) => hash.append(block), digest: () => hash.end() };
  }
}
