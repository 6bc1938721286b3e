/* Requests of the pages' own scripts, and where they say that something went wrong. */
import { wordsOf } from "./words.js";

const FORMS = [409, 412, 422]; // a form again, with what is wrong with it

export async function ask(url, options = {}) {
  const answer = await fetch(url, options).catch(lost);
  if (answer.ok || (FORMS.includes(answer.status) && answer.headers.get("content-type")?.startsWith("text/html"))) return answer;
  throw await refusal(answer);
}

/* Sends a form whose answer only says where to go next, and goes nowhere. */
export async function act(url, body) {
  const answer = await fetch(url, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(lost);
  if (answer.type !== "opaqueredirect") throw await refusal(answer);
}

/* What the server has against it; errors are told to programs unless a page is asked for. */
export async function refusal(answer) {
  const { detail, title, action } = await answer.json().catch(() => ({}));
  const words = wordsOf({ title: detail ?? title ?? `The server answered ${answer.status}`, action });
  return Object.assign(new Error(words), { status: answer.status });
}

function lost(error) {
  if (error.name === "AbortError") throw error;
  throw new Error("The connection was lost before the server answered. Try again in a moment.");
}

/* What is on its way is not sent again by a second click. */
export async function once(element, deed) {
  if (element.ariaBusy === "true") return;
  element.ariaBusy = "true";
  try {
    await deed();
  } finally {
    element.ariaBusy = null;
  }
}

export function tell(words, place = document.getElementById("trouble")) {
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
  if (words) place.scrollIntoView({ block: "nearest" });
}

export function withPart(url, part) {
  const asked = new URL(url, location.href);
  asked.searchParams.set("part", part);
  return asked.href;
}
