// What the server knows and the page needs: addresses, words, actor, base maps, colours of the ramp.

export const config = JSON.parse(document.getElementById("page-config").textContent);
