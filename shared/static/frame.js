// In a frame on another website: tells that website how tall the page is, and nothing else.

let site = ''; // the origin of the page around us

function tell() {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (height) parent.postMessage({ type: 'plekken:height', height }, site);
}

addEventListener('message', ({ data, origin, source }) => {
  // Only sites that our policy's frame-ancestors names can be around us.
  if (site || parent === window || source !== parent || data?.type !== 'plekken:hello') return;
  site = origin;
  tell(); // browsers do not watch sizes in a frame that is not visible yet
  new ResizeObserver(tell).observe(document.documentElement);
  document.querySelector('[data-announce]')?.focus({ preventScroll: true });
});
