// An example of a script that may only run after a yes to "preferences".
// The page holds it as text/plain; Koektrommel runs it once that yes is there.
(function () {
  "use strict";
  const part = document.querySelector('[data-purpose="preferences"]');
  const note = part && part.querySelector("[data-note]");
  if (!note) return;

  function show() {
    note.textContent = note.dataset.ran;
    part.classList.add("has-script");
  }

  show();
  // A second yes in the same page does not load this file again.
  document.addEventListener("koektrommel:change", () => {
    if (window.koektrommel.allows("preferences")) show();
  });
})();
