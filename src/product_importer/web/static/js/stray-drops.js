/* A file that is dropped beside the zone for it: the browser would open it in the place of the page and what is typed there. */
const SHOWN = 10_000; // ms

addEventListener("dragover", guard);
addEventListener("drop", guard);

function guard(event) {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return; // a zone has taken it
  event.preventDefault();
  if (event.type === "drop") say("Nothing was taken. Drop images onto the field that asks for them.");
}

function say(words) {
  const toast = document.createElement("p");
  toast.className = "toast-own pe-3 mb-0";
  toast.textContent = words;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), SHOWN);
}
