// What the server knows and the page needs: addresses, words, actor, base maps, colours of the ramp; and its time.

export const config = JSON.parse(document.getElementById("page-config").textContent);

// The server's time less this computer's, whose clock may be wrong. Told late it seems less: the most of the last three
// holds. The page was made about when its first byte came.
const [{ responseStart }] = performance.getEntriesByType("navigation");
const aheads = [Date.parse(config.at) - Date.now() + performance.now() - responseStart];

// An instant that the server has told just now.
export function hear(at) {
  aheads.push(Date.parse(at) - Date.now());
  if (aheads.length > 3) aheads.shift();
}

// What is late is late by the server's clock.
export function now() {
  return Date.now() + Math.max(...aheads);
}
