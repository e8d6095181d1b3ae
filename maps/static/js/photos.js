// Photos chosen on a telephone: shown at once, and made as small as they are stored before they travel.

import { h } from "./dom.js";

const LONGEST_SIDE = 2048;
const QUALITY = 0.85;
const PREVIEW = 96;

async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const preview = h("canvas", { width: PREVIEW, height: PREVIEW, role: "img", "aria-label": file.name });
  const side = Math.min(picture.width, picture.height);
  const left = (picture.width - side) / 2;
  const top = (picture.height - side) / 2;
  preview.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, PREVIEW, PREVIEW);
  picture.close();
  // The original goes where shrinking would not make it smaller.
  const kept = blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  return { kept, preview };
}

export function shrinkPhotos(input) {
  const strip = h("span", { class: "previews" });
  input.after(strip);
  let turn = 0;
  input.addEventListener("change", async () => {
    const mine = (turn += 1);
    const chosen = [...input.files];
    strip.replaceChildren();
    const bundle = new DataTransfer();
    for (const file of chosen) {
      // No picture this browser can read: the server says what is wrong with it.
      const { kept, preview } = await smaller(file).catch(() => ({ kept: file, preview: "" }));
      if (mine !== turn) return; // others were chosen meanwhile
      bundle.items.add(kept);
      strip.append(preview);
    }
    input.files = bundle.files;
  });
}
