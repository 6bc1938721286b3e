/* Shows a page as things stand now: by a reload, or, where somebody has begun something on it, by its moving parts alone.
   Where no parts are marked as such, the reload waits until nothing is in hand. */
import { differs } from "./differs.js";
import { localise } from "./local-time.js";
import { morph } from "./morph.js";

const LEAVING = 10_000; // ms that another page may take to come; a download says that it leaves, and stays
const AGAIN = 2_000; // ms until a page that could not be fetched is asked for anew
const SAID = "pi-said"; // what a reload is to say, for it falls silent itself

let left = -LEAVING;
let wanted = false;
let working = false;

/* A page that is on its way must not be cut by a reload. `words` are read out when it is done. */
export async function renew(words = "") {
  wanted = true;
  if (working) return;
  working = true;
  while (wanted) {
    await pause(left + LEAVING - performance.now());
    if (performance.now() < left + LEAVING) continue;
    wanted = false;
    const parts = document.querySelectorAll("[data-renew]");
    if (!isBegun()) reload(words);
    else if (parts.length > 0 && (await shown(parts))) say(words);
    else wanted = true;
    if (wanted) await pause(AGAIN);
  }
  working = false;
}

function isBegun() {
  if (document.activeElement.matches("input, textarea, select")) return true;
  if (document.querySelector("pi-upload[busy], pi-images [data-busy]")) return true;
  return [...document.querySelectorAll("input, select, textarea")].some(differs);
}

function reload(words) {
  sessionStorage.setItem(SAID, words);
  location.reload();
}

async function shown(parts) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return false;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const now = next.getElementById(part.id);
    if (!now) continue;
    localise(now);
    morph(part, now);
  }
  if (!document.querySelector("pi-upload[busy]")) document.title = next.title;
  return true;
}

function say(words) {
  const place = document.createElement("p");
  place.className = "visually-hidden";
  place.role = "status";
  document.body.append(place);
  setTimeout(() => {
    place.textContent = words; // what is there from the start is not read out
  }, 100);
}

function pause(time) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time)));
}

function leave({ type, defaultPrevented }) {
  if (type === "beforeunload" || !defaultPrevented) left = performance.now();
}

for (const kind of ["beforeunload", "submit"]) addEventListener(kind, leave);
const said = sessionStorage.getItem(SAID);
sessionStorage.removeItem(SAID);
if (said) say(said);
