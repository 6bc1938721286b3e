/* Makes one tree look like another and touches only what differs, so that turning icons turn on and nothing flickers. */
export function morph(old, next) {
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
  const now = [...old.childNodes];
  const wanted = [...next.childNodes];
  wanted.forEach((child, place) => {
    if (place < now.length) morph(now[place], child);
    else old.append(child);
  });
  for (const extra of now.slice(wanted.length)) extra.remove();
}
