// What changes in a picture of a page, as far as an eye can see it.

// WCAG 2.2 asks this much contrast of what is not text (1.4.11), so less is taken for no change.
const CONTRAST = 3;

/**
 * Compares pictures (PNG) in an empty page of the browser: it reads them, so nothing else has to. Close the page with
 * `page.context().close()`.
 */
export async function openEye(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.evaluate((contrast) => {
    const read = async (base64) => {
      const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
      const bitmap = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      canvas.drawImage(bitmap, 0, 0);
      return canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    };
    const linear = Array.from({ length: 256 }, (_, value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    const luminance = ({ data }, at) => 0.2126 * linear[data[at]] + 0.7152 * linear[data[at + 1]] + 0.0722 * linear[data[at + 2]];
    let known;
    globalThis.remember = async (base64) => { known = await read(base64); };
    globalThis.changed = async (base64, left, top) => {
      const now = await read(base64);
      let count = 0;
      for (let y = 0; y < now.height; y += 1) {
        for (let x = 0; x < now.width; x += 1) {
          const [a, b] = [luminance(now, (y * now.width + x) * 4), luminance(known, ((y + top) * known.width + x + left) * 4)];
          if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) >= contrast) count += 1;
        }
      }
      return count;
    };
  }, CONTRAST);
  return {
    page,
    /** Takes a picture as what others are compared with. */
    remember: (picture) => page.evaluate((base64) => globalThis.remember(base64), picture.toString('base64')),
    /** How many pixels of this part of the picture are clearly another colour now. */
    changed: (part, { x = 0, y = 0 } = {}) => page.evaluate(
      ([base64, left, top]) => globalThis.changed(base64, left, top), [part.toString('base64'), x, y]),
  };
}
