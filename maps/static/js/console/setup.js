// What the console alone needs from the server: the table of edges, and the bodies the actor speaks for.

export const desk = JSON.parse(document.getElementById("console-config").textContent);
