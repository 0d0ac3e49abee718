// An example of a script that may only run after a yes to "display".
// It also listens for a withdrawal itself, instead of with a second script.
(function () {
  "use strict";
  const part = document.querySelector('[data-purpose="display"]');
  const note = part && part.querySelector("[data-note]");
  if (!note) return;

  const before = note.textContent;

  function show(on) {
    note.textContent = on ? note.dataset.ran : before;
    part.classList.toggle("has-script", on);
  }

  show(true);
  document.addEventListener("koektrommel:change", () => {
    show(window.koektrommel.allows("display") === true);
  });
})();
