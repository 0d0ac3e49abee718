/**
 * Runs in each measured page before anything of the page. `shown` is when the box stood still in the window and was
 * painted, `gone` how long after a press the first frame without it was; both are read at the end of the frame.
 */
export function probe(selector) {
  const told = (window.probe = { shown: undefined, gone: undefined, shift: 0, long: 0 });
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => waiting.shift()();
  /** Calls back once the frame that is being made is painted. */
  const painted = (then) => (waiting.push(then), channel.port2.postMessage(0));

  /** From 0 to 1: how much of the box is in the window, times how opaque it is. */
  const seen = () => {
    const box = document.querySelector(selector);
    if (!box || !box.checkVisibility({ visibilityProperty: true })) return 0;
    const { left, top, right, bottom, width, height } = box.getBoundingClientRect();
    const across = Math.min(right, innerWidth) - Math.max(left, 0);
    const down = Math.min(bottom, innerHeight) - Math.max(top, 0);
    if (across <= 0 || down <= 0) return 0;
    let part = (across * down) / Math.min(width * height, innerWidth * innerHeight);
    for (let one = box; one; one = one.assignedSlot ?? one.parentElement ?? one.getRootNode().host) {
      part *= getComputedStyle(one).opacity;
    }
    return part;
  };

  const look = () => {
    if (seen() < 0.95) return requestAnimationFrame(look);
    painted(() => (told.shown = performance.now()));
  };
  requestAnimationFrame(look);

  addEventListener(
    'click',
    ({ timeStamp }) => {
      const wait = () => {
        if (seen() > 0.05) return requestAnimationFrame(wait);
        painted(() => (told.gone = performance.now() - timeStamp));
      };
      requestAnimationFrame(wait);
    },
    { capture: true, once: true },
  );

  const observe = (type, tell) =>
    new PerformanceObserver((list) => list.getEntries().forEach(tell)).observe({ type, buffered: true });
  observe('layout-shift', (one) => (told.shift += one.hadRecentInput ? 0 : one.value));
  observe('longtask', () => (told.long += 1));
}
