/* Requests of the pages' own scripts, and where they say that something went wrong. */
export async function ask(url, options = {}) {
  const answer = await fetch(url, options);
  if (answer.ok || [409, 412, 422].includes(answer.status)) return answer;
  const problem = await answer.json().catch(() => ({})); // errors are told to programs unless a page is asked for
  throw new Error(problem.detail ?? `The server answered ${answer.status}.`);
}

export function tell(words) {
  const place = document.getElementById("trouble");
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
