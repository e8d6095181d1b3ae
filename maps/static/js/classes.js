// Class breaks of counts: few, round and the same for the same counts. Zero belongs to no class and has no colour.

// The legend shows its swatches as translucent as the map shows its classes.
export const HEAT_OPACITY = 0.85;

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
    head = head.filter((value) => value >= next);
    if (head.length === 0) break;
    bounds.push(next);
  }
  return bounds;
}

// Classes with their colour and label bounds; `to` is null for the last.
export function classify(counts, ramps) {
  const bounds = lowerBounds(counts, ramps.length);
  return bounds.map((from, index) => ({
    from,
    to: index + 1 < bounds.length ? bounds[index + 1] - 1 : null,
    colour: ramps[bounds.length - 1][index],
  }));
}

export function classOf(classes, value) {
  for (let index = classes.length - 1; index >= 0; index -= 1) {
    if (value >= classes[index].from) return classes[index];
  }
  return null;
}
