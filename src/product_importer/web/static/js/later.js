/* Holds for ten seconds what cannot be undone; a click takes it back, and leaving the page sends it at once. */
const HOLD = 10; // seconds

let held = null;

/* `send` does it and is called once; `back` is called instead when it is taken back. */
export function later(words, { send, back }) {
  release();
  const toast = drawn(words);
  const mine = { send, toast, left: HOLD, timer: 0 };
  const undo = toast.querySelector("button");
  undo.addEventListener("click", () => {
    drop(mine);
    back();
  });
  mine.timer = setInterval(() => {
    mine.left -= 1;
    undo.querySelector("[data-left]").textContent = `${mine.left} s`;
    if (mine.left <= 0) release();
  }, 1_000);
  document.getElementById("toasts").append(toast);
  held = mine;
  undo.focus();
}

export function isHeld() {
  return held !== null;
}

export function release() {
  if (!held) return Promise.resolve();
  const { send } = held;
  drop(held);
  return send();
}

function drop(one) {
  clearInterval(one.timer);
  one.toast.remove();
  if (held === one) held = null;
}

function drawn(words) {
  const toast = document.createElement("div");
  toast.className = "toast-own";
  toast.append(words);
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "btn btn-sm btn-undo";
  const left = document.createElement("span");
  left.className = "num";
  left.dataset.left = "";
  left.ariaHidden = "true"; // a second that passes is nothing to be read aloud
  left.textContent = `${HOLD} s`;
  undo.append("Undo ", left);
  toast.append(undo);
  return toast;
}

/* The next page must not show what is on its way out: it is asked for when the answer is there. */
function first(event, go) {
  if (!held || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  release().finally(go);
}

addEventListener("pagehide", () => release());
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]:not([download], [target])");
  if (link) first(event, () => location.assign(link.href));
});
addEventListener("submit", (event) => first(event, () => event.target.requestSubmit(event.submitter)));
