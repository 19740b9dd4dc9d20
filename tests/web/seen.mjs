// What can be seen of a page: its words, what is cut off, what shows in forced colours and on paper. Each function
// answers with what it found, so that a test says what is wrong and where.

const CONTRAST = 3;
// Marks are lines of a few pixels; less is what smoothing leaves.
const LEAST_MARK = 20;

/** What a page says, line by line; without what it says only to those who have no JavaScript. */
export function lines(page) {
  return page.evaluate(() => {
    for (const element of document.querySelectorAll('noscript')) element.remove();
    return document.body.innerText.split('\n').map((line) => line.trim()).filter(Boolean);
  });
}

/** What a page says, word by word. */
export async function words(page) {
  return (await lines(page)).flatMap((line) => line.split(/\s+/));
}

/** What stands in the first list more often than in the second. */
export function missing(wanted, found) {
  const left = [...found];
  return wanted.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Texts that reach out of the window or out of a box that cuts them off, and cannot be scrolled to. */
export function cutOff(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found = [];
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
      const node = nodes.currentNode;
      const text = node.data.trim();
      if (!text || !node.parentElement.checkVisibility()) continue;
      let [left, right] = [0, width];
      let isReachable = false;
      for (let around = node.parentElement; around !== document.body; around = around.parentElement) {
        const { overflowX } = getComputedStyle(around);
        if (overflowX === 'visible') continue;
        const box = around.getBoundingClientRect();
        // What is there only to be read out is a pixel wide; what scrolls is reached by scrolling.
        isReachable ||= box.width <= 1 || overflowX === 'auto' || overflowX === 'scroll';
        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      }
      if (isReachable) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const isOut = (box) => box.width > 0 && (box.left < left - 1 || box.right > right + 1);
      if ([...range.getClientRects()].some(isOut)) found.push(text.slice(0, 80));
    }
    return found;
  });
}

/** Buttons and fields that are wider than what they stand in. */
export function stickingOut(page) {
  return page.evaluate(() => [...document.querySelectorAll('main :is(button, a.nhsuk-button, input, select, textarea, iframe)')]
    .filter((element) => element.checkVisibility() && getComputedStyle(element).position !== 'absolute')
    .filter((element) => element.getBoundingClientRect().right > element.parentElement.getBoundingClientRect().right + 1)
    .map((element) => element.outerHTML.slice(0, 160)));
}

/** Buttons, fields and boxes whose border does not stand out, and a mark of the current page that does not. */
export function withoutBorder(page) {
  return page.evaluate((contrast) => {
    const luminance = (colour) => {
      const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255);
      const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const isClear = (colour) => colour === 'transparent' || /^rgba\(.* 0\)$/.test(colour);
    const ground = (element) => {
      for (let around = element; around; around = around.parentElement) {
        const { backgroundColor } = getComputedStyle(around);
        if (!isClear(backgroundColor)) return backgroundColor;
      }
      const canvas = document.createElement('span');
      canvas.style.color = 'Canvas';
      document.body.append(canvas);
      const { color } = getComputedStyle(canvas);
      canvas.remove();
      return color;
    };
    const stands = (style, side, behind) => {
      const colour = style[`border${side}Color`];
      if (parseFloat(style[`border${side}Width`]) < 1 || ['none', 'hidden'].includes(style[`border${side}Style`]) || isClear(colour)) return false;
      const [a, b] = [luminance(colour), luminance(behind)].sort((one, other) => other - one);
      return (a + 0.05) / (b + 0.05) >= contrast;
    };
    const sides = ['Top', 'Right', 'Bottom', 'Left'];
    const found = [];
    const see = (element, style, which = sides) => {
      const weak = which.filter((side) => !stands(style, side, ground(element.parentElement)));
      if (weak.length > 0) found.push(`${weak.join(', ')} of ${element.outerHTML.slice(0, 160)}`);
    };
    const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    for (const element of shown('button, a.nhsuk-button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea')) {
      see(element, getComputedStyle(element));
    }
    // The box that one sees is drawn before its label.
    for (const box of shown('input[type=checkbox], input[type=radio]')) see(box, getComputedStyle(box.labels[0], '::before'));
    for (const here of shown('nav a[aria-current]')) see(here, getComputedStyle(here), ['Bottom']);
    return found;
  }, CONTRAST);
}

/** The first box of each sort, where one cannot see that it is chosen. */
export async function withoutMark(page, eye) {
  const found = [];
  for (const type of ['checkbox', 'radio']) {
    const box = page.locator(`input[type=${type}]:visible`).first();
    if (!await box.count()) continue;
    await box.evaluate((it) => { it.checked = false; it.scrollIntoView({ block: 'center' }); });
    const { x, y, width, height } = await box.boundingBox();
    const clip = { x: Math.floor(x), y: Math.floor(y), width: Math.ceil(width) + 1, height: Math.ceil(height) + 1 };
    await eye.remember(await page.screenshot({ clip, animations: 'disabled' }));
    await box.evaluate((it) => { it.checked = true; });
    if (await eye.changed(await page.screenshot({ clip, animations: 'disabled' })) < LEAST_MARK) {
      found.push(await box.evaluate((it) => it.outerHTML));
    }
  }
  return found;
}

/** What paper shows for nothing, what it does not show, and which links do not say where they lead. */
export function printed(page) {
  return page.evaluate(() => {
    const main = document.querySelector('main');
    const isLabel = (element) => element.localName === 'label' && ['INPUT', 'SELECT'].includes(element.control?.tagName);
    const aids = [...document.querySelectorAll('nav, form, button, input, select, label, .ld-filters, .ld-chips, .nhsuk-skip-link')]
      .filter((element) => element.localName !== 'label' || isLabel(element));
    const useless = aids.filter((element) => element.checkVisibility()).map((element) => element.outerHTML.slice(0, 160));
    const lost = [...main.querySelectorAll('textarea')].filter((area) => !area.checkVisibility()).map((area) => area.outerHTML.slice(0, 80));
    const nodes = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
      const node = nodes.currentNode;
      const text = node.data.trim();
      const parent = node.parentElement;
      if (!text || parent.closest('svg, script, noscript, iframe, textarea, [hidden]') || aids.some((aid) => aid.contains(parent))) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      if (!parent.checkVisibility() || range.getClientRects().length === 0) lost.push(text.slice(0, 80));
    }
    const isAddressed = (link) => ![null, 'none', 'normal'].includes(getComputedStyle(link, '::after').content)
      || link.href.includes(link.textContent.trim());
    const links = [...main.querySelectorAll('a[href]:not([href^="#"])')].filter((link) => link.checkVisibility());
    return { useless, lost, unaddressed: links.filter((link) => !isAddressed(link)).map((link) => link.outerHTML.slice(0, 160)) };
  });
}
