/* For a page with frames of the directory: gives each the height that the page in it tells. Those are the frames that
 * show /embed of where this script comes from, and <iframe data-leadership-directory>. */
(() => {
  const LEAST = 150;
  const MOST = 5000;

  const script = document.currentScript; // none in a module
  const own = script && script.src.replace(/(\/assets)?\/[^/]*$/, '/embed');

  function frames() {
    return [...document.querySelectorAll('iframe')].filter((frame) =>
      'leadershipDirectory' in frame.dataset || (own && frame.src.split(/[?#]/)[0] === own));
  }

  // A frame that was there before this script has told its height to nobody.
  function ask() {
    for (const frame of frames()) frame.contentWindow.postMessage({ type: 'leadership-directory:height?' }, '*');
  }

  window.addEventListener('message', ({ source, data }) => {
    if (!source || !data || data.type !== 'leadership-directory:height' || !Number.isFinite(data.height)) return;
    // The window that speaks is what tells the frames apart: the origin of a sandboxed one is "null".
    for (const frame of frames()) {
      if (frame.contentWindow !== source) continue;
      // A frame's own borders count where a host's style sheet includes them in the height.
      const borders = getComputedStyle(frame).boxSizing === 'border-box' ? frame.offsetHeight - frame.clientHeight : 0;
      frame.style.height = `${Math.min(Math.max(Math.ceil(data.height) + borders, LEAST), MOST)}px`;
    }
  });

  ask();
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ask);
})();
