/* Times come in UTC; the reader's own clock is put in their place. */
const FULL = { dateStyle: "medium", timeStyle: "short" };

export function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const words = new Date(time.dateTime).toLocaleString("en-GB", FULL);
    time.title = words;
    if ("full" in time.dataset) time.textContent = words;
  }
}

localise(document);
