/* Sizes and times as people read them; the same forms as words.py. */
export function size(bytes) {
  if (bytes < 1_000) return `${bytes} bytes`;
  const units = ["KB", "MB", "GB"];
  let amount = bytes / 1_000;
  while (amount >= 999.95 && units.length > 1) {
    amount /= 1_000;
    units.shift();
  }
  return `${amount.toFixed(1)} ${units[0]}`;
}

export function about(seconds) {
  if (!Number.isFinite(seconds)) return "not yet known";
  if (seconds < 59.5) return `about ${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  return `about ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/* What a problem of the server's says to a person, in one line. */
export function wordsOf({ title = "", detail = "", action = "" }) {
  const parts = [title, detail === title ? "" : detail, action].filter(Boolean);
  return parts.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(" ");
}
