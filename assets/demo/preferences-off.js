// An example of a script that cleans up when "preferences" is withdrawn.
(function () {
  "use strict";
  const part = document.querySelector('[data-purpose="preferences"]');
  const note = part && part.querySelector("[data-note]");
  if (!note) return;

  function show() {
    note.textContent = note.dataset.stopped;
    part.classList.remove("has-script");
  }

  show();
  // A second withdrawal in the same page does not load this file again.
  document.addEventListener("koektrommel:change", () => {
    if (!window.koektrommel.allows("preferences")) show();
  });
})();
