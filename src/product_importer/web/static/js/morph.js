/* Makes one tree look like another and touches only what differs, so that turning icons turn on and nothing flickers.
   A child with an id stays itself wherever it comes to stand: what somebody types into it stays in it. */
export function morph(old, next) {
  const focused = document.activeElement;
  become(old, next);
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true }); // it was moved
}

function become(old, next) {
  if (old.nodeName !== next.nodeName) {
    old.replaceWith(next);
  } else if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
  } else {
    morphAttributes(old, next);
    morphChildren(old, next);
  }
}

function morphAttributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function morphChildren(old, next) {
  const wanted = new Set([...next.children].map(({ id }) => id));
  for (const child of [...old.children]) if (child.id && !wanted.has(child.id)) child.remove();
  const kept = new Map([...old.children].filter(({ id }) => id).map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const child of [...next.childNodes]) {
    const same = child.id ? kept.get(child.id) : place && !place.id && place;
    if (child.id) place = passed(place, same); // what has no id makes way, so that its neighbour need not be moved
    if (!same) {
      old.insertBefore(child, place);
    } else {
      if (same === place) place = place.nextSibling;
      else old.insertBefore(same, place);
      become(same, child);
    }
  }
  while (place) place = without(place);
}

function passed(place, end) {
  let on = place;
  while (end && on && on !== end && !on.id) on = without(on);
  return on;
}

function without(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}
