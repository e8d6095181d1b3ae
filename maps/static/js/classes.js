// Class breaks of counts: few, round and the same for the same counts. Zero belongs to no class and has no colour.

// The legend shows its swatches as translucent as the map shows its classes.
export const HEAT_OPACITY = 0.85;

// Units whose count is not told: neither zero nor any class.
export const NOT_TOLD = "#b9c0c7";

const STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

// The smallest round number that is not below a value.
function roundUp(value) {
  for (let power = 1; ; power *= 10) {
    const found = STEPS.map((step) => step * power).find((number) => Number.isInteger(number) && number >= value);
    if (found !== undefined) return found;
  }
}

// Lower bounds of at most `classes` classes: head/tail breaks (Jiang 2013) at round numbers. Counts of places are
// many small and few large; each class above the first holds what lies above the average of the one before, so
// the darkest colours go to the few places that stand out, not to a fixed share of the map.
export function lowerBounds(counts, classes) {
  let head = counts.filter((value) => value > 0);
  const maximum = head.reduce((most, value) => Math.max(most, value), 0);
  if (maximum <= classes) return Array.from({ length: maximum }, (_, index) => index + 1);
  const bounds = [1];
  while (bounds.length < classes) {
    const average = head.reduce((sum, value) => sum + value, 0) / head.length;
    const next = roundUp(Math.max(average, bounds.at(-1) + 1));
    const above = head.filter((value) => value >= next);
    // Nobody above, or nobody left below: the class would be empty.
    if (above.length === 0 || above.length === head.length) break;
    head = above;
    bounds.push(next);
  }
  return bounds;
}

// Classes with colour and bounds; `to` is null where the last class is open. The n-th class always has the n-th colour:
// a map of ones and twos stays pale.
export function classify(counts, ramp) {
  const bounds = lowerBounds(counts, ramp.length);
  const maximum = counts.reduce((most, value) => Math.max(most, value), 0);
  return bounds.map((from, index) => {
    const last = index + 1 === bounds.length;
    const to = last ? (from === maximum ? from : null) : bounds[index + 1] - 1;
    return { from, to, colour: ramp[index] };
  });
}

export function classOf(classes, value) {
  for (let index = classes.length - 1; index >= 0; index -= 1) {
    if (value >= classes[index].from) return classes[index];
  }
  return null;
}
