/* For the page that stands in a frame: tells the page around it how high it is, whenever that changes or it is asked,
 * and nothing else. The target is '*' because a page cannot know who frames it, and a height is no secret. */
(() => {
  if (window.parent === window || !window.ResizeObserver) return;

  const page = document.documentElement;
  let told = 0;

  function tell() {
    // Not scrollHeight: that is never less than the frame's own height, so a frame once grown would stay so.
    const height = Math.ceil(page.getBoundingClientRect().height);
    if (!height || height === told) return; // a frame that is not shown has no height
    told = height;
    window.parent.postMessage({ type: 'leadership-directory:height', height }, '*');
  }

  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || !data || data.type !== 'leadership-directory:height?') return;
    told = 0;
    tell();
  });
  new ResizeObserver(tell).observe(page);
})();
