// How a report looks on the map: shape and hue by category group, ring by light. Each is told apart without colour.

import { svg } from "../dom.js";

// Okabe-Ito, darkened where white paper needs it. Group after group takes the next hue, and a shape that differs
// from the one the same hue had before: 49 marks, the first seven told apart by shape alone in a grey print.
const HUES = ["#0072b2", "#d55e00", "#009e73", "#b8578f", "#8a6d00", "#3f8fc2", "#4d4d4d"];
const PATHS = [
  "M12 5a7 7 0 1 1 0 14a7 7 0 1 1 0-14z",
  "M6 6h12v12H6z",
  "M12 4l8 14H4z",
  "M12 4l8 8l-8 8l-8-8z",
  "M9 4h6v5h5v6h-5v5H9v-5H4V9h5z",
  "M12 20L4 6h16z",
  "M12 4l7.6 5.5l-2.9 9H7.3l-2.9-9z",
];
const UNKNOWN = { hue: "#6e7781", path: "M5 9h14v6H5z" };

const RINGS = {
  green: { stroke: "#1b7f4d", width: 2, dash: "" },
  yellow: { stroke: "#9a6700", width: 2.5, dash: "5 2" },
  red: { stroke: "#b3261e", width: 3.5, dash: "" },
  none: { stroke: "#8b949e", width: 1.5, dash: "" },
};

export function createShapes(categories) {
  const groups = categories.filter((category) => !category.parent_code).map((category) => category.code);
  return (code) => {
    const group = groups.indexOf((code ?? "").split(".")[0]);
    if (group < 0) return UNKNOWN;
    return { hue: HUES[group % HUES.length], path: PATHS[(group + Math.floor(group / HUES.length)) % PATHS.length] };
  };
}

export function mark(shape, light) {
  const ring = RINGS[light] ?? RINGS.none;
  return svg(
    "svg",
    { viewBox: "0 0 30 30", width: 30, height: 30, "aria-hidden": "true", focusable: "false" },
    svg("circle", {
      cx: 15, cy: 15, r: 12.5, fill: "#fff", stroke: ring.stroke, "stroke-width": ring.width, "stroke-dasharray": ring.dash,
    }),
    svg("path", { d: shape.path, fill: shape.hue, transform: "translate(4.2 4.2) scale(.9)" }),
  );
}
