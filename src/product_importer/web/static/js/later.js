/* Holds for ten seconds what cannot be undone; a click takes it back, and leaving the page sends it at once. */
const HOLD = 10; // seconds

let held = null;

/* `send` does it, is called once, and rejects where it was not done, having said so; `back` is called instead when it
   is taken back; `beside` gives what has the focus after a toast that had it. */
export function later(words, { send, back, beside }) {
  release().catch(() => {});
  const toast = drawn(words);
  const mine = { send, toast, beside, left: HOLD, timer: 0 };
  const undo = toast.querySelector("button");
  undo.addEventListener("click", () => {
    drop(mine);
    back();
  });
  mine.timer = setInterval(() => {
    if (toast.matches(":hover") || undo.matches(":focus-visible")) return; // somebody is about to press it
    mine.left -= 1;
    undo.querySelector("[data-left]").textContent = `${mine.left} s`;
    if (mine.left <= 0) release().catch(() => {});
  }, 1_000);
  document.getElementById("toasts").append(toast);
  held = mine;
  undo.focus();
}

export function release() {
  if (!held) return Promise.resolve();
  const { send } = held;
  drop(held);
  return send();
}

function drop(one) {
  clearInterval(one.timer);
  const focused = one.toast.contains(document.activeElement);
  one.toast.remove();
  if (focused) (one.beside?.() ?? document.getElementById("main")).focus({ preventScroll: true });
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

/* The next page must not show what is on its way out: it is asked for when the answer is there, unless that is a no. */
function first(event, go) {
  if (!held || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  release().then(go, () => {});
}

addEventListener("pagehide", () => release().catch(() => {}));
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]:not([download], [target])");
  if (link) first(event, () => location.assign(link.href));
});
addEventListener("submit", (event) => first(event, () => event.target.requestSubmit(event.submitter)));
