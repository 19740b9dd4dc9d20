/* Writes the snippets anew, and shows them, as the form changes; without this file the form's button does.
 * What a snippet looks like is the server's: it stands in `data-template`. */
(() => {
  const form = document.getElementById('builder');
  if (!form) return;

  const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  const html = (text) => text.replace(/[&<>"]/g, (mark) => ENTITIES[mark]);
  const coded = (text) => encodeURIComponent(text).replace(/%2C/g, ','); // commas stay readable

  // The values of one name as one list. Never positive action: a snippet would tell it of all who open the page.
  function chosen(place) {
    const choices = new Map();
    for (const { name, dataset, validity } of form.elements) {
      if (!name || dataset.notIn === place) continue;
      const values = validity.valid ? new FormData(form).getAll(name).map((value) => value.trim()) : [];
      choices.set(name, values.filter((value) => value && !/^positive-action/i.test(value)).join());
    }
    return [...choices];
  }

  function filled(template) {
    const stated = (place) => chosen(place).filter(([, value]) => value);
    const query = stated('query').map(([name, value], at) => `${at ? '&' : '?'}${name}=${coded(value)}`).join('');
    const attributes = stated('attributes').map(([name, value]) => ` ${name}="${html(value)}"`).join('');
    const parts = { '{query}': query, '{query-html}': html(query), '{attributes}': attributes };
    return template.replace(/\{(query|query-html|attributes)\}/g, (mark) => parts[mark]);
  }

  function update() {
    for (const area of document.querySelectorAll('textarea[data-template]')) area.value = filled(area.dataset.template);
    for (const frame of document.querySelectorAll('iframe[data-template]')) {
      const address = filled(frame.dataset.template);
      if (address === (frame.dataset.shown || frame.getAttribute('src'))) continue;
      frame.dataset.shown = address;
      frame.contentWindow.location.replace(address); // `src` would be a step of Back
    }
    for (const finder of document.querySelectorAll('leadership-finder[data-preview]')) {
      for (const [name, value] of chosen('attributes')) {
        // The element takes `role` off itself: an empty one makes it forget.
        if (value || name === 'role') finder.setAttribute(name, value);
        else finder.removeAttribute(name);
      }
    }
    for (const button of buttons) button.textContent = button.dataset.text;
  }

  async function copy(button) {
    const area = document.getElementById(button.dataset.copy);
    let isDone = true;
    try {
      await navigator.clipboard.writeText(area.value);
    } catch {
      area.select(); // no https, no clipboard
      isDone = document.execCommand('copy');
    }
    // On the button for who looks there, and aloud for who does not.
    button.textContent = isDone ? button.dataset.text.replace('Copy', 'Copied') : button.dataset.text;
    document.getElementById('copied').textContent = isDone ? button.textContent : 'Copy the selected text yourself.';
  }

  const buttons = document.querySelectorAll('button[data-copy]');
  for (const button of buttons) {
    button.hidden = false;
    button.dataset.text = button.textContent;
    button.addEventListener('click', () => copy(button));
  }

  form.addEventListener('change', update);
  form.addEventListener('reset', () => setTimeout(update));
  addEventListener('pageshow', update); // a browser may keep choices
})();
